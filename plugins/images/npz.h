// Reads arrays of NumPy's .npz files: zip archives of .npy files, packed or not.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_IMAGES_NPZ_H_
#define LODE_PLUGINS_IMAGES_NPZ_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "plugins/images/npy.h"

namespace lode::images {

// An array of a file, read from its beginning to its end piece by piece. Not thread-safe.
class NpzArray {
 public:
  ~NpzArray();
  NpzArray(NpzArray&&) noexcept;

  const NpyHeader& header() const { return header_; }
  // What messages call it: "FILE: NAME.npy".
  const std::string& name() const { return name_; }

  // The next `size` bytes of the elements. Throws lode::IoError if there are fewer.
  void Read(char* out, std::size_t size);
  // To be called after the last element: throws lode::IoError if anything follows, or if the bytes
  // are not those that were written (zip has a checksum).
  void End();

 private:
  friend class NpzFile;
  struct Entry;
  NpzArray(std::unique_ptr<Entry> entry, std::string name);
  std::size_t ReadSome(char* out, std::size_t size);

  std::unique_ptr<Entry> entry_;
  std::string name_;
  NpyHeader header_;
};

class NpzFile {
 public:
  // Throws lode::IoError "PATH: ..." if there is no such file, or if it is no zip archive.
  explicit NpzFile(const std::string& path);
  // From a file's bytes, which outlive *this; `name` is what messages call it.
  NpzFile(std::string_view bytes, std::string name);
  ~NpzFile();

  // The array of that name; *this outlives it. Throws lode::IoError if there is none, or if its header
  // is not what ParseNpyHeader reads.
  NpzArray Open(const std::string& array) const;

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
  std::string name_;
};

}  // namespace lode::images

#endif  // LODE_PLUGINS_IMAGES_NPZ_H_
