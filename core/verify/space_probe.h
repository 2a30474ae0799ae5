// Calls a space's functions with guarded buffers, and checks every call against the rules for all
// calls.
#pragma once

#include <lode/plugin.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/verify/findings.h"
#include "core/verify/guarded_input.h"
#include "core/verify/meanwhile.h"
#include "core/verify/test_host.h"

namespace lode::verify {

using Bytes = std::vector<std::uint8_t>;

// Compares as strings, because GCC 12 warns of a bound it made up when comparing the vectors.
struct BytesLess {
  bool operator()(const Bytes& a, const Bytes& b) const { return Text(a) < Text(b); }
  static std::string_view Text(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};
using BytesSet = std::set<Bytes, BytesLess>;

// Calls return their result, or nothing if the call reported an error. Adds "inputs.untouched",
// "outputs.untouched", "outputs.bounds", "determinism" (a second call with the same arguments and
// other bytes in the output), "error.message" and "error.null" (a call without a lode_error must
// end the same). Inputs end at the end of accessible memory.
class SpaceProbe {
 public:
  SpaceProbe(lode_space space, Findings& findings);

  std::size_t cells() const { return cells_; }
  double Log10Size() const { return api_.log10_size(instance_); }
  // A row of a matrix: its matrix, its first cell among all cells and its number of cells.
  struct Row {
    std::size_t matrix, first, size;
  };
  const std::vector<Row>& rows() const { return rows_; }

  std::optional<Bytes> Discretize(const std::vector<float>& action);
  std::optional<Bytes> Sample(std::uint64_t seed);
  std::optional<std::string> Format(const Bytes& architecture);
  std::optional<Bytes> Parse(std::string_view text);
  std::optional<Bytes> Mutate(std::uint64_t seed, const Bytes& parent);
  std::optional<Bytes> Crossover(std::uint64_t seed, const Bytes& mother, const Bytes& father);
  std::optional<Bytes> Canonical(const Bytes& architecture);
  std::optional<Bytes> Resample(std::uint64_t seed, double probability, const Bytes& parent);
  std::optional<std::vector<Bytes>> Neighbours(const Bytes& architecture);
  struct GraphParts {
    std::vector<std::string> labels;  // of the nodes
    std::vector<std::string> groups;  // of the nodes
    std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
    std::vector<std::string> edge_labels;
    bool operator==(const GraphParts&) const = default;
  };
  std::optional<GraphParts> Graph(const Bytes& architecture);
  // Draws into a sink that fails at the first node. Returns how often the sink was called; nothing
  // if graph succeeded.
  std::optional<int> DrawIntoFullSink(const Bytes& architecture);
  std::optional<std::vector<double>> Measure(const Bytes& architecture, std::size_t metric_count);

  // Returns whether the bytes are an architecture of the space, according to format.
  bool IsValid(const Bytes& architecture);

  bool CanMutate() const { return Has(api_, &lode_space_api::mutate); }
  bool CanCrossover() const { return Has(api_, &lode_space_api::crossover); }
  bool CanListNeighbours() const { return Has(api_, &lode_space_api::neighbours); }
  bool HasCanonical() const { return Has(api_, &lode_space_api::canonical); }
  bool CanResample() const { return Has(api_, &lode_space_api::resample); }
  bool HasGraph() const { return Has(api_, &lode_space_api::graph); }

  const lode_space_api& api() const { return api_; }
  const lode_instance* instance() const { return instance_; }

  // The status of the last call.
  lode_status status() const { return status_; }

  // From now on, something else happens during each call with a callback; nullptr stops that.
  void Interleave(Meanwhile* meanwhile) { meanwhile_ = meanwhile; }

 private:
  // The host's random numbers, which also run what happens meanwhile.
  class Stream;
  using Call = std::function<lode_status(std::uint8_t* out, lode_error*)>;
  std::optional<Bytes> Run(const char* function, const Call& call);
  void CheckError(const char* function, const ErrorBuffer& error);
  void CheckSame(const char* function, const Call& call, const Bytes& before, lode_status status);
  std::optional<Bytes> RunOn(
      const char* function, const Bytes& input,
      const std::function<lode_status(const std::uint8_t* in, std::uint8_t* out, lode_error*)>&
          call);
  template <class T>
  void CheckInput(const char* function, const GuardedInput<T>& input) {
    if (!input.unchanged()) {
      findings_.Add("inputs.untouched", std::string(function) + " changed its input");
    }
  }
  void HappenMeanwhile() {
    if (meanwhile_ != nullptr) { meanwhile_->Happen(); }
  }
  GraphParts Draw(const Bytes& architecture, lode_error* error);
  void ReadShape();

  const lode_space_api& api_;
  const lode_instance* instance_;
  Findings& findings_;
  std::size_t cells_ = 0;
  std::vector<Row> rows_;
  lode_status status_ = LODE_OK;
  InputPage input_, second_input_;
  Meanwhile* meanwhile_ = nullptr;
};

}  // namespace lode::verify
