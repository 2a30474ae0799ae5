// Images for tests of what trains on images.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

namespace lode::images {

// Writes images of noise in the file format of CIFAR-10, 40 for each file; returns the directory.
inline std::filesystem::path WriteNoiseCifar10(const std::filesystem::path& directory) {
  const auto write = [&](const std::string& name) {
    std::ofstream out(directory / name, std::ios::binary);
    std::mt19937 bits(7);
    for (int i = 0; i < 40; ++i) {
      out.put(static_cast<char>(i % 10));
      for (int p = 0; p < 3072; ++p) { out.put(static_cast<char>(bits() >> 24)); }
    }
  };
  for (int batch = 1; batch <= 5; ++batch) {
    write("data_batch_" + std::to_string(batch) + ".bin");
  }
  write("test_batch.bin");
  return directory;
}

}  // namespace lode::images
