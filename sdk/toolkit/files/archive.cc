#include "toolkit/files/archive.h"

#include <zlib.h>

#include <array>
#include <fstream>
#include <string_view>

namespace lode::files {
namespace {

constexpr std::size_t kTarHeader = 512;

// A compression format that tar files may have, by its first bytes.
struct Packing {
  std::string_view magic;
  const char *name, *untar;
  const char* unpacker;  // for a single file
};
constexpr Packing kPackings[] = {
    {{"\xfd"
      "7zXZ\0",
      6},
     ".xz",
     "tar -xJf ",
     "unxz -k "},
    {"BZh", ".bz2", "tar -xjf ", "bunzip2 -k "},
    {"\x28\xb5\x2f\xfd", ".zst", "tar --zstd -xf ", "unzstd "},
};

std::string FirstBytes(const std::filesystem::path& file) {
  std::array<char, 8> bytes{};
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(in.gcount())};
}

// Whether the file, after decompression if it is gzip, begins with the header of a tar archive.
bool BeginsWithTar(const std::filesystem::path& file) {
  std::string header(kTarHeader, '\0');
  gzFile in = gzopen(file.c_str(), "rbe");
  if (in == nullptr) { return false; }
  const int got = gzread(in, header.data(), static_cast<unsigned>(header.size()));
  gzclose(in);
  return got == static_cast<int>(kTarHeader) && header.compare(257, 5, "ustar") == 0;
}

std::string Advice(const std::string& kind, const std::string& command) {
  return "is a " + kind + " archive: unpack it with `" + command + "`";
}

}  // namespace

std::string ArchiveAdvice(const std::filesystem::path& file) {
  const std::string first = FirstBytes(file), name = file.string();
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  const std::string into = " -C " + folder;
  if (first.starts_with("PK\x03\x04")) { return Advice(".zip", "unzip " + name + " -d " + folder); }
  if (first.starts_with("7z\xbc\xaf\x27\x1c")) { return Advice(".7z", "7z x " + name); }
  for (const auto& [magic, kind, untar, unpacker] : kPackings) {
    if (!first.starts_with(magic)) { continue; }
    const bool is_tar =
        file.stem().extension() == ".tar" || file.extension().string().starts_with(".t");
    if (!is_tar) { return Advice(kind, unpacker + name); }
    return Advice(std::string(".tar").append(kind), std::string(untar).append(name).append(into));
  }
  if (!BeginsWithTar(file)) { return ""; }
  const bool packed = first.starts_with("\x1f\x8b");
  return Advice(packed ? ".tar.gz" : ".tar", (packed ? "tar -xzf " : "tar -xf ") + name + into);
}

}  // namespace lode::files
