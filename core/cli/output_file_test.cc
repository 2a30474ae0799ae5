#include "core/cli/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/cli/test_streams.h"
#include "core/plugin/error.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"

namespace lode::cli {
namespace {

using testing::EndsWith;

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 protected:
  // A link, so that a program that replaces the device replaces only that.
  OutputFileTest() { fs::create_symlink("/dev/full", full_); }
  ~OutputFileTest() override { Choose("-"); }

  static void Choose(const std::string& file) {
    CLI::App command;
    AddOutput(command);
    command.parse("--out " + file, false);
  }

  // Prints as a command does, and finishes. Returns what came to standard output itself.
  static std::string Print(const std::string& text) {
    return Printed(stdout, [&] {
      OutputFile output;
      std::printf("%s", text.c_str());
      output.Finish();
    });
  }

  static std::string ContentOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // Returns the number of files besides the device.
  std::size_t FileCount() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()) - 1);
  }

  const TemporaryDirectory dir_;
  const fs::path file_ = dir_.path() / "table.csv";
  const fs::path full_ = dir_.path() / "full";  // a full device
};

TEST_F(OutputFileTest, ADashIsStandardOutputItself) {
  Choose("-");
  EXPECT_EQ(Print("a,b\n"), "a,b\n");
}

TEST_F(OutputFileTest, AFileGetsAllAndStandardOutputNothing) {
  Choose(file_);
  const std::string text(300'000, 'x');  // larger than all buffers
  EXPECT_EQ(Print(text), "");
  EXPECT_EQ(ContentOf(file_), text);
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(OutputFileTest, AFileStaysAsItWasUntilTheOutputIsComplete) {
  std::ofstream(file_) << "old, and longer than the new one";
  Choose(file_);
  std::string meanwhile;
  Printed(stdout, [&] {
    OutputFile output;
    std::printf("new");
    std::fflush(stdout);
    meanwhile = ContentOf(file_);
    output.Finish();
  });
  EXPECT_EQ(meanwhile, "old, and longer than the new one");
  EXPECT_EQ(ContentOf(file_), "new");
}

// A command that fails throws before it finishes.
TEST_F(OutputFileTest, WithoutAnEndThereIsNoFile) {
  Choose(file_);
  const std::string said = Printed(stdout, [] {
    {
      const OutputFile output;
      std::printf("half of a tab");
    }
    std::printf("and what follows is printed again");
  });
  EXPECT_EQ(said, "and what follows is printed again");
  EXPECT_EQ(FileCount(), 0u);
}

// Otherwise the program would report that twice.
TEST_F(OutputFileTest, WhatADeviceLosesIsNotLostByStandardOutput) {
  Choose(full_);
  bool failed = true;
  const std::string said = Printed(stdout, [&] {
    {
      const OutputFile output;
      std::printf("%s", std::string(1 << 20, 'x').c_str());
    }
    failed = std::ferror(stdout) != 0;
    std::printf("what follows");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(said, "what follows");
}

TEST_F(OutputFileTest, APipeGetsItsTextAtOnce) {
  const fs::path pipe = dir_.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const posix::Descriptor reader(open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  Choose(pipe);
  std::string got(10, '\0');
  Printed(stdout, [&] {
    OutputFile output;
    std::printf("row 1\n");
    std::fflush(stdout);
    got.resize(
        static_cast<std::size_t>(std::max<ssize_t>(read(reader.get(), got.data(), got.size()), 0)));
    output.Finish();
  });
  EXPECT_EQ(got, "row 1\n");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(OutputFileTest, WhatCannotBeWrittenIsNamed) {
  Choose(dir_.path());
  EXPECT_THAT(Failure<core::HostError>([] { OutputFile(); }),
              EndsWith(dir_.path().string() + ": cannot be written: Is a directory"));
  Choose(full_);
  std::string failure;
  Printed(stdout, [&] { failure = Failure<core::HostError>([] { Print("text"); }); });
  EXPECT_EQ(failure, full_.string() + ": cannot be written: No space left on device");
}

// The stream has noticed it long before the end.
TEST_F(OutputFileTest, TheReasonOfAnEarlyFailureIsKept) {
  Choose(full_);
  std::string failure;
  Printed(stdout, [&] {
    OutputFile output;
    std::printf("%s", std::string(1 << 20, 'x').c_str());
    errno = ENOENT;  // of something else
    failure = Failure<core::HostError>([&] { output.Finish(); });
  });
  EXPECT_EQ(failure, full_.string() + ": cannot be written: No space left on device");
}

TEST_F(OutputFileTest, AMissingDirectoryIsNamedAndStandardOutputIsBack) {
  Choose(dir_.path() / "missing" / "table.csv");
  std::string failure;
  const std::string said = Printed(stdout, [&] {
    OutputFile output;
    std::printf("text");
    failure = Failure<core::HostError>([&] { output.Finish(); });
    std::printf("back");
  });
  EXPECT_THAT(failure, testing::HasSubstr("missing"));
  EXPECT_EQ(said, "back");
  EXPECT_EQ(FileCount(), 0u);
}

}  // namespace
}  // namespace lode::cli
