#include "core/config/artifacts.h"

#include <algorithm>
#include <functional>

#include "core/config/values.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "stage:";

bool IsPolicy(const ComponentDeclaration& component, const std::string& key) {
  return component.kind == LODE_OPTIMIZER && key == "policy";
}

bool IsPath(const ComponentDeclaration& component, const std::string& key) {
  const auto param = std::ranges::find(component.params, key, &ParamDeclaration::name);
  return param != component.params.end() ? param->type == LODE_T_PATH : IsPolicy(component, key);
}

// Returns what is wrong with the stage of an artifact, or "".
std::string FaultOfStage(const Artifact& artifact, const std::vector<std::string>& before,
                         const std::vector<std::string>& all) {
  const auto has = [&](const std::vector<std::string>& names) {
    return std::ranges::find(names, artifact.stage) != names.end();
  };
  if (all.empty()) { return "the pipeline has no stages"; }
  if (!has(before)) {
    return has(all)
               ? "stage '" + artifact.stage + "' does not come before this one"
               : "there is no stage '" + artifact.stage + "'" + Suggest(artifact.stage, before);
  }
  return "";
}

// Returns what is wrong with the file of an artifact, or "".
std::string FaultOfFile(const Artifact& artifact) {
  const fs::path file = artifact.file.lexically_normal();
  const bool within = !file.empty() && file.is_relative() && *file.begin() != ".." && file != ".";
  return within ? "" : "expected stage:NAME/FILE, with the name of a file that the stage writes";
}

// The same for a stage's directory.
std::string FaultOfDirectory(const Artifact& artifact) {
  return artifact.file.empty() ? "" : "expected stage:NAME, without a file";
}

// The same for a file, or the stage: all of its runs, or a file with a usual name.
std::string FaultOfFileOrStage(const Artifact& artifact) {
  return artifact.file.empty() ? "" : FaultOfFile(artifact);
}

class Checker {
 public:
  Checker(const Catalog& catalog, const std::vector<std::string>& before,
          const std::vector<std::string>& all, Diagnostics& diagnostics)
      : catalog_(catalog), before_(before), all_(all), diagnostics_(diagnostics) {}

  // Checks [start] or [reward].
  void CheckHostTable(const Node& table) {
    const auto* keys = table.As<Node::Table>();
    if (keys == nullptr) { return; }
    for (const Entry& key : *keys) {
      if (key.key == "trials") { CheckPath(key, FaultOfFile); }
      if (key.key == "warm_start") { CheckPath(key, FaultOfDirectory); }
      if (key.key == "accuracy_env") { CheckPath(key, FaultOfFileOrStage); }
    }
  }

  // Checks a component table in merged form, with sub-tables by ID.
  void Check(lode_kind kind, const Node& table) {
    for (const Entry& entry : *table.As<Node::Table>()) {
      const ComponentDeclaration* component = catalog_.Find(kind, entry.key);
      const auto* params = entry.node.As<Node::Table>();
      if (component != nullptr && params != nullptr) {
        std::ranges::for_each(*params, [&](const Entry& p) { CheckParam(*component, p); });
      }
    }
  }

 private:
  void CheckParam(const ComponentDeclaration& component, const Entry& param) {
    if (IsPath(component, param.key)) {
      CheckPath(param, IsPolicy(component, param.key) ? FaultOfFileOrStage : FaultOfFile);
    }
  }

  void CheckPath(const Entry& param, const std::function<std::string(const Artifact&)>& of_file) {
    const auto* text = param.node.As<std::string>();
    if (text == nullptr || !IsArtifact(*text)) { return; }
    const Artifact artifact = ParseArtifact(*text);
    std::string fault = FaultOfStage(artifact, before_, all_);
    fault = fault.empty() ? of_file(artifact) : fault;
    if (!fault.empty()) { diagnostics_.Add(param.node.position, "'" + param.key + "': " + fault); }
  }

  const Catalog& catalog_;
  const std::vector<std::string>& before_;
  const std::vector<std::string>& all_;
  Diagnostics& diagnostics_;
};

// Called with every artifact and every input; the result replaces it.
using Replace = std::function<std::string(const std::string&)>;

void ForEach(ComponentConfig& config, const Catalog& catalog, const Replace& replace) {
  const ComponentDeclaration* component = catalog.Find(config.kind, config.id);
  for (std::size_t i = 0; component != nullptr && i < config.values.size(); ++i) {
    const ParamDeclaration& param = component->params[i];
    auto* text = std::get_if<std::string>(&config.values[i]);
    const bool is_input = (param.flags & (LODE_PARAM_INPUT_FILE | LODE_PARAM_INPUT)) != 0;
    if (param.type == LODE_T_PATH && !text->empty() && (is_input || IsArtifact(*text))) {
      *text = replace(*text);
    }
  }
  if (!config.policy.empty()) { config.policy = replace(config.policy.string()); }
}

void ForEach(StartConfig& start, const Replace& replace) {
  if (!start.trials.empty()) { start.trials = replace(start.trials.string()); }
  if (IsArtifact(start.warm_start.native())) {
    start.warm_start = replace(start.warm_start.string());
  }
}

void ForEach(RewardConfig& reward, const Replace& replace) {
  if (!reward.accuracy_env.empty()) { reward.accuracy_env = replace(reward.accuracy_env.string()); }
}

void ForEach(Pipeline& pipeline, const Catalog& catalog, const Replace& replace) {
  ForEach(pipeline.space, catalog, replace);
  for (auto* list : {&pipeline.oracles, &pipeline.explorations}) {
    std::ranges::for_each(*list, [&](ComponentConfig& c) { ForEach(c, catalog, replace); });
  }
  ForEach(pipeline.reward, replace);
  ForEach(pipeline.optimizer, catalog, replace);
  ForEach(pipeline.start, replace);
}

}  // namespace

bool IsArtifact(std::string_view path) { return path.starts_with(kPrefix); }

Artifact ParseArtifact(std::string_view path) {
  path.remove_prefix(kPrefix.size());
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::size_t file = std::min(slash + 1, path.size());
  return {std::string(path.substr(0, slash)), fs::path(path.substr(file))};
}

fs::path FileOfAccuracyEnv(const fs::path& path) {
  const bool is_stage = IsArtifact(path.native()) && ParseArtifact(path.native()).file.empty();
  return is_stage ? path / kSupernetFile : path;
}

void CheckArtifacts(const Node& tree, const Catalog& catalog,
                    const std::vector<std::string>& before, const std::vector<std::string>& all,
                    Diagnostics& diagnostics) {
  Checker checker(catalog, before, all, diagnostics);
  for (const char* name : {"start", "reward"}) {
    if (const Node* table = tree.Find(name)) { checker.CheckHostTable(*table); }
  }
  for (const lode_kind kind : {LODE_SPACE, LODE_ORACLE, LODE_EXPLORATION, LODE_OPTIMIZER}) {
    const Node* table = tree.Find(KindName(kind));
    if (table == nullptr) { continue; }
    if (const auto* list = table->As<Node::Array>()) {
      for (const Node& element : *list) { checker.Check(kind, element); }
    } else if (table->As<Node::Table>() != nullptr) {
      checker.Check(kind, *table);
    }
  }
}

std::vector<std::string> InputFilesOf(const Pipeline& pipeline, const Catalog& catalog) {
  std::vector<std::string> all;
  Pipeline copy = pipeline;
  ForEach(copy, catalog, [&](const std::string& path) {
    if (std::ranges::find(all, path) == all.end()) { all.push_back(path); }
    return path;
  });
  return all;
}

std::string MissingInputOf(const Pipeline& pipeline, const Catalog& catalog) {
  const std::vector<std::string> files = InputFilesOf(pipeline, catalog);
  const auto missing = std::ranges::find_if(files, [](const std::string& path) {
    std::error_code error;
    return !IsArtifact(path) && !fs::exists(path, error);
  });
  return missing != files.end() ? *missing : "";
}

std::vector<std::string> ArtifactsOf(const Pipeline& pipeline, const Catalog& catalog) {
  std::vector<std::string> files = InputFilesOf(pipeline, catalog);
  std::erase_if(files, std::not_fn(IsArtifact));
  return files;
}

void PlaceArtifacts(Pipeline& pipeline, const Catalog& catalog, const fs::path& root) {
  ForEach(pipeline, catalog, [&](const std::string& path) {
    if (!IsArtifact(path)) { return path; }
    const Artifact artifact = ParseArtifact(path);
    const fs::path stage = root / artifact.stage;
    return (artifact.file.empty() ? stage : stage / artifact.file).lexically_normal().string();
  });
}

}  // namespace lode::core
