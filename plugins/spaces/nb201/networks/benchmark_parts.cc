#include "plugins/spaces/nb201/networks/benchmark_parts.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iomanip>
#include <lode/text.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "toolkit/files/text_file.h"
#include "toolkit/images/split.h"

namespace nb201 {
namespace {

using lode::images::ImageSet;
using lode::training::Part;
using lode::training::Parts;
using lode::training::TaskConfig;
using nlohmann::json;

using Positions = std::vector<std::uint32_t>;

struct Halves {
  Positions first, second;
  std::string name;
};

// The authors' files store numbers as strings, after the name of their type.
std::uint32_t PositionOf(const json& value, std::size_t images, const std::string& file) {
  std::uint64_t position = images;
  if (value.is_number_unsigned()) { position = value.get<std::uint64_t>(); }
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
    if (error != std::errc() || end != text.data() + text.size()) { position = images; }
  }
  if (position >= images) {
    throw lode::IoError(file + ": has the position " + value.dump() + ", expected 0 to " +
                        std::to_string(images - 1));
  }
  return static_cast<std::uint32_t>(position);
}

Positions PositionsIn(const json& lists, const char* key, std::size_t images,
                      const std::string& file) {
  const auto found = lists.find(key);
  if (found == lists.end() || !found->is_array()) {
    throw lode::IoError(file + ": has no list " + lode::Quote(key));
  }
  const bool typed = found->size() == 2 && (*found)[0] == "int" && (*found)[1].is_array();
  Positions positions;
  for (const json& value : typed ? (*found)[1] : *found) {
    positions.push_back(PositionOf(value, images, file));
  }
  std::ranges::sort(positions);
  return positions;
}

void CheckEveryImageOnce(const Halves& halves, std::size_t images, const std::string& file) {
  Positions all = halves.first;
  all.insert(all.end(), halves.second.begin(), halves.second.end());
  std::ranges::sort(all);
  const auto twice = std::ranges::adjacent_find(all);
  if (twice != all.end()) {
    throw lode::IoError(file + ": has the position " + std::to_string(*twice) + " twice");
  }
  if (all.size() != images || halves.first.empty() || halves.second.empty()) {
    throw lode::IoError(file + ": lists " + std::to_string(halves.first.size()) + " and " +
                        std::to_string(halves.second.size()) + " images, expected all " +
                        std::to_string(images) + " in two parts");
  }
}

json ParseLists(const std::string& text, const std::string& file) {
  try {
    json lists = json::parse(text);
    if (!lists.is_object()) { throw lode::IoError(file + ": is not a JSON object with two lists"); }
    return lists;
  } catch (const json::exception& e) { throw lode::IoError(file + ": " + e.what()); }
}

Halves ReadHalves(const std::string& file, const char* first, const char* second,
                  const ImageSet& set) {
  const std::string text = lode::files::ReadTextFile(file);
  const json lists = ParseLists(text, file);
  Halves halves{PositionsIn(lists, first, set.size(), file),
                PositionsIn(lists, second, set.size(), file),
                {}};
  CheckEveryImageOnce(halves, set.size(), file);
  std::ostringstream name;
  name << "split file " << std::hex << std::setfill('0') << std::setw(8)
       << crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  halves.name = name.str();
  return halves;
}

Halves HalvesOf(const TaskConfig& config, const std::string& split_file, const char* first,
                const char* second, const ImageSet& set) {
  if (!split_file.empty()) { return ReadHalves(split_file, first, second, set); }
  lode::images::Split split =
      lode::images::SplitInHalves(set, static_cast<std::uint64_t>(config.split_seed));
  return {std::move(split.train), std::move(split.validation),
          "split " + std::to_string(config.split_seed)};
}

void Check(const TaskConfig& config, const lode::images::Data& data) {
  const bool known =
      config.dataset == "cifar10" || config.dataset == "cifar100" || config.dataset == "imagenet16";
  if (!known) {
    throw lode::InvalidError("protocol is \"benchmark\", and dataset is " +
                             lode::Quote(config.dataset) +
                             ": the benchmark has cifar10, cifar100 and imagenet16");
  }
  const std::size_t classes = config.dataset == "cifar10"    ? 10
                              : config.dataset == "cifar100" ? 100
                                                             : 120;
  if (data.train->classes() != classes) {
    throw lode::InvalidError("protocol is \"benchmark\", and classes is " +
                             std::to_string(config.classes) + ": the benchmark has all " +
                             std::to_string(classes) + " of " + config.dataset);
  }
  if (config.validation_share != TaskConfig().validation_share) {
    throw lode::InvalidError(
        "protocol is \"benchmark\", which has its own halves: validation_share cannot be set");
  }
}

}  // namespace

Parts CutAsBenchmark(const TaskConfig& config, const lode::images::Data& data,
                     const std::string& split_file) {
  Check(config, data);
  const std::string name = config.dataset + ", benchmark, ";
  if (config.dataset == "cifar10") {
    Halves halves = HalvesOf(config, split_file, "train", "valid", *data.train);
    return {{data.train, std::move(halves.first)},
            {data.train, std::move(halves.second)},
            {data.test, lode::images::AllOf(*data.test)},
            name + halves.name};
  }
  Halves halves = HalvesOf(config, split_file, "xvalid", "xtest", *data.test);
  return {{data.train, lode::images::AllOf(*data.train)},
          {data.test, std::move(halves.first)},
          {data.test, std::move(halves.second)},
          name + halves.name};
}

}  // namespace nb201
