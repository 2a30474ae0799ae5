// lode serve: shows runs as a page, while other processes execute them.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "core/cli/command.h"
#include "core/cli/serving.h"
#include "core/cli/taken_signals.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kUsualDirectory[] = "runs";

struct ServeOptions {
  fs::path directory{kUsualDirectory};
  ServingOptions serving;
};

int Serve(const ServeOptions& options, const GlobalOptions& global) {
  std::error_code error;
  if (!fs::is_directory(options.directory, error) && options.directory != kUsualDirectory) {
    throw core::HostError(options.directory.string() + ": is not a directory");
  }
  const TakenSignals signals{SIGINT, SIGTERM, SIGHUP};
  Serving serving(options.serving);
  serving.Start(options.directory, global.plugins);
  std::printf("%s is shown at %s (Ctrl-C ends this)\n",
              PrintableLine(options.directory.string()).c_str(), serving.url().c_str());
  std::fflush(stdout);
  constexpr double kLong = 3600;  // seconds
  while (!Ends(signals.Take(kLong))) {}
  return kDone;
}

}  // namespace

void AddServe(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "serve",
      "Show runs as a page in the browser, live while other processes execute them, with a report "
      "of each; for programs as JSON (/api/runs) and OpenMetrics (/metrics). It only reads. Only "
      "this machine has access unless --address says otherwise; then clients need a token");
  auto options = std::make_shared<ServeOptions>();
  command->add_option("DIR", options->directory, "A directory of runs, or a run (default: runs)")
      ->type_name("DIR");
  command->add_option("--port", options->serving.port, "The port; 0: any that is free")
      ->check(CLI::Range(0, 65535))
      ->type_name("PORT")
      ->capture_default_str();
  command
      ->add_option("--address", options->serving.address,
                   "The address to listen on; 0.0.0.0: all networks, without encryption")
      ->type_name("ADDRESS")
      ->capture_default_str();
  command
      ->add_option("--host", options->serving.hosts,
                   "A name that browsers use for this machine; others are refused")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command
      ->add_option("--token-file", options->serving.token_file,
                   "A file with the token that clients must know, also on this machine (default: "
                   "LODE_SERVE_TOKEN, or a new one for each start if others have access)")
      ->type_name("FILE");
  command->callback([&global, &action, options] {
    action = [&global, options] { return Serve(*options, global); };
  });
}

}  // namespace lode::cli
