#include "toolkit/images/npz.h"

#include <zip.h>

#include <algorithm>
#include <lode/plugin.hpp>
#include <new>
#include <utility>

namespace lode::images {
namespace {

[[noreturn]] void Fail(const std::string& name, zip_error_t* error) {
  const std::string text = zip_error_strerror(error);
  zip_error_fini(error);
  throw IoError(name + ": " + text + ", expected a zip archive of NumPy's (.npz)");
}

}  // namespace

struct NpzFile::Archive {
  explicit Archive(zip_t* opened) : zip(opened) {}
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  ~Archive() { zip_discard(zip); }
  zip_t* zip;
};

struct NpzArray::Entry {
  explicit Entry(zip_file_t* opened) : file(opened) {}
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() { zip_fclose(file); }
  zip_file_t* file;
};

// ---- an array

NpzArray::NpzArray(std::unique_ptr<Entry> entry, std::string name)
    : entry_(std::move(entry)), name_(std::move(name)) {
  std::string bytes(kNpyPreambleBytes, '\0');
  bytes.resize(ReadSome(bytes.data(), bytes.size()));
  const std::size_t size = NpyHeaderBytes(bytes, name_);
  bytes.resize(std::max(size, kNpyPreambleBytes));
  if (size < kNpyPreambleBytes) { throw IoError(name_ + ": its header is empty"); }
  Read(bytes.data() + kNpyPreambleBytes, size - kNpyPreambleBytes);
  header_ = ParseNpyHeader(bytes, name_);
}

NpzArray::~NpzArray() = default;
NpzArray::NpzArray(NpzArray&&) noexcept = default;

std::size_t NpzArray::ReadSome(char* out, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const zip_int64_t got = zip_fread(entry_->file, out + done, size - done);
    if (got < 0) {
      throw IoError(name_ + ": " + zip_file_strerror(entry_->file) + ", the file is damaged");
    }
    if (got == 0) { break; }
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void NpzArray::Read(char* out, std::size_t size) {
  const std::size_t got = ReadSome(out, size);
  if (got < size) {
    throw IoError(name_ + ": ends " + std::to_string(size - got) +
                  " bytes too early for its shape " + NpyShapeText(header_.shape));
  }
}

void NpzArray::End() {
  char more = 0;
  if (ReadSome(&more, 1) > 0) {
    throw IoError(name_ + ": continues after the end of its shape " + NpyShapeText(header_.shape));
  }
}

// ---- the file

NpzFile::NpzFile(const std::string& path) : name_(path) {
  int code = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (zip == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    Fail(name_, &error);
  }
  archive_ = std::make_unique<Archive>(zip);
}

NpzFile::NpzFile(std::string_view bytes, std::string name) : name_(std::move(name)) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) { throw std::bad_alloc(); }
  zip_t* zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (zip == nullptr) {
    zip_source_free(source);
    Fail(name_, &error);
  }
  archive_ = std::make_unique<Archive>(zip);
}

NpzFile::~NpzFile() = default;

NpzArray NpzFile::Open(const std::string& array) const {
  const std::string member = array + ".npy", name = name_ + ": " + member;
  const zip_int64_t index = zip_name_locate(archive_->zip, member.c_str(), 0);
  if (index < 0) { throw IoError(name_ + ": has no " + member); }
  zip_file_t* file = zip_fopen_index(archive_->zip, static_cast<zip_uint64_t>(index), 0);
  if (file == nullptr) { throw IoError(name + ": " + zip_strerror(archive_->zip)); }
  return {std::make_unique<NpzArray::Entry>(file), name};
}

}  // namespace lode::images
