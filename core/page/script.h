// A script of ECMAScript 5 that the program runs for itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

struct duk_hthread;

namespace lode::core {

// Has neither files, network, timers nor clock. One thread at a time.
class Script {
 public:
  // Runs the source, whose globals stay. Throws HostError if it throws. `name`: for messages.
  Script(const std::string& source, std::string name);

  // Calls a global function with texts, and returns its result as text. Texts are UTF-8. Throws
  // HostError if it throws.
  std::string Call(const std::string& function, const std::vector<std::string>& arguments);

 private:
  struct Close {
    void operator()(duk_hthread* engine) const;
  };

  const std::string name_;
  const std::unique_ptr<duk_hthread, Close> engine_;
};

}  // namespace lode::core
