#include <string>
#include <vector>

#include "core/verify/space_check.h"
#include "core/verify/space_parts.h"

namespace lode::verify {
namespace {

class GraphContract : public SpaceCheck {
 public:
  using SpaceCheck::SpaceCheck;

  void Check() {
    if (space_.HasGraph()) { Do("drawing", &GraphContract::CheckGraph); }
  }

 private:
  void CheckGraph() {
    bool all_same = true;
    const auto first = space_.Graph(samples_[0]);
    for (std::size_t i = 0; i < 60; ++i) {
      const auto graph = space_.Graph(samples_[i]);
      if (!Require(graph.has_value(), "space.graph", "fails for " + Text(samples_[i]))) { return; }
      all_same = all_same && graph == first;
      Require(!graph->labels.empty(), "space.graph", "has no node");
      for (const std::string& label : graph->labels) {
        Require(!label.empty(), "space.graph", "has a node without a label");
      }
      CheckLabels(graph->labels);
      CheckLabels(graph->groups);
      CheckLabels(graph->edge_labels);
      for (const auto& [from, to] : graph->edges) {
        Require(from < graph->labels.size() && to < graph->labels.size(), "space.graph",
                "has an edge to a node that does not exist");
      }
    }
    Require(!all_same || space_.Log10Size() < 1, "space.graph",
            "is the same for all architectures");
    const auto calls = space_.DrawIntoFullSink(samples_[0]);
    Require(calls == 1, "space.graph", "continues after its sink reported an error");
  }

  void CheckLabels(const std::vector<std::string>& labels) {
    for (const std::string& label : labels) {
      Require(IsPrintableLine(label), "text.printable",
              "label '" + label + "' has control characters, or is not UTF-8");
    }
  }
};

}  // namespace

void CheckGraph(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings) {
  GraphContract(space, samples, findings).Check();
}

}  // namespace lode::verify
