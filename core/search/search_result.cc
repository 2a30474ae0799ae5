#include "core/search/search_result.h"

#include "core/search/metric_index.h"

namespace lode::core {

std::size_t RewardMetricIndex(const SearchResult& result) {
  return MetricIndex(result.metrics, result.search->pipeline.reward.metric);
}

std::string PointText(const Search& search) {
  std::string text;
  for (const auto& [path, value] : search.point) { text += (text.empty() ? "" : " ") + value; }
  return text;
}

}  // namespace lode::core
