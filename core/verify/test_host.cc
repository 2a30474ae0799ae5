#include "core/verify/test_host.h"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <set>
#include <utility>

namespace lode::verify {
namespace {

namespace fs = std::filesystem;

lode_str Keep(std::string text) {
  static auto* const kept = new std::set<std::string>;
  const std::string& stored = *kept->insert(std::move(text)).first;
  return {stored.data(), stored.size()};
}

lode_value ResolvePath(lode_value value, const fs::path& directory) {
  const std::string text(value.as.s.data, value.as.s.size);
  if (!text.empty()) value.as.s = Keep((directory / text).string());
  return value;
}

lode_value Number(const lode_param& param, double bound) {
  lode_value value{};
  value.type = param.type;
  if (param.type == LODE_T_INT) {
    value.as.i = static_cast<std::int64_t>(bound);
  } else {
    value.as.r = bound;
  }
  return value;
}

lode_value Choice(const char* choice) {
  lode_value value{};
  value.type = LODE_T_CHOICE;
  value.as.s = {choice, std::strlen(choice)};
  return value;
}

// An allowed value for a parameter that has no default.
lode_value AnyAllowed(const lode_param& param) {
  lode_value value{};
  value.type = param.type;
  if (param.type == LODE_T_CHOICE) return Choice(param.choices[0]);
  if (param.type == LODE_T_INT || param.type == LODE_T_REAL) {
    const double bound = std::isfinite(param.min) ? param.min : 0;
    return Number(param, (param.flags & LODE_PARAM_OPEN_MIN) != 0 ? bound + 1 : bound);
  }
  value.as.s = {"", 0};
  return value;
}

// The outermost allowed value towards `bound`: the bound itself, or if that is excluded the next.
lode_value Extreme(const lode_param& param, double bound, bool open, double inwards) {
  if (!open) return Number(param, bound);
  return Number(
      param, param.type == LODE_T_INT ? bound + inwards : std::nextafter(bound, bound + inwards));
}

class VariationList {
 public:
  explicit VariationList(Setting defaults) : defaults_(std::move(defaults)) {}

  void Add(std::uint32_t param, const std::string& name, lode_value value) {
    Setting setting = defaults_;
    setting.name = name;
    setting.values[param] = value;
    list_.push_back(std::move(setting));
  }
  std::vector<Setting> Take() { return std::move(list_); }

 private:
  Setting defaults_;
  std::vector<Setting> list_;
};

void AddVariations(const lode_param& p, std::uint32_t index, VariationList& list) {
  const std::string name = p.name;
  if (p.type == LODE_T_INT || p.type == LODE_T_REAL) {
    if (std::isfinite(p.min))
      list.Add(index, name + " at its minimum",
               Extreme(p, p.min, (p.flags & LODE_PARAM_OPEN_MIN) != 0, 1));
    if (std::isfinite(p.max))
      list.Add(index, name + " at its maximum",
               Extreme(p, p.max, (p.flags & LODE_PARAM_OPEN_MAX) != 0, -1));
  }
  for (auto choice = p.choices; choice != nullptr && *choice != nullptr; ++choice)
    list.Add(index, name + " = " + *choice, Choice(*choice));
  if (p.type == LODE_T_BOOL) {
    for (const bool b : {false, true}) {
      lode_value value{};
      value.type = LODE_T_BOOL;
      value.as.b = b;
      list.Add(index, name + (b ? " = true" : " = false"), value);
    }
  }
}

}  // namespace

TestHost::TestHost(std::uint64_t seed, Slots slots) : stream_(seed, "test") {
  host_.struct_size = sizeof host_;
  host_.abi_minor = LODE_ABI_MINOR;
  host_.ctx = this;
  if (slots != Slots::kRandomOnly) FillSlots();
  host_.random = stream_.handle();
  if (slots == Slots::kNone) {
    host_.struct_size = offsetof(lode_host, log);
    host_.random = {this, [](void* ctx, std::uint64_t* out, std::size_t count) {
                      static_cast<TestHost*>(ctx)->trespassed_ = true;
                      std::fill(out, out + count, 0);
                    }};
  }
}

void TestHost::FillSlots() {
  const auto used = [](TestHost& host) {
    if (host.host_.struct_size < sizeof(lode_host)) host.trespassed_ = true;
  };
  static const auto touch = used;
  host_.log = [](const lode_host* h, lode_level, const char* message, std::size_t size) {
    touch(Of(h));
    const std::lock_guard lock(Of(h).mutex_);
    Of(h).lines_.emplace_back(message, size);
  };
  host_.cancelled = [](const lode_host* h) {
    touch(Of(h));
    return Of(h).cancelled_.load();
  };
  host_.progress = [](const lode_host* h, double, const char*) { touch(Of(h)); };
  host_.record = [](const lode_host* h, const char* name, double value) {
    touch(Of(h));
    Of(h).records_.emplace_back(name, value);
  };
  host_.extension = [](const lode_host* h, const char*) -> const void* {
    touch(Of(h));
    return nullptr;
  };
}

std::vector<std::string> TestHost::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

lode_trial TrialOf(std::uint64_t step, std::uint32_t flags, const float* action,
                   const std::uint8_t* architecture, const double& reward) {
  lode_trial trial{};
  trial.struct_size = sizeof trial;
  trial.flags = flags;
  trial.step = step;
  trial.action = action;
  trial.architecture = architecture;
  trial.metrics = &reward;
  trial.metric_count = 1;
  trial.reward = reward;
  trial.objectives = &reward;
  trial.objective_count = 1;
  if ((flags & LODE_TRIAL_FAILED) != 0) trial.violation = reward;  // NaN
  return trial;
}

ErrorBuffer::ErrorBuffer() { error_.struct_size = sizeof error_; }

std::string ErrorBuffer::message() const {
  return {error_.message, strnlen(error_.message, sizeof error_.message)};
}

std::string ErrorBuffer::Fault(lode_status status) const {
  const std::string text = message();
  if (text.empty()) return "gives no reason";
  if (text.size() == sizeof error_.message) return "is not terminated";
  if (text.find_first_of("\n\r") != std::string::npos) return "has more than one line";
  if (text.ends_with('.') && !text.ends_with("...")) return "ends in a full stop: '" + text + "'";
  if (error_.code != status) return "has another code than the call returned: '" + text + "'";
  return "";
}

Setting DefaultSetting(const lode_component& component, const fs::path& directory) {
  Setting setting{"defaults", {}};
  for (std::uint32_t i = 0; i < component.param_count; ++i) {
    const lode_param& p = *LODE_AT(component.params, i);
    const bool required = (p.flags & LODE_PARAM_REQUIRED) != 0;
    lode_value value = required ? AnyAllowed(p) : p.default_value;
    value.type = p.type;
    setting.values.push_back(p.type == LODE_T_PATH ? ResolvePath(value, directory) : value);
  }
  return setting;
}

std::vector<Setting> PresetSettings(const lode_component& component, const fs::path& directory) {
  std::vector<Setting> list;
  for (std::uint32_t i = 0; i < component.preset_count; ++i) {
    const lode_preset& preset = *LODE_AT(component.presets, i);
    Setting setting = DefaultSetting(component, directory);
    setting.name = std::string("preset ") + preset.name;
    for (std::uint32_t s = 0; s < preset.setting_count; ++s) {
      for (std::uint32_t p = 0; p < component.param_count; ++p) {
        if (std::strcmp(preset.settings[s].param, LODE_AT(component.params, p)->name) == 0)
          setting.values[p] = preset.settings[s].value;
      }
    }
    list.push_back(std::move(setting));
  }
  return list;
}

std::vector<Setting> Variations(const lode_component& component, const fs::path& directory) {
  VariationList variations(DefaultSetting(component, directory));
  for (std::uint32_t i = 0; i < component.param_count; ++i)
    AddVariations(*LODE_AT(component.params, i), i, variations);
  std::vector<Setting> list = variations.Take();
  for (Setting& preset : PresetSettings(component, directory)) list.push_back(std::move(preset));
  return list;
}

Subject::Subject(const lode_component& component, const Setting& setting, std::uint64_t seed,
                 TestHost::Slots slots)
    : component_(component), host_(seed, slots) {
  status_ = component.create(host_.get(), setting.values.data(), &instance_, error_.get());
}

Subject::~Subject() {
  if (instance_ != nullptr) component_.destroy(instance_);
}

}  // namespace lode::verify
