#include "plugins/spaces/ofa/cost.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "plugins/spaces/ofa/test_support.h"

namespace ofa {
namespace {

Cost CostAt(const char* width, std::int64_t resolution, const Subnet& subnet) {
  return CostTable({width, resolution}).Of(subnet);
}

// Counted by the authors' code.
TEST(OfaNetwork, CostsOfTheSmallestAndTheLargestArePublished) {
  const struct {
    const char* width;
    Subnet subnet;
    std::int64_t params, macs;
  } kRows[] = {{"1.0", Uniform(7, 6, 4), 7'664'760, 566'170'656},
               {"1.0", Uniform(3, 3, 2), 3'410'792, 121'278'672},
               {"1.2", Uniform(7, 6, 4), 10'701'632, 843'101'040},
               {"1.2", Uniform(3, 3, 2), 4'602'456, 193'078'200}};
  for (const auto& row : kRows) {
    const Cost cost = CostAt(row.width, 224, row.subnet);
    EXPECT_EQ(cost.params, row.params) << row.width;
    EXPECT_EQ(cost.macs, row.macs) << row.width;
  }
  EXPECT_EQ(CostAt("1.0", 128, Uniform(5, 4, 3)).macs, 84'099'584);
}

Subnet FromJson(const nlohmann::json& json) {
  Subnet subnet;
  const auto read = [&](const char* key, auto& out) {
    ASSERT_EQ(json.at(key).size(), out.size());
    for (std::size_t i = 0; i < out.size(); ++i) { out[i] = json.at(key)[i].get<std::uint8_t>(); }
  };
  read("ks", subnet.kernel);
  read("e", subnet.expand);
  read("d", subnet.depth);
  return subnet;
}

TEST(OfaNetwork, CostsEqualTheCountsOfTheAuthorsCode) {
  std::ifstream file(ReferenceFile("ofa_subnets.json"));
  if (!file) { GTEST_SKIP() << "ofa_subnets.json is missing"; }
  const nlohmann::json list = nlohmann::json::parse(file);
  EXPECT_EQ(list.size(), 24u);
  for (const nlohmann::json& entry : list) {
    const char* width = entry.at("width").get<double>() > 1.1 ? "1.2" : "1.0";
    for (const auto& [resolution, macs] : entry.at("macs").items()) {
      const Cost cost = CostAt(width, std::stoll(resolution), FromJson(entry));
      EXPECT_EQ(cost.params, entry.at("params").get<std::int64_t>()) << entry;
      EXPECT_EQ(cost.macs, macs.get<std::int64_t>()) << entry << resolution;
    }
  }
}

// The trained parameters of the supernet, by the part that a key begins with ("blocks.3").
std::map<std::string, std::int64_t> ParamsByPart(std::istream& keys) {
  std::map<std::string, std::int64_t> parts;
  std::string line;
  std::getline(keys, line);
  while (std::getline(keys, line)) {
    std::istringstream fields(line);
    std::string key, type, shape;
    fields >> key >> type >> shape;
    if (type != "float32" || key.find("running_") != key.npos || key.find("matrix") != key.npos) {
      continue;
    }
    std::int64_t count = 1;
    std::istringstream sizes(shape);
    for (std::string size; std::getline(sizes, size, 'x');) { count *= std::stoll(size); }
    const std::size_t from = key.starts_with("blocks.") ? 7 : 0;
    parts[key.substr(0, key.find('.', from))] += count;
  }
  return parts;
}

void ExpectPartsOfSupernet(const char* width, const char* file_name) {
  std::ifstream file(ReferenceFile(file_name));
  if (!file) { GTEST_SKIP() << file_name << " is missing"; }
  auto parts = ParamsByPart(file);
  const Network network(width, 224);
  std::int64_t total = 0;
  for (const auto& [part, count] : parts) { total += count; }
  EXPECT_EQ(CostAt(width, 224, Uniform(7, 6, 4)).params, total);
  EXPECT_EQ(CostOf(network.first_block()).params, parts["blocks.0"]);
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    EXPECT_EQ(CostOf(network.layer(layer, 6, 7)).params,
              parts["blocks." + std::to_string(layer + 1)])
        << LayerName(layer);
  }
  EXPECT_EQ(CostOfRest(network).params, parts["first_conv"] + parts["blocks.0"] +
                                            parts["final_expand_layer"] +
                                            parts["feature_mix_layer"] + parts["classifier"]);
}

TEST(OfaNetwork, LayersHaveTheSizesOfTheSupernetOfWidth10) {
  ExpectPartsOfSupernet("1.0", "ofa_w10_keys.tsv");
}
TEST(OfaNetwork, LayersHaveTheSizesOfTheSupernetOfWidth12) {
  ExpectPartsOfSupernet("1.2", "ofa_w12_keys.tsv");
}

TEST(OfaNetwork, ShapesOfTheFirstLayersOfUnits) {
  const Network network("1.2", 224);
  const std::int64_t channels[] = {24, 32, 48, 96, 136, 192}, sizes[] = {112, 56, 28, 14, 14, 7};
  const int strides[] = {2, 2, 2, 1, 2}, squeezed[] = {0, 24, 0, 72, 104};
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    const InvertedResidual first = network.layer(4 * unit, 3, 5);
    EXPECT_EQ(first.in, (Map{sizes[unit], channels[unit]}));
    EXPECT_EQ(first.out, (Map{sizes[unit + 1], channels[unit + 1]}));
    EXPECT_EQ(first.mid, 3 * channels[unit]);
    EXPECT_EQ(first.kernel, 5);
    EXPECT_EQ(first.stride, strides[unit]);
    EXPECT_EQ(first.squeezed, squeezed[unit]);
    EXPECT_EQ(first.activation, unit < 2 ? Activation::kRelu : Activation::kHSwish);
    EXPECT_FALSE(first.HasShortcut());
    const InvertedResidual later = network.layer(4 * unit + 3, 6, 7);
    EXPECT_EQ(later.in, first.out);
    EXPECT_EQ(later.stride, 1);
    EXPECT_TRUE(later.HasShortcut());
  }
  EXPECT_EQ(network.final_expand(), (Map{7, 1152}));
  EXPECT_EQ(network.feature_mix(), (Map{1, 1536}));
}

// One layer counted by hand: 40 -> 240 -> 40 channels at 28 pixels, 5x5, squeezed to 64 (240 / 4 =
// 60).
TEST(OfaNetwork, CostOfALayer) {
  const Cost cost = CostOf(Network("1.0", 224).layer(5, 6, 5));
  EXPECT_EQ(cost.params,
            40 * 240 + 480 + 25 * 240 + 480 + (240 * 64 + 64) + (64 * 240 + 240) + 240 * 40 + 80);
  EXPECT_EQ(cost.macs, (40 * 240 + 25 * 240 + 240 * 40) * 28 * 28 + 2 * 240 * 64);
}

TEST(OfaNetwork, StridesRoundUp) {
  const Network network("1.0", 33);
  EXPECT_EQ(network.first_conv().size, 17);
  EXPECT_EQ(network.layer(0, 3, 3).out.size, 9);
  EXPECT_EQ(network.last_layer().size, 2);
}

}  // namespace
}  // namespace ofa
