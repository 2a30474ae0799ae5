#include "core/store/store_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "core/plugin/error.h"
#include "core/store/run_store.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace fs = std::filesystem;

const std::vector<MetricDeclaration> kAccuracies = {
    {"valid_accuracy", "percent", "Accuracy.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "cifar10", 200,
     false},
    {"test_accuracy", "percent", "Accuracy.", LODE_MAXIMIZE, LODE_SPLIT_TEST, "cifar10", 200,
     false}};

// A store with every kind of row and several pages, of a run that has ended.
void MakeRun(const fs::path& directory) {
  RunStore store(directory, RunStore::Mode::kNew, kAccuracies);
  const std::vector<float> action(30, 0.25f);
  const std::vector<std::pair<std::string, double>> noted = {{"loss", 0.5}};
  for (std::uint64_t step = 0; step < 40; ++step) {
    const std::string architecture = "architecture number " + std::to_string(step);
    const std::vector<double> metrics = {60.0 + static_cast<double>(step), 3.5};
    const bool failed = step % 9 == 8;
    const char* failure = failed ? "no luck" : "";
    store.OnEvaluation({step + 1, step, architecture, metrics, failure, false, 12.5, noted});
    store.OnTrial({step, step + 1, step % 2 == 0, false, action, architecture,
                   failed ? std::span<const double>() : metrics, failed ? kNaN : 1.5,
                   failed ? kNaN : 0.0, failure});
    store.OnRecords(step, noted);
  }
  store.SetMeta("seed", "5");
  store.SetFront({{"architecture number 0", 0, 1.5, {60, 3.5}}});
  store.SetMeta("status", "finished");
}

// Returns all values of all tables, or nothing if they cannot be read.
std::optional<std::string> Values(const fs::path& file) {
  sqlite3* db = nullptr;
  std::string text;
  const auto add_row = [](void* out, int n, char** cells, char**) {
    for (int i = 0; i < n; ++i) {
      static_cast<std::string*>(out)->append(cells[i] != nullptr ? cells[i] : "NULL").append("|");
    }
    return 0;
  };
  int code = sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
  for (const char* table : {"meta", "metric", "evaluation", "trial", "front", "record"}) {
    const std::string all = std::string("SELECT * FROM ") + table;
    code = code == SQLITE_OK ? sqlite3_exec(db, all.c_str(), add_row, &text, nullptr) : code;
  }
  sqlite3_close(db);
  return code == SQLITE_OK ? std::optional(text) : std::nullopt;
}

std::vector<std::string> DamagesOf(const fs::path& directory,
                                   StoreCheck (*check)(const fs::path&)) {
  try {
    return check(directory).damages;
  } catch (const HostError& e) { return {e.what()}; }
}

void Change(const fs::path& run, const std::string& sql) {
  const std::string command = "sqlite3 '" + (run / kStoreFile).string() + "' \"" + sql + "\"";
  ASSERT_EQ(std::system(command.c_str()), 0) << sql;
}

class StoreCheckTest : public testing::Test {
 protected:
  StoreCheckTest() { MakeRun(run()); }
  const fs::path& run() const { return directory_.path(); }

  const TemporaryDirectory directory_;
};

TEST_F(StoreCheckTest, AStoreIsIntactAsItWasWritten) {
  const StoreCheck check = CheckStoreThoroughly(run());
  EXPECT_THAT(check.damages, IsEmpty());
  EXPECT_EQ(check.unchecked, 0u);
  EXPECT_EQ(check.rows, 40u + 40 + 80 + 1 + 2 + 5);
}

// With LODE_FLIPS, flips each bit of the file, which takes an hour.
TEST_F(StoreCheckTest, AFlippedBitIsFoundOrChangesNothing) {
  const fs::path file = run() / kStoreFile;
  std::ifstream in(file, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  const auto values = Values(file);
  ASSERT_TRUE(values);
  const std::size_t stride = std::getenv("LODE_FLIPS") != nullptr ? 1 : 997;
  std::size_t mattered = 0;
  for (std::size_t bit = 3; bit < whole.size() * 8; bit += stride) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    std::ofstream(file, std::ios::binary) << damaged;
    if (Values(file) != values) {
      ++mattered;
      EXPECT_THAT(DamagesOf(run(), CheckStoreThoroughly), Not(IsEmpty())) << "bit " << bit;
      EXPECT_THAT(DamagesOf(run(), CheckStore), Not(IsEmpty())) << "bit " << bit;
    }
  }
  EXPECT_GT(mattered, 40u);
}

TEST_F(StoreCheckTest, ReportsEveryChangedValue) {
  for (const auto& [change, row] : std::vector<std::pair<std::string, std::string>>{
           {"UPDATE evaluation SET test_accuracy = 99 WHERE id = 7", "table evaluation, row 7"},
           {"UPDATE evaluation SET architecture = 'x' WHERE id = 8", "table evaluation, row 8"},
           {"UPDATE trial SET random = 1 - random WHERE step = 3", "table trial, row 3"},
           {"UPDATE trial SET action = NULL WHERE step = 4", "table trial, row 4"},
           {"UPDATE record SET value = 7 WHERE step = 2", "table record, row 2"},
           {"UPDATE front SET step = 1", "table front, row 1"},
           {"UPDATE metric SET unit = 'permille' WHERE position = 1", "table metric, row 1"},
           {"UPDATE meta SET value = '6' WHERE key = 'seed'", "table meta, row seed"},
           {"UPDATE trial SET _checksum = NULL WHERE step = 5", "1 rows have lost their checksums"},
           {"DELETE FROM record WHERE step = 9", "has 161 rows, and had 163"},
           {"DROP VIEW best; CREATE VIEW best AS SELECT * FROM trials",
            "the definitions of its tables and views were changed"}}) {
    const TemporaryDirectory other;
    MakeRun(other.path());
    Change(other.path(), change);
    EXPECT_THAT(CheckStore(other.path()).damages, Contains(HasSubstr(row))) << change;
    EXPECT_THROW(RequireIntact(other.path()), HostError);
  }
}

TEST_F(StoreCheckTest, AdditionsByOthersAreNotDamage) {
  Change(run(), "CREATE VIEW mine AS SELECT count(*) FROM trial; CREATE TABLE notes(text)");
  EXPECT_THAT(CheckStoreThoroughly(run()).damages, IsEmpty());
}

}  // namespace
}  // namespace lode::core
