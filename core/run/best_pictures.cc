#include "core/run/best_pictures.h"

#include <lode/plugin.hpp>
#include <utility>

#include "core/plugin/component.h"
#include "core/plugin/loader.h"
#include "core/report/picture.h"
#include "core/search/components.h"

namespace lode::core {

struct DrawingSpace::Parts {
  Parts(const ComponentConfig& space, const Catalog& catalog)
      : instance(LoadComponent(catalog, LODE_SPACE, space.id), space.values, run, "space"),
        view(ViewOf(instance)) {}

  const RunContext run;
  const SpaceInstance instance;
  const std::unique_ptr<lode::Space> view;
};

DrawingSpace::DrawingSpace(const ComponentConfig& space, const Catalog& catalog)
    : parts_(std::make_unique<Parts>(space, catalog)) {}

DrawingSpace::~DrawingSpace() = default;

std::string DrawingSpace::Draw(const std::string& architecture) const {
  const lode::Space& space = *parts_->view;
  if (!space.HasGraph()) { return ""; }
  return parts_->instance.Use([&] {
    return FormatSvg(PrintableGraph(space, space.Parse(architecture)), ColorsOf(space),
                     architecture);
  });
}

void BestPictures::Offer(std::uint64_t step, std::string architecture) {
  offered_ = {step, std::move(architecture)};
}

std::optional<BestPictures::Picture> BestPictures::Poll() {
  if (png_.valid()) {
    const bool is_ready = png_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    return is_ready ? Take() : std::nullopt;
  }
  if (offered_ && (!begun_ || now_() - *begun_ >= kInterval)) { Begin(); }
  return std::nullopt;
}

std::optional<BestPictures::Picture> BestPictures::Finish() {
  std::optional<Picture> picture = Take();
  if (!offered_) { return picture; }
  if (offered_->architecture == last_.architecture) {
    offered_->png = last_.png;
    return std::exchange(offered_, std::nullopt);
  }
  Begin();
  return Take();
}

void BestPictures::Begin() {
  begun_ = now_();
  under_way_ = std::move(*offered_);
  offered_.reset();
  std::string svg = draw_(under_way_.architecture);
  if (!svg.empty()) { png_ = std::async(std::launch::async, convert_, std::move(svg)); }
}

// Returns none if none is under way.
std::optional<BestPictures::Picture> BestPictures::Take() {
  if (!png_.valid()) { return std::nullopt; }
  under_way_.png = png_.get();
  last_ = std::exchange(under_way_, {});
  return last_;
}

}  // namespace lode::core
