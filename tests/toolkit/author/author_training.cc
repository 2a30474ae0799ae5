// An oracle as an author outside Lode's tree writes it: it trains a small network for an
// architecture of any space, with the toolkit's data, training loop and fused layers.
#include <toolkit/training/conv_norm.h>
#include <toolkit/training/device.h>
#include <toolkit/training/evaluation.h>
#include <toolkit/training/normalized_sum.h>
#include <toolkit/training/task.h>
#include <toolkit/training/trainer.h>
#include <torch/torch.h>

#include <algorithm>
#include <lode/plugin.hpp>
#include <optional>

namespace {

namespace training = lode::training;
using training::Pass;

// A convolution with as many channels as the architecture asks for, and a linear classifier.
class NetImpl : public torch::nn::Module {
 public:
  NetImpl(std::int64_t width, const training::Task& task, std::uint64_t seed) {
    training::FirstWeights weights(seed);
    conv_ = register_module("conv", training::ConvNorm(task.channels(), width, 3, 1, weights));
    const std::int64_t side = task.side() / 4;
    classifier_ =
        register_module("classifier", weights.Linear(width * side * side, task.classes()));
  }
  torch::Tensor forward(const torch::Tensor& images, const Pass& pass) {
    const torch::Tensor x = training::NormalizedRelu(conv_->norm, conv_->Convolve(images), pass);
    return classifier_(torch::avg_pool2d(x, 4).flatten(1));
  }

 private:
  training::ConvNorm conv_ = nullptr;
  torch::nn::Linear classifier_ = nullptr;
};
TORCH_MODULE(Net);

class Oracle {
 public:
  struct Config : training::TrainingConfig, training::TaskConfig {};
  static lode::Params<Config> Parameters() {
    lode::Params<Config> params;
    training::AddTaskParameters(params);
    training::AddTrainingParameters(params);
    return params;
  }
  Oracle(lode::Host host, const Config& config) : host_(host), config_(config) {}

  std::vector<lode::Metric> Metrics() const {
    return {{"accuracy", "percent", "Validation accuracy after training.", LODE_MAXIMIZE,
             LODE_SPLIT_VALIDATION, config_.dataset}};
  }
  void Bind(const lode::Space&) { task_.emplace(config_); }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    training::CallTorch([&] { metrics[0] = AccuracyOf(query); });
  }

 private:
  double AccuracyOf(const lode::Query& query) {
    training::UseThreads(host_.Threads());
    const auto ones = std::count(query.architecture.begin(), query.architecture.begin() + 4, 1);
    Net net(4 + 4 * ones, *task_, query.seed);
    const training::Trainee trainee{
        *net, [&](const torch::Tensor& images, const training::Step&) {
          return training::Prediction{net(images, Pass::Training()), {}};
        }};
    const auto check = [&] { host_.ThrowIfCancelled(); };
    training::Train(trainee, *task_->Training(config_.batch_size), config_, query.seed, torch::kCPU,
                    {}, {[&] { return host_.Cancelled(); }, {}});
    return training::Evaluate(
               [&](const torch::Tensor& images) { return net(images, Pass::Evaluation()); },
               *task_->Validation(config_.batch_size), torch::kCPU, check)
        .top1;
  }

  lode::Host host_;
  Config config_;
  std::optional<training::Task> task_;
};

}  // namespace

LODE_PLUGIN("org.example.author", "1.0.0", "Apache-2.0",
            lode::OracleComponent<Oracle>("author.train", "1.0.0",
                                          "Trains a small network for any space."));
