#include "toolkit/training/relaxed_supernet.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "toolkit/training/checkpoint.h"
#include "toolkit/training/device.h"
#include "toolkit/training/seed.h"

namespace lode::training {
namespace {

using torch::Tensor;
using Tensors = std::vector<Tensor>;

// Normalization uses the batch's moments; nothing else changes.
constexpr Pass MeasuringPass() { return {true, 0}; }

// Moves the parameters along directions, those that are defined; puts them back when it is done.
class MovedWeights {
 public:
  explicit MovedWeights(Tensors parameters) : parameters_(std::move(parameters)) {
    for (const Tensor& p : parameters_) { kept_.push_back(p.detach().clone()); }
  }
  MovedWeights(const MovedWeights&) = delete;
  MovedWeights& operator=(const MovedWeights&) = delete;
  ~MovedWeights() { Return(); }

  void Return() {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < kept_.size(); ++i) { parameters_[i].copy_(kept_[i]); }
  }
  // w + distance * (direction + decay * w), from the weights that are kept.
  void Move(const Tensors& directions, double distance, double decay = 0) {
    Return();
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (!directions[i].defined()) { continue; }
      parameters_[i].add_(directions[i] + decay * kept_[i], distance);
    }
  }

 private:
  Tensors parameters_, kept_;
};

double NormOf(const Tensors& tensors) {
  double squares = 0;
  for (const Tensor& t : tensors) {
    if (t.defined()) { squares += t.to(torch::kDouble).square().sum().item<double>(); }
  }
  return std::sqrt(squares);
}

// Undefined where the loss does not depend on an input.
Tensors GradientsOf(const Tensor& loss, const Tensors& inputs) {
  return torch::autograd::grad({loss}, inputs, /*grad_outputs=*/{}, /*retain_graph=*/c10::nullopt,
                               /*create_graph=*/false, /*allow_unused=*/true);
}

std::vector<double> NumbersOf(const Tensor& gradient, std::size_t cells) {
  if (!gradient.defined()) { return std::vector<double>(cells); }
  const Tensor dense = gradient.to(torch::kCPU, torch::kDouble).contiguous();
  return {dense.data_ptr<double>(), dense.data_ptr<double>() + dense.numel()};
}

// `out` may be empty: nobody needs the gradient.
void Fill(std::span<double> out, const Tensor& gradient) {
  if (out.empty()) { return; }
  std::ranges::copy(NumbersOf(gradient, out.size()), out.begin());
}

bool HasAll(ArchitectureView operations, const auto& uses) {
  for (std::size_t cell = 0; cell < operations.size(); ++cell) {
    if (operations[cell] == 0 && uses[cell] != 0) { return false; }
  }
  return true;
}

}  // namespace

RelaxedSupernet::RelaxedSupernet(Host host, std::size_t cells, const TrainingConfig& config,
                                 const torch::Device& device, Make make, RelaxedLoaders loaders)
    : host_(host),
      cells_(cells),
      config_(config),
      device_(device),
      make_(std::move(make)),
      training_(std::move(loaders.training)),
      validation_(std::move(loaders.validation)) {}

RelaxedInfo RelaxedSupernet::Info() const {
  return {.training_batches = training_.epoch(),
          .validation_batches = validation_.epoch(),
          .unrolled = true,
          .absent = true,
          .output_sum = true,
          .reshapes = true};
}

// ---- the network

RelaxedSupernet::State RelaxedSupernet::MakeState(const RelaxedStart& start) {
  State state{start, {start.operations.begin(), start.operations.end()}, make_(start), nullptr};
  state.network->module().to(device_);
  state.descent = std::make_unique<Descent>(state.network->module(), config_, training_.epoch());
  return state;
}

void RelaxedSupernet::Use(State state) {
  state_ = std::move(state);
  state_->start.operations = state_->operations;
  training_.Restart(SeedOf(state_->start.seed, 0));
  validation_.Restart(SeedOf(state_->start.seed, 1));
}

RelaxedSupernet::State& RelaxedSupernet::Started() {
  if (!state_) { throw InvalidError("the network was not started"); }
  return *state_;
}

void RelaxedSupernet::Restart(const RelaxedStart& start) {
  CallTorch([&] { Use(MakeState(start)); });
}

void RelaxedSupernet::RequireOperationsOf(ArchitectureView architecture) const {
  if (!HasAll(state_->operations, architecture)) {
    throw InvalidError("the architecture has an operation that the network was started without");
  }
}

// ---- batches

RelaxedSupernet::Forward RelaxedSupernet::Run(const RelaxedBatch& batch, const Pass& pass) {
  State& state = Started();
  if (!HasAll(state.operations, batch.mixture)) {
    throw InvalidError("the mixture uses an operation that the network was started without");
  }
  images::Batch& data =
      (batch.split == LODE_SPLIT_TRAIN ? training_ : validation_).Get(batch.number);
  const auto precision = state.network->module().parameters().front().options();
  Forward forward{Mixture(batch.mixture, batch.absent, precision, state.operations), {}, {}};
  const MixedPrecision mixed(device_, config_.mixed_precision);
  const Tensor labels = LabelsOf(data, device_);
  const Tensor logits =
      state.network->Mix(ImagesOf(data, device_).to(precision.dtype()), forward.mixture, pass);
  forward.loss = CrossEntropy(logits, labels, config_);
  Tally tally;
  tally.Add(logits.detach(), labels);
  forward.result = {forward.loss.item<double>(), tally.Result().top1 / 100};
  forward.images = tally.Result().images;
  return forward;
}

RelaxedResult RelaxedSupernet::Step(const RelaxedBatch& batch) {
  return CallTorch([&] { return TakeStep(batch); });
}

RelaxedResult RelaxedSupernet::TakeStep(const RelaxedBatch& batch) {
  UseThreads(host_.Threads());
  State& state = Started();
  const std::uint64_t epoch = batch.number / training_.epoch();
  DropPath drop_path(DropPathProbability(config_, epoch), SeedOf(state.start.seed, ~batch.number));
  std::optional<Dropout> skip_dropout;
  Pass pass = Pass::Training(&drop_path);
  if (state.start.skip_dropout > 0) {
    skip_dropout.emplace(state.start.skip_dropout, SeedOf(~state.start.seed, batch.number));
    pass.skip_dropout = &*skip_dropout;
  }
  state.descent->ForgetGradients();
  const Forward forward = Run(batch, pass);
  if (!std::isfinite(forward.result.loss)) {
    throw UnsupportedError("training diverged: the loss is not finite at step " +
                           std::to_string(batch.number) + "; a smaller learning rate may help");
  }
  forward.loss.backward();
  Fill(batch.gradient, forward.mixture.all().grad());
  state.descent->Descend(batch.number);
  Report(batch.number, forward);
  return forward.result;
}

void RelaxedSupernet::Report(std::uint64_t batch, const Forward& forward) {
  const std::uint64_t place = batch % training_.epoch();
  if (place == 0) { epoch_ = {}; }
  epoch_.images += forward.images;
  const double share = static_cast<double>(forward.images) / static_cast<double>(epoch_.images);
  epoch_.loss += share * (forward.result.loss - epoch_.loss);
  epoch_.top1 += share * (100 * forward.result.accuracy - epoch_.top1);
  rate_.Add(forward.images);
  host_.Progress(static_cast<double>(place + 1) / static_cast<double>(training_.epoch()),
                 DescribeEpoch(batch / training_.epoch(), config_.epochs, rate_, epoch_).c_str());
}

RelaxedResult RelaxedSupernet::Measure(const RelaxedBatch& batch) {
  return CallTorch([&] {
    UseThreads(host_.Threads());
    return batch.unrolled ? MeasureUnrolled(batch) : MeasureAtWeights(batch);
  });
}

RelaxedResult RelaxedSupernet::MeasureAtWeights(const RelaxedBatch& batch) {
  const torch::AutoGradMode needs_gradient(!batch.gradient.empty());
  const Forward forward = Run(batch, MeasuringPass());
  if (!batch.gradient.empty()) {
    Fill(batch.gradient, GradientsOf(forward.loss, {forward.mixture.all()})[0]);
  }
  return forward.result;
}

// Names as in the header: w' = w - rate * gradient, v = dL/dw'.
RelaxedResult RelaxedSupernet::MeasureUnrolled(const RelaxedBatch& batch) {
  const Tensors parameters = Parameters();
  RelaxedBatch inner = batch;
  inner.split = LODE_SPLIT_TRAIN;
  inner.number = batch.unrolled->inner;
  const double rate = batch.unrolled->rate > 0 ? batch.unrolled->rate
                                               : Started().descent->LearningRate(inner.number);
  RelaxedBatch plain = inner;
  plain.absent = Absent::kZero;
  MovedWeights weights(parameters);
  weights.Move(GradientsOf(Run(plain, MeasuringPass()).loss, parameters), -rate,
               config_.weight_decay);
  RelaxedBatch outer = batch;
  outer.unrolled.reset();
  if (batch.gradient.empty()) { return MeasureAtWeights(outer); }
  const Forward forward = Run(outer, MeasuringPass());
  Tensors inputs = parameters;
  inputs.push_back(forward.mixture.all());
  Tensors v = GradientsOf(forward.loss, inputs);
  Fill(batch.gradient, v.back());
  v.pop_back();
  weights.Return();
  if (inner.absent == Absent::kOutputSum) { inner.absent = Absent::kZero; }
  SubtractProduct(inner, rate, v, batch.gradient);
  return forward.result;
}

void RelaxedSupernet::SubtractProduct(const RelaxedBatch& inner, double rate, const Tensors& v,
                                      std::span<double> gradient) {
  const double norm = NormOf(v);
  if (norm == 0) { return; }
  const double epsilon = 0.01 / norm;
  MovedWeights weights(Parameters());
  const auto gradient_at = [&](double distance) {
    weights.Move(v, distance);
    const Forward forward = Run(inner, MeasuringPass());
    return NumbersOf(GradientsOf(forward.loss, {forward.mixture.all()})[0], cells_);
  };
  const std::vector<double> ahead = gradient_at(epsilon), behind = gradient_at(-epsilon);
  for (std::size_t cell = 0; cell < gradient.size(); ++cell) {
    gradient[cell] -= rate * (ahead[cell] - behind[cell]) / (2 * epsilon);
  }
}

// ---- saved state

void RelaxedSupernet::Save(Writer& writer) const {
  writer.Value(static_cast<std::uint8_t>(started()));
  if (!started()) { return; }
  writer.Value(state_->start.seed);
  writer.Value(state_->start.depth);
  writer.Value(state_->start.skip_dropout);
  writer.Value(static_cast<std::uint8_t>(!state_->operations.empty()));
  if (!state_->operations.empty()) { writer.Values(std::span(state_->operations)); }
  SaveWeights(writer, state_->network->module(), state_->descent->optimizer());
}

void RelaxedSupernet::Load(Reader& reader) {
  if (!ReadFlag(reader)) { return state_.reset(); }
  RelaxedStart start;
  start.seed = reader.Value<std::uint64_t>();
  start.depth = reader.Value<std::uint32_t>();
  start.skip_dropout = reader.Value<double>();
  if (!(start.skip_dropout >= 0 && start.skip_dropout < 1)) {
    throw InvalidError("the saved rate of a dropout is not in [0, 1)");
  }
  std::vector<std::uint8_t> operations(ReadFlag(reader) ? cells_ : 0);
  if (!operations.empty()) { reader.Values(std::span(operations)); }
  start.operations = operations;
  State state = MakeState(start);
  LoadWeights(reader, state.network->module(), state.descent->optimizer());
  Use(std::move(state));
}

}  // namespace lode::training
