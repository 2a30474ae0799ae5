// Runs the lode program as a user does.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace lode {

struct Outcome {
  int status = 0;  // exit status; 128 + n if signal n ended it
  std::string out;
  std::string err;
};

// The program of this build, in a directory and with a cache of its own.
class Program {
 public:
  // `directory` is where it is run and where it keeps its plugin index.
  explicit Program(std::filesystem::path directory);

  // Sets a variable of its environment.
  void SetEnvironment(const std::string& name, const std::string& value);

  // Where its standard output goes: what Run and Finish return of it is then empty.
  void SendOutputTo(std::filesystem::path file) { output_ = std::move(file); }

  // Runs it to the end; one that hangs is killed.
  Outcome Run(const std::vector<std::string>& arguments) const;

  // Starts it; Finish waits for the end of what Start began.
  pid_t Start(const std::vector<std::string>& arguments) const;
  Outcome Finish(pid_t child) const;

 private:
  std::filesystem::path directory_, output_;
  std::map<std::string, std::string> environment_;
};

// `lode run ARGUMENTS --json`, which must end well.
nlohmann::json RunJson(const Program& lode, std::vector<std::string> arguments);

// A file below the source tree.
std::filesystem::path SourceFile(const std::string& name);

// The lines of a text.
std::vector<std::string> Lines(const std::string& text);

}  // namespace lode
