// Writes a report as one self-contained HTML file.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace lode::core {

// The page without its data, as built from web/: relative to the prefix.
inline constexpr char kPageTemplate[] = "share/lode/report.html";

// Returns the document for the JSON of report_data.h. Throws HostError if the template is not
// there.
std::string FormatPage(const nlohmann::json& data);

// The same with the text of a template, in which the first "@TITLE@" and "@REPORT@" are replaced.
std::string FillPage(std::string_view page, const nlohmann::json& data);

}  // namespace lode::core
