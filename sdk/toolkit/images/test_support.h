// Shared by the tests of this folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zip.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <lode/plugin.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/failure.h"
#include "tests/gzip.h"
#include "toolkit/images/image_set.h"

namespace lode::images {

namespace fs = std::filesystem;

inline void WriteFile(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}
inline std::string FileBytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Bytes without a pattern, the same on every machine.
inline std::string Noise(std::size_t size, std::uint32_t seed = 1) {
  std::string bytes(size, '\0');
  for (char& c : bytes) {
    seed = seed * 1664525u + 1013904223u;
    c = static_cast<char>(seed >> 24);
  }
  return bytes;
}

inline Image NoiseImage(std::size_t height, std::size_t width, std::size_t channels,
                        std::uint32_t seed = 1) {
  const std::string bytes = Noise(height * width * channels, seed);
  return {height, width, channels, {bytes.begin(), bytes.end()}};
}

// ---- files as NumPy writes them

inline std::string Npy(const std::string& text, const std::string& elements, char version = 1) {
  std::string padded = text;
  const std::size_t preamble = version == 1 ? 10 : 12;
  while ((preamble + padded.size() + 1) % 64 != 0) { padded += ' '; }
  padded += '\n';
  std::string file = "\x93NUMPY";
  file += {version, '\0'};
  for (std::size_t i = 0; i < preamble - 8; ++i) {
    file += static_cast<char>(padded.size() >> (8 * i) & 255);
  }
  return file + padded + elements;
}
inline std::string Dictionary(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
}

inline void WriteZip(const fs::path& path, const std::map<std::string, std::string>& members,
                     bool packed = false) {
  fs::create_directories(path.parent_path());
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const auto& [name, bytes] : members) {
    zip_source_t* source = zip_source_buffer(zip, bytes.data(), bytes.size(), 0);
    const auto index = static_cast<zip_uint64_t>(zip_file_add(zip, name.c_str(), source, 0));
    zip_set_file_compression(zip, index, packed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  if (zip_close(zip) != 0) { throw std::runtime_error("could not write the zip file"); }
}

// ---- things that may be missing

// Data outside the project's tree.
inline fs::path SharedData() {
  const char* data = std::getenv("LODE_DATA");
  return data != nullptr ? data : LODE_SOURCE_DIR "/../shared/data";
}

// Runs a Python program; returns false if it fails.
inline bool RunPython(const std::string& program) {
  return std::system(("/usr/bin/python3 -c '" + program + "' 2>/dev/null").c_str()) == 0;  // NOLINT
}
inline bool HavePillow() {
  static const bool have = RunPython("import PIL.Image, numpy");
  return have;
}

// ---- sets

// Images that are generated when they are read: pixel p of image i has the values i + p.
class MadeUpSet : public ImageSet {
 public:
  MadeUpSet(std::vector<std::uint32_t> labels, std::size_t classes, std::size_t side = 4)
      : labels_(std::move(labels)), classes_(classes), side_(side) {}
  std::size_t size() const override { return labels_.size(); }
  std::size_t channels() const override { return 3; }
  std::size_t classes() const override { return classes_; }
  std::uint32_t Label(std::size_t index) const override { return labels_[index]; }
  void Read(std::size_t index, Image& out) const override {
    out.height = out.width = side_;
    out.channels = 3;
    out.pixels.resize(side_ * side_ * 3);
    for (std::size_t i = 0; i < out.pixels.size(); ++i) {
      out.pixels[i] = static_cast<std::uint8_t>(index + i / 3);
    }
  }

 private:
  std::vector<std::uint32_t> labels_;
  std::size_t classes_, side_;
};

}  // namespace lode::images
