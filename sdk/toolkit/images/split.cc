#include "toolkit/images/split.h"

#include <algorithm>
#include <cmath>
#include <lode/plugin.hpp>
#include <numeric>
#include <span>
#include <string>

#include "toolkit/images/random.h"

namespace lode::images {
namespace {

std::vector<std::vector<std::uint32_t>> ByClass(const ImageSet& set,
                                                const std::vector<std::uint32_t>& indices) {
  std::vector<std::vector<std::uint32_t>> classes(set.classes());
  for (const std::uint32_t i : indices) { classes[set.Label(i)].push_back(i); }
  return classes;
}

}  // namespace

std::vector<std::uint32_t> AllOf(const ImageSet& set) {
  std::vector<std::uint32_t> indices(set.size());
  std::iota(indices.begin(), indices.end(), 0u);
  return indices;
}

Split SplitInHalves(const ImageSet& set, std::uint64_t seed, double train_share) {
  if (!(train_share > 0 && train_share < 1)) {
    throw InvalidError("the share of images to train on is " + std::to_string(train_share) +
                       ", expected more than 0 and less than 1");
  }
  Split split;
  std::vector<std::vector<std::uint32_t>> classes = ByClass(set, AllOf(set));
  for (std::size_t label = 0; label < classes.size(); ++label) {
    std::vector<std::uint32_t>& images = classes[label];
    const auto count = std::lround(train_share * static_cast<double>(images.size()));
    if (count == 0 || static_cast<std::size_t>(count) == images.size()) {
      throw InvalidError("class " + std::to_string(label) + " has " +
                         std::to_string(images.size()) +
                         " images, too few to split: " + std::to_string(count) + " to train on");
    }
    Stream(seed, Purpose::kSplit, label).random().Shuffle(std::span(images));
    split.train.insert(split.train.end(), images.begin(), images.begin() + count);
    split.validation.insert(split.validation.end(), images.begin() + count, images.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

std::vector<std::uint32_t> FirstOfEachClass(const ImageSet& set, std::vector<std::uint32_t> indices,
                                            std::size_t count) {
  if (indices.size() <= count) { return indices; }
  // Image k of the n of its class is taken when (2k + 1) / 2n of all are taken.
  struct Place {
    std::uint64_t numerator, denominator;
    std::uint32_t index;
  };
  std::vector<Place> places;
  for (const std::vector<std::uint32_t>& images : ByClass(set, indices)) {
    for (std::size_t k = 0; k < images.size(); ++k) {
      places.push_back({2 * k + 1, images.size(), images[k]});
    }
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.numerator * b.denominator < b.numerator * a.denominator;
  });
  indices.clear();
  for (std::size_t i = 0; i < count; ++i) { indices.push_back(places[i].index); }
  std::sort(indices.begin(), indices.end());
  return indices;
}

}  // namespace lode::images
