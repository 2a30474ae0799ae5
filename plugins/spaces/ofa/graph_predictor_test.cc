#include "plugins/spaces/ofa/graph_predictor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/predictor.h"
#include "plugins/spaces/ofa/predictor_test_support.h"
#include "plugins/spaces/ofa/test_support.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"
#include "toolkit/statistics/rank_correlation.h"

namespace ofa {
namespace {

using lode::files::Tensor;
using lode::files::Tensors;
using Values = std::vector<double>;

// Tensors with numbers of the sizes that networks have.
Tensors DrawnTensors() {
  FixedStream stream(5);
  Tensors tensors;
  for (const NamedShape& wanted : GraphPredictor::State()) {
    Tensor tensor{wanted.shape, {}};
    std::size_t count = 1;
    for (const std::size_t n : wanted.shape) { count *= n; }
    const double scale =
        wanted.shape.size() == 2 ? std::sqrt(3.0 / static_cast<double>(wanted.shape[1])) : 0.5;
    for (std::size_t i = 0; i < count; ++i) {
      const double value = scale * (2 * stream.random().Uniform() - 1);
      tensor.values.push_back(
          static_cast<float>(wanted.name.ends_with("_var") ? 0.1 + std::abs(value) : value));
    }
    tensors.emplace(wanted.name, tensor);
  }
  return tensors;
}

// ---- the network as its authors describe it, in double precision and without any of Lode's code

class PublishedGraph {
 public:
  explicit PublishedGraph(const Tensors& tensors) : tensors_(tensors) {}

  double Predict(const Subnet& subnet, std::int64_t resolution) const {
    std::vector<Values> nodes = Features(subnet, resolution);
    for (const char* layer : {"0", "1", "2", "3"}) { nodes = Convolved(nodes, layer); }
    Values graph(128);
    for (const Values& node : nodes) {
      for (std::size_t c = 0; c < graph.size(); ++c) { graph[c] += node[c]; }
    }
    graph = Linear("post_proj.1", Linear("post_proj.0", graph));
    for (double& v : graph) { v = std::max(v, 0.0); }
    graph = Linear("post_proj.4", Linear("post_proj.3", graph));
    for (double& v : graph) { v = std::max(v, 0.0); }
    return 100 * (At("mlp_moments", 0) + At("mlp_moments", 1) * Linear("regressor", graph)[0]);
  }

 private:
  double At(const std::string& tensor, std::size_t i) const {
    return static_cast<double>(tensors_.at(tensor).values[i]);
  }
  Values Times(const std::string& weight, const Values& x) const {
    const Tensor& matrix = tensors_.at(weight);
    Values y(matrix.shape[0]);
    for (std::size_t o = 0; o < y.size(); ++o) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        y[o] += static_cast<double>(matrix.values[o * x.size() + i]) * x[i];
      }
    }
    return y;
  }
  Values Linear(const std::string& name, const Values& x) const {
    Values y = Times(name + ".weight", x);
    for (std::size_t o = 0; o < y.size(); ++o) { y[o] += At(name + ".bias", o); }
    return y;
  }
  double Embedded(const std::string& part, std::size_t entry) const {
    const std::string name = "embed_layer." + part;
    const std::size_t width = tensors_.at(name + "_embed.weight").shape[1];
    Values row(width);
    for (std::size_t c = 0; c < width; ++c) {
      row[c] = At(name + "_embed.weight", entry * width + c);
    }
    return std::abs(Linear(name + "_mlp", row)[0]);
  }
  std::vector<Values> Features(const Subnet& subnet, std::int64_t resolution) const {
    const Values inner =
        Linear("embed_layer.res_mlp.0", {static_cast<double>(resolution - 192) / 32});
    const double size = std::abs(Linear("embed_layer.res_mlp.1", inner)[0]);
    std::vector<Values> nodes;
    for (std::size_t unit = 0; unit < 5; ++unit) {
      for (std::size_t place = 0; place < subnet.depth[unit]; ++place) {
        const int kernel = subnet.kernel[4 * unit + place],
                  expand = subnet.expand[4 * unit + place];
        nodes.push_back({Embedded("stage", unit), Embedded("block", place), Embedded("mbconv", 1),
                         Embedded("exp", expand == 3   ? 0
                                         : expand == 4 ? 1
                                                       : 2),
                         Embedded("kernel", kernel == 3   ? 0
                                            : kernel == 5 ? 1
                                                          : 2),
                         size});
      }
    }
    return nodes;
  }
  std::vector<Values> Convolved(const std::vector<Values>& nodes, const std::string& layer) const {
    const std::string convolution = "encoder.gnn_layers." + layer;
    const std::string norm = "encoder.bns." + layer + ".module.";
    std::vector<Values> outputs;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      Values y = Linear(convolution + ".lin_rel", n == 0 ? Values(nodes[0].size()) : nodes[n - 1]);
      const Values own = Times(convolution + ".lin_root.weight", nodes[n]);
      for (std::size_t c = 0; c < y.size(); ++c) {
        const double deviation = std::sqrt(At(norm + "running_var", c) + 1e-5);
        const double normal = (y[c] + own[c] - At(norm + "running_mean", c)) / deviation;
        y[c] = std::max(normal * At(norm + "weight", c) + At(norm + "bias", c), 0.0);
        if (layer != "0") { y[c] += nodes[n][c]; }
      }
      outputs.push_back(y);
    }
    return outputs;
  }

  const Tensors& tensors_;
};

TEST(OfaGraphPredictor, AgreesWithItsDescriptionInDoublePrecision) {
  const Tensors tensors = DrawnTensors();
  const PublishedGraph published(tensors);
  const GraphPredictor predictor(tensors, "W");
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (const Subnet& subnet : RandomSubnets(6, 1)) {
    for (const std::int64_t resolution : {192, 217}) {
      const double expected = published.Predict(subnet, resolution);
      ASSERT_NEAR(PredictOne(predictor, subnet, resolution), expected,
                  1e-5 * std::abs(expected) + 1e-3);
      least = std::min(least, expected);
      most = std::max(most, expected);
    }
  }
  EXPECT_GT(most - least, 1) << "nothing depends on the sub-network";
}

TEST(OfaGraphPredictor, InactiveLayersDoNotCount) {
  const GraphPredictor predictor(DrawnTensors(), "W");
  Subnet subnet = Uniform(5, 4, 4);
  subnet.depth = {2, 3, 4, 3, 2};
  const double accuracy = PredictOne(predictor, subnet, 224);
  Subnet other = subnet;
  other.kernel[19] = 7;
  other.expand[2] = 6;
  EXPECT_EQ(PredictOne(predictor, other, 224), accuracy);
  other.kernel[14] = 7;  // the last active layer of unit 4
  EXPECT_NE(PredictOne(predictor, other, 224), accuracy);
}

TEST(OfaGraphPredictor, GivesTheSameBitsInAnyBatchAndOnAnyMachine) {
  const Tensors tensors = DrawnTensors();
  const std::vector<Subnet> subnets = RandomSubnets(20, 2);
  Values one_by_one;
  for (const Subnet& subnet : subnets) {
    one_by_one.push_back(PredictOne(GraphPredictor(tensors, "W"), subnet, 192));
  }
  lode::kernels::NamedSet sets[lode::kernels::kSetCount];
  const std::size_t count = lode::kernels::Available(sets);
  for (const lode::kernels::NamedSet& set : std::span(sets).first(count)) {
    const GraphPredictor predictor(tensors, "W", *set.kernels);
    for (const std::size_t batch : {1U, 7U, 8U, 9U, 20U}) {
      Values accuracies(batch);
      predictor.Predict(std::span(subnets).first(batch), 192, accuracies);
      EXPECT_TRUE(std::ranges::equal(accuracies, std::span(one_by_one).first(batch)))
          << set.name << ", batch of " << batch;
    }
  }
}

TEST(OfaGraphPredictor, RefusesOtherTensors) {
  const auto failure = [](const auto& change) {
    Tensors tensors = DrawnTensors();
    change(tensors);
    return lode::Failure<lode::IoError>([&] { MakePredictor(tensors, "W"); });
  };
  EXPECT_EQ(failure([](Tensors&) {}), "");
  EXPECT_EQ(failure([](Tensors& t) { t.erase("encoder.bns.2.module.bias"); }),
            "W: has no tensor \"encoder.bns.2.module.bias\", expected one of shape [128]");
  EXPECT_EQ(failure([](Tensors& t) {
              t["more"] = {{1}, {0}};
            }),
            "W: has a tensor \"more\", which the graph predictor does not have");
  EXPECT_EQ(failure([](Tensors& t) { t.at("encoder.bns.1.module.running_var").values[3] = -1; }),
            "W: tensor \"encoder.bns.1.module.running_var\" has a negative variance");
}

TEST(OfaGraphPredictor, IsALayoutOfTheOracle) {
  const lode::TemporaryDirectory directory;
  const std::string path = (directory.path() / "w.safetensors").string();
  lode::files::WriteSafetensors(path, {DrawnTensors()});
  const BoundSpace space("1.0", 208), smaller("1.0", 160);
  PredictorOracle oracle(lode::Host(nullptr), {path, 208}), below(lode::Host(nullptr), {path, 160});
  oracle.Bind(space.view());
  const lode::Architecture architecture = Of(Uniform(5, 4, 3));
  const lode::Query query = {architecture, 1, 0};
  double metric = 0;
  oracle.EvaluateBatch({&query, 1}, {&metric, 1});
  EXPECT_EQ(metric, PredictOne(GraphPredictor(DrawnTensors(), "W"), Uniform(5, 4, 3), 208));
  EXPECT_EQ(lode::CodedFailure([&] { below.Bind(smaller.view()); }),
            "2 resolution is 160, and this predictor was not trained below 192");
}

// ---- the published weights

std::string ContentOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The description: [[name, shape, first element], ...].
Tensors ReadListed(const std::filesystem::path& description, const std::filesystem::path& data) {
  const std::string bytes = ContentOf(data);
  Tensors tensors;
  for (const nlohmann::json& entry : nlohmann::json::parse(ContentOf(description))) {
    Tensor tensor{entry.at(1).get<std::vector<std::size_t>>(), {}};
    std::size_t count = 1;
    for (const std::size_t n : tensor.shape) { count *= n; }
    tensor.values.resize(count);
    std::memcpy(tensor.values.data(), bytes.data() + 4 * entry.at(2).get<std::size_t>(), 4 * count);
    tensors.emplace(entry.at(0).get<std::string>(), std::move(tensor));
  }
  return tensors;
}

// Checks the quality that the component's description states. The predictions of single
// sub-networks were computed with NumPy in double precision.
TEST(OfaGraphPredictor, RanksMeasuredSubnets) {
  const std::filesystem::path folder = SharedData() / "ofa";
  const std::filesystem::path path = folder / "ofa_mbv3_measured_2610.tsv.gz";
  if (!std::filesystem::exists(path)) { GTEST_SKIP() << path << " is missing"; }
  const GraphPredictor predictor(
      ReadListed(folder / "autobuild_mbv3_top1_f32.json", folder / "autobuild_mbv3_top1_f32.bin"),
      "W");
  EXPECT_NEAR(PredictOne(predictor, Uniform(7, 6, 4), 224), 78.26980812, 2e-4);
  EXPECT_NEAR(PredictOne(predictor, Uniform(3, 3, 2), 224), 72.35282724, 2e-4);
  EXPECT_NEAR(PredictOne(predictor, Uniform(7, 6, 4), 192), 77.05987005, 2e-4);
  const Measured measured = ReadMeasured(path.string()).at(192);
  ASSERT_EQ(measured.subnets.size(), 792U);
  Values predicted(792);
  predictor.Predict(measured.subnets, 192, predicted);
  EXPECT_NEAR(lode::statistics::SpearmanCorrelation(predicted, measured.accuracies), 0.9187, 1e-3);
  double sum = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    sum += predicted[i] - measured.accuracies[i];
  }
  EXPECT_NEAR(sum / 792, 0.986, 1e-2);
}

}  // namespace
}  // namespace ofa
