// Measures L2NAS: one critic and actor update; one step of a NAS-Bench-201 search, which is an ask,
// a tell and its ten updates; and one step of the larger experiments, compared with its matrix
// products alone.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <lode/testing.hpp>
#include <string_view>
#include <vector>

#include "bench/random_agent.h"
#include "core/plugin/random.h"
#include "plugins/optimizers/l2nas/l2nas.h"

namespace l2nas {
namespace {

using lode::core::Phase;
using lode::core::RandomStream;
using Clock = std::chrono::steady_clock;

double Since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Arguments: cells, hidden width, batch size.
void Update(benchmark::State& state) {
  const auto cells = static_cast<std::size_t>(state.range(0));
  const auto width = static_cast<std::size_t>(state.range(1));
  const auto batch_size = static_cast<std::size_t>(state.range(2));
  RandomStream stream(1, "l2nas_bench");
  const lode::Random random(stream.handle());
  Agent agent = RandomAgent(cells, width, random);
  const Replay replay = RandomReplay(cells, random);
  Batch batch;
  for (auto _ : state) {
    replay.Draw(random, batch_size, batch);
    benchmark::DoNotOptimize(agent.Train(batch));
  }
}
BENCHMARK(Update)  // NAS-Bench-201; Once-for-All; DARTS
    ->ArgNames({"cells", "width", "batch"})
    ->Args({30, 128, 8})
    ->Args({195, 256, 64})
    ->Args({196, 256, 64})
    ->Unit(benchmark::kMicrosecond);

// A space of rows x choices cells, used through its table as the host binds it.
class BoundGrid {
 public:
  BoundGrid(std::int64_t rows, std::int64_t choices) {
    host_.struct_size = sizeof host_;
    const lode_value values[] = {Integer(rows), Integer(choices)};
    if (component_.create(&host_, values, &instance_, nullptr) != LODE_OK) {
      throw lode::InvalidError("there is no such grid");
    }
  }
  ~BoundGrid() { component_.destroy(instance_); }
  BoundGrid(const BoundGrid&) = delete;
  lode::Space space() const {
    return lode::Space({static_cast<const lode_space_api*>(component_.api), instance_});
  }

 private:
  static lode_value Integer(std::int64_t i) {
    lode_value value{};
    value.type = LODE_T_INT;
    value.as.i = i;
    return value;
  }

  const lode_component& component_ = lode::test::GridSpaceComponent();
  lode_host host_{};
  lode_instance* instance_ = nullptr;
};

struct Setting {
  const char* param;
  std::int64_t value;
};

// L2NAS on a grid space, asked and told through its table.
class Search {
 public:
  Search(std::int64_t rows, std::int64_t choices, const std::vector<Setting>& settings)
      : grid_(rows, choices), space_(grid_.space()) {
    host_.struct_size = sizeof host_;
    host_.random = stream_.handle();
    std::vector<lode_value> values;
    for (std::uint32_t i = 0; i < component_.param_count; ++i) {
      const lode_param& param = *LODE_AT(component_.params, i);
      values.push_back(param.default_value);
      for (const auto& [name, value] : settings) {
        if (std::string_view(name) == param.name) { values.back().as.i = value; }
      }
    }
    component_.create(&host_, values.data(), &instance_, nullptr);
    api_.bind(instance_, space_.handle(), nullptr);
    action_.resize(space_.cells());
  }
  ~Search() { component_.destroy(instance_); }
  Search(const Search&) = delete;

  std::size_t cells() const { return space_.cells(); }

  // Tells a trial that was not asked for, with a reward uniform on 20 .. 60 above `level`.
  void TellRandom(double level = 0) {
    stream_.Restart(step_, Phase::kPerturb);
    const lode::Random random(stream_.handle());
    for (float& cell : action_) { cell = static_cast<float>(random.Uniform()); }
    Tell(level + random.Uniform(20, 60));
  }

  // Asks and tells one trial. Returns the seconds spent in L2NAS itself.
  double Step(double level = 0) {
    lode_proposal proposal{sizeof proposal, 0, action_.data(), nullptr, 1.0};
    stream_.Restart(step_, Phase::kAsk);
    const auto start = Clock::now();
    api_.ask(instance_, &proposal, nullptr);
    const double ask = Since(start);
    return ask + Tell(level + lode::Random(stream_.handle()).Uniform(20, 60));
  }

 private:
  double Tell(double reward) {
    const lode::Architecture architecture = space_.Discretize(action_);
    lode_trial trial{};
    trial.struct_size = sizeof trial;
    trial.step = step_;
    trial.action = action_.data();
    trial.architecture = architecture.data();
    trial.reward = reward;
    trial.objectives = &reward;
    trial.objective_count = 1;
    trial.fidelity = 1;
    stream_.Restart(step_++, Phase::kTell);
    const auto start = Clock::now();
    api_.tell(instance_, &trial, 1, nullptr);
    return Since(start);
  }

  const lode_component& component_ = *Component();
  const lode_optimizer_api& api_ = *static_cast<const lode_optimizer_api*>(component_.api);
  BoundGrid grid_;
  lode::Space space_;
  RandomStream stream_{1, "l2nas_bench"};
  lode_host host_{};
  lode_instance* instance_ = nullptr;
  std::vector<float> action_;
  std::uint64_t step_ = 0;
};

// Measures a step of a NAS-Bench-201 search when the replay buffer is large enough for max_batches.
void Step(benchmark::State& state) {
  Search search(6, 5, {});
  for (int trial = 0; trial < 80; ++trial) { search.TellRandom(); }
  for (auto _ : state) { state.SetIterationTime(search.Step()); }
}
BENCHMARK(Step)->UseManualTime()->Unit(benchmark::kMicrosecond);

// The matrix products of a step, on their own data: no activation, no Adam, no copies.
class Products {
 public:
  Products(std::size_t cells, std::size_t width, std::size_t batch)
      : actor_{Padded(cells), width, width, width, Padded(cells)},
        critic_{Padded(cells), width, width, width, kLanes},
        batch_(batch) {
    const std::size_t widest = std::max(Padded(cells), width);
    rows_.assign(batch * widest, 0.01f);
    result_.resize(batch * widest);
    bias_.assign(widest, 0.01f);
    for (std::vector<float>* weights : {&actor_weights_, &critic_weights_, &gradient_}) {
      weights->assign(kLayers * widest * widest, 0.01f);
    }
    bias_gradient_.resize(widest);
  }

  void Run() {
    Forward(1, actor_, actor_weights_);  // ask
    Forward(batch_, critic_, critic_weights_);
    Backward(critic_, critic_weights_, 1);
    ParameterGradients(critic_);
    Forward(batch_, actor_, actor_weights_);
    Forward(batch_, critic_, critic_weights_);
    Backward(critic_, critic_weights_, 0);
    Backward(actor_, actor_weights_, 1);
    ParameterGradients(actor_);
    benchmark::DoNotOptimize(result_.data());
    benchmark::DoNotOptimize(gradient_.data());
    benchmark::ClobberMemory();
  }

 private:
  static constexpr std::size_t kLayers = 4;
  using Sizes = std::array<std::size_t, kLayers + 1>;

  static std::size_t Offset(const Sizes& sizes, std::size_t layer) {
    std::size_t offset = 0;
    for (std::size_t l = 0; l < layer; ++l) { offset += sizes[l] * sizes[l + 1]; }
    return offset;
  }
  void Forward(std::size_t batch, const Sizes& sizes, const std::vector<float>& weights) {
    for (std::size_t l = 0; l < kLayers; ++l) {
      kernels_.affine(batch, sizes[l], sizes[l + 1], rows_.data(),
                      weights.data() + Offset(sizes, l), bias_.data(), result_.data());
    }
  }
  void Backward(const Sizes& sizes, const std::vector<float>& weights, std::size_t last) {
    for (std::size_t l = kLayers; l-- > last;) {
      kernels_.input_gradient(batch_, sizes[l], sizes[l + 1], rows_.data(),
                              weights.data() + Offset(sizes, l), result_.data());
    }
  }
  void ParameterGradients(const Sizes& sizes) {
    for (std::size_t l = 0; l < kLayers; ++l) {
      kernels_.parameter_gradient(batch_, sizes[l], sizes[l + 1], rows_.data(), rows_.data(),
                                  gradient_.data() + Offset(sizes, l), bias_gradient_.data());
    }
  }

  const lode::kernels::KernelSet& kernels_ = lode::kernels::Best();
  Sizes actor_, critic_;
  std::size_t batch_;
  std::vector<float> rows_, result_, bias_, actor_weights_, critic_weights_, gradient_,
      bias_gradient_;
};

// Measures a step of the DARTS and Once-for-All experiments, alternating with its products alone:
// "ratio" is the quotient of the medians, "ratio_of_best" that of the best turns. The grid has 200
// cells, DARTS 196 and Once-for-All 195. Rewards rise, so that every trial enters the top K.
void PaperStep(benchmark::State& state) {
  constexpr int kTurn = 16, kReplay = 5000;
  Search search(20, 10,
                {{"top_k", 500}, {"batch_size", 64}, {"max_batches", 1}, {"hidden_width", 256}});
  Products products(search.cells(), 256, 64);
  double level = 0;
  for (int trial = 0; trial < kReplay; ++trial) { search.TellRandom(level += 0.1); }
  std::vector<double> steps, alone;
  for (auto _ : state) {
    double seconds = 0;
    for (int n = 0; n < kTurn; ++n) { seconds += search.Step(level += 0.1); }
    state.SetIterationTime(seconds / kTurn);
    steps.push_back(seconds / kTurn);
    const auto start = Clock::now();
    for (int n = 0; n < kTurn; ++n) { products.Run(); }
    alone.push_back(Since(start) / kTurn);
  }
  std::ranges::sort(steps);
  std::ranges::sort(alone);
  const std::size_t middle = steps.size() / 2;
  state.counters["step_us"] = steps[middle] * 1e6;
  state.counters["products_us"] = alone[middle] * 1e6;
  state.counters["ratio"] = steps[middle] / alone[middle];
  state.counters["ratio_of_best"] = steps.front() / alone.front();
}
BENCHMARK(PaperStep)->UseManualTime()->Iterations(60)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace l2nas
