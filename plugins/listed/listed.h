#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <string>
#include <vector>

// Proposes the architectures of a file in their order, each once, and then nothing more. It does
// not learn.
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
              "A text file, plain or gzip, with an architecture at the beginning of each line "
              "that is not empty, as the space reads it or in double quotes; what follows a tab "
              "or the quotes is ignored. What a search leaves in best.tsv is one.",
              lode::Path{})
            .Required(),
        {"limit", &Config::limit, "How many of them at most; 0: all.", lode::Range{.min = 0}}};
  }

  Listed(lode::Host host, const Config& config) : host_(host), config_(config) {}

  // Reads the file. Throws lode::UnsupportedError, with its name and the line, for what is no
  // architecture of the space, and lode::IoError if there is none.
  void Bind(const lode::Space& space);
  // From the beginning again, once all were proposed.
  lode::Architecture Ask() { return list_[next_++ % list_.size()]; }
  void Tell(const lode::Trial&) {}
  bool Exhausted() const { return next_ >= list_.size(); }

 private:
  lode::Host host_;
  Config config_;
  std::vector<lode::Architecture> list_;
  std::size_t next_ = 0;  // place in it, counted on
};
