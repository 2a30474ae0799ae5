// lode/testing.hpp - for unit tests of components: random numbers, a host, and a space to bind to,
// without the lode program. (`lode verify` checks the rules that all components must keep.)
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_TESTING_HPP_
#define LODE_TESTING_HPP_

#include <cstddef>
#include <cstdint>
#include <lode/choices.hpp>
#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lode::test {

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

// Four decisions with three values each: architectures are written "a,b,c,a".
struct TinySpace : ChoiceSpace {
  struct Config {};
  TinySpace(Host, const Config&)
      : ChoiceSpace(DecisionsOf({{"tiny", {"0", "1", "2", "3"}, {"a", "b", "c"}}})) {}
};

// An instance of the space class T with its default parameters, ready to bind to.
template <class T = TinySpace>
class BoundSpace {
 public:
  BoundSpace() : component_(*SpaceComponent<T>("test", "1.0.0", "A space in a test.")) {
    std::vector<lode_value> defaults;
    for (std::uint32_t i = 0; i < component_.param_count; ++i)
      defaults.push_back(component_.params[i].default_value);
    detail::Check([&](lode_error* e) {
      return component_.create(host_.get(), defaults.data(), &instance_, e);
    });
    space_.emplace(handle());
  }
  ~BoundSpace() { component_.destroy(instance_); }
  BoundSpace(const BoundSpace&) = delete;

  const Space& space() const { return *space_; }
  // Returns the form that a component's table of functions takes.
  lode_space handle() const {
    return {static_cast<const lode_space_api*>(component_.api), instance_};
  }

 private:
  FixedHost host_;
  const lode_component& component_;
  lode_instance* instance_ = nullptr;
  std::optional<Space> space_;
};

// Returns the bytes that component.Save writes.
template <class T>
std::string Save(const T& component) {
  std::string bytes;
  Writer writer(detail::SinkInto(bytes));
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

}  // namespace lode::test

#endif  // LODE_TESTING_HPP_
