// Reads arrays from NumPy's .npz files: zip archives of .npy files, compressed or not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "toolkit/images/npy.h"

namespace lode::images {

// An array of a file, read piece by piece from beginning to end. Not thread-safe.
class NpzArray {
 public:
  ~NpzArray();
  NpzArray(NpzArray&&) noexcept;

  const NpyHeader& header() const { return header_; }
  // Its name in messages: "FILE: NAME.npy".
  const std::string& name() const { return name_; }

  // Reads the next `size` bytes of the elements. Throws IoError if there are fewer.
  void Read(char* out, std::size_t size);
  // Call it after the last element: throws IoError if anything follows, or if the bytes are
  // not those that were written (zip has a checksum).
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
  // Throws IoError "PATH: ..." if there is no such file, or if it is not a zip archive.
  explicit NpzFile(const std::string& path);
  // Reads a file's bytes, which must outlive *this; messages call the file `name`.
  NpzFile(std::string_view bytes, std::string name);
  ~NpzFile();

  // Opens the array of that name; *this must outlive it. Throws IoError if there is none, or
  // if ParseNpyHeader refuses its header.
  NpzArray Open(const std::string& array) const;

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
  std::string name_;
};

}  // namespace lode::images
