// Runs the lode program like a user.
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

// The program of this build, with its own directory and cache.
class Program {
 public:
  // `directory` is where it runs and where it keeps its plugin index.
  explicit Program(std::filesystem::path directory);

  // Sets a variable of the program's environment.
  void SetEnvironment(const std::string& name, const std::string& value);

  // Redirects standard output to a file: Run and Finish then return none of it.
  void SendOutputTo(std::filesystem::path file) { output_ = std::move(file); }

  // Runs it to the end; kills it if it hangs.
  Outcome Run(const std::vector<std::string>& arguments) const;

  // Starts it; Finish waits for the end of what Start began.
  pid_t Start(const std::vector<std::string>& arguments) const;
  Outcome Finish(pid_t child) const;

 private:
  std::filesystem::path directory_, output_;
  std::map<std::string, std::string> environment_;
};

// Runs `lode run ARGUMENTS --json`, which must succeed.
nlohmann::json RunJson(const Program& lode, std::vector<std::string> arguments);

// Returns the path of a file below the source tree.
std::filesystem::path SourceFile(const std::string& name);

// The lines of a text.
std::vector<std::string> Lines(const std::string& text);

}  // namespace lode
