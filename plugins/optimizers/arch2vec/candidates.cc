#include "plugins/optimizers/arch2vec/candidates.h"

#include <unordered_set>
#include <utility>

#include "toolkit/sampling/architecture_key.h"

namespace arch2vec {

Candidates::Candidates(const lode::Space& space, const EmbeddingConfig& config, lode::Host host,
                       std::filesystem::path cache_directory)
    : space_(space),
      config_(config),
      host_(host),
      cache_directory_(std::move(cache_directory)),
      met_(space),
      pool_(std::make_unique<Pool>(space, config)) {}

void Candidates::Prepare() {
  if (embedding_) { return; }
  embedding_.emplace(*pool_, config_, host_, cache_directory_);
  Add(pool_->architectures(), embedding_->vectors());
}

void Candidates::Close(lode::ArchitectureView architecture) {
  met_.MarkSeen(architecture);
  const auto at = numbers_.find(lode::sampling::KeyOf(architecture));
  if (at != numbers_.end()) { open_[at->second] = false; }
}

void Candidates::AddMutants(std::span<const lode::Architecture> parents, std::size_t count,
                            lode::Random random) {
  const double whole = static_cast<double>(config_.whole) * (1 + 1e-9);
  const bool is_whole = lode::math::Pow(10, space_.Log10Size()) <= whole;
  if (is_whole || parents.empty() || !space_.CanMutate()) { return; }
  std::vector<lode::Architecture> mutants;
  std::unordered_set<std::string> drawn;
  for (std::size_t i = 0; i < count; ++i) {
    lode::Architecture mutant = space_.Mutate(random, parents[random.Below(parents.size())]);
    if (!numbers_.contains(lode::sampling::KeyOf(mutant)) &&
        drawn.insert(lode::sampling::KeyOf(mutant)).second) {
      mutants.push_back(std::move(mutant));
    }
  }
  Add(mutants, embedding_->Embed(mutants));
}

void Candidates::Add(std::span<const lode::Architecture> architectures, const Rows& vectors) {
  vectors_.width = vectors.width;
  vectors_.count += vectors.count;
  vectors_.values.insert(vectors_.values.end(), vectors.values.begin(), vectors.values.end());
  for (const lode::Architecture& architecture : architectures) {
    numbers_.emplace(lode::sampling::KeyOf(architecture), architectures_.size());
    architectures_.push_back(architecture);
    open_.push_back(!met_.IsSeen(architecture));
  }
}

std::vector<std::size_t> Candidates::Open() const {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (open_[i]) { open.push_back(i); }
  }
  return open;
}

std::size_t Candidates::NumberOf(lode::ArchitectureView architecture) {
  const auto at = numbers_.find(lode::sampling::KeyOf(architecture));
  if (at != numbers_.end()) { return at->second; }
  const lode::Architecture copy(architecture.begin(), architecture.end());
  Add({&copy, 1}, embedding_->Embed({&copy, 1}));
  return architectures_.size() - 1;
}

}  // namespace arch2vec
