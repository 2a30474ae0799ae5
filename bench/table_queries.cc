// usage: table_queries [OPTIMIZER [FIRST_SEED [SEEDS [QUERIES]]]]
//
// Prints how many queries, of at most QUERIES, an optimizer that repeats none needs to find the
// optimum of each column of NAS-Bench-201: median, 90th percentile and largest of the seeds, and
// the processor time of a query. Without arguments: bo, seeds 20000 to 20099, 1000 queries.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "bench/table_search.h"

namespace lode::bench {
namespace {

int QueriesToOptimum(TableSearch search, double optimum, int most) {
  int queries = 1;
  while (search.Tell(search.Ask()) < optimum && queries < most) { ++queries; }
  return queries;
}

void MeasureColumn(const std::string& optimizer, const char* dataset, const char* metric,
                   std::uint64_t first, std::size_t seeds, int most) {
  TableColumn column(dataset, metric);
  std::vector<int> queries;
  int all = 0;
  const double begin = ThreadMilliseconds();
  for (std::size_t i = 0; i < seeds; ++i) {
    queries.push_back(QueriesToOptimum({column, optimizer, first + i}, column.optimum(), most));
    all += queries.back();
  }
  const double taken = ThreadMilliseconds() - begin;
  std::ranges::sort(queries);
  std::printf("%-10s %-14s  median %5.1f  90%% %4d  most %4d  %.2f ms\n", dataset, metric,
              (queries[seeds / 2] + queries[(seeds - 1) / 2]) / 2.0, queries[seeds * 9 / 10],
              queries.back(), taken / all);
  std::fflush(stdout);
}

}  // namespace
}  // namespace lode::bench

int main(int argc, char** argv) {
  const std::string optimizer = argc > 1 ? argv[1] : "bo";
  const auto first = static_cast<std::uint64_t>(argc > 2 ? std::atoll(argv[2]) : 20000);
  const auto seeds = static_cast<std::size_t>(argc > 3 ? std::atoll(argv[3]) : 100);
  const int most = argc > 4 ? std::atoi(argv[4]) : 1000;
  for (const char* dataset : {"cifar10", "cifar100", "imagenet16"}) {
    for (const char* metric : {"valid_accuracy", "test_accuracy"}) {
      lode::bench::MeasureColumn(optimizer, dataset, metric, first, seeds, most);
    }
  }
}
