#include "plugins/spaces/ofa/latency_table.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <lode/text.hpp>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include "toolkit/files/read_file.h"

namespace ofa {
namespace {

constexpr std::uintmax_t kMaxBytes = 16 << 20;

// ---- YAML

// Returns "NAME:line:column: ", as far as known.
std::string Position(const std::string& name, const YAML::Mark& mark) {
  if (mark.is_null()) { return name + ": "; }
  return name + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": ";
}

// Makes a table from the events of one document. (Nodes would take less code, but yaml-cpp 0.7
// loops forever on the text ",", and nodes do not show where a second document starts.)
class TableBuilder : public YAML::EventHandler {
 public:
  explicit TableBuilder(const std::string& name) : name_(name) {}

  LatencyTable Take() {
    if (!started_) { throw lode::IoError(name_ + ": is empty, expected a map of latencies"); }
    return std::move(table_);
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) { Fail(mark, "text after the end of the map of latencies"); }
    started_ = true;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { Enter({mark, "nothing"}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { Enter({mark, "an alias"}); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& text) override {
    Enter({mark, "a scalar", &text});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Enter({mark, "a list"});
    ++depth_;
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Enter({mark, "a map", nullptr, true});
    ++depth_;
  }
  void OnMapEnd() override {
    if (--depth_ == 1) { AddEntry(); }
  }

 private:
  struct Node {
    YAML::Mark mark;
    const char* type;
    const std::string* text = nullptr;  // of a scalar
    bool is_map = false;
  };

  [[noreturn]] void Fail(const YAML::Mark& mark, const std::string& message) const {
    throw lode::IoError(Position(name_, mark) + message);
  }
  void RequireMap(const Node& node, const std::string& what) const {
    if (!node.is_map) { Fail(node.mark, what + " is " + node.type + ", expected a map"); }
  }

  // Called for every node, before those inside it.
  void Enter(const Node& node) {
    if (depth_ == 0) {
      RequireMap(node, "the document");
    } else if (depth_ == 1) {
      EnterEntry(node);
    } else if (depth_ == 2) {
      EnterField(node);
    }
  }

  // Handles a key of the document, or its value.
  void EnterEntry(const Node& node) {
    if (!in_entry_) {
      if (node.text == nullptr) {
        Fail(node.mark, std::string("a key is ") + node.type + ", expected text");
      }
      key_ = *node.text;
      key_mark_ = node.mark;
    } else {
      RequireMap(node, "the value of " + lode::Quote(key_));
      entry_mark_ = node.mark;
      mean_.reset();
    }
    in_entry_ = !in_entry_;
  }

  // Handles a key of an entry, or its value.
  void EnterField(const Node& node) {
    if (!in_field_) {
      is_mean_ = node.text != nullptr && *node.text == "mean";
      if (is_mean_ && mean_) { Fail(node.mark, lode::Quote(key_) + " has a second mean"); }
    } else if (is_mean_) {
      mean_ = Milliseconds(node);
    }
    in_field_ = !in_field_;
  }

  double Milliseconds(const Node& node) const {
    const std::string_view text = node.text != nullptr ? std::string_view(*node.text) : "";
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) ||
        value < 0) {
      Fail(node.mark, "the mean of " + lode::Quote(key_) + " is " +
                          (node.text != nullptr ? lode::Quote(text) : node.type) +
                          ", expected a number of ms, 0 or more");
    }
    return value;
  }

  void AddEntry() {
    if (!mean_) { Fail(entry_mark_, lode::Quote(key_) + " has no mean"); }
    if (!table_.emplace(key_, *mean_).second) {
      Fail(key_mark_, "key " + lode::Quote(key_) + " appears twice");
    }
  }

  const std::string& name_;
  LatencyTable table_;
  bool started_ = false;
  std::size_t depth_ = 0;  // of maps and lists around the next node
  bool in_entry_ = false;  // the next node at depth 1 is the value of key_
  bool in_field_ = false;  // the next node at depth 2 is a value: the mean if is_mean_
  bool is_mean_ = false;
  std::string key_;
  YAML::Mark key_mark_, entry_mark_;
  std::optional<double> mean_;
};

// ---- keys

std::string Text(const Map& map) {
  const std::string size = std::to_string(map.size);
  return size + "x" + size + "x" + std::to_string(map.channels);
}

std::string Key(const char* type, const Map& in, const std::string& out) {
  return std::string(type) + "-input:" + Text(in) + "-output:" + out;
}

Map Pooled(const Network& n) { return {1, n.final_expand().channels}; }

// Looks keys up and keeps a list of missing ones.
class Lookup {
 public:
  explicit Lookup(const LatencyTable& table) : table_(table) {}

  double operator()(const std::string& key) {
    const auto found = table_.find(key);
    if (found != table_.end()) { return found->second; }
    if (missing_.empty()) { first_missing_ = key; }
    missing_.insert(key);
    return 0;
  }

  void RequireAllFound(const std::string& name) const {
    if (missing_.empty()) { return; }
    std::string message = name + ": has no key " + lode::Quote(first_missing_);
    if (missing_.size() > 1) {
      message += ", nor " + std::to_string(missing_.size() - 1) + " others that are needed";
    }
    if (!table_.empty()) { message += " (nearest: " + lode::Quote(Nearest()) + ")"; }
    throw lode::IoError(message);
  }

 private:
  // The first of equals in alphabetical order.
  std::string Nearest() const {
    std::pair<std::size_t, std::string_view> best = {std::string::npos, ""};
    for (const auto& [key, latency] : table_) {
      best = std::min(best, {lode::EditDistance(first_missing_, key), key});
    }
    return std::string(best.second);
  }

  const LatencyTable& table_;
  std::string first_missing_;
  std::set<std::string> missing_;
};

}  // namespace

LatencyTable ReadLatencyTable(const std::string& path) {
  return ParseLatencyTable(lode::files::ReadFile(path, kMaxBytes), path);
}

LatencyTable ParseLatencyTable(const std::string& text, const std::string& name) {
  std::istringstream stream(text);
  TableBuilder builder(name);
  try {
    YAML::Parser parser(stream);
    // The second call finds nothing, or the builder refuses what it finds.
    if (parser.HandleNextDocument(builder)) { parser.HandleNextDocument(builder); }
    return builder.Take();
  } catch (const YAML::DeepRecursion& e) {  // its own message is "bad file"
    throw lode::IoError(Position(name, e.mark) + "nested too deeply");
  } catch (const YAML::Exception& e) { throw lode::IoError(Position(name, e.mark) + e.msg); }
}

std::string FormatLatencyTable(const LatencyTable& table, const std::string& heading) {
  std::ostringstream text;
  text.precision(std::numeric_limits<double>::max_digits10);
  text << "# " << heading << "\n";
  for (const auto& [key, latency] : std::map(table.begin(), table.end())) {
    text << key << ": {mean: " << latency << "}\n";
  }
  return text.str();
}

KeysOfRest::KeysOfRest(const Network& n)
    : first_conv(Key("Conv", n.image(), Text(n.first_conv()))),
      final_expand(Key("Conv_1", n.last_layer(), Text(n.final_expand()))),
      pool(Key("AvgPool2D", n.final_expand(), Text(Pooled(n)))),
      feature_mix(Key("Conv_2", Pooled(n), Text(n.feature_mix()))),
      classifier(Key("Logits", n.feature_mix(), std::to_string(kClasses))) {}

std::string LatencyKey(const InvertedResidual& l) {
  return Key("expanded_conv", l.in, Text(l.out)) + "-expand:" + std::to_string(l.mid) +
         "-kernel:" + std::to_string(l.kernel) + "-stride:" + std::to_string(l.stride) +
         "-idskip:" + (l.HasShortcut() ? "1" : "0") + "-se:" + (l.squeezed > 0 ? "1" : "0") +
         "-hs:" + (l.activation == Activation::kHSwish ? "1" : "0");
}

LayerSum<double> SumLatencies(const Network& network, const LatencyTable& table,
                              const std::string& name) {
  Lookup lookup(table);
  const KeysOfRest keys(network);
  double rest = 0;
  for (const std::string& key : {keys.first_conv, LatencyKey(network.first_block()),
                                 keys.final_expand, keys.pool, keys.feature_mix, keys.classifier}) {
    rest += lookup(key);
  }
  LayerSum<double> sum(rest, [&](std::size_t layer, std::int64_t expand, std::int64_t kernel) {
    return lookup(LatencyKey(network.layer(layer, expand, kernel)));
  });
  lookup.RequireAllFound(name);
  return sum;
}

}  // namespace ofa
