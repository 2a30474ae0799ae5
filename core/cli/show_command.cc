#include "core/cli/show_command.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "core/report/shell_word.h"

namespace lode::cli {

std::string ShowCommand(const core::Search& search, const core::Catalog& catalog,
                        const std::string& architecture,
                        const std::vector<std::filesystem::path>& plugins) {
  const core::ComponentConfig& space = search.pipeline.space;
  std::string command = "lode";
  std::vector<std::filesystem::path> all = plugins;
  std::ranges::copy(search.pipeline.plugins, std::back_inserter(all));
  for (const std::filesystem::path& plugin : all) {
    command += " --plugin " + core::ShellWord(plugin.string());
  }
  command += " show " + space.id + " " + core::ShellWord(architecture);
  const auto& params = catalog.Find(LODE_SPACE, space.id)->params;
  for (std::size_t i = 0; i < std::min(params.size(), space.values.size()); ++i) {
    if (space.values[i] != params[i].default_value) {
      command +=
          " --set " + core::ShellWord(params[i].name + "=" + core::FormatValue(space.values[i]));
    }
  }
  return command;
}

}  // namespace lode::cli
