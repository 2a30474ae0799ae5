#include "plugins/oracles/predictor/oracle.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <lode/text.hpp>
#include <utility>

#include "toolkit/files/safetensors.h"
#include "toolkit/files/text_file.h"

namespace predictor {
namespace {

namespace fs = std::filesystem;
using C = PredictorOracle::Config;
using lode::Range;

constexpr char kFile[] = "predictor.safetensors";

std::size_t Count(std::int64_t value) { return static_cast<std::size_t>(value); }

// Takes "COLUMN = VALUE".
void TakeInput(const std::string& item, std::vector<std::string>& columns,
               std::vector<double>& values) {
  const auto input = lode::metrics::ParseAssignment(item);
  const std::string text = input ? input->value : "";
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!input || input->name.empty() || !is_number || !std::isfinite(value)) {
    throw lode::InvalidError("inputs has " + lode::Quote(item) +
                             ", expected \"COLUMN = NUMBER\", as in \"resolution = 192\"");
  }
  columns.push_back(input->name);
  values.push_back(value);
}

std::string Printed(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

lode::Params<C> DataParameters() {
  return {
      lode::Param<C>("file", &C::file,
                     "The table to learn from: delimited text, plain or gzip, that begins with a "
                     "line of column names; lines without a number for a metric are left out. Or "
                     "a fitted predictor: predictor.safetensors of an earlier stage.",
                     lode::Path{})
          .Required(),
      {"key", &C::key, "The column with the architectures, written as the space reads them."},
      {"columns", &C::columns,
       "The columns of metrics whose column has a different name, as in \"accuracy = Val Acc\"."},
      {"inputs", &C::inputs,
       "Columns of numbers that predictions depend on too, each with the value to predict for, as "
       "in \"resolution = 192\"."},
      {"held_out", &C::held_out,
       "Share of the architectures that are not learned from, but compared with their predictions.",
       Range{0, 0.9}}};
}

lode::Params<C> NetworkParameters() {
  return {
      {"encoding", &C::encoding,
       "What the networks see: the paths of operations in the network, where the space gives "
       "its graph and it has branches; the decisions; or both.",
       lode::Choices{{"paths", "decisions", "both"}}},
      {"most_paths", &C::most_paths,
       "Largest number of paths in the encoding, of which the most frequent are kept.",
       Range{1, 65536}},
      {"networks", &C::networks, "Networks in the ensemble of a metric.", Range{1, 100}},
      {"layers", &C::layers, "Hidden layers of a network.", Range{0, 100}},
      {"width", &C::width, "Units in each hidden layer.", Range{1, 1024}},
      lode::Param<C>{"learning_rate", &C::learning_rate, "Adam's learning rate.", Range{0, 1, true}}
          .LogScale(),
      {"epochs", &C::epochs, "How often a network goes through the table.", Range{1, 1e6}},
      {"batch_size", &C::batch_size, "Architectures in a step of a network.", Range{1, 65536}}};
}

}  // namespace

lode::Params<C> PredictorOracle::Parameters() {
  lode::Params<C> params = DataParameters();
  for (auto& param : NetworkParameters()) { params.push_back(std::move(param)); }
  lode::metrics::AddParameters(params);
  return params;
}

PredictorOracle::PredictorOracle(lode::Host host, const Config& config)
    : host_(host),
      config_(config),
      metrics_(lode::metrics::Metrics(config)),
      layout_{config.key, {}, lode::metrics::ColumnsOf(metrics_, config.columns)} {
  for (const std::string& item : config.inputs) { TakeInput(item, layout_.inputs, inputs_); }
}

std::vector<std::string> PredictorOracle::MetricNames() const {
  std::vector<std::string> names;
  for (const lode::Metric& metric : metrics_) { names.push_back(metric.name); }
  return names;
}

FittedPredictor::Settings PredictorOracle::settings() const {
  return {
      .features = {.most_paths = config_.encoding == "decisions" ? 0 : Count(config_.most_paths),
                   .decisions = config_.encoding != "paths"},
      .ensemble = {.networks = Count(config_.networks),
                   .layers = Count(config_.layers),
                   .width = Count(config_.width),
                   .loss = lode::predictors::Loss::kSquared,
                   .learning_rate = config_.learning_rate,
                   .epochs = Count(config_.epochs),
                   .batch = Count(config_.batch_size),
                   .most_steps = static_cast<std::size_t>(-1)}};
}

void PredictorOracle::Bind(const lode::Space& space) {
  space_ = space;
  if (config_.is_fitted()) { Load(config_.file); }
}

void PredictorOracle::Load(const fs::path& file) {
  predictor_.emplace(host_, *space_, settings(), MetricNames(), inputs_.size(),
                     lode::files::ReadSafetensors(file).tensors, file.string());
}

void PredictorOracle::Prepare(const fs::path& directory) {
  const fs::path file = directory / kFile;
  if (predictor_) { return; }
  if (fs::exists(file)) {
    Load(file);
  } else {
    Fit(file);
  }
}

void PredictorOracle::Fit(const fs::path& file) {
  const std::string text =
      lode::files::ReadTextFile(config_.file, [this] { host_.ThrowIfCancelled(); });
  auto [fitted, held_out] = Divide(ReadSamples(text, config_.file, layout_, *space_, host_),
                                   config_.held_out, host_.Random());
  if (fitted.size() < 2) {
    throw lode::IoError(config_.file + ": has " + std::to_string(fitted.size()) +
                        " architectures to learn from, expected at least 2");
  }
  predictor_.emplace(host_, *space_, settings(), MetricNames(), fitted);
  const std::string lines = "learned from " + std::to_string(fitted.size()) + " lines; on " +
                            std::to_string(held_out.size()) + " held out";
  lode::files::Metadata metadata;
  const std::vector<predictor::Fit> fits =
      held_out.empty() ? std::vector<predictor::Fit>() : predictor_->Compare(held_out);
  for (std::size_t metric = 0; metric < fits.size(); ++metric) {
    const std::string correlation = Printed("%.4f", fits[metric].rank_correlation);
    const std::string error = Printed("%.6g", fits[metric].mean_error);
    std::string text = metrics_[metric].name;
    metadata.emplace(text + ".rank_correlation", correlation);
    metadata.emplace(text + ".mean_error", error);
    text.append(": ").append(lines).append(", Spearman's rank correlation is ");
    text.append(correlation).append(" and the mean absolute error ").append(error);
    host_.Log(LODE_INFO, text);
  }
  lode::files::WriteSafetensors(file, {predictor_->Tensors(), metadata});
}

void PredictorOracle::EvaluateBatch(std::span<const lode::Query> queries,
                                    std::span<double> metrics) {
  if (!predictor_) { throw lode::InvalidError("evaluate before prepare, and file is a table"); }
  std::vector<lode::Architecture> architectures;
  for (const lode::Query& query : queries) {
    if (query.fidelity != 1) {
      throw lode::UnsupportedError("a predictor predicts full evaluations: the fidelity must be 1");
    }
    static_cast<void>(space_->Format(query.architecture));  // throws if it is invalid
    architectures.push_back(space_->Canonical(query.architecture));
  }
  predictor_->Predict(architectures, inputs_, metrics);
}

}  // namespace predictor
