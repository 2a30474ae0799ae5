// Components that each break one of the rules for all kinds; the rule is in the id.
#include <unistd.h>

#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <lode/testing.hpp>
#include <thread>

#include "tests/verify/plugins/edited.h"

namespace {

using lode::test::GridSpace;

// A grid that performs `Act` each time one is created.
template <auto Act>
struct Acting : GridSpace {
  Acting(lode::Host host, const Config& config) : GridSpace(host, config) { Act(); }
};

// A grid that performs `Act` instead of mutating.
template <auto Act>
struct Ends : GridSpace {
  using GridSpace::GridSpace;
  void Mutate(lode::Random random, lode::ArchitectureView parent,
              std::span<std::uint8_t> child) const {
    Act();
    GridSpace::Mutate(random, parent, child);
  }
};

void Print() { std::printf("made a grid\n"); }
void StartThread() {
  static const bool started = [] {
    std::thread([] { std::this_thread::sleep_for(std::chrono::seconds(60)); }).detach();
    return true;
  }();
  static_cast<void>(started);
}
void OpenFile() {
  static const int file = dup(STDIN_FILENO);
  static_cast<void>(file);
}
void Leak() {
  void* volatile lost = std::malloc(1000);
  static_cast<void>(lost);
}
void IgnoreSignal() { signal(SIGUSR1, SIG_IGN); }
void SetLocale() { std::setlocale(LC_ALL, "C.UTF-8"); }
void Abort() { std::abort(); }
void Exit() { std::exit(3); }

// A grid whose mutations take long, and report progress meanwhile.
template <auto Wait>
struct Reports : GridSpace {
  Reports(lode::Host host, const Config& config) : GridSpace(host, config), host_(host) {}
  void Mutate(lode::Random random, lode::ArchitectureView parent,
              std::span<std::uint8_t> child) const {
    Wait(host_);
    GridSpace::Mutate(random, parent, child);
  }

 private:
  lode::Host host_;
};

// Reports the same progress forever.
void Hang(const lode::Host& host) {
  for (;;) {
    host.Progress(0.5, "mutating");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

// The first mutation takes 6 seconds.
void Advance(const lode::Host& host) {
  static int tenths = 0;
  for (; tenths < 60; ++tenths) {
    host.Progress(tenths / 60.0, "mutating");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

struct Overwrites : GridSpace {
  using GridSpace::GridSpace;
  void Mutate(lode::Random random, lode::ArchitectureView parent,
              std::span<std::uint8_t> child) const {
    GridSpace::Mutate(random, parent, child);
    const_cast<std::uint8_t&>(parent[0]) = 0;
  }
};

struct Verbose : GridSpace {
  Verbose(lode::Host host, const Config& config) : GridSpace(host, config) {
    host.Log(LODE_INFO, "made a grid\nand more");
  }
};

struct Overdone : GridSpace {
  Overdone(lode::Host host, const Config& config) : GridSpace(host, config) {
    host.Progress(100, "done");
  }
};

struct Colored : GridSpace {
  using GridSpace::GridSpace;
  std::vector<lode::Matrix> Matrices() const {
    auto matrices = GridSpace::Matrices();
    matrices[0].row_labels[0] = "\x1b[31mred";
    return matrices;
  }
};

struct Clashes : GridSpace {
  using GridSpace::GridSpace;
  static lode::Params<Config> Parameters() {
    return {{"preset", &Config::rows, "Number of decisions.", lode::Range{1, 20}}};
  }
};

// ---- making instances

struct Unmakable : GridSpace {
  Unmakable(lode::Host host, const Config& config) : GridSpace(host, config) {
    throw lode::UnsupportedError("never");
  }
};

struct RefusesTheMost : GridSpace {
  RefusesTheMost(lode::Host host, const Config& config) : GridSpace(host, config) {
    if (config.rows == 20) { throw lode::UnsupportedError("too many rows"); }
  }
};

struct Clamps : GridSpace {
  using GridSpace::GridSpace;
};
struct WantsLog : GridSpace {
  using GridSpace::GridSpace;
};

using Create = decltype(lode_component::create);

template <class T>
const lode_component* Space(const char* id) {
  return lode::SpaceComponent<T>(id, "1.0.0", "Breaks the rule in its id.");
}

const lode_component* ClampsItsValues() {
  return Edited(Space<Clamps>("broken.create.beyond"), [](lode_component& c) {
    Original<Clamps, Create>() = c.create;
    c.create = [](const lode_host* host, const lode_value* values, lode_instance** out,
                  lode_error* e) {
      lode_value clamped[] = {values[0], values[1]};
      clamped[0].as.i = std::clamp<std::int64_t>(values[0].as.i, 1, 20);
      clamped[1].as.i = std::clamp<std::int64_t>(values[1].as.i, 1, 10);
      return Original<Clamps, Create>()(host, clamped, out, e);
    };
  });
}

const lode_component* NeedsALog() {
  return Edited(Space<WantsLog>("broken.create.host"), [](lode_component& c) {
    Original<WantsLog, Create>() = c.create;
    c.create = [](const lode_host* host, const lode_value* values, lode_instance** out,
                  lode_error* e) {
      if (!LODE_HAS(host, log)) {
        return lode::detail::Fail(e, LODE_E_UNSUPPORTED, "the host has no log");
      }
      return Original<WantsLog, Create>()(host, values, out, e);
    };
  });
}

// ---- calls

struct TwoLines : GridSpace {
  using GridSpace::GridSpace;
  void Parse(std::string_view text, std::span<std::uint8_t> out) const {
    try {
      GridSpace::Parse(text, out);
    } catch (const lode::InvalidError&) {
      throw lode::InvalidError("this is wrong\nand more of it");
    }
  }
};

struct WantsError : GridSpace {
  using GridSpace::GridSpace;
};
struct Throws : GridSpace {
  using GridSpace::GridSpace;
};
struct Touches : GridSpace {
  using GridSpace::GridSpace;
};
struct Trespasses : GridSpace {
  using GridSpace::GridSpace;
};

using Parse = decltype(lode_space_api::parse);

// A grid whose parse() goes through `broken`.
template <class T>
const lode_component* ParsesThrough(const char* id, Parse broken) {
  return EditedApi<lode_space_api>(Space<T>(id), [&](lode_space_api& api) {
    Original<T, Parse>() = api.parse;
    api.parse = broken;
  });
}

lode_status FailOtherwise(const lode_instance* i, lode_str text, std::uint8_t* out, lode_error* e) {
  const lode_status status = Original<WantsError, Parse>()(i, text, out, e);
  return e == nullptr && status != LODE_OK ? lode_status{LODE_E_INTERNAL} : status;
}
lode_status Throw(const lode_instance*, lode_str, std::uint8_t*, lode_error*) {
  throw std::runtime_error("thrown");
}
lode_status Touch(const lode_instance* i, lode_str text, std::uint8_t* out, lode_error* e) {
  out[0] = 0;
  return Original<Touches, Parse>()(i, text, out, e);
}
lode_status Trespass(const lode_instance* i, lode_str text, std::uint8_t* out, lode_error* e) {
  out[12] = 0;  // a default grid has 12 cells
  return Original<Trespasses, Parse>()(i, text, out, e);
}

// ---- descriptors

struct Misnamed : GridSpace {
  using GridSpace::GridSpace;
};
struct Unversioned : GridSpace {
  using GridSpace::GridSpace;
};
struct Wordless : GridSpace {
  using GridSpace::GridSpace;
};

struct Undocumented : GridSpace {
  using GridSpace::GridSpace;
  static lode::Params<Config> Parameters() { return {{"rows", &Config::rows, "rows"}}; }
};

struct OutOfRange : GridSpace {
  using GridSpace::GridSpace;
  static lode::Params<Config> Parameters() {
    return {{"rows", &Config::rows, "Number of decisions.", lode::Range{5, 20}}};
  }
};

struct StrayPreset : GridSpace {
  using GridSpace::GridSpace;
  static lode::Presets Presets() {
    return {{"small", "A small one.", {{"columns", std::int64_t{2}}}}};
  }
};

}  // namespace

LODE_PLUGIN("broken.manners", "1.0.0", "Apache-2.0", Space<Acting<Print>>("broken.process.output"),
            Space<Acting<StartThread>>("broken.process.threads"),
            Space<Acting<OpenFile>>("broken.process.files"),
            Space<Acting<Leak>>("broken.process.memory"),
            Space<Acting<IgnoreSignal>>("broken.process.signals"),
            Space<Acting<SetLocale>>("broken.process.state"),
            Space<Ends<Abort>>("broken.process.crash"), Space<Ends<Exit>>("broken.process.exit"),
            Space<Reports<Hang>>("broken.process.hang"), Space<Reports<Advance>>("sound.slow"),
            Space<Unmakable>("broken.create.defaults"),
            Space<RefusesTheMost>("broken.create.setting"), ClampsItsValues(), NeedsALog(),
            Space<TwoLines>("broken.error.message"),
            ParsesThrough<WantsError>("broken.error.null", FailOtherwise),
            ParsesThrough<Throws>("broken.error.exception", Throw),
            ParsesThrough<Touches>("broken.outputs.untouched", Touch),
            ParsesThrough<Trespasses>("broken.outputs.bounds", Trespass),
            Space<Overwrites>("broken.inputs.untouched"), Space<Verbose>("broken.host.text"),
            Space<Overdone>("broken.host.progress"), Space<Colored>("broken.text.printable"),
            Space<Clashes>("broken.names.host"), Space<Misnamed>("Broken.descriptor.id"),
            lode::SpaceComponent<Unversioned>("broken.descriptor.version", "1", "Has no version."),
            lode::SpaceComponent<Wordless>("broken.descriptor.summary", "1.0.0", "no sentence"),
            Space<Undocumented>("broken.descriptor.param"),
            Space<OutOfRange>("broken.descriptor.default"),
            Space<StrayPreset>("broken.descriptor.preset"));
