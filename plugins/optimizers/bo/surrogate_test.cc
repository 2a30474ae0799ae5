#include "plugins/optimizers/bo/surrogate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <numeric>
#include <string>
#include <vector>

namespace bo {
namespace {

class SurrogateTest : public testing::Test {
 protected:
  SurrogateTest() {
    for (int i = 0; i < 30; ++i) {
      const lode::Architecture a = grid_.space().Sample(stream_.random());
      rows_.push_back(features_.Extract(a));
      values_.push_back(grid_.space().Format(a)[0] - '1');
    }
  }
  std::vector<const Row*> Rows(std::size_t first, std::size_t end) const {
    std::vector<const Row*> rows;
    for (std::size_t i = first; i < end; ++i) { rows.push_back(&rows_[i]); }
    return rows;
  }
  Normal Predict(const Surrogate& surrogate, const Row& row) const {
    Projection projection;
    return PredictNext(surrogate, row, projection);
  }
  // Continues a projection.
  Normal PredictNext(const Surrogate& surrogate, const Row& row, Projection& projection) const {
    surrogate.Project(row, projection);
    surrogate.Solve(std::vector{&projection});
    return surrogate.Predict(projection);
  }
  // With the first 20 rows, appended or all at once.
  Surrogate Measured(bool appended) const {
    Surrogate surrogate(features_.layout());
    if (appended) {
      for (std::size_t i = 0; i < 20; ++i) { surrogate.AppendRow(rows_[i]); }
    } else {
      surrogate.SetRows(Rows(0, 20));
    }
    surrogate.SetValues(std::span(values_).first(20));
    return surrogate;
  }

  const lode::test::Grid grid_{5, 3};
  lode::test::FixedStream stream_{1};
  const FeatureExtractor features_{grid_.space(), stream_.random()};
  std::vector<Row> rows_;
  std::vector<double> values_;
};

TEST_F(SurrogateTest, RowsAppendedOrAllAtOnceGiveTheSame) {
  const Surrogate appended = Measured(true), whole = Measured(false);
  for (const Row& row : rows_) {
    EXPECT_NEAR(Predict(appended, row).mean, Predict(whole, row).mean, 1e-10);
    EXPECT_NEAR(Predict(appended, row).deviation, Predict(whole, row).deviation, 1e-10);
  }
}

TEST_F(SurrogateTest, BelievingChangesNoMeanButWhatIsUncertain) {
  const Surrogate before = Measured(true);
  Surrogate after = Measured(true);
  after.AppendPending(Rows(20, 23), true);
  for (const Row& row : rows_) {
    EXPECT_NEAR(Predict(after, row).mean, Predict(before, row).mean, 1e-10);
  }
  const auto share = [&](const Row& row) {
    return Predict(after, row).deviation / Predict(before, row).deviation;
  };
  EXPECT_LT(share(rows_[21]), 0.7) << "the noise remains";
}

TEST_F(SurrogateTest, PredictsAMeasurementWithItsNoise) {
  Surrogate surrogate(features_.layout());
  surrogate.AppendRow(rows_[0]);
  surrogate.SetValues(std::vector{2.0});
  const double own = 1 + surrogate.kernel().noise(), variance = (2 * 2 / own + 1) / 2;
  const Normal again = Predict(surrogate, rows_[0]);
  EXPECT_NEAR(again.mean, 2 / own, 1e-12);
  EXPECT_NEAR(again.deviation, std::sqrt(variance * (own - 1 / own)), 1e-12);
}

TEST_F(SurrogateTest, AConstantLieDrawsThePendingToTheMean) {
  const Surrogate before = Measured(true);
  Surrogate after = Measured(true);
  after.AppendPending(Rows(20, 23), false);
  for (std::size_t i = 20; i < 23; ++i) {
    EXPECT_LE(std::fabs(Predict(after, rows_[i]).mean),
              std::fabs(Predict(before, rows_[i]).mean) + 0.05);
  }
}

TEST_F(SurrogateTest, OneRowAloneBoundsTheDeviation) {
  const Surrogate surrogate = Measured(true);
  for (const Row& row : rows_) {
    Projection projection;
    surrogate.Project(row, projection);
    const double bound = surrogate.MostDeviation(projection);
    surrogate.Solve(std::vector{&projection});
    EXPECT_LE(surrogate.MostDeviation(projection), bound + 1e-12);
    EXPECT_EQ(surrogate.MostDeviation(projection), surrogate.Predict(projection).deviation);
  }
}

// Whatever happens to the surrogate between two predictions.
TEST_F(SurrogateTest, AContinuedProjectionPredictsAsANewOne) {
  Surrogate surrogate = Measured(true);
  std::vector<Projection> projections(rows_.size());
  const auto expect_same = [&](const char* after) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const Normal next = PredictNext(surrogate, rows_[i], projections[i]);
      EXPECT_NEAR(next.mean, Predict(surrogate, rows_[i]).mean, 1e-10) << after;
      EXPECT_NEAR(next.deviation, Predict(surrogate, rows_[i]).deviation, 1e-10) << after;
    }
  };
  expect_same("the first rows");
  surrogate.AppendPending(Rows(25, 28), true);
  expect_same("pending ones");
  surrogate.Truncate(20);
  surrogate.AppendRow(rows_[22]);
  surrogate.SetValues(std::span(values_).first(21));
  expect_same("a measured one instead");
  surrogate.Fit(std::vector<std::size_t>{0, 3, 5, 8}, std::span(values_).first(21));
  surrogate.SetValues(std::span(values_).first(21));
  expect_same("a fit");
  surrogate.SetRows(Rows(3, 24));
  surrogate.SetValues(std::span(values_).first(21));
  expect_same("other rows");
}

TEST_F(SurrogateTest, FittingFindsThatTheRewardIsCertain) {
  Surrogate surrogate = Measured(true);
  std::vector<std::size_t> all(20);
  std::iota(all.begin(), all.end(), std::size_t{0});
  const double noise = surrogate.kernel().noise();
  surrogate.Fit(all, std::span(values_).first(20));
  surrogate.SetValues(std::span(values_).first(20));
  EXPECT_LT(surrogate.kernel().noise(), noise);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_NEAR(Predict(surrogate, rows_[i]).mean, values_[i], 0.2);
  }
}

}  // namespace
}  // namespace bo
