// Serves a directory of runs over HTTP: for `lode serve` and `lode run --serve`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/serve/server.h"
#include "core/serve/site.h"

namespace lode::cli {

inline constexpr std::uint16_t kUsualPort = 8420;

struct ServingOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = kUsualPort;   // 0: any that is free
  std::vector<std::string> hosts{};  // names of this machine that clients use
  std::filesystem::path token_file{};
};

class Serving {
 public:
  // Takes the port. Throws HostError.
  explicit Serving(const ServingOptions& options);

  // Begins to serve; ends with *this. `plugins`: the values of --plugin.
  void Start(const std::filesystem::path& directory,
             const std::vector<std::filesystem::path>& plugins);

  // The address to open, with the token if clients need one.
  std::string url() const;

 private:
  core::AccessOptions Access() const;

  const ServingOptions options_;
  const bool is_loopback_;
  const std::string token_;
  std::optional<core::Site> site_;
  core::Server server_;
};

}  // namespace lode::cli
