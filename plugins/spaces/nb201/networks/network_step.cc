// nb201_networks_step DIRECTORY CELL...: trains the networks of NAS-Bench-201 cells (their strings)
// for a few steps and writes them for pytorch_test.py, which runs it, as network_steps.h says: a
// file for each cell, form and setting.
//
// The metadata also has the cell and the form. Forms: "single": the network of that cell;
// "supernet": of all cells, along that cell's path; "benchmark": single, with the first weights and
// the schedule of protocol = "benchmark"; "shared": a supernet as in the preset rsps; "mixture":
// the same under a mixture in which the cell's operations have the largest weights, and some have
// none.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/spaces/nb201/networks/network.h"
#include "toolkit/training/network_steps.h"

namespace nb201 {
namespace {

using lode::training::Mixture;
using lode::training::Pass;
using lode::training::Prediction;
using lode::training::RecordedNetwork;
using torch::Tensor;

constexpr std::size_t kBatches = 3;
constexpr lode::training::BatchShape kBatch{.size = 8, .side = 8, .classes = 10};

struct Form {
  const char* name;
  bool single;
  std::vector<lode::training::TrainingConfig> settings;
  NetworkConfig network;
  bool mixed = false;
};

std::vector<double> MixtureAround(const Cell& cell) {
  std::vector<double> weights;
  for (std::size_t c = 0; c < kCells; ++c) {
    const bool has = cell[c / kOperations] == static_cast<Operation>(c % kOperations);
    weights.push_back((has ? 0.5 : 0) + 0.125 * static_cast<double>(c * 5 % 7 % 4));
  }
  return weights;
}

std::vector<Form> Forms() {
  lode::training::TrainingConfig plain;
  plain.learning_rate = 0.05;
  lode::training::TrainingConfig all = plain;
  all.epochs = 2;
  all.learning_rate = 0.2;
  all.final_learning_rate = 0.01;
  all.warm_up_epochs = 1;
  all.clip_norm = 0.5;
  all.label_smoothing = 0.1;
  all.nesterov = false;
  lode::training::TrainingConfig benchmark = plain;
  benchmark.epochs = 2;
  benchmark.schedule = "epoch";
  benchmark.keep_last_batch = true;
  lode::training::TrainingConfig shared = benchmark;
  shared.learning_rate = 0.025;
  shared.final_learning_rate = 0.001;
  shared.clip_norm = 5;
  const NetworkConfig network{3, kBatch.classes, 16, 1};
  NetworkConfig uniform = network;
  uniform.initialization = lode::training::Initialization::kPyTorch;
  NetworkConfig untracked = uniform;
  untracked.affine = untracked.tracks_moments = false;
  return {{"single", true, {plain, all}, network},
          {"supernet", false, {plain, all}, network},
          {"benchmark", true, {benchmark}, uniform},
          {"shared", false, {shared}, untracked},
          {"mixture", false, {shared}, untracked, true}};
}

RecordedNetwork MakeRecorded(const Form& form, const Cell& cell, std::uint64_t seed) {
  Network network(form.network, form.single ? std::optional(cell) : std::nullopt, seed);
  if (!form.mixed) {
    return {network.ptr(), [network, cell](const Tensor& images, const Pass& pass) mutable {
              return Prediction{network(images, cell, pass), {}};
            }};
  }
  const auto mixture = std::make_shared<std::optional<Mixture>>();
  const auto forward = [=](const Tensor& images, const Pass& pass) mutable {
    mixture->emplace(MixtureAround(cell), lode::Absent::kZero, torch::kFloat);
    return Prediction{network->Mix(images, **mixture, pass), {}};
  };
  return {network.ptr(), forward, mixture};
}

Cell CellOf(const std::string& text) {
  Cell cell{};
  ParseError error;
  if (!Parse(text, &cell, &error)) { throw lode::InvalidError(text + ": " + error.message); }
  return cell;
}

}  // namespace
}  // namespace nb201

int main(int argc, char** argv) {
  using namespace nb201;
  std::uint64_t seed = 1;
  return lode::training::WriteSteps(
      argc, argv, [&](const std::string& text, const lode::training::Write& write) {
        const Cell cell = CellOf(text);
        for (const Form& form : Forms()) {
          for (const lode::training::TrainingConfig& config : form.settings) {
            lode::training::StepRecorder recorder(
                MakeRecorded(form, cell, form.mixed ? seed : seed++), {config, kBatch, kBatches});
            write(recorder.Record({{"cell", Format(cell)},
                                   {"form", form.name},
                                   {"tracks_moments", form.network.tracks_moments ? "1" : "0"}}));
          }
        }
      });
}
