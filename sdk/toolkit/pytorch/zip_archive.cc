#include "toolkit/pytorch/zip_archive.h"

#include <zip.h>

#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <memory>
#include <new>

namespace lode::pytorch {

ZipArchive::ZipArchive(std::string_view bytes, const std::string& name)
    : name_(name), left_(bytes.size()) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) { throw std::bad_alloc(); }
  zip_ = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (zip_ != nullptr) { return; }
  zip_source_free(source);
  const std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  Fail(text + ", the zip archive is damaged");
}

ZipArchive::~ZipArchive() { zip_discard(zip_); }

void ZipArchive::Fail(const std::string& what) const { throw IoError(name_ + ": " + what); }

std::string ZipArchive::FolderOf(std::string_view file) const {
  std::string folder;
  const std::string end = std::string("/").append(file);
  const zip_int64_t count = zip_get_num_entries(zip_, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* entry = zip_get_name(zip_, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    const std::string_view path = entry == nullptr ? "" : entry;
    if (!path.ends_with(end)) { continue; }
    if (!folder.empty()) { Fail("has several files " + Quote(file)); }
    folder = path.substr(0, path.size() - end.size());
  }
  if (folder.empty()) { Fail("has no file " + Quote(file) + ", expected one of torch.save"); }
  return folder;
}

bool ZipArchive::Has(const std::string& file) const {
  return zip_name_locate(zip_, file.c_str(), ZIP_FL_ENC_RAW) >= 0;
}

std::string ZipArchive::Read(const std::string& file) {
  const zip_int64_t index = zip_name_locate(zip_, file.c_str(), ZIP_FL_ENC_RAW);
  if (index < 0) { Fail("has no file " + Quote(file)); }
  zip_stat_t about;
  zip_stat_init(&about);
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  const auto at = static_cast<zip_uint64_t>(index);
  if (zip_stat_index(zip_, at, 0, &about) != 0 || (about.valid & kNeeded) != kNeeded) {
    Fail(Quote(file) + " is damaged");
  }
  if (about.comp_method != ZIP_CM_STORE || about.encryption_method != ZIP_EM_NONE) {
    Fail(Quote(file) + " is compressed or encrypted, which torch.save does not do");
  }
  if (about.size > left_) {
    Fail(Quote(file) + " and those before it are larger than the archive");
  }
  std::string content(about.size, '\0');
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> in(zip_fopen_index(zip_, at, 0),
                                                             zip_fclose);
  if (in == nullptr) { Fail(Quote(file) + ": " + zip_strerror(zip_)); }
  std::size_t done = 0;
  while (done < content.size()) {
    const zip_int64_t got = zip_fread(in.get(), content.data() + done, content.size() - done);
    if (got <= 0) { Fail(Quote(file) + " is truncated or damaged"); }
    done += static_cast<std::size_t>(got);
  }
  char more = 0;  // reading to the end compares the checksum
  if (zip_fread(in.get(), &more, 1) != 0) { Fail(Quote(file) + " is damaged"); }
  left_ -= content.size();
  return content;
}

}  // namespace lode::pytorch
