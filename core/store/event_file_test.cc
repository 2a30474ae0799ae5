#include "core/store/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/plugin/error.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

// Those of RFC 3720, appendix B.4, and that of "123456789", masked by Python.
TEST(EventFileTest, ChecksumsAreThoseOfTheFormat) {
  std::string ascending;
  for (char c = 0; c < 32; ++c) { ascending += c; }
  EXPECT_EQ(MaskedChecksum(std::string(32, '\0')), 0x0fd7fffau);    // of 0x8a9136aa
  EXPECT_EQ(MaskedChecksum(std::string(32, '\xff')), 0xf909b029u);  // of 0x62a8ab43
  EXPECT_EQ(MaskedChecksum(ascending), 0x951f7892u);                // of 0x46dd794e
  EXPECT_EQ(MaskedChecksum("123456789"), 0xc78ab0e5u);              // of 0xe3069283
}

std::vector<std::string> NamesIn(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// However fast they are made, and also after the clock was set back.
TEST(EventFileTest, AFileComesAfterEarlierOnes) {
  const TemporaryDirectory directory;
  const std::string future = "events.out.tfevents.9000000000.somewhere";
  directory.Write("events/" + future, "");
  const fs::path events = directory.path() / "events";
  for (int i = 0; i < 3; ++i) { EventFile(events, 0); }
  EXPECT_THAT(NamesIn(events), testing::ElementsAre(future, "events.out.tfevents.9000000001.lode",
                                                    "events.out.tfevents.9000000002.lode",
                                                    "events.out.tfevents.9000000003.lode"));
}

TEST(EventFileTest, AFileThatCannotBeMadeIsNamed) {
  const TemporaryDirectory directory;
  directory.Write("tensorboard", "a file");
  try {
    const EventFile file(directory.path() / "tensorboard", 0);
    FAIL();
  } catch (const HostError& e) {
    EXPECT_THAT(e.what(), HasSubstr((directory.path() / "tensorboard").string()));
  }
}

}  // namespace
}  // namespace lode::core
