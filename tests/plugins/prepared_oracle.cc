// An oracle for any space that prepares slowly: "trains" for some steps, a checkpoint after each.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <lode/plugin.hpp>
#include <string>
#include <thread>

namespace {

namespace fs = std::filesystem;

class PreparedOracle {
 public:
  struct Config {
    std::int64_t steps = 5;
    std::int64_t delay_ms = 0;
    std::string weights;
    std::string notes;
  };
  static lode::Params<Config> Parameters() {
    using Param = lode::Param<Config>;
    return {{"steps", &Config::steps, "Steps of training.", lode::Range{0, 1e6}},
            Param("delay_ms", &Config::delay_ms, "Time that a step and an evaluation take.",
                  lode::Range{0, 1e6})
                .Unit("ms"),
            {"weights", &Config::weights,
             "What to add to the score: a number in a file; empty for none.",
             lode::Path{.input_file = false, .input = true}},
            {"notes", &Config::notes,
             "A file that gets a line for each step of training; empty for none.",
             lode::Path{.input_file = false}}};
  }
  PreparedOracle(lode::Host host, const Config& config) : host_(host), config_(config) {}

  std::vector<lode::Metric> Metrics() const {
    return {{"score", "percent", "Cells that are set, and what was learned.", LODE_MAXIMIZE,
             LODE_SPLIT_VALIDATION}};
  }
  void Bind(const lode::Space&) {
    if (!config_.weights.empty()) { added_ = Read(config_.weights); }
  }
  void Prepare(const fs::path& directory) {
    const fs::path whole = directory / "supernet.txt";
    if (!fs::exists(whole)) { Train(directory, whole); }
    learned_ = Read(whole);
  }
  void Evaluate(const lode::Query& query, std::span<double> metrics) const {
    std::this_thread::sleep_for(std::chrono::milliseconds(config_.delay_ms));
    host_.Record("threads", host_.Threads());
    metrics[0] = added_ + learned_;
    for (std::size_t cell = 0; cell < query.architecture.size(); ++cell) {
      metrics[0] += static_cast<double>(query.architecture[cell] * (cell % 7));
    }
  }

 private:
  static double Read(const fs::path& file) {
    double number = 0;
    if (!(std::ifstream(file) >> number)) {
      throw lode::IoError(file.string() + ": holds no number");
    }
    return number;
  }

  static void Write(const fs::path& file, const std::string& content) {
    const std::string partial = file.string() + ".partial";
    std::ofstream out(partial, std::ios::binary);
    out << content;
    out.close();
    if (!out) { throw lode::IoError(file.string() + ": cannot be written"); }
    fs::rename(partial, file);
  }

  void Train(const fs::path& directory, const fs::path& whole) const {
    std::int64_t step = 0;
    std::ifstream(directory / "checkpoint") >> step;
    while (step < config_.steps) {
      host_.ThrowIfCancelled();
      host_.Progress(static_cast<double>(step) / static_cast<double>(config_.steps), "training");
      std::this_thread::sleep_for(std::chrono::milliseconds(config_.delay_ms));
      Write(directory / "checkpoint", std::to_string(++step) + "\n");
      if (!config_.notes.empty()) {
        std::ofstream(config_.notes, std::ios::app) << "step " << step << "\n";
      }
    }
    Write(directory / "supernet.safetensors", TensorsWith(step));
    Write(whole, std::to_string(step) + "\n");
  }

  // Returns a file without tensors, and with the number as accuracy_env.
  static std::string TensorsWith(std::int64_t number) {
    const std::string header =
        R"({"__metadata__":{"accuracy_env":")" + std::to_string(number) + "\"}}";
    std::string file;
    for (int shift = 0; shift < 64; shift += 8) {
      file += static_cast<char>(header.size() >> shift & 0xff);
    }
    return file + header;
  }

  lode::Host host_;
  Config config_;
  double added_ = 0, learned_ = 0;
};

}  // namespace

LODE_PLUGIN("lode.test.prepared_oracle", "1.0.0", "Apache-2.0",
            lode::OracleComponent<PreparedOracle>("prepared_oracle", "1.0.0",
                                                  "Trains for a while before it is asked."));
