#include "core/page/charts.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/installation.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

std::string SourceOfCharts() {
  const std::filesystem::path file = InstalledPath(kChartsScript);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    throw HostError("this build has no charts (" + file.string() +
                    "): they are built where npm and node are installed; the figures state and "
                    "best need neither");
  }
  return ReadFile(file);
}

std::vector<Chart> ListOf(const nlohmann::json& all) {
  std::vector<Chart> list;
  for (const nlohmann::json& one : all) {
    list.push_back(
        {one.at("name"), one.at("short_name"), one.at("title"), one.at("of"), one.at("is_usual")});
  }
  return list;
}

}  // namespace

Charts::Charts(const nlohmann::json& report)
    : script_(SourceOfCharts(), kChartsScript),
      list_(ListOf(nlohmann::json::parse(script_.Call("lodeFigures", {FormatJson(report)})))) {}

std::string Charts::Draw(std::size_t position, int width) {
  return script_.Call("lodeDraw", {std::to_string(position), std::to_string(width)});
}

}  // namespace lode::core
