#include "core/exec/message.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>
#include <vector>

#include "core/plugin/error.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little);

json ToJson(const MetricDeclaration& m) {
  return {m.name,      m.unit,  m.doc,
          m.direction, m.split, m.dataset,
          m.epochs,    m.noisy, m.optimum ? json::array({*m.optimum}) : json::array()};
}

json ToJson(const Records::value_type& record) {
  const auto& [name, value] = record;
  return json::array({name, value});
}

json ToJson(const Timing& timing) {
  const auto& [start, seconds, worker, host] = timing;
  return json::array({static_cast<std::uint64_t>(start), seconds, worker, host});
}

// Structures of the search are destructured as a whole: adding a field to one breaks the build
// here.
json ToJson(const std::optional<double>& value) {
  return value ? json::array({*value}) : json::array();
}

json ToJson(const Fidelities& fidelities) {
  return json::array({fidelities.lowest(), fidelities.values()});
}

json ToJson(const BestTrial& trial) {
  const auto& [architecture, step, reward, metrics, ties, measurements, standard_error, fidelity,
               known] = trial;
  return json::array({architecture, step, reward, metrics, ties, measurements,
                      ToJson(standard_error), fidelity, known});
}

json ToJson(const std::optional<BestTrial>& trial) {
  return trial ? ToJson(*trial) : json::array();
}

json ToJson(const MarkResult& result) {
  const auto& [mark, best] = result;
  return json::array({mark, ToJson(best)});
}

json ToJson(const FailureKind& kind) {
  const auto& [reason, count] = kind;
  return json::array({reason, count});
}

json ToJson(const KnownTrial& trial) {
  const auto& [architecture, metrics] = trial;
  return json::array({architecture, metrics});
}

json BytesOf(const std::vector<float>& action) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(action.data());
  return json::binary(std::vector<std::uint8_t>(first, first + action.size() * sizeof(float)));
}

json ToJson(const StoredProposal& proposal) {
  const auto& [action, architecture] = proposal;
  return json::array({BytesOf(action), architecture});
}

template <class T>
json ToJson(const std::vector<T>& elements) {
  json list = json::array();
  for (const T& element : elements) { list.push_back(ToJson(element)); }
  return list;
}

json ToJson(const std::optional<WarmStart>& start) {
  if (!start) { return json::array(); }
  const auto& [trials, left_out, best] = *start;
  return json::array({trials, left_out, ToJson(best)});
}

json ToJson(const RunResult& result) {
  const auto& [seed, steps, unique_queries, computed, full_evaluations, evaluations, confirmations,
               failures, failure_kinds, rejections, cost_seconds, seconds, ending, reason, broken,
               best, marks, front, hypervolume, is_stored, warm_start] = result;
  return json::array({seed,
                      steps,
                      unique_queries,
                      computed,
                      ToJson(full_evaluations),
                      evaluations,
                      confirmations,
                      failures,
                      ToJson(failure_kinds),
                      rejections,
                      cost_seconds,
                      seconds,
                      ending,
                      reason,
                      broken,
                      ToJson(best),
                      ToJson(marks),
                      ToJson(front),
                      ToJson(hypervolume),
                      is_stored,
                      ToJson(warm_start)});
}

// The fields of each kind of message.
json Fields(const Setup& m) {
  return {m.pipeline, m.seed, m.log_level, m.timeout_seconds, m.memory_limit, m.prepared, m.cgroup};
}
json Fields(const Query& m) {
  return {m.id, m.step, m.attempt, m.seed, json::binary(m.architecture), m.text, m.fidelity};
}
json Fields(const Stop&) { return json::array(); }
json Fields(const End&) { return json::array(); }
json Fields(const Ready& m) {
  return json::array({ToJson(m.metrics), ToJson(m.fidelities), m.network_cells});
}
json Fields(const Refused& m) { return json::array({m.reason, m.lost}); }
json Fields(const Finished& m) {
  const Evaluation& a = m.evaluation;
  return {m.id,           a.outcome,         a.metrics,       a.failure,
          a.cost_seconds, ToJson(a.records), ToJson(a.timing)};
}
json Fields(const Stopped&) { return json::array(); }
json Fields(const LogMessage& m) { return json::array({m.level, m.text}); }
json Fields(const Progress& m) { return json::array({m.fraction, m.what, m.prepares}); }
json Fields(const SearchSetup& m) {
  return json::array(
      {Fields(m.setup), ToJson(m.metrics), ToJson(m.fidelities), m.capacity, m.network_cells});
}
json Fields(const SearchReady& m) {
  return json::array(
      {ToJson(m.metrics), m.free_metrics, m.computable_metrics, m.can_save, m.chooses_fidelities});
}
json Fields(const Begin& m) {
  const auto& [trials, taken, known, checkpoints, proposals] = m.beginning;
  return json::array({trials, taken, ToJson(known), checkpoints.string(), ToJson(proposals)});
}
json Fields(const Await& m) { return json::array({m.id}); }
json Fields(const Evaluated& m) {
  return json::array({m.id, m.step, m.architecture, m.metrics, m.failure, m.rejected,
                      m.cost_seconds, ToJson(m.records), ToJson(m.timing), m.fidelity});
}
json Fields(const Told& m) {
  return json::array({m.step, m.evaluation, m.random, m.reused, BytesOf(m.action), m.architecture,
                      m.metrics, m.reward, m.violation, m.failure, m.nanoseconds, m.fidelity});
}
json Fields(const Recorded& m) { return json::array({m.step, ToJson(m.records)}); }
json Fields(const Taken& m) { return json::array({m.step}); }
json Fields(const Continue&) { return json::array(); }
json Fields(const Done& m) { return json::array({ToJson(m.result)}); }
json Fields(const SavePolicy& m) { return json::array({m.file}); }
json Fields(const NetworkCall& m) {
  return json::array({m.request, m.seed, m.depth, json::binary(m.operations), m.skip_dropout,
                      m.split, m.number, m.mixture, m.absent, m.wants_gradient, m.is_unrolled,
                      m.inner, m.rate, m.file});
}
json Fields(const NetworkReply& m) {
  return json::array({m.status, m.failure, m.info.training_batches, m.info.validation_batches,
                      m.info.unrolled, m.info.absent, m.info.output_sum, m.info.reshapes,
                      m.result.loss, m.result.accuracy, m.gradient});
}

// Reads the elements of a list in order and checks the type of each.
class ListReader {
 public:
  explicit ListReader(const json& list) : list_(list) { Require(list.is_array(), "a list"); }

  std::uint64_t Integer(std::uint64_t max = UINT64_MAX) {
    const json& value = Next();
    Require(value.is_number_unsigned() && value.get<std::uint64_t>() <= max, "an integer");
    return value.get<std::uint64_t>();
  }
  template <class Enum>
  Enum Choice(Enum last) {
    return static_cast<Enum>(Integer(static_cast<std::uint64_t>(last)));
  }
  double Real() { return RealOf(Next()); }
  bool Flag() {
    const json& value = Next();
    Require(value.is_boolean(), "true or false");
    return value.get<bool>();
  }
  std::string Text() {
    const json& value = Next();
    Require(value.is_string(), "a text");
    return value.get<std::string>();
  }
  std::vector<std::uint8_t> Bytes() {
    const json& value = Next();
    Require(value.is_binary(), "bytes");
    return value.get_binary();
  }
  std::vector<double> Reals() {
    std::vector<double> reals;
    for (const json& value : Elements()) { reals.push_back(RealOf(value)); }
    return reals;
  }
  const json& Elements() {
    const json& value = Next();
    Require(value.is_array(), "a list");
    return value;
  }
  bool IsEmpty() const { return list_.empty(); }
  void End() const { Require(next_ == list_.size(), "an end"); }

 private:
  const json& Next() {
    Require(next_ < list_.size(), "more");
    return list_[next_++];
  }
  static double RealOf(const json& value) {
    Require(value.is_number_float(), "a real number");
    return value.get<double>();
  }
  static void Require(bool holds, const char* expected) {
    if (!holds) { throw HostError(std::string("a message is broken: expected ") + expected); }
  }

  const json& list_;
  std::size_t next_ = 0;
};

std::optional<double> ReadRealOrNone(const json& list) {
  ListReader in(list);
  const auto value = in.IsEmpty() ? std::nullopt : std::optional(in.Real());
  in.End();
  return value;
}

MetricDeclaration ReadMetric(const json& list) {
  ListReader in(list);
  MetricDeclaration metric;
  metric.name = PrintableLine(in.Text());
  metric.unit = PrintableLine(in.Text());
  metric.doc = PrintableLine(in.Text());
  metric.direction = in.Choice(LODE_MINIMIZE);
  metric.split = in.Choice(LODE_SPLIT_TEST);
  metric.dataset = PrintableLine(in.Text());
  metric.epochs = in.Real();
  metric.noisy = in.Flag();
  metric.optimum = ReadRealOrNone(in.Elements());
  in.End();
  return metric;
}

void Read(ListReader& in, Setup& m) {
  m.pipeline = in.Text();
  m.seed = in.Integer();
  m.log_level = in.Choice(LODE_ERROR);
  m.timeout_seconds = in.Real();
  m.memory_limit = in.Integer();
  m.prepared = in.Text();
  m.cgroup = in.Text();
}
void Read(ListReader& in, Query& m) {
  m.id = in.Integer();
  m.step = in.Integer();
  m.attempt = in.Integer();
  m.seed = in.Integer();
  m.architecture = in.Bytes();
  m.text = PrintableLine(in.Text());
  m.fidelity = in.Real();
}
void Read(ListReader&, Stop&) {}
void Read(ListReader&, End&) {}
std::vector<MetricDeclaration> ReadMetrics(const json& list) {
  std::vector<MetricDeclaration> metrics;
  std::ranges::transform(list, std::back_inserter(metrics), ReadMetric);
  return metrics;
}

Fidelities ReadFidelities(const json& list) {
  ListReader in(list);
  const double lowest = in.Real();
  const std::vector<double> values = in.Reals();
  in.End();
  return core::ReadFidelities(
      {sizeof(lode_fidelities), static_cast<std::uint32_t>(values.size()), values.data(), lowest},
      "the oracles");
}
void Read(ListReader& in, Ready& m) {
  std::ranges::transform(in.Elements(), std::back_inserter(m.metrics), ReadMetrics);
  m.fidelities = ReadFidelities(in.Elements());
  m.network_cells = in.Integer();
}
void Read(ListReader& in, Refused& m) {
  m.reason = in.Text();
  m.lost = in.Flag();
}

Records ReadRecords(const json& list) {
  Records records;
  for (const json& element : list) {
    ListReader record(element);
    const std::string name = PrintableLine(record.Text());
    records.emplace_back(name, record.Real());
    record.End();
  }
  return records;
}

Timing ReadTiming(const json& list) {
  ListReader in(list);
  Timing timing;
  timing.start = static_cast<std::int64_t>(in.Integer(INT64_MAX));
  timing.seconds = in.Real();
  timing.worker = static_cast<std::uint32_t>(in.Integer(UINT32_MAX));
  timing.host = PrintableLine(in.Text());
  in.End();
  return timing;
}

void Read(ListReader& in, Finished& m) {
  m.id = in.Integer();
  m.evaluation.outcome = in.Choice(Outcome::kRejected);
  m.evaluation.metrics = in.Reals();
  m.evaluation.failure = in.Text();
  m.evaluation.cost_seconds = in.Real();
  m.evaluation.records = ReadRecords(in.Elements());
  m.evaluation.timing = ReadTiming(in.Elements());
}
void Read(ListReader&, Stopped&) {}
void Read(ListReader& in, LogMessage& m) {
  m.level = in.Choice(LODE_ERROR);
  m.text = in.Text();
}
void Read(ListReader& in, Progress& m) {
  m.fraction = in.Real();
  m.what = in.Text();
  m.prepares = in.Flag();
}

void Read(ListReader& in, SearchSetup& m) {
  ListReader setup(in.Elements());
  Read(setup, m.setup);
  setup.End();
  std::ranges::transform(in.Elements(), std::back_inserter(m.metrics), ReadMetrics);
  m.fidelities = ReadFidelities(in.Elements());
  m.capacity = in.Integer();
  m.network_cells = in.Integer();
}
std::vector<std::size_t> ReadPositions(const json& list) {
  ListReader in(list);
  std::vector<std::size_t> positions(list.size());
  std::ranges::generate(positions, [&in] { return in.Integer(); });
  return positions;
}
std::vector<std::string> ReadTexts(const json& list) {
  ListReader in(list);
  std::vector<std::string> texts(list.size());
  std::ranges::generate(texts, [&in] { return PrintableLine(in.Text()); });
  return texts;
}
void Read(ListReader& in, SearchReady& m) {
  m.metrics = ReadMetrics(in.Elements());
  m.free_metrics = ReadPositions(in.Elements());
  m.computable_metrics = ReadTexts(in.Elements());
  m.can_save = in.Flag();
  m.chooses_fidelities = in.Flag();
}
std::vector<float> FloatsOf(const std::vector<std::uint8_t>& bytes) {
  std::vector<float> floats(bytes.size() / sizeof(float));
  std::ranges::copy(std::span(bytes).first(floats.size() * sizeof(float)),
                    reinterpret_cast<std::uint8_t*>(floats.data()));
  return floats;
}

StoredProposal ReadProposal(const json& list) {
  ListReader in(list);
  StoredProposal proposal;
  proposal.action = FloatsOf(in.Bytes());
  proposal.architecture = in.Text();
  in.End();
  return proposal;
}

KnownTrial ReadKnownTrial(const json& list) {
  ListReader in(list);
  KnownTrial trial;
  trial.architecture = in.Text();
  trial.metrics = in.Reals();
  in.End();
  return trial;
}
void Read(ListReader& in, Begin& m) {
  m.beginning.trials = in.Integer();
  for (const json& step : in.Elements()) {
    m.beginning.taken.push_back(ListReader(json::array({step})).Integer());
  }
  std::ranges::transform(in.Elements(), std::back_inserter(m.beginning.known), ReadKnownTrial);
  m.beginning.checkpoints = in.Text();
  std::ranges::transform(in.Elements(), std::back_inserter(m.beginning.proposals), ReadProposal);
}
void Read(ListReader& in, Await& m) { m.id = in.Integer(); }
void Read(ListReader& in, Evaluated& m) {
  m.id = in.Integer();
  m.step = in.Integer();
  m.architecture = PrintableLine(in.Text());
  m.metrics = in.Reals();
  m.failure = MessageLine(in.Text());
  m.rejected = in.Flag();
  m.cost_seconds = in.Real();
  m.records = ReadRecords(in.Elements());
  m.timing = ReadTiming(in.Elements());
  m.fidelity = in.Real();
}
void Read(ListReader& in, Told& m) {
  m.step = in.Integer();
  m.evaluation = in.Integer();
  m.random = in.Flag();
  m.reused = in.Flag();
  m.action = FloatsOf(in.Bytes());
  m.architecture = PrintableLine(in.Text());
  m.metrics = in.Reals();
  m.reward = in.Real();
  m.violation = in.Real();
  m.failure = MessageLine(in.Text());
  m.nanoseconds = static_cast<std::int64_t>(in.Integer(INT64_MAX));
  m.fidelity = in.Real();
}
void Read(ListReader& in, Recorded& m) {
  m.step = in.Integer();
  m.records = ReadRecords(in.Elements());
}
void Read(ListReader& in, Taken& m) { m.step = in.Integer(); }
void Read(ListReader&, Continue&) {}

BestTrial ReadBest(const json& list) {
  ListReader in(list);
  BestTrial best;
  best.architecture = PrintableLine(in.Text());
  best.step = in.Integer();
  best.reward = in.Real();
  best.metrics = in.Reals();
  best.ties = in.Integer();
  best.measurements = in.Integer();
  best.standard_error = ReadRealOrNone(in.Elements());
  best.fidelity = in.Real();
  best.known = in.Flag();
  in.End();
  return best;
}
std::optional<BestTrial> ReadBestOrNone(const json& list) {
  return list.empty() ? std::nullopt : std::optional(ReadBest(list));
}
MarkResult ReadMark(const json& list) {
  ListReader in(list);
  MarkResult mark;
  mark.mark = in.Integer();
  mark.best = ReadBestOrNone(in.Elements());
  in.End();
  return mark;
}

std::optional<WarmStart> ReadWarmStart(const json& list) {
  if (list.empty()) { return std::nullopt; }
  ListReader in(list);
  WarmStart start;
  start.trials = in.Integer();
  start.left_out = in.Integer();
  start.best = ReadBestOrNone(in.Elements());
  in.End();
  return start;
}

FailureKind ReadFailureKind(const json& list) {
  ListReader in(list);
  FailureKind kind;
  kind.reason = MessageLine(in.Text());
  kind.count = in.Integer();
  in.End();
  return kind;
}

void Read(ListReader& list, Done& m) {
  ListReader in(list.Elements());
  RunResult& r = m.result;
  r.seed = in.Integer();
  r.steps = in.Integer();
  r.unique_queries = in.Integer();
  r.computed = in.Flag();
  r.full_evaluations = ReadRealOrNone(in.Elements());
  r.evaluations = in.Integer();
  r.confirmations = in.Integer();
  r.failures = in.Integer();
  std::ranges::transform(in.Elements(), std::back_inserter(r.failure_kinds), ReadFailureKind);
  r.rejections = in.Integer();
  r.cost_seconds = in.Real();
  r.seconds = in.Real();
  r.ending = in.Choice(Ending::kFailed);
  r.reason = MessageLine(in.Text());
  r.broken = in.Flag();
  r.best = ReadBestOrNone(in.Elements());
  std::ranges::transform(in.Elements(), std::back_inserter(r.marks), ReadMark);
  std::ranges::transform(in.Elements(), std::back_inserter(r.front), ReadBest);
  r.hypervolume = ReadRealOrNone(in.Elements());
  r.is_stored = in.Flag();
  r.warm_start = ReadWarmStart(in.Elements());
  in.End();
}
void Read(ListReader& in, SavePolicy& m) { m.file = in.Text(); }
void Read(ListReader& in, NetworkCall& m) {
  m.request = in.Choice(NetworkRequest::kLoad);
  m.seed = in.Integer();
  m.depth = static_cast<std::uint32_t>(in.Integer(UINT32_MAX));
  m.operations = in.Bytes();
  m.skip_dropout = in.Real();
  m.split = in.Choice(LODE_SPLIT_TEST);
  m.number = in.Integer();
  m.mixture = in.Reals();
  m.absent = in.Choice(Absent::kOutputSum);
  m.wants_gradient = in.Flag();
  m.is_unrolled = in.Flag();
  m.inner = in.Integer();
  m.rate = in.Real();
  m.file = in.Text();
}
void Read(ListReader& in, NetworkReply& m) {
  m.status = static_cast<lode_status>(in.Integer(INT32_MAX));
  m.failure = MessageLine(in.Text());
  m.info.training_batches = in.Integer();
  m.info.validation_batches = in.Integer();
  m.info.unrolled = in.Flag();
  m.info.absent = in.Flag();
  m.info.output_sum = in.Flag();
  m.info.reshapes = in.Flag();
  m.result.loss = in.Real();
  m.result.accuracy = in.Real();
  m.gradient = in.Reals();
}

// Returns a message that holds the variant's alternative number `kind`.
template <std::size_t... I>
Message MessageOfKind(std::size_t kind, std::index_sequence<I...>) {
  Message message;
  ((I == kind ? void(message.emplace<I>()) : void()), ...);
  return message;
}

// Refuses input nested so deeply that reading it would overflow the stack. Messages nest at most 4
// deep.
class Shallow : public json::json_sax_t {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return false; }
  bool key(string_t&) override { return false; }
  bool end_object() override { return false; }
  bool start_array(std::size_t) override { return ++depth_ <= 8; }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override {
    return false;
  }

 private:
  int depth_ = 0;
};

}  // namespace

std::string Encode(const Message& message) {
  json list = json::array({message.index()});
  json fields = std::visit([](const auto& m) { return Fields(m); }, message);
  for (json& field : fields) { list.push_back(std::move(field)); }
  std::string bytes;
  json::to_msgpack(list, bytes);
  if (bytes.size() > kMaxMessage) {
    throw HostError("a message of " + std::to_string(bytes.size()) +
                    " bytes cannot be sent, at most " + std::to_string(kMaxMessage));
  }
  return bytes;
}

Message Decode(std::string_view bytes) {
  Shallow shallow;
  if (!json::sax_parse(bytes, &shallow, json::input_format_t::msgpack)) {
    throw HostError("a message is broken: it is not a message in MessagePack");
  }
  const json list = json::from_msgpack(bytes, true, false);
  ListReader in(list);
  constexpr std::size_t kKinds = std::variant_size_v<Message>;
  Message message = MessageOfKind(in.Integer(kKinds - 1), std::make_index_sequence<kKinds>());
  std::visit([&in](auto& m) { Read(in, m); }, message);
  in.End();
  return message;
}

std::string Frame(const Message& message) {
  const std::string bytes = Encode(message);
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::string frame(sizeof size, '\0');
  std::memcpy(frame.data(), &size, sizeof size);
  return frame + bytes;
}

std::optional<Message> FrameReader::Next() {
  std::uint32_t size = 0;
  const std::string_view rest = std::string_view(bytes_).substr(read_);
  if (rest.size() >= sizeof size) {
    std::memcpy(&size, rest.data(), sizeof size);
    if (size > kMaxMessage) {
      throw HostError("a message is broken: it would have " + std::to_string(size) + " bytes");
    }
  }
  if (rest.size() < sizeof size + size || rest.size() < sizeof size) {
    bytes_.erase(0, std::exchange(read_, 0));
    return std::nullopt;
  }
  read_ += sizeof size + size;
  return Decode(rest.substr(sizeof size, size));
}

}  // namespace lode::core
