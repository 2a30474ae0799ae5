// A plugin with everything that each minor has: the four kinds, every optional function, every type
// of parameter, presets, and every service of the host.
#include <fstream>
#include <lode/plugin.hpp>

namespace {

using Colours = std::vector<std::size_t>;
using Cells = std::span<std::uint8_t>;

constexpr std::size_t kColours = 3;

void Write(const Colours& colours, Cells out) {
  for (std::size_t bead = 0; bead < colours.size(); ++bead) {
    out[bead * kColours + colours[bead]] = 1;
  }
}

// A string of beads, each with one of three colours: "0120". Which end comes first does not matter.
class Beads {
 public:
  struct Config {
    std::int64_t beads = 5;
    std::vector<std::string> colours{"red", "green", "blue"};
  };
  static lode::Params<Config> Parameters() {
    return {{"beads", &Config::beads, "Number of beads.", lode::Range{1, 8}},
            {"colours", &Config::colours, "Names of the three colours."}};
  }
  Beads(lode::Host host, const Config& config)
      : beads_(static_cast<std::size_t>(config.beads)), names_(config.colours) {
    if (names_.size() != kColours) { throw lode::InvalidError("colours must name three colours"); }
    host.Log(LODE_DEBUG, "a string of " + std::to_string(beads_) + " beads");
  }

  std::vector<lode::Matrix> Matrices() const {
    lode::Matrix matrix{"beads", {}, names_};
    for (std::size_t i = 0; i < beads_; ++i) { matrix.row_labels.push_back(std::to_string(i)); }
    return {matrix};
  }
  double Log10Size() const { return static_cast<double>(beads_) * std::log10(kColours); }
  void Discretize(lode::ActionView action, Cells out) const {
    for (std::size_t row = 0; row < out.size(); row += kColours) {
      const auto cells = action.subspan(row, kColours);
      out[row + static_cast<std::size_t>(std::max_element(cells.begin(), cells.end()) -
                                         cells.begin())] = 1;
    }
  }
  void Sample(lode::Random random, Cells out) const {
    Colours colours(beads_);
    for (std::size_t& colour : colours) { colour = random.Below(kColours); }
    Write(colours, out);
  }
  std::string Format(lode::ArchitectureView architecture) const {
    std::string text;
    for (const std::size_t colour : Read(architecture)) { text += static_cast<char>('0' + colour); }
    return text;
  }
  void Parse(std::string_view text, Cells out) const {
    if (text.size() != beads_) { throw lode::InvalidError("expected one digit for each bead"); }
    for (std::size_t i = 0; i < beads_; ++i) {
      if (text[i] < '0' || text[i] > '2') {
        throw lode::InvalidError("column " + std::to_string(i + 1) + ": a colour is 0, 1 or 2");
      }
      out[i * kColours + static_cast<std::size_t>(text[i] - '0')] = 1;
    }
  }
  void Mutate(lode::Random random, lode::ArchitectureView parent, Cells child) const {
    Colours colours = Read(parent);
    std::size_t& colour = colours[random.Below(beads_)];
    colour = (colour + 1 + random.Below(kColours - 1)) % kColours;
    Write(colours, child);
  }
  void Crossover(lode::Random random, lode::ArchitectureView mother, lode::ArchitectureView father,
                 Cells child) const {
    Colours colours = Read(mother);
    const Colours others = Read(father);
    for (std::size_t i = 0; i < beads_; ++i) {
      if (random.Below(2) == 1) { colours[i] = others[i]; }
    }
    Write(colours, child);
  }
  std::vector<lode::Architecture> Neighbours(lode::ArchitectureView architecture) const {
    std::vector<lode::Architecture> list;
    const Colours centre = Read(architecture);
    for (std::size_t i = 0; i < beads_ * (kColours - 1); ++i) {
      Colours colours = centre;
      std::size_t& colour = colours[i / (kColours - 1)];
      colour = (colour + 1 + i % (kColours - 1)) % kColours;
      Write(colours, list.emplace_back(architecture.size()));
    }
    return list;
  }
  void Canonical(lode::ArchitectureView architecture, Cells out) const {
    const Colours forwards = Read(architecture);
    const Colours backwards(forwards.rbegin(), forwards.rend());
    Write(std::min(forwards, backwards), out);
  }
  void Resample(lode::Random random, double probability, lode::ArchitectureView parent,
                Cells child) const {
    Colours colours = Read(parent);
    for (std::size_t& colour : colours) {
      if (random.Uniform() < probability) { colour = random.Below(kColours); }
    }
    Write(colours, child);
  }
  lode::Graph Graph(lode::ArchitectureView architecture) const {
    lode::Graph graph;
    for (const std::size_t colour : Read(architecture)) {
      graph.nodes.push_back({"", names_[colour]});
    }
    for (std::size_t i = 1; i < beads_; ++i) { graph.edges.push_back({i - 1, i, "string"}); }
    return graph;
  }
  std::vector<lode::Metric> Metrics() const {
    return {{"twos", "count", "Beads of the last colour.", LODE_MINIMIZE}};
  }
  void Measure(lode::ArchitectureView architecture, std::span<double> metrics) const {
    const Colours colours = Read(architecture);
    metrics[0] = static_cast<double>(std::count(colours.begin(), colours.end(), kColours - 1));
  }

 private:
  Colours Read(lode::ArchitectureView architecture) const {
    Colours colours(beads_);
    for (std::size_t i = 0; i < beads_; ++i) {
      const auto cells = architecture.subspan(i * kColours, kColours);
      const auto one = std::find(cells.begin(), cells.end(), 1);
      if (std::count(cells.begin(), cells.end(), 0) != kColours - 1 || one == cells.end()) {
        throw lode::InvalidError("bead " + std::to_string(i) + " does not have one colour");
      }
      colours[i] = static_cast<std::size_t>(one - cells.begin());
    }
    return colours;
  }

  std::size_t beads_;
  std::vector<std::string> names_;
};

// Counts the borders in the text of an architecture of any space.
class Borders {
 public:
  struct Config {
    bool agree = false;
    double scale = 1;
    std::string kind = "all";
    std::string label;
    std::string notes;
    std::vector<std::int64_t> bonus{0, 1};
    std::vector<double> weights{1, 0.5};
#if LODE_TARGET_MINOR >= 1
    std::string atlas;
#endif
  };
  static lode::Params<Config> Parameters() {
    using Param = lode::Param<Config>;
    return {
      {"agree", &Config::agree, "Whether neighbours shall be alike."},
          Param("scale", &Config::scale, "Factor of what is counted.", lode::Range{0, 100, true})
              .Unit("points")
              .LogScale(),
          {"kind", &Config::kind, "Which borders count.", lode::Choices{{"all", "even", "odd"}}},
          {"label", &Config::label, "Any text."},
          {"notes", &Config::notes, "Any file.", lode::Path{.input_file = false}},
          {"bonus", &Config::bonus, "Added in turn to each border.", lode::Range{0, 9}},
#if LODE_TARGET_MINOR >= 1
          {"atlas", &Config::atlas, "Any folder.", lode::Path{.input_file = false, .input = true}},
#endif
      {
        "weights", &Config::weights, "Weights of the borders in turn.", lode::Range { 0, 1 }
      }
    };
  }
  Borders(lode::Host host, const Config& config) : host_(host), config_(config) {
    if (config_.bonus.empty() || config_.weights.empty()) {
      throw lode::InvalidError("bonus and weights must have elements");
    }
  }

  std::vector<lode::Metric> Metrics() const {
    lode::Metric borders{
        "borders", "points", "Neighbours that differ.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION,
        "beads",   12};
#if LODE_TARGET_MINOR >= 1
    if (beads_ > 0) { borders.optimum = Optimum(); }
#endif
    return {borders,
            {"guess", "points", "Borders as a careless observer counts them.", LODE_MINIMIZE,
             LODE_SPLIT_NONE, "", 0, true}};
  }
  void Bind(lode::Space space) {
    space_.emplace(space);
    const auto& matrices = space.matrices();
    if (matrices.size() == 1 && matrices[0].name == "beads") {
      beads_ = matrices[0].row_labels.size();
    }
  }
#if LODE_TARGET_MINOR >= 1
  // Leaves a file where it prepares, and says how many threads wrote it.
  void Prepare(const std::filesystem::path& directory) {
    const std::string what = "drawing a map, threads: " + std::to_string(host_.Threads());
    host_.Progress(0.5, what.c_str());
    std::ofstream(directory / "map.txt") << beads_ << " beads\n";
    host_.Progress(1, "drew a map");
  }
#endif
#if LODE_TARGET_MINOR >= 2
  // At a lower fidelity it counts a fraction of each border.
  static lode::Fidelities Fidelities() { return lode::Fidelities::List({0.5, 1}); }
#endif
  void Evaluate(const lode::Query& query, std::span<double> metrics) const {
    host_.ThrowIfCancelled();
    const std::string text = space_->Format(query.architecture);
    double sum = 0;
    for (std::size_t i = 1; i < text.size(); ++i) { sum += Border(i, text[i - 1] != text[i]); }
    metrics[0] = config_.scale * sum;
#if LODE_TARGET_MINOR >= 2
    metrics[0] *= query.fidelity;
#endif
    metrics[1] = metrics[0] + static_cast<double>(query.seed % 1024) / 1024;
  }

 private:
  double Border(std::size_t i, bool differ) const {
    const bool counts = config_.kind == "all" || (config_.kind == "even") == (i % 2 == 0);
    if (!counts || differ == config_.agree) { return 0; }
    return config_.weights[i % config_.weights.size()] +
           static_cast<double>(config_.bonus[i % config_.bonus.size()]);
  }

#if LODE_TARGET_MINOR >= 1
  // Three colours allow any sequence of borders.
  double Optimum() const {
    double sum = 0;
    for (std::size_t i = 1; i < beads_; ++i) { sum += std::max(Border(i, true), Border(i, false)); }
    return config_.scale * sum;
  }
#endif

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  std::size_t beads_ = 0;  // 0 in a space that is not of beads
};

// Random actions with a chance, and noise on all others.
class Shaker {
 public:
  struct Config {
    double chance = 0.2;
    double noise = 0.1;
  };
  static lode::Params<Config> Parameters() {
    return {{"chance", &Config::chance, "Chance of a random action.", lode::Range{0, 1}},
            {"noise", &Config::noise, "Deviation of the noise.", lode::Range{0, 10}}};
  }
  static lode::Presets Presets() {
    return {{"still", "Shakes nothing.", {{"noise", 0.0}}},
            {"wild", "Shakes everything.", {{"chance", 0.5}, {"noise", 1.0}}}};
  }
  Shaker(lode::Host host, const Config& config) : host_(host), config_(config) {}

  bool Explore(std::uint64_t) { return host_.Random().Uniform() < config_.chance; }
  void Perturb(std::uint64_t, std::span<float> action) {
    const lode::Random random = host_.Random();
    for (float& cell : action) { cell += static_cast<float>(config_.noise * random.Normal()); }
  }

 private:
  lode::Host host_;
  Config config_;
};

// Walks from the best architecture it knows, or jumps to a random action.
class Walker {
 public:
  struct Config {
    double jump = 0.3;
    bool descend = false;
#if LODE_TARGET_MINOR >= 1
    std::int64_t steps = 0;
#endif
#if LODE_TARGET_MINOR >= 2
    std::int64_t cheap = 0;
#endif
  };
  static lode::Params<Config> Parameters() {
    using Param = lode::Param<Config>;
    return {
      {"jump", &Config::jump, "Chance of a jump.", lode::Range{0, 1}},
#if LODE_TARGET_MINOR >= 1
          {"steps", &Config::steps, "Steps after which it has walked enough, 0: never.",
           lode::Range{0, 1000}},
#endif
#if LODE_TARGET_MINOR >= 2
          {"cheap", &Config::cheap,
           "Steps from one proposal of the lowest fidelity to the next, 0: none.",
           lode::Range{0, 1000}},
#endif
          Param("descend", &Config::descend, "Whether to walk downwards: nobody should.")
              .Deprecated()
    };
  }
  Walker(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(lode::Space space) {
    space_.emplace(space);
    best_.assign(space.cells(), 0);
    host_.Progress(1, "bound");
  }
#if LODE_TARGET_MINOR >= 2
  void Offer(const lode::Fidelities& offered) { lowest_ = offered.lowest(); }
  lode::Proposal Ask() {
    const bool is_cheap = config_.cheap > 0 && walked_ % config_.cheap == 0;
    return {Walk(), is_cheap ? lowest_ : 1};
  }
  std::variant<lode::Action, lode::Architecture> Walk() {
#else
  std::variant<lode::Action, lode::Architecture> Ask() {
#endif
    const lode::Random random = host_.Random();
    ++walked_;
    if (reward_ == kNone || random.Uniform() < config_.jump) { return Jump(random); }
    return space_->CanMutate() ? space_->Mutate(random, best_) : space_->Sample(random);
  }
  void Tell(const lode::Trial& trial) {
    if (trial.failed) { return; }
    const double reward = config_.descend ? -trial.reward : trial.reward;
    if (reward > reward_) {
      reward_ = reward;
      best_.assign(trial.architecture.begin(), trial.architecture.end());
    }
    host_.Record("best", reward_);
  }
#if LODE_TARGET_MINOR >= 1
  bool Exhausted() const { return config_.steps > 0 && walked_ >= config_.steps; }
#endif
  void Save(lode::Writer& writer) const {
    writer.Value(reward_);
    writer.Value(walked_);
    writer.Values(std::span<const std::uint8_t>(best_));
  }
  void Load(lode::Reader& reader) {
    const auto reward = reader.Value<double>();
    const auto walked = reader.Value<std::int64_t>();
    lode::Architecture best(best_.size());
    reader.Values(std::span(best));
    if (reward != kNone) { space_->Format(best); }
    reward_ = reward;
    walked_ = walked;
    best_ = std::move(best);
  }

 private:
  static constexpr double kNone = -std::numeric_limits<double>::infinity();

  lode::Action Jump(lode::Random random) const {
    lode::Action action(space_->cells());
    for (float& cell : action) { cell = static_cast<float>(random.Uniform()); }
    return action;
  }

  lode::Host host_;
  Config config_;
  std::optional<lode::Space> space_;
  double reward_ = kNone;
  std::int64_t walked_ = 0;
  lode::Architecture best_;
#if LODE_TARGET_MINOR >= 2
  double lowest_ = 1;
#endif
};

}  // namespace

LODE_PLUGIN("lode.test.sample", "1.0.0", "Apache-2.0",
            lode::SpaceComponent<Beads>("sample.beads", "1.0.0", "A string of coloured beads.",
                                        "Strings that read the same from both ends are one."),
            lode::OracleComponent<Borders>("sample.borders", "1.0.0", "Counts borders.", "",
                                           LODE_CAP_CONCURRENT),
            lode::ExplorationComponent<Shaker>("sample.shaker", "1.0.0", "Random now and then."),
            lode::OptimizerComponent<Walker>("sample.walker", "1.0.0", "Walks uphill, and jumps."));
