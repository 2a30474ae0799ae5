// Pictures of the best architectures of a run, made while it searches.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// A space that draws its architectures.
class DrawingSpace {
 public:
  // Loads the space's plugin in this process. Throws HostError.
  DrawingSpace(const ComponentConfig& space, const Catalog& catalog);
  ~DrawingSpace();

  // Returns an SVG document; "" if the space draws none. Throws HostError.
  std::string Draw(const std::string& architecture) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Another thread makes one picture at a time, and begins one every few seconds at most, so that a
// search does not wait for them. What is offered meanwhile replaces what was offered before.
class BestPictures {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = Clock::time_point (*)();                                       // tells the time
  using Draw = std::function<std::string(const std::string& architecture)>;  // an SVG, or ""
  using Convert = std::function<std::string(const std::string& svg)>;        // to a PNG

  static constexpr auto kInterval = std::chrono::seconds(5);

  // `draw` is called in the caller's thread, `convert` in others.
  BestPictures(Draw draw, Convert convert, Now now = Clock::now)
      : draw_(std::move(draw)), convert_(std::move(convert)), now_(now) {}

  struct Picture {
    std::uint64_t step = 0;
    std::string architecture{}, png{};
  };

  void Offer(std::uint64_t step, std::string architecture);
  // Begins a picture if it is time, and returns one that is finished. Throws HostError like
  // Finish().
  std::optional<Picture> Poll();
  // Waits for the picture of what was offered last, and returns it; none if it was returned before,
  // or the space draws none.
  std::optional<Picture> Finish();

 private:
  void Begin();
  std::optional<Picture> Take();

  const Draw draw_;
  const Convert convert_;
  const Now now_;
  std::optional<Picture> offered_;  // without its PNG, as is the next one
  Picture under_way_{};
  std::future<std::string> png_;
  std::optional<Clock::time_point> begun_;  // the last one
  Picture last_{};
};

}  // namespace lode::core
