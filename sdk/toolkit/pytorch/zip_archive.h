// The files in a zip archive, as torch.save writes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

struct zip;

namespace lode::pytorch {

// Errors are thrown as IoError "NAME: ...".
class ZipArchive {
 public:
  // REQUIRES: `bytes` outlive it.
  ZipArchive(std::string_view bytes, const std::string& name);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  // "archive/data.pkl" is "data.pkl" in the folder "archive": returns the folder of the archive's
  // only such file.
  std::string FolderOf(std::string_view file) const;

  bool Has(const std::string& file) const;

  // Returns a file's content. Refuses files that are compressed or encrypted, so that no more
  // memory is needed than the archive has bytes, and all those after the archive's size in total.
  std::string Read(const std::string& file);

 private:
  [[noreturn]] void Fail(const std::string& what) const;

  const std::string& name_;
  std::size_t left_;  // bytes that may still be read
  zip* zip_ = nullptr;
};

}  // namespace lode::pytorch
