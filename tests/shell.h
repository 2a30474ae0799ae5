// Runs shell commands.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace lode {

// Returns what a command prints, which must succeed.
inline std::string OutputOf(const std::string& command) {
  std::string text;
  std::FILE* out = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, out)) > 0;) {
    text.append(buffer, got);
  }
  EXPECT_EQ(pclose(out), 0) << command;
  return text;
}

}  // namespace lode
