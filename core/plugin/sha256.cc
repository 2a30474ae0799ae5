#include "core/plugin/sha256.h"

#include <fcntl.h>
#include <nettle/sha2.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/plugin/error.h"
#include "toolkit/posix/descriptor.h"

namespace lode::core {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;

class Digest {
 public:
  Digest() { sha256_init(&state_); }

  void Add(const void* data, std::size_t size) {
    sha256_update(&state_, size, static_cast<const std::uint8_t*>(data));
  }

  std::string Text() {
    constexpr char kDigits[] = "0123456789abcdef";
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> bytes;
    sha256_digest(&state_, bytes.size(), bytes.data());
    std::string text;
    for (const std::uint8_t byte : bytes) {
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
    return text;
  }

 private:
  sha256_ctx state_;
};

}  // namespace

std::string Sha256(std::string_view text) {
  Digest digest;
  digest.Add(text.data(), text.size());
  return digest.Text();
}

std::string Sha256OfFile(const std::filesystem::path& file) {
  const posix::Descriptor opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  Digest digest;
  std::vector<char> piece(kPiece);
  ssize_t got = opened.is_open() ? 1 : -1;
  while (opened.is_open() && (got = read(opened.get(), piece.data(), piece.size())) != 0) {
    if (got > 0) {
      digest.Add(piece.data(), static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      break;
    }
  }
  if (got < 0) { throw HostError(file.string() + ": cannot be read: " + std::strerror(errno)); }
  return digest.Text();
}

}  // namespace lode::core
