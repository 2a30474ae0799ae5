#include "core/verify/space_probe.h"

#include <algorithm>

namespace lode::verify {
namespace {}  // namespace

class SpaceProbe::Stream {
 public:
  Stream(SpaceProbe& probe, std::uint64_t seed, const char* name)
      : probe_(probe), stream_(seed, name) {}
  lode_random handle() {
    return {this, [](void* ctx, std::uint64_t* out, std::size_t count) {
              auto& self = *static_cast<Stream*>(ctx);
              self.stream_.Fill(out, count);
              self.probe_.HappenMeanwhile();
            }};
  }

 private:
  SpaceProbe& probe_;
  test::RandomStream stream_;
};

SpaceProbe::SpaceProbe(lode_space space, Findings& findings)
    : api_(*space.api), instance_(space.instance), findings_(findings) {
  ReadShape();
}

void SpaceProbe::ReadShape() {
  for (std::uint32_t m = 0; m < api_.matrix_count(instance_); ++m) {
    lode_matrix matrix{};
    matrix.struct_size = sizeof matrix;
    if (api_.matrix(instance_, m, &matrix, nullptr) != LODE_OK) { continue; }
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
  if (status_ != LODE_OK) { return std::nullopt; }
  return result;
}

void SpaceProbe::CheckSame(const char* function, const Call& call, const Bytes& before,
                           lode_status status) {
  GuardedBuffer<std::uint8_t> out(cells_, GuardedBuffer<std::uint8_t>::kOther);
  const lode_status again = call(out.data(), nullptr);
  findings_.Require(again == status, "error.null",
                    std::string(function) + " ends differently without a lode_error");
  findings_.Require(again != LODE_OK || status != LODE_OK || out.values() == before, "determinism",
                    std::string(function) + " gives another result for the same arguments");
}

std::optional<Bytes> SpaceProbe::RunOn(
    const char* function, const Bytes& input,
    const std::function<lode_status(const std::uint8_t*, std::uint8_t*, lode_error*)>& call) {
  const GuardedInput<std::uint8_t> in(input_, input.data(), input.size());
  auto result =
      Run(function, [&](std::uint8_t* out, lode_error* e) { return call(in.data(), out, e); });
  CheckInput(function, in);
  return result;
}

std::optional<Bytes> SpaceProbe::Discretize(const std::vector<float>& action) {
  const GuardedInput<float> in(input_, action.data(), action.size());
  auto result = Run("discretize", [&](std::uint8_t* out, lode_error* e) {
    return api_.discretize(instance_, in.data(), out, e);
  });
  CheckInput("discretize", in);
  return result;
}

std::optional<Bytes> SpaceProbe::Sample(std::uint64_t seed) {
  return Run("sample", [&](std::uint8_t* out, lode_error* e) {
    return api_.sample(instance_, Stream(*this, seed, "sample").handle(), out, e);
  });
}

std::optional<Bytes> SpaceProbe::Parse(std::string_view text) {
  const GuardedInput<char> in(input_, text.data(), text.size());
  auto result = Run("parse", [&](std::uint8_t* out, lode_error* e) {
    return api_.parse(instance_, {in.data(), text.size()}, out, e);
  });
  CheckInput("parse", in);
  return result;
}

std::optional<Bytes> SpaceProbe::Mutate(std::uint64_t seed, const Bytes& parent) {
  return RunOn("mutate", parent, [&](const std::uint8_t* in, std::uint8_t* out, lode_error* e) {
    return api_.mutate(instance_, Stream(*this, seed, "mutate").handle(), in, out, e);
  });
}

std::optional<Bytes> SpaceProbe::Crossover(std::uint64_t seed, const Bytes& mother,
                                           const Bytes& father) {
  const GuardedInput<std::uint8_t> second(second_input_, father.data(), father.size());
  auto result =
      RunOn("crossover", mother, [&](const std::uint8_t* in, std::uint8_t* out, lode_error* e) {
        return api_.crossover(instance_, Stream(*this, seed, "crossover").handle(), in,
                              second.data(), out, e);
      });
  CheckInput("crossover", second);
  return result;
}

std::optional<Bytes> SpaceProbe::Canonical(const Bytes& architecture) {
  return RunOn("canonical", architecture,
               [&](const std::uint8_t* in, std::uint8_t* out, lode_error* e) {
                 return api_.canonical(instance_, in, out, e);
               });
}

std::optional<Bytes> SpaceProbe::Resample(std::uint64_t seed, double probability,
                                          const Bytes& parent) {
  return RunOn("resample", parent, [&](const std::uint8_t* in, std::uint8_t* out, lode_error* e) {
    return api_.resample(instance_, Stream(*this, seed, "resample").handle(), probability, in, out,
                         e);
  });
}

SpaceProbe::GraphParts SpaceProbe::Draw(const Bytes& architecture, lode_error* error) {
  struct Drawing {
    SpaceProbe& probe;
    GraphParts graph;
  } drawing{*this, {}};
  const lode_graph_sink sink{
      sizeof(lode_graph_sink), 0, &drawing,
      [](void* ctx, lode_str group, lode_str label) -> lode_status {
        auto& [probe, graph] = *static_cast<Drawing*>(ctx);
        probe.HappenMeanwhile();
        graph.labels.emplace_back(label.data, label.size);
        graph.groups.emplace_back(group.data, group.size);
        return LODE_OK;
      },
      [](void* ctx, std::uint32_t from, std::uint32_t to, lode_str label) -> lode_status {
        auto& [probe, graph] = *static_cast<Drawing*>(ctx);
        probe.HappenMeanwhile();
        graph.edges.emplace_back(from, to);
        graph.edge_labels.emplace_back(label.data, label.size);
        return LODE_OK;
      }};
  const GuardedInput<std::uint8_t> in(input_, architecture.data(), architecture.size());
  status_ = api_.graph(instance_, in.data(), &sink, error);
  CheckInput("graph", in);
  return std::move(drawing.graph);
}

std::optional<int> SpaceProbe::DrawIntoFullSink(const Bytes& architecture) {
  int calls = 0;
  const auto refuse = [](void* ctx) -> lode_status {
    ++*static_cast<int*>(ctx);
    return LODE_E_IO;
  };
  static const auto refuse_all = refuse;
  const lode_graph_sink sink{
      sizeof(lode_graph_sink), 0, &calls,
      [](void* ctx, lode_str, lode_str) { return refuse_all(ctx); },
      [](void* ctx, std::uint32_t, std::uint32_t, lode_str) { return refuse_all(ctx); }};
  status_ = api_.graph(instance_, architecture.data(), &sink, nullptr);
  return status_ == LODE_OK ? std::nullopt : std::optional(calls);
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
  GuardedBuffer<double> out(metric_count);
  GuardedBuffer<double> again(metric_count, GuardedBuffer<double>::kOther);
  const GuardedInput<std::uint8_t> in(input_, architecture.data(), architecture.size());
  ErrorBuffer error;
  status_ = api_.measure(instance_, in.data(), out.data(), error.get());
  const lode_status second = api_.measure(instance_, in.data(), again.data(), nullptr);
  CheckInput("measure", in);
  findings_.Require(second == status_, "error.null",
                    "measure ends differently without a lode_error");
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
  struct Writing {
    SpaceProbe& probe;
    std::string text;
  } writing{*this, ""}, writing_again{*this, ""};
  const auto into = [](Writing& w) {
    return lode_sink{&w, [](void* ctx, const void* data, std::size_t size) -> lode_status {
                       auto& [probe, out] = *static_cast<Writing*>(ctx);
                       probe.HappenMeanwhile();  // before the written text is read
                       out.append(static_cast<const char*>(data), size);
                       return LODE_OK;
                     }};
  };
  const GuardedInput<std::uint8_t> in(input_, architecture.data(), architecture.size());
  ErrorBuffer error;
  status_ = api_.format(instance_, in.data(), into(writing), error.get());
  const lode_status second = api_.format(instance_, in.data(), into(writing_again), nullptr);
  CheckInput("format", in);
  const std::string &text = writing.text, &again = writing_again.text;
  findings_.Require(second == status_, "error.null",
                    "format ends differently without a lode_error");
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
    SpaceProbe& probe;
    std::vector<Bytes> list;
  } collected{*this, {}};
  const lode_sink sink{&collected,
                       [](void* ctx, const void* data, std::size_t size) -> lode_status {
                         const auto* first = static_cast<const std::uint8_t*>(data);
                         auto& [probe, list] = *static_cast<Collected*>(ctx);
                         probe.HappenMeanwhile();
                         list.emplace_back(first, first + size);
                         return LODE_OK;
                       }};
  const GuardedInput<std::uint8_t> in(input_, architecture.data(), architecture.size());
  ErrorBuffer error;
  status_ = api_.neighbours(instance_, in.data(), sink, error.get());
  CheckInput("neighbours", in);
  if (status_ == LODE_OK) { return collected.list; }
  CheckError("neighbours", error);
  return std::nullopt;
}

bool SpaceProbe::IsValid(const Bytes& architecture) {
  return std::ranges::max(architecture) <= 1 && Format(architecture).has_value();
}

}  // namespace lode::verify
