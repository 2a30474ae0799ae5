#include "core/plugin/value_table.h"

namespace lode::core {
namespace {

using Strings = std::vector<lode_str>;

void Put(bool b, lode_value& v, Strings&) { v.as.b = b; }
void Put(std::int64_t i, lode_value& v, Strings&) { v.as.i = i; }
void Put(double r, lode_value& v, Strings&) { v.as.r = r; }
void Put(const std::string& s, lode_value& v, Strings&) { v.as.s = {s.data(), s.size()}; }
void Put(const std::vector<std::int64_t>& list, lode_value& v, Strings&) {
  v.count = static_cast<std::uint32_t>(list.size());
  v.as.ints = list.data();
}
void Put(const std::vector<double>& list, lode_value& v, Strings&) {
  v.count = static_cast<std::uint32_t>(list.size());
  v.as.reals = list.data();
}
void Put(const std::vector<std::string>& list, lode_value& v, Strings& strings) {
  for (const std::string& s : list) { strings.push_back({s.data(), s.size()}); }
  v.count = static_cast<std::uint32_t>(list.size());
  v.as.strs = strings.data();
}

}  // namespace

ValueTable::ValueTable(const lode_component& component, const std::vector<Value>& values)
    : strings_(values.size()) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    lode_value v{};
    v.type = LODE_AT(component.params, i)->type;
    std::visit([&](const auto& value) { Put(value, v, strings_[i]); }, values[i]);
    table_.push_back(v);
  }
}

}  // namespace lode::core
