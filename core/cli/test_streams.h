// Terminals and redirected streams for the tests of what is printed.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "toolkit/posix/descriptor.h"

namespace lode::cli {

// A terminal, and all that is written to it.
class TestTerminal {
 public:
  explicit TestTerminal(unsigned short columns, unsigned short rows = 24) {
    int master = -1, slave = -1;
    termios raw{};
    cfmakeraw(&raw);
    const winsize size{rows, columns, 0, 0};
    EXPECT_EQ(openpty(&master, &slave, nullptr, &raw, &size), 0);
    master_ = posix::Descriptor(master);
    slave_ = posix::Descriptor(slave);
  }

  // The side of a program that prints.
  int get() const { return slave_.get(); }

  // Returns what was written since the last call. The kernel passes it on later, so this waits for
  // a mark after it.
  std::string Read() {
    EXPECT_EQ(write(slave_.get(), "", 1), 1);
    std::string text;
    std::array<char, 4096> part{};
    for (pollfd polled{master_.get(), POLLIN, 0}; !text.ends_with('\0');) {
      const ssize_t count =
          poll(&polled, 1, kHang) == 1 ? read(master_.get(), part.data(), part.size()) : 0;
      if (count <= 0) {
        ADD_FAILURE() << "the terminal is silent after '" << text << "'";
        return text;
      }
      text.append(part.data(), static_cast<std::size_t>(count));
    }
    text.pop_back();
    return text;
  }

 private:
  static constexpr int kHang = 60000;  // ms
  posix::Descriptor master_, slave_;
};

// Redirects a standard stream to a descriptor for its lifetime.
class Redirected {
 public:
  Redirected(std::FILE* stream, int descriptor) : stream_(stream), original_(dup(fileno(stream))) {
    std::fflush(stream_);
    dup2(descriptor, fileno(stream_));
  }
  ~Redirected() {
    std::fflush(stream_);
    std::clearerr(stream_);
    dup2(original_.get(), fileno(stream_));
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  std::FILE* stream_;
  posix::Descriptor original_;
};

// Returns what a call prints to a standard stream.
template <class Call>
std::string Printed(std::FILE* stream, Call&& call) {
  std::FILE* const file = std::tmpfile();
  {
    const Redirected redirected(stream, fileno(file));
    call();
  }
  std::string text(static_cast<std::size_t>(lseek(fileno(file), 0, SEEK_END)), '\0');
  EXPECT_EQ(pread(fileno(file), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  std::fclose(file);
  return text;
}

}  // namespace lode::cli
