// A data set of small images of one size, in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "toolkit/images/image_set.h"

namespace lode::images {

struct PixelShape {
  std::size_t height, width, channels;
  std::size_t bytes() const { return height * width * channels; }  // per image
};

class PixelSet : public ImageSet {
 public:
  PixelSet(PixelShape shape, std::size_t classes) : shape_(shape), classes_(classes) {}

  void Reserve(std::size_t images);
  // Adds an image, stored as in the file: a plane for each channel, rows from the top. REQUIRES:
  // planes has shape.bytes(), label < classes.
  void Add(std::string_view planes, std::uint32_t label);

  const PixelShape& shape() const { return shape_; }

  std::size_t size() const override { return labels_.size(); }
  std::size_t channels() const override { return shape_.channels; }
  std::size_t classes() const override { return classes_; }
  std::uint32_t Label(std::size_t index) const override { return labels_[index]; }
  void Read(std::size_t index, Image& out) const override;

 private:
  PixelShape shape_;
  std::size_t classes_;
  std::vector<std::uint8_t> pixels_;  // image after image, in Image's layout
  std::vector<std::uint32_t> labels_;
};

// The two sets of a published data set.
struct PixelSets {
  std::unique_ptr<PixelSet> train, test;
};

}  // namespace lode::images
