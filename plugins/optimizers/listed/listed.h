#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <string>
#include <vector>

namespace listed {

// Proposes the architectures of a file in order, each once, and then nothing more. It does not
// learn.
class Listed {
 public:
  struct Config {
    std::string architectures;
    std::int64_t limit = 0;
  };
  static lode::Params<Config> Parameters() {
    using Param = lode::Param<Config>;
    return {
        Param("architectures", &Config::architectures,
              "A text file, plain or gzip, with an architecture at the beginning of each nonempty "
              "line, as the space reads it or in double quotes; text after a tab or after the "
              "quotes is ignored. The file best.tsv that a search writes has this format.",
              lode::Path{})
            .Required(),
        {"limit", &Config::limit, "Maximum number of architectures; 0: all.",
         lode::Range{.min = 0}}};
  }

  Listed(lode::Host host, const Config& config) : host_(host), config_(config) {}

  // Reads the file. Throws lode::UnsupportedError, with its name and the line, for text that is not
  // an architecture of the space, and lode::IoError if there are no architectures.
  void Bind(const lode::Space& space);
  // Starts over once all were proposed.
  lode::Architecture Ask() { return list_[next_++ % list_.size()]; }
  void Tell(const lode::Trial&) {}
  bool Exhausted() const { return next_ >= list_.size(); }

 private:
  lode::Host host_;
  Config config_;
  std::vector<lode::Architecture> list_;
  std::size_t next_ = 0;  // position, never reset
};

}  // namespace listed
