#include "toolkit/files/tensor_reader.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/failure.h"

namespace lode::files {
namespace {

const std::string kName = "file";

TEST(TensorReaderTest, TakesTensorsOfTheirShape) {
  const Tensors tensors = {{"a", {{2, 1}, {1, 2}}}, {"b", {{3, 2}, {1, 2, 3, 4, 5, 6}}}};
  TensorReader reader(tensors, kName);
  EXPECT_EQ(reader.Take("a", {2, 1}), (std::vector<float>{1, 2}));
  EXPECT_EQ(Failure([&] { reader.RequireNoOthers(); }),
            "file: has a tensor \"b\", which the network does not have");
  EXPECT_EQ(reader.TakeRows("b", 2).size(), 6U);
  reader.RequireNoOthers();
}

TEST(TensorReaderTest, RefusesOthers) {
  const Tensors tensors = {{"a", {{2}, {1, std::numeric_limits<float>::infinity()}}},
                           {"none", {{0, 2}, {}}}};
  TensorReader reader(tensors, kName);
  EXPECT_EQ(Failure([&] {
              reader.Take("b", {2, 3});
            }),
            "file: has no tensor \"b\", expected one of shape [2, 3]");
  EXPECT_EQ(Failure([&] { reader.Take("a", {3}); }),
            "file: tensor \"a\" has the shape [2], expected [3]");
  EXPECT_EQ(Failure([&] { reader.TakeRows("a", 2); }),
            "file: tensor \"a\" has the shape [2], expected [rows, 2]");
  EXPECT_EQ(Failure([&] { reader.TakeRows("none", 2); }),
            "file: tensor \"none\" has the shape [0, 2], expected [rows, 2]");
  EXPECT_EQ(Failure([&] { reader.Take("a", {2}); }),
            "file: tensor \"a\" has elements that are not finite");
}

}  // namespace
}  // namespace lode::files
