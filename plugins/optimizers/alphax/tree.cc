#include "plugins/optimizers/alphax/tree.h"

#include <algorithm>
#include <cmath>

namespace alphax {

Tree::Tree(const std::vector<lode::sampling::Row>& rows) : rows_(rows), nodes_(1) {}

Choices Tree::Select(lode::Random random, const RewardInterval& interval,
                     double exploration) const {
  Choices prefix;
  for (Index node = kRoot; nodes_[node].statistics.count() > 0;) {
    prefix.push_back(SelectChild(random, node, prefix.size(), interval, exploration));
    node = Child(node, prefix.back());
    if (node == kNone) { break; }
  }
  return prefix;
}

std::uint32_t Tree::SelectChild(lode::Random random, Index node, std::size_t depth,
                                const RewardInterval& interval, double exploration) const {
  const std::vector<std::uint32_t> open = OpenChildren(node, depth);
  const auto statistics = [&](std::uint32_t choice) -> Statistics {
    const Index child = Child(node, choice);
    return child == kNone ? Statistics{} : nodes_[child].statistics;
  };
  std::vector<std::uint32_t> fresh;
  std::ranges::copy_if(open, std::back_inserter(fresh),
                       [&](std::uint32_t choice) { return statistics(choice).count() == 0; });
  if (!fresh.empty()) { return fresh[random.Below(fresh.size())]; }
  return *std::ranges::max_element(open, {}, [&](std::uint32_t choice) {
    return Ucb1(nodes_[node].statistics, statistics(choice), interval, exploration);
  });
}

double Tree::Ucb1(const Statistics& parent, const Statistics& child, const RewardInterval& interval,
                  double exploration) {
  const auto n = static_cast<double>(child.count());
  const auto visits = static_cast<double>(child.visits);
  const double value = child.visits == 0 ? 0 : interval.ToUnit(child.sum / visits) * visits / n;
  const double log = lode::math::Log(static_cast<double>(parent.count()));
  return value + 2 * exploration * std::sqrt(2 * log / n);
}

void Tree::Begin(std::span<const std::uint32_t> prefix) {
  for (const Index node : MakePath(prefix)) { ++nodes_[node].statistics.losses; }
}

void Tree::Succeed(std::span<const std::uint32_t> prefix, double value) {
  for (const Index node : MakePath(prefix)) {
    Statistics& statistics = nodes_[node].statistics;
    --statistics.losses;
    ++statistics.visits;
    statistics.sum += value;
  }
}

void Tree::Close(std::span<const std::uint32_t> prefix) {
  const std::vector<Index> path = MakePath(prefix);
  nodes_[path.back()].closed = true;
  for (std::size_t depth = prefix.size(); depth-- > 0;) {
    if (!OpenChildren(path[depth], depth).empty()) { return; }
    nodes_[path[depth]].closed = true;
  }
}

bool Tree::IsClosed(std::span<const std::uint32_t> prefix) const {
  Index node = kRoot;
  for (const std::uint32_t choice : prefix) {
    if (nodes_[node].closed) { return true; }
    node = Child(node, choice);
    if (node == kNone) { return false; }
  }
  return nodes_[node].closed;
}

std::size_t Tree::VisitedDepth(std::span<const std::uint32_t> choices) const {
  std::size_t depth = 0;
  for (Index node = kRoot; depth < choices.size(); ++depth) {
    node = Child(node, choices[depth]);
    if (node == kNone || nodes_[node].statistics.count() == 0) { break; }
  }
  return depth;
}

std::optional<std::uint32_t> Tree::DrawOpenChild(lode::Random random,
                                                 std::span<const std::uint32_t> prefix) const {
  const Node* node = Find(prefix);
  if (node == nullptr) {
    return static_cast<std::uint32_t>(random.Below(rows_[prefix.size()].choices()));
  }
  const auto open = OpenChildren(static_cast<Index>(node - nodes_.data()), prefix.size());
  if (open.empty()) { return std::nullopt; }
  return open[random.Below(open.size())];
}

Tree::Statistics Tree::At(std::span<const std::uint32_t> prefix) const {
  const Node* node = Find(prefix);
  return node == nullptr ? Statistics{} : node->statistics;
}

Tree::Index Tree::Child(Index node, std::uint32_t choice) const {
  const std::vector<Index>& children = nodes_[node].children;
  return children.empty() ? kNone : children[choice];
}

const Tree::Node* Tree::Find(std::span<const std::uint32_t> prefix) const {
  Index node = kRoot;
  for (const std::uint32_t choice : prefix) {
    node = Child(node, choice);
    if (node == kNone) { return nullptr; }
  }
  return &nodes_[node];
}

std::vector<Tree::Index> Tree::MakePath(std::span<const std::uint32_t> prefix) {
  std::vector<Index> path{kRoot};
  for (std::size_t depth = 0; depth < prefix.size(); ++depth) {
    // One more than choices(): an architecture may leave a row empty that others do not.
    if (nodes_[path.back()].children.empty()) {
      nodes_[path.back()].children.assign(rows_[depth].columns + 1, kNone);
    }
    if (Child(path.back(), prefix[depth]) == kNone) {
      nodes_[path.back()].children[prefix[depth]] = static_cast<Index>(nodes_.size());
      nodes_.emplace_back();
    }
    path.push_back(Child(path.back(), prefix[depth]));
  }
  return path;
}

bool Tree::IsOpen(Index node, std::uint32_t choice) const {
  const Index child = Child(node, choice);
  return child == kNone || !nodes_[child].closed;
}

std::vector<std::uint32_t> Tree::OpenChildren(Index node, std::size_t depth) const {
  std::vector<std::uint32_t> open;
  for (std::uint32_t choice = 0; choice < rows_[depth].choices(); ++choice) {
    if (IsOpen(node, choice)) { open.push_back(choice); }
  }
  return open;
}

}  // namespace alphax
