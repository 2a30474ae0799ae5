#include "core/verify/symbols.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gnu/libc-version.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "core/plugin/error.h"
#include "tests/failure.h"
#include "tests/processes.h"
#include "tests/temporary_directory.h"

namespace lode::verify {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

namespace fs = std::filesystem;

// The C library, which every machine has.
fs::path CLibrary() {
  Dl_info info{};
  EXPECT_NE(dladdr(reinterpret_cast<void*>(&gnu_get_libc_version), &info), 0);
  return info.dli_fname;
}

class SymbolsTest : public testing::Test {
 protected:
  fs::path Write(const std::string& bytes) const {
    std::ofstream(file_, std::ios::binary) << bytes;
    return file_;
  }

  const TemporaryDirectory dir_;
  const fs::path file_ = dir_.path() / "file.so";
};

TEST_F(SymbolsTest, ALibrarysOwnSymbolsAndThoseOfOthersAreApart) {
  const Symbols symbols = ReadSymbols(CLibrary());
  EXPECT_THAT(symbols.exported, IsSupersetOf({"malloc", "remove", "getpid"}));
  EXPECT_THAT(symbols.needed, Contains("_rtld_global"));  // of the dynamic linker
  EXPECT_THAT(symbols.needed, Not(Contains("malloc")));
  EXPECT_THAT(symbols.exported, Not(Contains("")));
}

TEST_F(SymbolsTest, OtherFilesAreRefused) {
  for (const char* text : {"", "#!/bin/sh\n",
                           "\x7F"
                           "ELF",
                           "!<arch>\n"}) {
    EXPECT_EQ(Failure<core::HostError>([&] { ReadSymbols(Write(text)); }),
              file_.string() + ": is not a shared library")
        << text;
  }
  EXPECT_THAT(Failure<core::HostError>([&] { ReadSymbols(dir_.path()); }),
              HasSubstr("is not a shared library"));
  EXPECT_THAT(Failure<core::HostError>([&] { ReadSymbols(dir_.path() / "missing"); }),
              HasSubstr("is not a shared library"));
}

TEST_F(SymbolsTest, ARefusedFileIsClosed) {
  Write("text");
  const std::size_t before = OpenDescriptors(getpid());
  for (int i = 0; i < 3; ++i) {
    Failure<core::HostError>([&] { ReadSymbols(file_); });
  }
  EXPECT_EQ(OpenDescriptors(getpid()), before);
}

// A plugin whose copy was cut or damaged.
TEST_F(SymbolsTest, APartOfALibraryIsRead) {
  std::ifstream in(CLibrary(), std::ios::binary);
  std::string bytes(64 << 10, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  for (const std::size_t size : {64u, 1000u, 20'000u, 65'536u}) {
    EXPECT_EQ(Failure<core::HostError>([&] { ReadSymbols(Write(bytes.substr(0, size))); }), "")
        << size;
  }
}

}  // namespace
}  // namespace lode::verify
