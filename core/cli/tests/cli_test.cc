// How the program responds to valid and invalid command lines.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

class CliTest : public testing::Test {
 protected:
  fs::path Write(const std::string& name, const std::string& text) const {
    return dir_.Write(name, text);
  }

  // A wrong call: the documented status, nothing on standard output, one line that contains `part`.
  void ExpectRefused(const std::vector<std::string>& arguments, const std::string& part) const {
    const Outcome outcome = lode_.Run(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(Lines(outcome.err).size(), 1u) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  }

  const TemporaryDirectory dir_;
  Program lode_{dir_.path()};
};

TEST_F(CliTest, HelpExplains) {
  const Outcome help = lode_.Run({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* word : {"run", "validate", "plugins", "describe", "import", "Exit status"}) {
    EXPECT_NE(help.out.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(lode_.Run({"run", "--help"}).status, 0);
  EXPECT_EQ(lode_.Run({"--version"}).status, 0);
}

TEST_F(CliTest, PluginsListsEveryFirstPartyComponent) {
  const Outcome outcome = lode_.Run({"plugins"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* id : {"nb201", "nb201.table", "epsilon_greedy", "warm_up", "uniform_noise",
                         "l2nas", "random", "rea", "local_search"}) {
    EXPECT_NE(outcome.out.find(" " + std::string(id) + " "), std::string::npos) << id;
  }
  const auto all = nlohmann::json::parse(lode_.Run({"plugins", "--json"}).out);
  EXPECT_TRUE(all["broken"].empty());
}

TEST_F(CliTest, DescribeShowsParametersPresetsAndMetrics) {
  const Outcome l2nas = lode_.Run({"describe", "l2nas"});
  EXPECT_EQ(l2nas.status, 0);
  for (const char* part :
       {"top_k : integer = 64", "paper", "robust (default)", "actor_learning_rate = 1e-08"}) {
    EXPECT_NE(l2nas.out.find(part), std::string::npos) << part << "\n" << l2nas.out;
  }
  const Outcome table = lode_.Run({"describe", "nb201.table"});
  EXPECT_NE(table.out.find("valid_accuracy : percent, more is better, validation split"),
            std::string::npos)
      << table.out;
  EXPECT_EQ(lode_.Run({"describe", "pipeline"}).status, 0);
}

TEST_F(CliTest, DescribeTakesPluginFilesAndPrintsEveryForm) {
  const std::string file = (fs::path(LODE_BINARY_DIR) / "lib/lode/plugins/nb201.lode.so").string();
  const Outcome page = lode_.Run({"describe", "--markdown", file});
  EXPECT_EQ(page.status, 0) << page.err;
  for (const char* part : {"# Plugin `nb201`", "## Space `nb201`", "## Oracle `nb201.latency`"}) {
    EXPECT_NE(page.out.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(page.out.find(LODE_BINARY_DIR), std::string::npos)
      << "the page names the machine's file";
  const Outcome both = lode_.Run({"describe", "--json", "rea", "pipeline"});
  EXPECT_EQ(nlohmann::json::parse(both.out).at(0).at("id"), "rea");
  EXPECT_EQ(nlohmann::json::parse(lode_.Run({"describe", "--json", file}).out).size(), 3u);
  const Outcome schema = lode_.Run({"describe", "--schema"});
  EXPECT_TRUE(nlohmann::json::parse(schema.out).at("definitions").contains("optimizer.rea"));
  ExpectRefused({"describe"}, "COMPONENT is required");
  ExpectRefused({"describe", "--schema", "rea"}, "excludes");
  ExpectRefused({"describe", "--markdown", "--json", "rea"}, "excludes");
  ExpectRefused({"describe", "missing.lode.so"}, "missing.lode.so");
  fs::create_directory(dir_.path() / "folder.lode.so");
  ExpectRefused({"describe", "folder.lode.so"}, "not a plugin file");
}

// The index answers even if no plugin file can be loaded any longer.
TEST_F(CliTest, ListingAndValidatingLoadNoPlugin) {
  const fs::path plugins = dir_.path() / "plugins";
  fs::create_directory(plugins);
  const fs::path copy = plugins / "rea.lode.so";
  fs::copy_file(fs::path(LODE_BINARY_DIR) / "lib/lode/plugins/rea.lode.so", copy);
  const std::vector<std::string> describe = {"--plugin", copy.string(), "describe", "rea"};
  const Outcome before = lode_.Run(describe);
  ASSERT_EQ(before.status, 0) << before.err;
  EXPECT_NE(before.out.find(copy.string()), std::string::npos) << before.out;
  const auto time = fs::last_write_time(copy);
  std::fstream(copy, std::ios::in | std::ios::out).write("not an ELF file", 15);
  fs::last_write_time(copy, time);
  const Outcome after = lode_.Run(describe);
  EXPECT_EQ(after.out, before.out);
  fs::last_write_time(copy, time + std::chrono::seconds(1));
  EXPECT_EQ(lode_.Run(describe).status, 2);
}

TEST_F(CliTest, WrongUsageIsOneLineAndStatus2) {
  ExpectRefused({}, "subcommand");
  ExpectRefused({"run"}, "PIPELINE");
  ExpectRefused({"fly"}, "fly");
  ExpectRefused({"run", "missing.toml"}, "missing.toml");
  ExpectRefused({"describe", "l2nass"}, "did you mean 'l2nas'?");
  ExpectRefused({"run", SourceFile("configs/nb201/rea.toml").string(), "--jobs", "0"}, "--jobs");
  ExpectRefused({"run", SourceFile("configs/nb201/rea.toml").string(), "--seeds", "many"}, "seeds");
  ExpectRefused(
      {"import", "nb101", "source", "-o", "table"},
      "no plugin imports 'nb101'; the installed ones import nb201, ofa-predictor, ofa-weights");
}

TEST_F(CliTest, MisspelledCommandsAndOptionsNameTheNearest) {
  const std::string rea = SourceFile("configs/nb201/rea.toml").string();
  ExpectRefused({"rnu", rea}, "there is no command 'rnu'; did you mean 'run'?");
  ExpectRefused({"help", "valdate"}, "did you mean 'validate'?");
  ExpectRefused({"run", rea, "--sedes", "3"}, "no option '--sedes'; did you mean '--seeds'?");
  ExpectRefused({"run", "--otu=runs", rea}, "no option '--otu'; did you mean '--out'?");
  ExpectRefused({"run", rea, "-seed", "3"}, "did you mean '--seed'?");
  ExpectRefused({"show", "--JSON"}, "no option '--JSON'; did you mean '--json'?");
  ExpectRefused({"resume", "--plugins", "x"}, "did you mean '--plugin'?");  // for all commands
  ExpectRefused({"plugins", "-x"}, "no option '-x' (");
  ExpectRefused({"plugins", "l2nas"}, "'l2nas' was not expected");
}

TEST_F(CliTest, HelpOfACommandEqualsItsHelpOption) {
  EXPECT_EQ(lode_.Run({"help"}).out, lode_.Run({"--help"}).out);
  EXPECT_EQ(lode_.Run({"help", "run"}).out, lode_.Run({"run", "--help"}).out);
  EXPECT_EQ(lode_.Run({"help", "Show"}).out, lode_.Run({"show", "-h"}).out);
  EXPECT_EQ(lode_.Run({"-V"}).out, lode_.Run({"--version"}).out);
}

// Applies to commands, components, presets and the pipeline's tables.
TEST_F(CliTest, NamesAreComparedWithoutCase) {
  const std::string cell = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
  EXPECT_EQ(lode_.Run({"Describe", "L2NAS", "nb201.TABLE"}).out,
            lode_.Run({"describe", "l2nas", "nb201.table"}).out);
  EXPECT_EQ(lode_.Run({"describe", "Budget"}).out, lode_.Run({"describe", "budget"}).out);
  EXPECT_EQ(lode_.Run({"show", "NB201", cell}).out, lode_.Run({"show", "nb201", cell}).out);
  EXPECT_EQ(lode_.Run({"completion", "Zsh"}).out, lode_.Run({"completion", "zsh"}).out);
  const auto resolved = [this](const std::vector<std::string>& settings) {
    std::vector<std::string> words{"validate", "--print",
                                   SourceFile("configs/nb201/l2nas.toml").string()};
    AppendSettings(words, settings);
    return lode_.Run(words).out;
  };
  EXPECT_EQ(resolved({"optimizer.preset=PAPER", "oracle.use=NB201.Table"}),
            resolved({"optimizer.preset=paper"}));
}

TEST_F(CliTest, OneSeedCanBeGivenAlone) {
  const std::string rea = SourceFile("configs/nb201/rea.toml").string();
  const std::string resolved = lode_.Run({"validate", "--print", rea, "--seed", "7"}).out;
  EXPECT_NE(resolved.find("seeds = [7]"), std::string::npos) << resolved;
  const nlohmann::json ran = RunJson(lode_, {rea, "--seed", "7", "--set", "budget.trials=5"});
  EXPECT_EQ(ran.at("runs").size(), 1u);
  EXPECT_EQ(ran.at("runs").at(0).at("seed"), 7);
  EXPECT_EQ(ran.at("runs").at(0).at("steps"), 5);
  ExpectRefused({"validate", rea, "--seed", "-3"}, "'seeds': -3 is outside");
  ExpectRefused({"run", rea, "--seed", "3,5"}, "--seed");
  ExpectRefused({"run", rea, "--seed", "3", "--seeds", "5"}, "excludes");
}

// One option for what a command writes, even if the command also has another name for it.
TEST_F(CliTest, OutputGoesToTheGivenPlace) {
  const auto path = [this](const char* name) { return (dir_.path() / name).string(); };
  const auto text = [&](const char* name) {
    std::ifstream in(path(name));
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string cell = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
  const std::vector<std::vector<std::string>> printing = {
      {"show", "nb201", cell, "--svg"},
      {"describe", "rea", "--json"},
      {"plugins", "--json"},
      {"completion", "bash"},
      {"help", "run"},
      {"verify", "--rules"},
      {"validate", "--print", SourceFile("configs/nb201/rea.toml").string()}};
  for (std::vector<std::string> words : printing) {
    const std::string printed = lode_.Run(words).out;
    words.insert(words.end(), {"-o", path("out")});
    const Outcome outcome = lode_.Run(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(text("out"), printed) << words[0];
    words.end()[-1] = "-";
    EXPECT_EQ(lode_.Run(words).out, printed);
  }
  ExpectRefused({"describe", "nothing", "--out", path("none")}, "nothing");
  EXPECT_FALSE(fs::exists(path("none")));
  ExpectRefused({"plugins", "--out", path("no/directory")}, "no/directory");
  ExpectRefused({"plugins", "-o", "/dev/full"}, "/dev/full");
  const std::string random = SourceFile("configs/nb201/random.toml").string();
  EXPECT_EQ(lode_
                .Run({"run", random, "--seed", "1", "--set", "budget={steps=3}", "-j", "1", "-o",
                      path("run")})
                .status,
            0);
  EXPECT_TRUE(fs::exists(path("run/seed-1/run.db")));
  EXPECT_EQ(lode_.Run({"new", "space", "ring", "-o", path("ring")}).status, 0);
  EXPECT_TRUE(fs::exists(path("ring/search.toml")));
  EXPECT_EQ(lode_.Run({"new", "Space", "ring", "--directory", path("twin")}).status, 0);
  EXPECT_TRUE(fs::exists(path("twin/search.toml")));
}

TEST_F(CliTest, AllMistakesAreReportedAtOnce) {
  const fs::path file =
      Write("bad.toml",
            "[pipeline]\nname = \"x\"\nsedes = 3\n[space]\nuse = \"nb201\"\n[oracle]\n"
            "use = \"nb201.table\"\ndataset = \"cifar11\"\n[reward]\nmetric = \"valid_acuracy\"\n"
            "[optimizer]\nuse = \"rea\"\npopulation = 0\n[budget]\nsteps = \"many\"\n");
  const Outcome outcome = lode_.Run({"validate", file.string()});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(Lines(outcome.err).size(), 5u) << outcome.err;
  for (const char* place : {":3:", ":8:", ":10:", ":13:", ":15:"}) {
    EXPECT_NE(outcome.err.find(file.string() + place), std::string::npos) << place << "\n"
                                                                          << outcome.err;
  }
}

TEST_F(CliTest, InvalidTomlIsShown) {
  const fs::path toml = Write("typo.toml", "[pipeline]\nname == \"x\"\n");
  const Outcome typo = lode_.Run({"run", toml.string()});
  EXPECT_EQ(typo.status, 2);
  EXPECT_NE(typo.err.find(toml.string() + ":2:7: "), std::string::npos) << typo.err;
  EXPECT_TRUE(typo.err.ends_with("\n  name == \"x\"\n        ^\n")) << typo.err;
  const fs::path yaml = Write("search.yaml", "pipeline:\n  name: x\n");
  const Outcome other = lode_.Run({"validate", yaml.string()});
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("this is YAML, but a pipeline is TOML"), std::string::npos) << other.err;
}

TEST_F(CliTest, ABrokenTableIsRefusedWithFileAndLine) {
  const fs::path table = Write("table.tsv", "index\tarch_str\tcifar10_valid\n0\tx\n");
  const Outcome outcome = lode_.Run({"run", SourceFile("configs/nb201/rea.toml").string(), "--set",
                                     "oracle.table=" + table.string()});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("table.tsv:1"), std::string::npos) << outcome.err;
  EXPECT_EQ(Lines(outcome.err).size(), 1u) << outcome.err;
}

TEST_F(CliTest, AnUnwritableOutputDirectoryIsOneLine) {
  ExpectRefused(
      {"run", SourceFile("configs/nb201/rea.toml").string(), "--seeds", "1", "--out", "/proc/lode"},
      "/proc/lode");
}

// The host and table searches must not pull in LibTorch.
TEST_F(CliTest, NoPartOfATableSearchLinksLibTorch) {
  const fs::path build(LODE_BINARY_DIR);
  std::vector<fs::path> files{build / "bin/lode"};
  for (const auto& entry : fs::directory_iterator(build / "lib/lode/plugins")) {
    if (entry.path().extension() == ".so") { files.push_back(entry.path()); }
  }
  EXPECT_GE(files.size(), 7u);
  for (const fs::path& file : files) {
    const std::string command = "ldd " + file.string() + " | grep -q -e libtorch -e libc10";
    const bool links = std::system(command.c_str()) == 0;
    EXPECT_EQ(links, file.filename().string().ends_with("_networks.lode.so")) << file;
  }
}

}  // namespace
}  // namespace lode::cli
