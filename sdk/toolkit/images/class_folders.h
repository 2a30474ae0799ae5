// Reads photographs stored in a folder for each class, like ImageNet's:
//
//   train/CLASS/*.JPEG
//   val/CLASS/*.JPEG
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "toolkit/images/image_set.h"

namespace lode::images {

// The images of one directory of class folders; Read decodes them, and throws IoError as
// DecodeImage does.
class ClassFolders : public ImageSet {
 public:
  // Classes are the folders in `directory`, numbered in the order of their names; the first
  // `classes` of them are read, or all for 0. Images are the files *.jpeg or *.jpg, in the order of
  // their names; files whose names begin with a dot are skipped. The beginning and end of every
  // image are checked, so that files that are not JPEG or are truncated are found now, not after
  // days of training. A file that does not end as a JPEG file should is decoded for this check.
  // Throws IoError, with the path first, also for a class without images, for other files in
  // a class, and for images outside of classes.
  ClassFolders(const std::filesystem::path& directory, std::size_t classes);

  const std::vector<std::string>& class_names() const { return names_; }

  std::size_t size() const override { return files_.size(); }
  std::size_t channels() const override { return 3; }
  std::size_t classes() const override { return names_.size(); }
  std::uint32_t Label(std::size_t index) const override { return files_[index].label; }
  void Read(std::size_t index, Image& out) const override;

 private:
  struct File {
    std::string name;  // in the folder of its class
    std::uint32_t label;
  };

  std::vector<std::string> FindClasses() const;
  void FindImages(std::uint32_t label);
  std::string PathOf(const File& file) const;

  std::filesystem::path directory_;
  std::vector<std::string> names_;
  std::vector<File> files_;
};

struct ClassFolderSets {
  std::unique_ptr<ClassFolders> train, test;
};

// Reads the two sets of `directory`, train and val. Throws IoError also if their classes
// differ.
ClassFolderSets ReadClassFolders(const std::filesystem::path& directory, std::size_t classes);

}  // namespace lode::images
