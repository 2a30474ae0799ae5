#include "plugins/spaces/ofa/import/convert.h"

#include <algorithm>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "plugins/spaces/ofa/cost.h"
#include "plugins/spaces/ofa/graph_predictor.h"
#include "plugins/spaces/ofa/import/supernet_state.h"
#include "plugins/spaces/ofa/mlp_predictor.h"

namespace ofa {
namespace {

using lode::Quote;
using lode::files::ShapeText;
using lode::pytorch::PyTorchFile;
using Names = std::map<std::string, std::string, std::less<>>;  // wanted: in the file

constexpr std::size_t kShownName = 80;
constexpr std::size_t kShownFaults = 3;

std::string QuoteName(std::string_view name) { return Quote(name, kShownName); }

// Compares a file's tensors with those that are wanted, and converts them.
class Conversion {
 public:
  // REQUIRES: `file` outlives it.
  Conversion(const PyTorchFile& file, const std::vector<NamedShape>& wanted, const Names& names,
             const std::string& network)
      : file_(file), names_(names) {
    for (const NamedShape& tensor : wanted) { CheckTensor(tensor); }
    for (const auto& [name, source] : names) { CheckName(name, source, wanted, network); }
    if (!faults_.empty()) { throw lode::IoError(file.name() + ": " + FaultText()); }
  }

  lode::files::Safetensors Converted() const {
    lode::files::Safetensors converted;
    for (const auto& [name, source] : names_) {
      converted.tensors.emplace(name, file_.Read(source));
    }
    return converted;
  }

 private:
  void CheckTensor(const NamedShape& wanted) {
    const auto found = names_.find(wanted.name);
    if (found == names_.end()) {
      return AddFault("has no tensor " + QuoteName(wanted.name) + ", expected one of shape " +
                      ShapeText(wanted.shape));
    }
    const PyTorchFile::Shape& shape = file_.shapes().find(found->second)->second;
    if (shape != wanted.shape) {
      AddFault("tensor " + QuoteName(found->second) + " has the shape " + ShapeText(shape) +
               ", expected " + ShapeText(wanted.shape));
    }
  }
  void CheckName(const std::string& name, const std::string& source,
                 const std::vector<NamedShape>& wanted, const std::string& network) {
    if (std::ranges::find(wanted, name, &NamedShape::name) != wanted.end()) { return; }
    std::vector<std::string> valid;
    valid.reserve(wanted.size());
    for (const NamedShape& tensor : wanted) { valid.push_back(tensor.name); }
    AddFault("has a tensor " + QuoteName(source) + ", which " + network +
             " does not have (nearest: " + QuoteName(lode::Nearest(name, valid)) + ")");
  }
  void AddFault(std::string fault) { faults_.push_back(std::move(fault)); }

  std::string FaultText() const {
    std::string text;
    for (std::size_t i = 0; i < std::min(kShownFaults, faults_.size()); ++i) {
      text.append(i == 0 ? "" : "; ").append(faults_[i]);
    }
    if (faults_.size() <= kShownFaults) { return text; }
    return text.append("; and ")
        .append(std::to_string(faults_.size() - kShownFaults))
        .append(" more");
  }

  const PyTorchFile& file_;
  const Names& names_;
  std::vector<std::string> faults_;
};

Names CurrentNames(const PyTorchFile& file, const std::vector<NamedShape>& state) {
  std::set<std::string_view> known;
  for (const NamedShape& tensor : state) { known.insert(tensor.name); }
  const auto is_known = [&](const std::string& name) { return known.contains(name); };
  Names names;
  for (const auto& [source, shape] : file.shapes()) {
    const auto [at, is_new] = names.emplace(CurrentName(source, is_known), source);
    if (!is_new) {
      throw lode::IoError(file.name() + ": tensors " + QuoteName(at->second) + " and " +
                          QuoteName(source) + " are the same one, " + QuoteName(at->first));
    }
  }
  return names;
}

// Returns the first length of a tensor's shape; 0 without such a tensor.
std::size_t LengthOf(const PyTorchFile& file, const Names& names, std::string_view tensor) {
  const auto found = names.find(tensor);
  if (found == names.end()) { return 0; }
  const PyTorchFile::Shape& shape = file.shapes().find(found->second)->second;
  return shape.empty() ? 0 : shape[0];
}

}  // namespace

lode::files::Safetensors ConvertSupernet(const PyTorchFile& file) {
  const Names names = CurrentNames(file, SupernetState("1.0", kClasses));
  const bool wider = LengthOf(file, names, "first_conv.conv.weight") == 24;
  const std::size_t classes = LengthOf(file, names, "classifier.linear.bias");
  const std::string width = wider ? "1.2" : "1.0";
  const std::vector<NamedShape> state =
      SupernetState(width, classes == 0 ? kClasses : static_cast<std::int64_t>(classes));
  return Conversion(file, state, names, "the supernet of width " + width).Converted();
}

lode::files::Safetensors ConvertPredictor(const PyTorchFile& file) {
  const bool is_graph = file.shapes().contains(GraphPredictor::kOwnTensor);
  Names names;
  for (const auto& [name, shape] : file.shapes()) { names.emplace(name, name); }
  return Conversion(file, is_graph ? GraphPredictor::State() : MlpPredictor::State(), names,
                    "the predictor")
      .Converted();
}

}  // namespace ofa
