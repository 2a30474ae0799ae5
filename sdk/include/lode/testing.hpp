// lode/testing.hpp - for tests of components and plugins. Header-only; depends on the other headers
// of the SDK, the standard library and POSIX, and on no test framework: mistakes are exceptions.
// SPDX-License-Identifier: Apache-2.0
//
// Unit tests, without the lode program:
//
//   FixedStream, FixedHost     random numbers, and a host that gives nothing else
//   RandomStream, TestHost     the host's own random numbers, and a host that keeps what it is told
//   TinySpace, GridSpace       spaces that are small enough to know everything about them
//   BoundSpace<T>, Grid        instances of spaces, ready to bind to
//   Values, Instance           an instance of any component, with values for its parameters
//   LoadComponent              a component of another plugin
//   TrialOf, Save, Load, ErrorBuffer, SameBits, TemporaryDirectory
//
// Tests with the installed program:
//
//   Search     runs pipelines with the plugins under test, reads the results, and verifies plugins
//   Program    runs lode with any arguments
//
// Rules for all components need no tests of yours: `lode verify` checks it (Search::Verify).
#ifndef LODE_TESTING_HPP_
#define LODE_TESTING_HPP_

#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <lode/choices.hpp>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace lode::test {

// ---- random numbers ----

// A fixed stream of words: a Weyl sequence passed through a 64-bit mixer.
class FixedStream {
 public:
  explicit FixedStream(std::uint64_t seed) : state_(seed) {}
  lode::Random random() { return lode::Random(lode_random{this, Fill}); }

 private:
  static void Fill(void* ctx, std::uint64_t* out, std::size_t count) {
    auto& state = static_cast<FixedStream*>(ctx)->state_;
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t z = state += 0x9e3779b97f4a7c15u;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
      out[i] = z ^ (z >> 31);
    }
  }
  std::uint64_t state_;
};

// What a call into a component is for. Each phase of a step has its own random numbers.
enum class Phase : std::uint64_t { kSetup, kExplore, kPerturb, kAsk, kEvaluate, kTell, kPrepare };

namespace detail {

// FNV-1a.
constexpr std::uint64_t HashName(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u; }
  return hash;
}

using Block = std::array<std::uint64_t, 4>;
using Key = std::array<std::uint64_t, 2>;

// One round of Philox 4x64.
constexpr Block PhiloxRound(const Block& in, const Key& key) {
  __extension__ using Product = unsigned __int128;
  const Product a = Product{0xD2E7470EE14C6C93u} * in[0];
  const Product b = Product{0xCA5A826395121157u} * in[2];
  const auto high = [](Product p) { return static_cast<std::uint64_t>(p >> 64); };
  const auto low = [](Product p) { return static_cast<std::uint64_t>(p); };
  return {high(b) ^ in[1] ^ key[0], low(b), high(a) ^ in[3] ^ key[1], low(a)};
}

// Philox 4x64-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3, SC'11).
constexpr Block Philox(Block counter, Key key) {
  for (int round = 0; round < 10; ++round) {
    counter = PhiloxRound(counter, key);
    key[0] += 0x9E3779B97F4A7C15u;
    key[1] += 0xBB67AE8584CAA73Bu;
  }
  return counter;
}

}  // namespace detail

// The words that a host gives to a component: a word depends only on the seed and the name, and on
// its position within the step, phase and attempt, not on earlier calls. Not thread-safe.
class RandomStream {
 public:
  // `name` distinguishes the components of one run: "optimizer/rea".
  explicit RandomStream(std::uint64_t seed, std::string_view name = "test")
      : key_{seed, detail::HashName(name)} {
    Restart(0, Phase::kSetup);
  }

  // Moves to the first word of a phase of a step. `attempt` is the number of the step's proposals
  // that were rejected before.
  void Restart(std::uint64_t step, Phase phase, std::uint64_t attempt = 0) {
    counter_ = {0, step, static_cast<std::uint64_t>(phase), attempt};
    used_ = block_.size();
  }
  // Becomes the stream of the same component in another run, at its beginning.
  void SetSeed(std::uint64_t seed) {
    key_[0] = seed;
    Restart(0, Phase::kSetup);
  }

  void Fill(std::uint64_t* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (used_ == block_.size()) { Advance(); }
      out[i] = block_[used_++];
    }
  }

  // The stream as a component gets it; valid as long as *this exists and is not moved.
  lode_random handle() {
    return {this, [](void* ctx, std::uint64_t* out, std::size_t count) {
              static_cast<RandomStream*>(ctx)->Fill(out, count);
            }};
  }
  lode::Random random() { return lode::Random(handle()); }

 private:
  void Advance() {
    block_ = detail::Philox(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }

  detail::Key key_;
  detail::Block counter_{};  // block, step, phase, attempt
  detail::Block block_{};
  std::size_t used_ = 0;
};

// ---- hosts ----

// A host that gives random numbers and nothing else. It must outlive the components made with it.
class FixedHost {
 public:
  explicit FixedHost(std::uint64_t seed = 1) : stream_(seed) {
    host_.struct_size = sizeof host_;
    host_.abi_minor = LODE_ABI_MINOR;
    host_.random = stream_.random().stream();
  }
  FixedHost(const FixedHost&) = delete;

  lode::Host host() const { return lode::Host(&host_); }
  const lode_host* get() const { return &host_; }

 private:
  FixedStream stream_;
  lode_host host_{};
};

// A host for one instance. Its random numbers are those of a run with this seed, and Enter restarts
// them as the host does; the log and the records are kept. It must outlive the instance.
class TestHost {
 public:
  explicit TestHost(std::uint64_t seed = 1, std::string_view name = "test")
      : seed_(seed), stream_(seed, name) {
    host_.struct_size = sizeof host_;
    host_.abi_minor = LODE_ABI_MINOR;
    host_.ctx = this;
    host_.random = stream_.handle();
    FillSlots();
  }
  TestHost(const TestHost&) = delete;

  const lode_host* get() const { return &host_; }
  lode::Host host() const { return lode::Host(&host_); }

  // Restarts the random numbers, as the host does before every call of a step.
  void Enter(std::uint64_t step, Phase phase, std::uint64_t attempt = 0) {
    stream_.Restart(step, phase, attempt);
  }

  // The seed of the run whose random numbers the host gives.
  std::uint64_t seed() const { return seed_; }
  void SetSeed(std::uint64_t seed) {
    seed_ = seed;
    stream_.SetSeed(seed);
  }

  // From `when` on, Cancelled() returns true.
  void CancelAt(std::chrono::steady_clock::time_point when) { cancel_at_ = when; }
  bool cancelled() const { return std::chrono::steady_clock::now() >= cancel_at_; }

  // What was logged and recorded, oldest first.
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  const std::vector<std::pair<std::string, double>>& records() const { return records_; }

 protected:
  // The table of services, for hosts that offer others.
  lode_host& services() { return host_; }
  static TestHost& Of(const lode_host* host) { return *static_cast<TestHost*>(host->ctx); }

  void KeepLine(std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }
  void KeepRecord(std::string_view name, double value) { records_.emplace_back(name, value); }

 private:
  void FillSlots() {
    host_.log = [](const lode_host* h, lode_level, const char* message, std::size_t size) {
      Of(h).KeepLine({message, size});
    };
    host_.cancelled = [](const lode_host* h) { return Of(h).cancelled(); };
    host_.progress = [](const lode_host*, double, const char*) {};
    host_.record = [](const lode_host* h, const char* name, double value) {
      Of(h).KeepRecord(name, value);
    };
    host_.extension = [](const lode_host*, const char*) -> const void* { return nullptr; };
  }

  std::uint64_t seed_;
  RandomStream stream_;
  lode_host host_{};
  std::chrono::steady_clock::time_point cancel_at_ = std::chrono::steady_clock::time_point::max();
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::vector<std::pair<std::string, double>> records_;
};

// ---- instances ----

// Sets the values that a preset sets. `values` has one for each parameter of the component.
inline void ApplyPreset(const lode_component& component, const lode_preset& preset,
                        std::span<lode_value> values) {
  for (std::uint32_t s = 0; s < preset.setting_count; ++s) {
    for (std::uint32_t p = 0; p < component.param_count; ++p) {
      if (std::string_view(preset.settings[s].param) == LODE_AT(component.params, p)->name) {
        values[p] = preset.settings[s].value;
      }
    }
  }
}

// Loads a component of a plugin file, for example a space to bind an oracle to. It stays loaded.
// Throws std::runtime_error if the plugin cannot be loaded or does not have it.
inline const lode_component& LoadComponent(const std::filesystem::path& plugin,
                                           std::string_view id) {
  void* const library = dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) { throw std::runtime_error(dlerror()); }
  const auto* entry = static_cast<const lode_plugin*>(dlsym(library, LODE_ENTRY_SYMBOL));
  for (std::uint32_t i = 0; entry != nullptr && i < entry->component_count; ++i) {
    if (id == entry->components[i]->id) { return *entry->components[i]; }
  }
  throw std::runtime_error(plugin.string() + ": has no component '" + std::string(id) + "'");
}

// Values for the parameters of a component: the defaults, until they are set. A wrong name or type
// throws std::invalid_argument. The component must outlive it.
class Values {
 public:
  // Relative paths among the defaults start at `directory`, the one of the plugin.
  // NOLINTNEXTLINE(google-explicit-constructor): a component stands for its defaults
  Values(const lode_component& component, const std::filesystem::path& directory = {})
      : component_(&component) {
    for (std::uint32_t i = 0; i < component.param_count; ++i) {
      list_.push_back(DefaultOf(*LODE_AT(component.params, i), directory));
    }
  }

  template <class Number>
  requires std::is_arithmetic_v<Number> Values& Set(std::string_view name, Number number) {
    lode_value& value = Named(name, {LODE_T_BOOL, LODE_T_INT, LODE_T_REAL});
    if (value.type == LODE_T_BOOL) {
      value.as.b = number != Number{};
    } else if (value.type == LODE_T_INT) {
      value.as.i = static_cast<std::int64_t>(number);
    } else {
      value.as.r = static_cast<double>(number);
    }
    return *this;
  }
  Values& Set(std::string_view name, std::string_view text) {
    Named(name, {LODE_T_STRING, LODE_T_CHOICE, LODE_T_PATH}).as.s = Keep(text);
    return *this;
  }
  Values& SetList(std::string_view name, const std::vector<std::string>& items) {
    std::vector<lode_str>& list = kept_->lists.emplace_back();
    for (const std::string& item : items) { list.push_back(Keep(item)); }
    lode_value& value = Named(name, {LODE_T_STRING_LIST});
    value.as.strs = list.data();
    value.count = static_cast<std::uint32_t>(list.size());
    return *this;
  }
  Values& SetPreset(std::string_view name) {
    for (std::uint32_t i = 0; i < component_->preset_count; ++i) {
      const lode_preset& preset = *LODE_AT(component_->presets, i);
      if (preset.name == name) { return ApplyPreset(*component_, preset, list_), *this; }
    }
    throw std::invalid_argument("no preset '" + std::string(name) + "'");
  }

  const lode_component& component() const { return *component_; }
  const lode_value* data() const { return list_.data(); }

 private:
  // Returns the value of a parameter that has one of the types.
  lode_value& Named(std::string_view name, std::initializer_list<lode_type> types) {
    for (std::uint32_t i = 0; i < component_->param_count; ++i) {
      if (name != LODE_AT(component_->params, i)->name) { continue; }
      if (std::find(types.begin(), types.end(), list_[i].type) != types.end()) { return list_[i]; }
      throw std::invalid_argument("parameter '" + std::string(name) + "' has another type");
    }
    throw std::invalid_argument("no parameter '" + std::string(name) + "'");
  }
  lode_value DefaultOf(const lode_param& param, const std::filesystem::path& directory) {
    lode_value value = param.default_value;
    value.type = param.type;
    if (param.type == LODE_T_PATH && value.as.s.size > 0) {
      value.as.s = Keep((directory / lode::detail::View(value.as.s)).string());
    }
    return value;
  }
  lode_str Keep(std::string_view text) {
    const std::string& kept = kept_->texts.emplace_back(text);
    return {kept.data(), kept.size()};
  }

  // Values borrow their data; copies share what they borrow.
  struct Kept {
    std::deque<std::string> texts;
    std::deque<std::vector<lode_str>> lists;
  };

  const lode_component* component_;
  std::vector<lode_value> list_;
  std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

// An instance and its host. Throws lode::Error if the component refuses the values.
class Instance {
 public:
  explicit Instance(const Values& values, std::uint64_t seed = 1)
      : component_(values.component()), host_(seed) {
    lode::detail::Check([&](lode_error* e) {
      return component_.create(host_.get(), values.data(), &instance_, e);
    });
  }
  ~Instance() { component_.destroy(instance_); }
  Instance(const Instance&) = delete;

  lode_instance* get() const { return instance_; }
  TestHost& host() { return host_; }
  const lode_component& component() const { return component_; }

  // The functions of its kind, for example lode_oracle_api.
  template <class Api>
  const Api& api() const {
    return *static_cast<const Api*>(component_.api);
  }

 private:
  const lode_component& component_;
  TestHost host_;
  lode_instance* instance_ = nullptr;
};

// ---- spaces ----

// An instance of a space, ready to bind to.
class SpaceInstance {
 public:
  explicit SpaceInstance(const Values& values) : instance_(values), space_(handle()) {}

  const Space& space() const { return space_; }
  // Returns the form that a component's table of functions takes.
  lode_space handle() const { return {&instance_.api<lode_space_api>(), instance_.get()}; }

 private:
  Instance instance_;
  Space space_;
};

// Four decisions with three values each: architectures are written "a,b,c,a".
struct TinySpace : ChoiceSpace {
  struct Config {};
  TinySpace(Host, const Config&)
      : ChoiceSpace(DecisionsOf({{"tiny", {"0", "1", "2", "3"}, {"a", "b", "c"}}})) {}
};

// An instance of the space class T with its default parameters.
template <class T = TinySpace>
class BoundSpace : public SpaceInstance {
 public:
  BoundSpace() : SpaceInstance(*SpaceComponent<T>("test", "1.0.0", "A space in a test.")) {}
};

// `rows` decisions with `choices` values each in one matrix, with every optional function of
// ChoiceSpace. Architectures are written "2-0-1".
class GridSpace : public ChoiceSpace {
 public:
  struct Config {
    std::int64_t rows = 4;
    std::int64_t choices = 3;
  };
  static Params<Config> Parameters() {
    return {{"rows", &Config::rows, "Number of decisions.", Range{1, 20}},
            {"choices", &Config::choices, "Number of values of each decision.", Range{1, 10}}};
  }
  GridSpace(Host, const Config& config)
      : ChoiceSpace(Decisions(config), '-'),
        rows_(static_cast<std::size_t>(config.rows)),
        choices_(static_cast<std::size_t>(config.choices)) {}

  // The order of decisions does not matter, so the representative has ascending choices.
  void Canonical(ArchitectureView architecture, std::span<std::uint8_t> out) const {
    std::vector<std::size_t> choices = ChoicesOf(architecture);
    std::sort(choices.begin(), choices.end());
    SetChoices(choices, out);
  }

 private:
  static std::vector<Decision> Decisions(const Config& config) {
    std::vector<std::string> values;
    for (std::int64_t c = 0; c < config.choices; ++c) { values.push_back(std::to_string(c)); }
    std::vector<Decision> decisions;
    for (std::int64_t r = 0; r < config.rows; ++r) {
      decisions.push_back({"decision " + std::to_string(r), values, "grid"});
    }
    return decisions;
  }

 protected:
  std::size_t rows_;
  std::size_t choices_;
};

inline const lode_component& GridSpaceComponent() {
  return *SpaceComponent<GridSpace>("grid", "1.0.0", "A grid of independent decisions.");
}

// A grid of a given size.
class Grid : public SpaceInstance {
 public:
  Grid(std::int64_t rows, std::int64_t choices)
      : SpaceInstance(Values(GridSpaceComponent()).Set("rows", rows).Set("choices", choices)) {}
};

// ---- calls ----

// Returns a proposal for ask() to fill: one of two arrays of cells elements, which must outlive it.
inline lode_proposal ProposalInto(float* action, std::uint8_t* architecture) {
  lode_proposal proposal{};
  proposal.struct_size = sizeof proposal;
  proposal.action = action;
  proposal.architecture = architecture;
#if LODE_TARGET_MINOR >= 2
  proposal.fidelity = 1;
#endif
  return proposal;
}

// Returns a trial of a run whose only metric and objective is its reward, with no limit broken. The
// data that it points to must outlive it; `action` may be null.
inline lode_trial TrialOf(std::uint64_t step, std::uint32_t flags, const float* action,
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
  if ((flags & LODE_TRIAL_FAILED) != 0) {
    trial.violation = reward;  // NaN
  }
#if LODE_TARGET_MINOR >= 2
  trial.fidelity = 1;
#endif
  return trial;
}

// Returns whether two actions are the same byte for byte, which distinguishes 0 from -0.
inline bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

// A caller's lode_error, which checks what a call left in it.
class ErrorBuffer {
 public:
  ErrorBuffer() { error_.struct_size = sizeof error_; }

  lode_error* get() { return &error_; }
  std::string message() const {
    return {error_.message, std::find(std::begin(error_.message), std::end(error_.message), '\0')};
  }

  // Returns what is wrong with it after a call that returned `status` != LODE_OK, or "".
  std::string Fault(lode_status status) const {
    const std::string text = message();
    if (text.empty()) { return "gives no reason"; }
    if (text.size() == sizeof error_.message) { return "is not terminated"; }
    if (error_.struct_size != sizeof error_) {
      return "has another struct_size than the caller set";
    }
    if (text.find_first_of("\n\r") != std::string::npos) { return "has more than one line"; }
    if (text.ends_with('.') && !text.ends_with("...")) {
      return "ends in a period: '" + text + "'";
    }
    if (!IsPrintableLine(text)) { return "has control characters, or is not UTF-8"; }
    if (error_.code != status) { return "has another code than the call returned: '" + text + "'"; }
    return "";
  }

 private:
  lode_error error_{};
};

// Returns the bytes that component.Save writes.
template <class T>
std::string Save(const T& component) {
  std::string bytes;
  Writer writer(lode::detail::SinkInto(bytes));
  component.Save(writer);
  return bytes;
}

// Makes component.Load read `bytes`.
template <class T>
void Load(T& component, std::string_view bytes) {
  Reader reader({&bytes, [](void* ctx, void* data, std::size_t size) -> std::int64_t {
                   auto& rest = *static_cast<std::string_view*>(ctx);
                   const std::size_t taken = rest.copy(static_cast<char*>(data), size);
                   rest.remove_prefix(taken);
                   return static_cast<std::int64_t>(taken);
                 }});
  component.Load(reader);
}

// ---- the lode program ----

// A directory for one test, removed with its contents at destruction.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& prefix = "lode-test-") {
    std::string name = (std::filesystem::temp_directory_path() / (prefix + "XXXXXX")).string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error(name + ": cannot create a temporary directory");
    }
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// How a program ended, and what it printed.
struct Outcome {
  int status = 0;  // exit status; 128 + n if signal n ended it
  std::string out;
  std::string err;
};

using Environment = std::map<std::string, std::string>;

namespace detail {

inline std::vector<char*> PointersTo(std::vector<std::string>& words) {
  std::vector<char*> pointers(words.size() + 1);  // the last one is null
  std::transform(words.begin(), words.end(), pointers.begin(),
                 [](std::string& word) { return word.data(); });
  return pointers;
}

// Returns this process's environment with some variables added or changed.
inline std::vector<std::string> EnvironmentWith(Environment variables) {
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string variable = *at;
    const std::size_t end = variable.find('=');
    variables.emplace(variable.substr(0, end), variable.substr(end + 1));
  }
  std::vector<std::string> words;
  for (const auto& [name, value] : variables) {
    words.emplace_back(name).append("=").append(value);
  }
  return words;
}

inline std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace detail

// Starts a program (the first word: a path, or a name in PATH) in a directory, with its output and
// errors redirected to files. Throws std::system_error if that fails.
inline pid_t StartProcess(std::vector<std::string> words, const Environment& variables,
                          const std::filesystem::path& directory,
                          const std::filesystem::path& output,
                          const std::filesystem::path& errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), kWrite, 0644);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), kWrite, 0644);
  std::vector<std::string> environment = detail::EnvironmentWith(variables);
  pid_t process = -1;
  const int error =
      posix_spawnp(&process, words[0].c_str(), &actions, nullptr, detail::PointersTo(words).data(),
                   detail::PointersTo(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) { throw std::system_error(error, std::generic_category(), words[0]); }
  return process;
}

// Waits for the end of a process, and returns waitpid's status. Kills a process that takes so long
// that it must hang.
inline int WaitForEnd(pid_t process) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(10);
  int status = 0;
  while (waitpid(process, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > limit) { kill(process, SIGKILL); }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return status;
}

// The lode program: the value of the environment variable LODE_PROGRAM, otherwise "lode" in PATH.
inline std::filesystem::path InstalledProgram() {
  const char* program = std::getenv("LODE_PROGRAM");
  return program != nullptr ? program : "lode";
}

// Runs lode in a directory.
class Program {
 public:
  // `directory` is where it runs, and where it keeps its index of plugins and what it prints.
  explicit Program(std::filesystem::path directory,
                   std::filesystem::path program = InstalledProgram())
      : directory_(std::move(directory)), program_(std::move(program)) {
    SetEnvironment("XDG_CACHE_HOME", (directory_ / "cache").string());
  }

  // Sets a variable of the program's environment.
  void SetEnvironment(const std::string& name, const std::string& value) {
    environment_[name] = value;
  }

  // Redirects standard output to a file: Run and Finish then return none of it.
  void SendOutputTo(std::filesystem::path file) { output_ = std::move(file); }

  // Runs it to the end; kills it if it hangs.
  Outcome Run(const std::vector<std::string>& arguments) const { return Finish(Start(arguments)); }

  // Starts it; Finish waits for the end of what Start began.
  pid_t Start(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = {program_.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const std::filesystem::path out = directory_ / "standard-output";
    const std::filesystem::path err = directory_ / "standard-error";
    const pid_t child =
        StartProcess(words, environment_, directory_, output_.empty() ? out : output_, err);
    // It has them open, so renaming them does not affect it.
    if (output_.empty()) { std::filesystem::rename(out, PrintedBy(child, "out-")); }
    std::filesystem::rename(err, PrintedBy(child, "err-"));
    return child;
  }
  Outcome Finish(pid_t child) const {
    const int status = WaitForEnd(child);
    return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
            detail::ReadFile(PrintedBy(child, "out-")), detail::ReadFile(PrintedBy(child, "err-"))};
  }

 private:
  std::filesystem::path PrintedBy(pid_t child, const std::string& stream) const {
    return directory_ / (stream + std::to_string(child));
  }

  std::filesystem::path directory_, program_, output_;
  Environment environment_;
};

// Searches with the plugins under test, in a temporary directory: as a member of a test's fixture,
// or by itself.
//
//   lode::test::Search search({PLUGIN_FILE});  // from the CMakeLists.txt of `lode new`
//   const auto results = search.Results<nlohmann::json>(R"(
//       [space]
//       use = "tower"
//       ...)");
//   EXPECT_EQ(results["runs"][0]["steps"], 100);
class Search {
 public:
  // `plugins` are files; relative ones start at the test's working directory. The program also
  // finds the installed plugins.
  explicit Search(const std::vector<std::filesystem::path>& plugins = {},
                  std::filesystem::path program = InstalledProgram())
      : program_(directory_.path(), std::move(program)) {
    for (const std::filesystem::path& plugin : plugins) {
      options_.push_back("--plugin");
      options_.push_back(std::filesystem::absolute(plugin).string());
    }
  }

  // Where the program runs, and where the files of Write are.
  const std::filesystem::path& directory() const { return directory_.path(); }
  Program& program() { return program_; }

  // Writes a file, for example one that the pipeline names. Returns its path.
  std::string Write(const std::filesystem::path& name, std::string_view text) const {
    const std::filesystem::path file = directory() / name;
    std::ofstream out(file, std::ios::binary);
    if (!out.write(text.data(), static_cast<std::streamsize>(text.size())).flush()) {
      throw std::runtime_error(file.string() + ": cannot be written");
    }
    return file.string();
  }

  // Runs `lode ARGUMENTS`, with the plugins under test.
  Outcome Run(const std::vector<std::string>& arguments) const {
    return program_.Run(WithOptions(arguments));
  }
  // Starts it; Finish waits for its end.
  pid_t Start(const std::vector<std::string>& arguments) const {
    return program_.Start(WithOptions(arguments));
  }
  Outcome Finish(pid_t child) const { return program_.Finish(child); }

  // Runs a pipeline, given as TOML, and returns what `lode run --json` prints. `arguments` are
  // further ones: {"--set", "budget.steps=10"}. Throws std::runtime_error with all that the program
  // printed if the status is not 0.
  std::string RunPipeline(std::string_view pipeline,
                          const std::vector<std::string>& arguments = {}) const {
    std::vector<std::string> words = {"run", Write("pipeline.toml", pipeline), "--json"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const Outcome outcome = Run(words);
    if (outcome.status != 0) { throw std::runtime_error("lode run: " + Described(outcome)); }
    return outcome.out;
  }
  // The same, read by Json::parse(text): Results<nlohmann::json>(pipeline).
  template <class Json>
  Json Results(std::string_view pipeline, const std::vector<std::string>& arguments = {}) const {
    return Json::parse(RunPipeline(pipeline, arguments));
  }

  // Runs `lode verify PLUGIN --component COMPONENT --set SETTING...`, for components that need
  // settings. Returns "" if the component was checked and is clean, otherwise what was printed.
  std::string Verify(const std::filesystem::path& plugin, const std::string& component,
                     const std::vector<std::string>& settings = {}) const {
    std::vector<std::string> words = {"verify", std::filesystem::absolute(plugin).string(),
                                      "--component", component};
    for (const std::string& setting : settings) { words.insert(words.end(), {"--set", setting}); }
    const Outcome outcome = Run(words);
    const bool checked = outcome.out.find("not checked: ") == std::string::npos;
    return outcome.status == 0 && checked ? "" : "lode verify: " + Described(outcome);
  }

 private:
  std::vector<std::string> WithOptions(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), options_.begin(), options_.end());
    return arguments;
  }
  static std::string Described(const Outcome& outcome) {
    return "status " + std::to_string(outcome.status) + "\n" + outcome.out + outcome.err;
  }

  TemporaryDirectory directory_;
  Program program_;
  std::vector<std::string> options_;
};

}  // namespace lode::test

#endif  // LODE_TESTING_HPP_
