#include "core/verify/space_probe.h"

#include <algorithm>

namespace lode::verify {
namespace {

template <class T>
lode_sink Into(T& container) {
  return {&container, [](void* ctx, const void* data, std::size_t size) -> lode_status {
            const auto* first = static_cast<const typename T::value_type*>(data);
            auto& out = *static_cast<T*>(ctx);
            out.insert(out.end(), first, first + size);
            return LODE_OK;
          }};
}

}  // namespace

SpaceProbe::SpaceProbe(lode_space space, Findings& findings)
    : api_(*space.api), instance_(space.instance), findings_(findings) {
  ReadShape();
}

void SpaceProbe::ReadShape() {
  for (std::uint32_t m = 0; m < api_.matrix_count(instance_); ++m) {
    lode_matrix matrix{};
    matrix.struct_size = sizeof matrix;
    if (api_.matrix(instance_, m, &matrix, nullptr) != LODE_OK) continue;
    for (std::uint32_t r = 0; r < matrix.rows; ++r) {
      rows_.push_back({m, cells_, matrix.columns});
      cells_ += matrix.columns;
    }
  }
}

void SpaceProbe::CheckError(const char* function, const ErrorBuffer& error) {
  const std::string fault = error.Fault(status_);
  findings_.Require(fault.empty(), "error.message", std::string(function) + ": the error " + fault);
}

std::optional<Bytes> SpaceProbe::Run(const char* function, const Call& call) {
  GuardedBuffer<std::uint8_t> out(cells_);
  ErrorBuffer error;
  status_ = call(out.data(), error.get());
  findings_.Require(out.in_bounds(), "outputs.bounds",
                    std::string(function) + " wrote past the architecture");
  const Bytes result = out.values();
  if (status_ != LODE_OK) {
    findings_.Require(out.untouched(), "outputs.untouched",
                      std::string(function) + " failed and changed its output");
    CheckError(function, error);
  }
  CheckSame(function, call, result, status_);
  if (status_ != LODE_OK) return std::nullopt;
  return result;
}

void SpaceProbe::CheckSame(const char* function, const Call& call, const Bytes& before,
                           lode_status status) {
  GuardedBuffer<std::uint8_t> out(cells_);
  const lode_status again = call(out.data(), nullptr);
  findings_.Require(again == status, "error.null",
                    std::string(function) + " ends otherwise without a lode_error");
  findings_.Require(again != status || out.values() == before, "determinism",
                    std::string(function) + " gives another result for the same arguments");
}

std::optional<Bytes> SpaceProbe::Discretize(const std::vector<float>& action) {
  return Run("discretize", [&](std::uint8_t* out, lode_error* e) {
    return api_.discretize(instance_, action.data(), out, e);
  });
}

std::optional<Bytes> SpaceProbe::Sample(std::uint64_t seed) {
  return Run("sample", [&](std::uint8_t* out, lode_error* e) {
    core::RandomStream stream(seed, "sample");
    return api_.sample(instance_, stream.handle(), out, e);
  });
}

std::optional<Bytes> SpaceProbe::Parse(std::string_view text) {
  return Run("parse", [&](std::uint8_t* out, lode_error* e) {
    return api_.parse(instance_, {text.data(), text.size()}, out, e);
  });
}

std::optional<Bytes> SpaceProbe::Mutate(std::uint64_t seed, const Bytes& parent) {
  return Run("mutate", [&](std::uint8_t* out, lode_error* e) {
    core::RandomStream stream(seed, "mutate");
    return api_.mutate(instance_, stream.handle(), parent.data(), out, e);
  });
}

std::optional<Bytes> SpaceProbe::Crossover(std::uint64_t seed, const Bytes& mother,
                                           const Bytes& father) {
  return Run("crossover", [&](std::uint8_t* out, lode_error* e) {
    core::RandomStream stream(seed, "crossover");
    return api_.crossover(instance_, stream.handle(), mother.data(), father.data(), out, e);
  });
}

std::optional<Bytes> SpaceProbe::Canonical(const Bytes& architecture) {
  return Run("canonical", [&](std::uint8_t* out, lode_error* e) {
    return api_.canonical(instance_, architecture.data(), out, e);
  });
}

std::optional<Bytes> SpaceProbe::Resample(std::uint64_t seed, double probability,
                                          const Bytes& parent) {
  return Run("resample", [&](std::uint8_t* out, lode_error* e) {
    core::RandomStream stream(seed, "resample");
    return api_.resample(instance_, stream.handle(), probability, parent.data(), out, e);
  });
}

SpaceProbe::GraphParts SpaceProbe::Draw(const Bytes& architecture, lode_error* error) {
  GraphParts graph;
  const lode_graph_sink sink{
      sizeof(lode_graph_sink), 0, &graph,
      [](void* ctx, lode_str, lode_str label) -> lode_status {
        static_cast<GraphParts*>(ctx)->labels.emplace_back(label.data, label.size);
        return LODE_OK;
      },
      [](void* ctx, std::uint32_t from, std::uint32_t to, lode_str) -> lode_status {
        static_cast<GraphParts*>(ctx)->edges.emplace_back(from, to);
        return LODE_OK;
      }};
  status_ = api_.graph(instance_, architecture.data(), &sink, error);
  return graph;
}

std::optional<SpaceProbe::GraphParts> SpaceProbe::Graph(const Bytes& architecture) {
  const GraphParts again = Draw(architecture, nullptr);
  ErrorBuffer error;
  const GraphParts graph = Draw(architecture, error.get());
  if (status_ != LODE_OK) {
    CheckError("graph", error);
    return std::nullopt;
  }
  findings_.Require(graph == again, "determinism", "graph draws another picture the second time");
  return graph;
}

std::optional<std::vector<double>> SpaceProbe::Measure(const Bytes& architecture,
                                                       std::size_t metric_count) {
  GuardedBuffer<double> out(metric_count), again(metric_count);
  ErrorBuffer error;
  status_ = api_.measure(instance_, architecture.data(), out.data(), error.get());
  const lode_status second = api_.measure(instance_, architecture.data(), again.data(), nullptr);
  findings_.Require(second == status_, "error.null", "measure ends otherwise without a lode_error");
  findings_.Require(out.in_bounds(), "outputs.bounds", "measure wrote past the metrics");
  if (status_ != LODE_OK) {
    findings_.Require(out.untouched(), "outputs.untouched",
                      "measure failed and changed its output");
    CheckError("measure", error);
    return std::nullopt;
  }
  findings_.Require(out.values() == again.values(), "determinism",
                    "measure gives another result for the same architecture");
  return out.values();
}

std::optional<std::string> SpaceProbe::Format(const Bytes& architecture) {
  std::string text, again;
  ErrorBuffer error;
  status_ = api_.format(instance_, architecture.data(), Into(text), error.get());
  const lode_status second = api_.format(instance_, architecture.data(), Into(again), nullptr);
  findings_.Require(second == status_, "error.null", "format ends otherwise without a lode_error");
  if (status_ == LODE_OK) {
    findings_.Require(again == text, "determinism",
                      "format writes '" + text + "', then '" + again + "'");
    return text;
  }
  findings_.Require(text.empty(), "outputs.untouched",
                    "format failed after writing '" + text + "'");
  CheckError("format", error);
  return std::nullopt;
}

std::optional<std::vector<Bytes>> SpaceProbe::Neighbours(const Bytes& architecture) {
  struct Collected {
    std::vector<Bytes> list;
  } collected;
  const lode_sink sink{&collected,
                       [](void* ctx, const void* data, std::size_t size) -> lode_status {
                         const auto* first = static_cast<const std::uint8_t*>(data);
                         static_cast<Collected*>(ctx)->list.emplace_back(first, first + size);
                         return LODE_OK;
                       }};
  ErrorBuffer error;
  status_ = api_.neighbours(instance_, architecture.data(), sink, error.get());
  if (status_ == LODE_OK) return collected.list;
  CheckError("neighbours", error);
  return std::nullopt;
}

bool SpaceProbe::IsValid(const Bytes& architecture) {
  return std::ranges::max(architecture) <= 1 && Format(architecture).has_value();
}

}  // namespace lode::verify
