#include "toolkit/images/class_folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <iterator>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <string_view>
#include <system_error>

#include "toolkit/files/text_file.h"
#include "toolkit/images/decode.h"

namespace lode::images {
namespace {

namespace fs = std::filesystem;

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool IsImage(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) { c = static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
  return extension == ".jpeg" || extension == ".jpg";
}

// Returns the entries of a directory, in the order of their names.
std::vector<fs::directory_entry> List(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  fs::directory_iterator it(directory, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) { entries.push_back(*it); }
  if (error) { throw IoError(directory.string() + ": " + error.message()); }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// The first and the last two bytes of a file.
class Ends {
 public:
  explicit Ends(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status {};
    const bool read =
        descriptor_ >= 0 && fstat(descriptor_, &status) == 0 &&
        pread(descriptor_, bytes_, 2, 0) >= 0 &&
        pread(descriptor_, bytes_ + 2, 2, std::max<off_t>(status.st_size - 2, 0)) >= 0;
    if (!read) {
      const std::string reason = std::generic_category().message(errno);
      if (descriptor_ >= 0) { close(descriptor_); }
      throw IoError(path + ": " + reason);
    }
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() { close(descriptor_); }

  bool IsCompleteJpeg() const { return std::string_view(bytes_, 4) == "\xff\xd8\xff\xd9"; }

 private:
  int descriptor_;
  char bytes_[4] = {};
};

void CheckImage(const std::string& path) {
  if (Ends(path).IsCompleteJpeg()) { return; }
  Image decoded;
  DecodeImage(files::ReadTextFile(path), path, decoded);
}

void CheckSameClasses(const ClassFolders& train, const ClassFolders& test, const fs::path& path) {
  std::vector<std::string> only;
  std::set_symmetric_difference(train.class_names().begin(), train.class_names().end(),
                                test.class_names().begin(), test.class_names().end(),
                                std::back_inserter(only));
  if (only.empty()) { return; }
  const bool in_train =
      std::binary_search(train.class_names().begin(), train.class_names().end(), only.front());
  throw IoError((path / "val").string() + ": its classes differ from train: " +
                Quote(only.front()) + " is only in " + (in_train ? "train" : "val"));
}

}  // namespace

ClassFolders::ClassFolders(const fs::path& directory, std::size_t classes) : directory_(directory) {
  names_ = FindClasses();
  if (classes > names_.size()) {
    throw IoError(directory_.string() + ": has " + std::to_string(names_.size()) +
                  " classes, expected at least " + std::to_string(classes));
  }
  if (classes > 0) { names_.resize(classes); }
  for (std::uint32_t label = 0; label < names_.size(); ++label) { FindImages(label); }
}

std::vector<std::string> ClassFolders::FindClasses() const {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : List(directory_)) {
    if (IsHidden(entry.path())) { continue; }
    if (entry.is_directory()) {
      names.push_back(entry.path().filename().string());
    } else if (IsImage(entry.path())) {
      throw IoError(entry.path().string() + ": is not in the folder of a class, expected " +
                    (directory_ / "CLASS" / entry.path().filename()).string());
    }
  }
  if (names.empty()) { throw IoError(directory_.string() + ": has no folders of classes"); }
  return names;
}

void ClassFolders::FindImages(std::uint32_t label) {
  const fs::path folder = directory_ / names_[label];
  const std::size_t before = files_.size();
  for (const fs::directory_entry& entry : List(folder)) {
    if (IsHidden(entry.path())) { continue; }
    if (!IsImage(entry.path()) || !entry.is_regular_file()) {
      throw IoError(entry.path().string() + ": is not an image file, expected *.JPEG or *.jpg");
    }
    CheckImage(entry.path().string());
    files_.push_back({entry.path().filename().string(), label});
  }
  if (files_.size() == before) { throw IoError(folder.string() + ": has no images"); }
}

std::string ClassFolders::PathOf(const File& file) const {
  return (directory_ / names_[file.label] / file.name).string();
}

void ClassFolders::Read(std::size_t index, Image& out) const {
  const std::string path = PathOf(files_[index]);
  DecodeImage(files::ReadTextFile(path), path, out);
}

ClassFolderSets ReadClassFolders(const fs::path& directory, std::size_t classes) {
  ClassFolderSets sets;
  sets.test = std::make_unique<ClassFolders>(directory / "val", classes);
  sets.train = std::make_unique<ClassFolders>(directory / "train", classes);
  CheckSameClasses(*sets.train, *sets.test, directory);
  return sets;
}

}  // namespace lode::images
