// An oracle for measurements of optimizers on the DARTS space: the accuracy on CIFAR-10 after 50
// epochs, as a Gaussian kernel ridge regression predicts it from genotypes that were trained. Those
// with "none" are left out, since the space has none. The length scale and the ridge are those
// whose leave-one-out predictions rank best; the log has their rank correlation.
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <lode/math.hpp>
#include <lode/plugin.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Of one cell: how often each operation occurs and each of the cell's inputs is used, and the
// longest path in edges. Rows of a matrix are the edges "0->2", "1->2", "0->3", ...
constexpr Index kOperations = 7, kInputs = 2, kOfCell = kOperations + kInputs + 1;

void DescribeCell(lode::ArchitectureView cells, double* out) {
  std::array<double, 6> depth{};
  std::size_t edge = 0;
  for (std::size_t node = 2; node < 6; ++node) {
    for (std::size_t from = 0; from < node; ++from, ++edge) {
      const auto row = cells.subspan(edge * kOperations, kOperations);
      const auto used = std::ranges::find(row, 1);
      if (used == row.end()) { continue; }
      ++out[used - row.begin()];
      if (from < kInputs) { ++out[kOperations + static_cast<Index>(from)]; }
      depth[node] = std::max(depth[node], depth[from] + 1);
    }
  }
  out[kOperations + kInputs] = std::ranges::max(depth);
}

VectorXd Ranks(const VectorXd& values) {
  std::vector<Index> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::ranges::sort(order, {}, [&](Index i) { return values(i); });
  VectorXd ranks(values.size());
  for (std::size_t r = 0; r < order.size(); ++r) { ranks(order[r]) = static_cast<double>(r); }
  return ranks;
}

double RankCorrelation(const VectorXd& a, const VectorXd& b) {
  const VectorXd x = Ranks(a), y = Ranks(b);
  const VectorXd dx = x.array() - x.mean(), dy = y.array() - y.mean();
  return dx.dot(dy) / std::sqrt(dx.squaredNorm() * dy.squaredNorm());
}

class DartsAccuracy {
 public:
  struct Config {
    std::string data;
  };
  static lode::Params<Config> Parameters() {
    return {lode::Param<Config>("data", &Config::data,
                                "CSV with quoted genotypes and a column valid_acc50.", lode::Path{})
                .Required()};
  }
  DartsAccuracy(lode::Host host, const Config& config) : host_(host), config_(config) {}

  std::vector<lode::Metric> Metrics() const {
    return {{"accuracy", "percent", "Predicted accuracy on CIFAR-10 after 50 epochs.",
             LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "cifar10"}};
  }

  void Bind(const lode::Space& space) {
    space_ = space;
    ReadData();
    Standardize();
    ChooseFit();
  }

  void Evaluate(const lode::Query& query, std::span<double> metrics) const {
    const VectorXd x = (Describe(query.architecture) - center_).cwiseQuotient(spread_);
    double sum = mean_;
    for (Index i = 0; i < known_.cols(); ++i) { sum += weights_(i) * Kernel(x, known_.col(i)); }
    metrics[0] = sum;
  }

 private:
  VectorXd Describe(lode::ArchitectureView architecture) const {
    const std::size_t half = architecture.size() / 2, metrics = space_->metrics().size();
    VectorXd x = VectorXd::Zero(2 * kOfCell + static_cast<Index>(metrics));
    DescribeCell(architecture.first(half), x.data());
    DescribeCell(architecture.subspan(half), x.data() + kOfCell);
    space_->Measure(architecture, {x.data() + 2 * kOfCell, metrics});
    return x;
  }

  // A line is: index,"genotype",flop,params,train_time10,train_acc10,valid_acc10,train_time50,
  // train_acc50,valid_acc50,...
  void ReadData() {
    std::ifstream file(config_.data);
    std::vector<VectorXd> rows;
    std::vector<double> accuracies;
    for (std::string line; std::getline(file, line);) {
      const std::size_t begin = line.find('"'), end = line.rfind('"');
      if (begin == end || line.find("'none'") != std::string::npos) { continue; }
      rows.push_back(Describe(space_->Parse(line.substr(begin + 1, end - begin - 1))));
      std::size_t at = end + 1;
      for (int column = 0; column < 7; ++column) { at = line.find(',', at + 1); }
      double& accuracy = accuracies.emplace_back();
      std::from_chars(line.data() + at + 1, line.data() + line.size(), accuracy);
    }
    if (rows.size() < 100) { throw lode::InvalidError("too few genotypes in " + config_.data); }
    known_.resize(rows[0].size(), static_cast<Index>(rows.size()));
    for (Index i = 0; i < known_.cols(); ++i) { known_.col(i) = rows[static_cast<std::size_t>(i)]; }
    accuracies_ = Eigen::Map<VectorXd>(accuracies.data(), known_.cols());
    mean_ = accuracies_.mean();
  }

  void Standardize() {
    center_ = known_.rowwise().mean();
    known_.colwise() -= center_;
    spread_ = (known_.array().square().rowwise().mean().sqrt() + 1e-9).matrix();
    known_.array().colwise() /= spread_.array();
  }

  double Kernel(const VectorXd& a, const VectorXd& b) const {
    return lode::math::Exp(-(a - b).squaredNorm() / scale_);
  }

  // Without row i, the prediction of it is y - (C y) / C_ii where C is the inverse of K + ridge.
  void ChooseFit() {
    const VectorXd y = accuracies_.array() - mean_;
    double best = -1, best_scale = 0;
    for (const double scale : {10.0, 30.0, 100.0, 300.0}) {
      scale_ = scale;
      MatrixXd covariance(y.size(), y.size());
      for (Index i = 0; i < y.size(); ++i) {
        for (Index j = 0; j < y.size(); ++j) {
          covariance(i, j) = Kernel(known_.col(i), known_.col(j));
        }
      }
      for (const double ridge : {0.01, 0.03, 0.1, 0.3, 1.0}) {
        const MatrixXd inverse = (covariance + ridge * MatrixXd::Identity(y.size(), y.size()))
                                     .llt()
                                     .solve(MatrixXd::Identity(y.size(), y.size()));
        const VectorXd weights = inverse * y;
        const VectorXd left_out = y - weights.cwiseQuotient(inverse.diagonal());
        const double correlation = RankCorrelation(left_out, y);
        if (correlation <= best) { continue; }
        best = correlation;
        best_scale = scale;
        weights_ = weights;
      }
    }
    scale_ = best_scale;
    host_.Log(LODE_INFO, std::to_string(y.size()) +
                             " genotypes, rank correlation held out: " + std::to_string(best));
  }

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  MatrixXd known_;  // a column for each genotype
  VectorXd accuracies_, center_, spread_, weights_;
  double mean_ = 0, scale_ = 1;
};

}  // namespace

LODE_PLUGIN("darts_accuracy", "1.0.0", "Apache-2.0",
            lode::OracleComponent<DartsAccuracy>(
                "darts_accuracy", "1.0.0",
                "Accuracy of DARTS cells, predicted from trained ones; for measurements."));
