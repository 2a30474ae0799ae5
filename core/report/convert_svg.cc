#include "core/report/convert_svg.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <system_error>
#include <vector>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "toolkit/posix/word_pointers.h"

namespace lode::core {
namespace {

constexpr char kConverter[] = "rsvg-convert";

// A file in memory, which the converter reads or writes.
class Memory {
 public:
  explicit Memory(std::string_view text = "") : file_(memfd_create("picture", MFD_CLOEXEC)) {
    if (!file_.is_open()) { throw HostError("no memory for a picture"); }
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t written = write(file_.get(), text.data() + at, text.size() - at);
      if (written < 0 && errno == EINTR) { continue; }
      if (written < 0) { throw HostError("no memory for a picture"); }
      at += static_cast<std::size_t>(written);
    }
    lseek(file_.get(), 0, SEEK_SET);
  }

  int number() const { return file_.get(); }

  std::string Text() const {
    std::string text;
    std::array<char, 65536> part{};
    for (;;) {
      const ssize_t got =
          pread(file_.get(), part.data(), part.size(), static_cast<off_t>(text.size()));
      if (got < 0 && errno == EINTR) { continue; }
      if (got < 0) { throw HostError("cannot read a picture from memory"); }
      if (got == 0) { return text; }
      text.append(part.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  Descriptor file_;
};

std::vector<std::string> WordsFor(PictureFormat format, int dots) {
  if (format == PictureFormat::kPdf) { return {kConverter, "--format=pdf"}; }
  const double zoom = static_cast<double>(dots) / kPixelsPerInch;
  return {kConverter, "--format=png", "--zoom=" + std::to_string(zoom)};
}

// In a group of its own: Ctrl-C ends the run that wants a picture, not the picture.
pid_t Start(const std::vector<std::string>& words, const std::array<int, 3>& files) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 3; ++i) { posix_spawn_file_actions_adddup2(&actions, files[i], i); }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  const int error = posix_spawnp(&child, kConverter, &actions, &attributes,
                                 posix::PointersTo(words).data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) {
    throw HostError(
        "PNG and PDF need the program rsvg-convert, which is not installed (Debian: apt install "
        "librsvg2-bin); --format svg needs nothing");
  }
  if (error != 0) {
    throw HostError(std::string(kConverter) + ": " + std::generic_category().message(error));
  }
  return child;
}

bool Succeeded(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

PictureFormat PictureFormatOf(std::string_view word) {
  if (word == "png") { return PictureFormat::kPng; }
  return word == "pdf" ? PictureFormat::kPdf : PictureFormat::kSvg;
}

std::string ConvertSvg(const std::string& svg, PictureFormat format, int dots) {
  if (format == PictureFormat::kSvg) { return svg; }
  const Memory in(svg), out, messages;
  const std::vector<std::string> words = WordsFor(format, dots);
  if (!Succeeded(Start(words, {in.number(), out.number(), messages.number()}))) {
    throw HostError(std::string(kConverter) + ": " + PrintableLine(messages.Text()));
  }
  return out.Text();
}

bool CanConvertSvg() {
  const char* const path = std::getenv("PATH");
  std::istringstream directories(path != nullptr ? path : "");
  for (std::string directory; std::getline(directories, directory, ':');) {
    const std::string file = directory + "/" + kConverter;
    if (access(file.c_str(), X_OK) == 0) { return true; }
  }
  return false;
}

}  // namespace lode::core
