// The trials are the same on every machine. glibc selects its functions by processor features, and
// can be told to ignore some of them, so one machine can show what others do. Code that this
// project compiles for several instruction sets is compared by the tests next to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/processes.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/shell.h"
#include "tests/temporary_directory.h"

namespace lode {
namespace {

namespace fs = std::filesystem;

using testing::IsEmpty;

struct SearchCase {
  const char* name;
  const char* pipeline;  // below configs/
  std::vector<std::string> settings;
};

// A search whose optimizer trains a relaxed network.
SearchCase Trained(const char* optimizer, std::vector<std::string> settings = {}) {
  settings.push_back(std::string("optimizer.use=") + optimizer);
  return {optimizer, "../tests/trained.toml", std::move(settings)};
}

// Used by Google Test for printing.
void PrintTo(const SearchCase& search, std::ostream* out) { *out << search.name; }

class MachinesTest : public testing::TestWithParam<SearchCase> {
 protected:
  // Simulates processors before about 2013: no fused operations, no 256-bit vectors.
  MachinesTest() {
    old_.SetEnvironment("GLIBC_TUNABLES",
                        "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX,-AVX2,-AVX512F,-AVX512VL,-SSE4_1");
  }

  std::vector<std::string> Arguments(const std::string& out) const {
    std::vector<std::string> arguments = {
        "run",     SourceFile(std::string("configs/") + GetParam().pipeline).string(),
        "--seeds", "1",
        "--out",   (directory_.path() / out).string()};
    AppendSettings(arguments, GetParam().settings);
    return arguments;
  }

  // Returns everything in all stores that must not depend on time, with every bit of every number.
  std::string DumpOf(const std::string& out) const {
    std::string text;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path() / out)) {
      if (entry.path().filename() == "run.db") { text += Dump(entry.path().parent_path()); }
    }
    return text;
  }

  void ExpectGood(const Outcome& outcome) const { ASSERT_EQ(outcome.status, 0) << outcome.err; }

  const TemporaryDirectory directory_;
  const Program new_ = WithTestPlugins(directory_.path());
  Program old_ = WithTestPlugins(directory_.path());
};

TEST_P(MachinesTest, HaveTheSameTrialsAndContinueEachOthers) {
  ExpectGood(new_.Run(Arguments("new")));
  ExpectGood(old_.Run(Arguments("old")));
  const std::string expected = DumpOf("new");
  EXPECT_NE(expected, "");
  EXPECT_EQ(DumpOf("old"), expected);

  std::vector<std::string> arguments = Arguments("both");
  const pid_t killed = old_.Start(arguments);
  EXPECT_TRUE(WaitUntil(
      [&] { return fs::exists(directory_.path() / "both/seed-0/run.db-wal") || !Lives(killed); }));
  kill(killed, SIGKILL);
  old_.Finish(killed);
  arguments.emplace_back("--resume");
  ExpectGood(new_.Run(arguments));
  EXPECT_EQ(DumpOf("both"), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Searches, MachinesTest,
    testing::Values(
        SearchCase{"l2nas", "nb201/l2nas.toml", {"budget={steps=400}"}},
        SearchCase{
            "l2nas_paper", "nb201/l2nas.toml", {"budget={steps=300}", "optimizer.preset=paper"}},
        SearchCase{"l2nas_plus",
                   "nb201/l2nas_plus.toml",
                   {"budget={steps=80}", "optimizer.hidden_width=32",
                    "optimizer.mutant_candidates=16", "optimizer.uniform_candidates=16"}},
        SearchCase{"random",
                   "nb201/rea.toml",
                   {"budget={steps=20000}", "optimizer.use=random",
                    "reward={metric=\"valid_accuracy\", transform=\"relative\", reference=90}"}},
        SearchCase{"rea",
                   "nb201/rea.toml",
                   {"budget={steps=500}",
                    "reward={metric=\"valid_accuracy\", transform=\"exponential\"}"}},
        SearchCase{"local_search",
                   "nb201/rea.toml",
                   {"budget={steps=500}", "optimizer.use=local_search",
                    "reward={metric=\"valid_accuracy\", transform=\"exponential\"}"}},
        SearchCase{"penalty",
                   "ofa/under_350m.toml",
                   {"budget={steps=300}", "optimizer.use=evolution",
                    "reward={metric=\"predicted_accuracy\", transform=\"exponential\", "
                    "limits=[{metric=\"macs\", max=350e6}], limit_rule=\"penalty\"}"}},
        SearchCase{"ofa", "ofa/predictor.toml", {"budget={steps=300}", "optimizer.use=l2nas"}},
        SearchCase{"bo",
                   "nb201/bo.toml",
                   {"budget={steps=150}",
                    "reward={metric=\"valid_accuracy\", transform=\"exponential\"}"}},
        SearchCase{"bo_front", "ofa/front.toml", {"budget={steps=60}", "optimizer.use=bo"}},
        SearchCase{"nsga2", "ofa/front.toml", {"budget={steps=300}"}},
        SearchCase{"reinforce", "nb201/reinforce.toml", {"budget={steps=300}"}},
        SearchCase{"reinforce_darts",
                   "darts/analytic.toml",
                   {"budget={steps=40}", "optimizer.use=reinforce", "exploration=[]"}},
        SearchCase{"alphax", "nb201/alphax.toml", {"budget={steps=150}"}},
        SearchCase{"alphax_darts",
                   "darts/analytic.toml",
                   {"budget={steps=60}", "optimizer.use=alphax", "exploration=[]"}},
        SearchCase{"hyperband", "nb201/hyperband.toml", {"budget={steps=300}"}},
        SearchCase{"bohb", "nb201/bohb.toml", {"budget={steps=200}"}},
        SearchCase{"econas", "nb201/econas.toml", {"budget={steps=300}"}},
        SearchCase{"tpe", "nb201/tpe.toml", {"budget={steps=150}"}},
        SearchCase{"bananas", "nb201/bananas.toml", {"budget={steps=80}"}},
        SearchCase{"npenas", "nb201/npenas.toml", {"budget={steps=80}"}},
        SearchCase{"arch2vec_bo",
                   "nb201/arch2vec_bo.toml",
                   {"budget={steps=40}", "optimizer.whole=0", "optimizer.pool=300",
                    "optimizer.epochs=2", "optimizer.hidden=32"}},
        SearchCase{"arch2vec_rl",
                   "nb201/arch2vec_rl.toml",
                   {"budget={steps=60}", "optimizer.whole=0", "optimizer.pool=300",
                    "optimizer.epochs=2", "optimizer.hidden=32"}},
        SearchCase{
            "darts_space", "darts/analytic.toml", {"budget={steps=300}", "optimizer.use=l2nas"}},
        Trained("darts"), Trained("pc_darts"), Trained("gdas"), Trained("snas"), Trained("gaea"),
        Trained("sdarts", {"optimizer.perturbation=adversarial"}), Trained("milenas"),
        Trained("p_darts", {"optimizer.epochs=10", "optimizer.frozen_epochs=2"}), Trained("mdenas"),
        Trained("ista_nas"),
        Trained("enas", {"optimizer.controller_steps=2", "optimizer.candidates=5"})),
    [](const auto& info) { return std::string(info.param.name); });

// Functions whose last bit depends on the C library and the processor. The other functions of libm
// (sqrt, floor, fma, ldexp, ...) are exact by definition. Each has variants for float and long
// double.
constexpr const char* kInexact[] = {"acos", "acosh", "asin",  "asinh",  "atan", "atan2", "atanh",
                                    "cbrt", "cos",   "cosh",  "erf",    "erfc", "exp",   "exp10",
                                    "exp2", "expm1", "hypot", "j0",     "j1",   "jn",    "lgamma",
                                    "log",  "log10", "log1p", "log2",   "pow",  "sin",   "sincos",
                                    "sinh", "tan",   "tanh",  "tgamma", "y0",   "y1",    "yn"};

// Returns those of them that an object file or a shared library takes from libm.
std::vector<std::string> InexactFunctionsOf(const fs::path& binary) {
  std::set<std::string> inexact;
  for (const std::string name : kInexact) {
    inexact.insert({name, name + "f", name + "l", "__" + name + "_finite"});
  }
  const std::string table = binary.extension() == ".so" ? "nm -D -u '" : "nm -u '";
  std::istringstream symbols(
      OutputOf(table + binary.string() + "' | sed -E 's/^ *[Uwv] //; s/@.*//'"));
  std::vector<std::string> found;
  std::copy_if(std::istream_iterator<std::string>(symbols), {}, std::back_inserter(found),
               [&](const std::string& symbol) { return inexact.contains(symbol); });
  return found;
}

// Trainings promise the same bytes only on processors of one kind.
bool Trains(const fs::path& plugin) {
  return plugin.filename().string().ends_with("_networks.lode.so");
}

// Returns the object files of the host, except those of comparisons: people read their statistics,
// no search does.
std::vector<fs::path> HostObjects() {
  std::vector<fs::path> objects;
  for (const char* target : {"lode_core", "lode_cli", "lode"}) {
    const fs::path folder =
        fs::path(LODE_BINARY_DIR) / "core/CMakeFiles" / (std::string(target) + ".dir");
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string file = entry.path().lexically_relative(folder).string();
      const bool compares =
          file.starts_with("compare/") || file.find("unity_compare_") != std::string::npos;
      if (entry.path().extension() == ".o" && !compares) { objects.push_back(entry.path()); }
    }
  }
  return objects;
}

TEST(BinariesTest, UseNoFunctionThatDependsOnTheProcessor) {
  const fs::path build = LODE_BINARY_DIR;
  const std::vector<fs::path> objects = HostObjects();
  EXPECT_GT(objects.size(), 5u);
  for (const fs::path& object : objects) {
    EXPECT_THAT(InexactFunctionsOf(object), IsEmpty()) << object;
  }
  for (const auto& entry : fs::directory_iterator(build / "lib/lode/plugins")) {
    if (entry.path().extension() == ".so" && !Trains(entry.path())) {
      EXPECT_THAT(InexactFunctionsOf(entry.path()), IsEmpty()) << entry.path();
    }
  }
}

}  // namespace
}  // namespace lode
