#include "core/config/stages.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/config/format_tree.h"
#include "core/config/layers.h"
#include "core/config/names.h"
#include "core/config/resolve.h"
#include "core/config/values.h"
#include "core/config/written_pipeline.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

// The order in which a stage's tables are written.
constexpr std::array<std::string_view, 13> kOrder = {
    "pipeline", "space",   "oracle", "reward",    "exploration", "optimizer", "start",
    "budget",   "confirm", "record", "execution", "grid",        "reference"};
constexpr std::array<std::string_view, 3> kNotInStages = {"include", "plugins", "stage"};

template <class List>
bool Has(const List& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

std::string NameOf(const Node& stage) {
  const Node* name = stage.Find("name");
  const auto* text = name != nullptr ? name->As<std::string>() : nullptr;
  return text != nullptr ? *text : "";
}

// The name is used for a directory, in "stage:NAME/FILE" and in the paths of overrides.
bool IsStageName(const std::string& name) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, is_fit);
}

// Returns whether a run's directory may contain a file of this name (core/store/run_directory.h),
// on any file system.
bool IsRunFileName(const std::string& name) {
  constexpr std::array<std::string_view, 3> kFiles = {"lock", "policy", "prepared"};
  constexpr std::string_view kSeed = "seed-";
  const std::string lower = WithoutCase(name);
  const bool is_seed = lower.starts_with(kSeed) && lower.size() > kSeed.size() &&
                       lower.find_first_not_of("0123456789", kSeed.size()) == std::string::npos;
  return is_seed || Has(kFiles, lower);
}

// Returns what is wrong with an element of a layer's list, or "".
std::string Fault(const Node& stage, const std::vector<std::string>& seen) {
  if (stage.As<Node::Table>() == nullptr) { return "stages are tables: write [[stage]]"; }
  const std::string name = NameOf(stage);
  if (stage.Find("name") == nullptr) { return "[[stage]] needs 'name'"; }
  if (!IsStageName(name)) {
    return "the name of a stage is a string of letters, digits, '_' and '-': it names a directory";
  }
  if (IsRunFileName(name)) {
    return "a stage cannot be called '" + name + "': that is a file or a directory of a run";
  }
  const auto twin = std::ranges::find(seen, WithoutCase(name), WithoutCase);
  return twin == seen.end() ? ""
         : *twin == name    ? "there is another stage '" + name + "'"
                            : "there is another stage '" + *twin +
                               "', which is the same directory on some file systems";
}

Node* FindStage(Node& list, const std::string& name) {
  auto& stages = *list.As<Node::Array>();
  const auto at = std::ranges::find(stages, name, NameOf);
  return at != stages.end() ? &*at : nullptr;
}

void MergeStage(Node& list, const Node& written, Diagnostics& diagnostics) {
  Node* stage = FindStage(list, NameOf(written));
  if (stage == nullptr) {
    Node empty = written;
    empty.value = Node::Table();
    stage = &list.As<Node::Array>()->emplace_back(std::move(empty));
  }
  for (const Entry& entry : *written.As<Node::Table>()) {
    if (Has(kNotInStages, entry.key)) {
      diagnostics.Add(entry.key_position, "a stage has no '" + entry.key + "' of its own");
    } else {
      MergeEntry(*stage, entry, diagnostics);
    }
  }
}

// A stage that is being resolved: its tree, and the overrides that apply to it.
struct Draft {
  std::string name;
  Node tree;
  std::vector<Override> overrides;
};

class StageResolver {
 public:
  StageResolver(Node merged, const std::vector<Override>& overrides, const Catalog& catalog,
                Diagnostics& diagnostics)
      : merged_(std::move(merged)),
        overrides_(overrides),
        catalog_(catalog),
        diagnostics_(diagnostics) {}

  Stages Resolve() {
    for (const Node& stage : *merged_.Find("stage")->As<Node::Array>()) {
      drafts_.push_back({NameOf(stage), stage, {}});
      names_.push_back(NameOf(stage));
    }
    std::erase_if(*merged_.As<Node::Table>(), [](const Entry& e) { return e.key == "stage"; });
    ReportMisplaced();
    SortOverrides();
    ApplyOverrides(merged_, for_all_, diagnostics_);
    std::ranges::for_each(drafts_, [this](Draft& draft) { Complete(draft); });
    Stages stages;
    for (Draft& draft : drafts_) {
      stages.list.push_back({draft.name, ResolveDraft(draft)});
      CheckCompared(draft, stages.list.back());
      before_.push_back(draft.name);
    }
    stages.name = PipelineName();
    if (diagnostics_.empty()) { stages.text = Text(); }
    return stages;
  }

 private:
  // Reports tables that a file with stages cannot have for all stages.
  void ReportMisplaced() {
    for (const Entry& entry : *merged_.As<Node::Table>()) {
      if (entry.key == "grid" || entry.key == "reference") {
        diagnostics_.Add(entry.key_position, "in a file with [[stage]], '" + entry.key +
                                                 "' belongs to one of the stages: [stage." +
                                                 entry.key + "]");
      }
    }
  }

  void SortOverrides() {
    for (const Override& change : overrides_) {
      if (change.path.front() == "stage") {
        SortStageOverride(change);
      } else if (merged_.Find(change.path.front()) != nullptr || !SortByTable(change)) {
        for_all_.push_back(change);
      }
      if (change.path == std::vector<std::string>{"pipeline", "seeds"}) {
        std::ranges::for_each(drafts_, ForgetSeeds);
      }
    }
  }

  // Handles `stage.NAME.PATH`.
  void SortStageOverride(const Override& change) {
    if (change.path.size() < 3) {
      diagnostics_.Add(change.value.position, "expected stage.NAME.TABLE.KEY=VALUE");
      return;
    }
    const auto draft = std::ranges::find(drafts_, change.path[1], &Draft::name);
    if (draft == drafts_.end()) {
      diagnostics_.Add(change.value.position, "there is no stage '" + change.path[1] + "'" +
                                                  Suggest(change.path[1], names_));
      return;
    }
    draft->overrides.push_back({{change.path.begin() + 2, change.path.end()}, change.value});
  }

  // Gives an override of a table that only one stage has to that stage. Returns false if no stage
  // has the table.
  bool SortByTable(const Override& change) {
    std::vector<Draft*> owners;
    std::string names;
    for (Draft& draft : drafts_) {
      if (change.path.front() != "pipeline" && draft.tree.Find(change.path.front()) != nullptr) {
        owners.push_back(&draft);
        names += (names.empty() ? "" : ", ") + draft.name;
      }
    }
    if (owners.size() > 1) {
      const std::string& table = change.path.front();
      diagnostics_.Add(change.value.position, "the stages " + names + " have [" + table +
                                                  "]: say which, as in --set stage." +
                                                  owners.front()->name + "." + table + "...");
    } else if (!owners.empty()) {
      owners.front()->overrides.push_back(change);
    }
    return !owners.empty();
  }

  // Seeds on the command line are for all stages.
  static void ForgetSeeds(Draft& draft) {
    Node* own = draft.tree.Find("pipeline");
    if (auto* table = own != nullptr ? own->As<Node::Table>() : nullptr) {
      std::erase_if(*table, [](const Entry& e) { return e.key == "seeds"; });
    }
  }

  std::string PipelineName() const {
    const Node* table = merged_.Find("pipeline");
    const Node* name = table != nullptr ? table->Find("name") : nullptr;
    const auto* text = name != nullptr ? name->As<std::string>() : nullptr;
    return text != nullptr ? *text : "";
  }

  // Adds inherited tables and the command line's changes.
  void Complete(Draft& draft) {
    auto& tables = *draft.tree.As<Node::Table>();
    std::erase_if(tables, [](const Entry& e) { return e.key == "name"; });
    const bool searches = HasTablesOfSearch(draft) || merged_.Find("optimizer") != nullptr;
    for (const Entry& entry : *merged_.As<Node::Table>()) {
      if (entry.key == "pipeline") {
        InheritPipeline(draft, entry);
      } else if (draft.tree.Find(entry.key) == nullptr &&
                 (searches || !Has(kTablesOfSearch, entry.key))) {
        tables.push_back(entry);  // including [plugins] and unknown tables
      }
    }
    ApplyOverrides(draft.tree, draft.overrides, diagnostics_);
    std::ranges::stable_sort(tables, {}, [](const Entry& entry) {
      return std::ranges::find(kOrder, entry.key) - kOrder.begin();
    });
  }

  static bool HasTablesOfSearch(const Draft& draft) {
    const auto touches = [&](std::string_view key) {
      return draft.tree.Find(key) != nullptr ||
             std::ranges::any_of(draft.overrides,
                                 [&](const Override& o) { return o.path.front() == key; });
    };
    return std::ranges::any_of(kTablesOfSearch, touches);
  }

  // Names its runs after the pipeline and the stage.
  static void InheritPipeline(Draft& draft, const Entry& entry) {
    const Node* own = draft.tree.Find("pipeline");
    const bool is_named = own != nullptr && own->Find("name") != nullptr;
    Node pipeline = entry.node;
    Node* name = pipeline.Find("name");
    if (auto* text = name != nullptr ? name->As<std::string>() : nullptr;
        text != nullptr && !text->empty() && !is_named) {
      *text += "-" + draft.name;
    }
    if (own != nullptr) { Merge(pipeline, *own); }
    std::erase_if(*draft.tree.As<Node::Table>(),
                  [](const Entry& e) { return e.key == "pipeline"; });
    draft.tree.As<Node::Table>()->push_back({entry.key, entry.key_position, std::move(pipeline)});
  }

  std::vector<Search> ResolveDraft(const Draft& draft) {
    std::vector<Override> overrides = for_all_;
    overrides.insert(overrides.end(), draft.overrides.begin(), draft.overrides.end());
    const Surroundings surroundings{before_, names_, true};
    return ResolveTree(draft.tree, overrides, surroundings, catalog_, diagnostics_);
  }

  void CheckCompared(const Draft& draft, const Stage& stage) {
    if (stage.searches.empty()) { return; }
    for (const std::string& name : stage.searches.front().pipeline.compare_with) {
      if (!Has(before_, name)) {
        diagnostics_.Add(draft.tree.Find("pipeline")->Find("compare_with")->position,
                         "'compare_with': no stage '" + name + "' comes before this one" +
                             Suggest(name, before_));
      }
    }
  }

  std::string Text() const {
    Node top = merged_;
    std::erase_if(*top.As<Node::Table>(),
                  [](const Entry& e) { return e.key != "pipeline" && e.key != "plugins"; });
    std::string text = FormatTree(top, "", catalog_).substr(1);
    for (const Draft& draft : drafts_) {
      Node tree = draft.tree;
      std::erase_if(*tree.As<Node::Table>(), [](const Entry& e) { return e.key == "plugins"; });
      text += "\n[[stage]]\nname = " + FormatValue(draft.name) + "\n" +
              FormatTree(tree, "stage.", catalog_);
    }
    return text;
  }

  Node merged_;  // what applies to all stages
  const std::vector<Override>& overrides_;
  const Catalog& catalog_;
  Diagnostics& diagnostics_;
  std::vector<Override> for_all_;
  std::vector<Draft> drafts_;
  std::vector<std::string> names_;
  std::vector<std::string> before_;  // stages before the current one
};

Stages WithoutStages(Node merged, const Document& document, const Catalog& catalog,
                     Diagnostics& diagnostics) {
  ApplyOverrides(merged, document.overrides(), diagnostics);
  const Node* stage = merged.Find("stage");
  if (stage != nullptr && stage->As<Node::Table>() != nullptr) {
    diagnostics.Add(stage->position, "the pipeline has no stages");
  }
  Stages stages;
  stages.list.push_back({"", ResolveTree(merged, document.overrides(), {}, catalog, diagnostics)});
  stages.name = stages.list.front().searches.front().pipeline.name;
  return stages;
}

}  // namespace

void MergeStages(Node& merged, const Entry& entry, Diagnostics& diagnostics) {
  const auto* written = entry.node.As<Node::Array>();
  if (written == nullptr) {
    diagnostics.Add(entry.key_position, "stages are a list: write [[stage]]");
    return;
  }
  if (merged.Find(entry.key) == nullptr) {
    Node list = entry.node;
    list.value = Node::Array();
    merged.As<Node::Table>()->push_back({entry.key, entry.key_position, std::move(list)});
  }
  Node& list = *merged.Find(entry.key);
  std::vector<std::string> seen;
  for (const Node& stage : *written) {
    const std::string fault = Fault(stage, seen);
    if (fault.empty()) {
      MergeStage(list, stage, diagnostics);
      seen.push_back(NameOf(stage));
    } else {
      diagnostics.Add(stage.position, fault);
    }
  }
}

Stages ResolveStages(const Document& written, const Catalog& catalog) {
  Diagnostics diagnostics;
  const Document document = WithKnownNames(written, catalog, diagnostics);
  Node merged = MergeLayers(document, diagnostics);
  const Node* list = merged.Find("stage");
  const bool staged = list != nullptr && !list->As<Node::Array>()->empty();
  if (list != nullptr && !staged) {
    diagnostics.ThrowIfAny();  // every stage is wrong
  }
  Stages stages =
      staged
          ? StageResolver(std::move(merged), document.overrides(), catalog, diagnostics).Resolve()
          : WithoutStages(std::move(merged), document, catalog, diagnostics);
  diagnostics.ThrowIfAny();
  return stages;
}

}  // namespace lode::core
