// A search space and an oracle for it, as an author outside Lode's tree writes them.
#include <lode/plugin.hpp>

namespace {

constexpr int kColours = 3;

// A ring of nodes, each with one of three colours: "0120".
class Ring {
 public:
  struct Config {
    std::int64_t nodes = 8;
  };
  static lode::Params<Config> Parameters() {
    return {{"nodes", &Config::nodes, "Number of nodes on the ring.", lode::Range{3, 100}}};
  }
  Ring(lode::Host, const Config& config) : nodes_(static_cast<std::size_t>(config.nodes)) {}

  std::vector<lode::Matrix> Matrices() const {
    lode::Matrix ring{"ring", {}, {"red", "green", "blue"}};
    for (std::size_t i = 0; i < nodes_; ++i) ring.row_labels.push_back(std::to_string(i));
    return {ring};
  }
  double Log10Size() const { return static_cast<double>(nodes_) * std::log10(kColours); }
  void Discretize(lode::ActionView action, std::span<std::uint8_t> out) const {
    for (std::size_t row = 0; row < out.size(); row += kColours) {
      const auto cells = action.subspan(row, kColours);
      out[row + static_cast<std::size_t>(std::ranges::max_element(cells) - cells.begin())] = 1;
    }
  }
  void Sample(lode::Random random, std::span<std::uint8_t> out) const {
    for (std::size_t row = 0; row < out.size(); row += kColours)
      out[row + random.Below(kColours)] = 1;
  }
  std::string Format(lode::ArchitectureView architecture) const {
    std::string text;
    for (std::size_t row = 0; row < architecture.size(); row += kColours) {
      const auto cells = architecture.subspan(row, kColours);
      if (std::ranges::count(cells, 1) != 1 || std::ranges::count(cells, 0) != kColours - 1) {
        throw lode::InvalidError("node " + std::to_string(row / kColours) + " has not one colour");
      }
      text += static_cast<char>('0' + (std::ranges::find(cells, 1) - cells.begin()));
    }
    return text;
  }
  void Parse(std::string_view text, std::span<std::uint8_t> out) const {
    if (text.size() != nodes_) throw lode::InvalidError("expected one digit for each node");
    for (std::size_t i = 0; i < nodes_; ++i) {
      if (text[i] < '0' || text[i] >= '0' + kColours) {
        throw lode::InvalidError("column " + std::to_string(i + 1) + ": a colour is 0, 1 or 2");
      }
      out[i * kColours + static_cast<std::size_t>(text[i] - '0')] = 1;
    }
  }
  void Mutate(lode::Random random, lode::ArchitectureView parent,
              std::span<std::uint8_t> child) const {
    std::ranges::copy(parent, child.begin());
    const auto cells = child.subspan(random.Below(nodes_) * kColours, kColours);
    std::ranges::rotate(
        cells, cells.begin() + 1 + static_cast<std::ptrdiff_t>(random.Below(kColours - 1)));
  }

 private:
  std::size_t nodes_;
};

// Counts the neighbours on the ring that differ.
class Borders {
 public:
  struct Config {};
  Borders(lode::Host, const Config&) {}

  std::vector<lode::Metric> Metrics() const {
    return {{"borders", "count", "Neighbours of different colour."}};
  }
  void Bind(lode::Space space) { space_.emplace(space); }
  void Evaluate(const lode::Query& query, std::span<double> metrics) const {
    const std::string ring = space_->Format(query.architecture);
    metrics[0] = ring.back() != ring.front();
    for (std::size_t i = 1; i < ring.size(); ++i) metrics[0] += ring[i] != ring[i - 1];
  }

 private:
  std::optional<lode::Space> space_;
};

}  // namespace

LODE_PLUGIN("example.ring", "1.0.0", "Apache-2.0",
            lode::SpaceComponent<Ring>("ring", "1.0.0", "A ring of coloured nodes."),
            lode::OracleComponent<Borders>("ring.borders", "1.0.0",
                                           "Counts borders between colours."));
