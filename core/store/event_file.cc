#include "core/store/event_file.h"

#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <system_error>

#include "core/plugin/doing.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// The numbers of the schema's fields, each with its message, and values of enumerations.
enum Field : std::uint32_t {
  kEventWallTime = 1,
  kEventStep = 2,
  kEventFileVersion = 3,
  kEventSummary = 5,
  kEventSessionLog = 7,
  kSessionLogStatus = 1,
  kSummaryValue = 1,
  kValueTag = 1,
  kValueNumber = 2,  // simple_value
  kValueImage = 4,
  kValueTensor = 8,
  kValueMetadata = 9,
  kImageHeight = 1,
  kImageWidth = 2,
  kImageColorspace = 3,
  kImageEncoded = 4,
  kTensorType = 1,
  kTensorShape = 2,
  kTensorString = 8,
  kMetadataPlugin = 1,
  kMetadataDataClass = 4,
  kPluginName = 1,
};
constexpr std::uint64_t kStart = 1, kRgba = 4, kStringType = 7, kTensorClass = 2;

constexpr std::string_view kPrefix = "events.out.tfevents.";

double Now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The time in the name of a file of events; 0 for other files.
std::uint64_t TimeIn(const std::string& name) {
  std::uint64_t time = 0;
  if (name.starts_with(kPrefix)) {
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), time);
  }
  return time;
}

// TensorBoard reads the files in the order of their names.
std::uint64_t LatestIn(const fs::path& directory) {
  return Doing(directory.string() + ": listing its files", [&] {
    std::uint64_t latest = 0;
    for (const auto& entry : fs::directory_iterator(directory)) {
      latest = std::max(latest, TimeIn(entry.path().filename().string()));
    }
    return latest;
  });
}

std::string LittleEndian(std::uint64_t value, int bytes) {
  std::string text;
  for (; bytes > 0; --bytes, value >>= 8) { text += static_cast<char>(value); }
  return text;
}

std::string RecordOf(const std::string& data) {
  const std::string length = LittleEndian(data.size(), 8);
  return length + LittleEndian(MaskedChecksum(length), 4) + data +
         LittleEndian(MaskedChecksum(data), 4);
}

// A PNG file has its size in its first chunk, in big endian.
std::uint64_t NumberAt(std::string_view png, std::size_t place) {
  std::uint64_t number = 0;
  for (const char c : png.substr(std::min(place, png.size()), 4)) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  return number;
}

ProtobufWriter Named(std::string_view name) {
  ProtobufWriter value;
  value.Bytes(kValueTag, name);
  return value;
}

}  // namespace

std::uint32_t MaskedChecksum(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t checksum = crc.checksum();
  return (checksum >> 15 | checksum << 17) + 0xa282ead8;
}

void StepValues::AddNumber(std::string_view name, double value) {
  ProtobufWriter number = Named(name);
  number.Float(kValueNumber, static_cast<float>(value));
  summary_.Message(kSummaryValue, number);
}

void StepValues::AddText(std::string_view name, std::string_view text) {
  ProtobufWriter plugin, metadata, tensor, value = Named(name);
  plugin.Bytes(kPluginName, "text");
  metadata.Message(kMetadataPlugin, plugin).Integer(kMetadataDataClass, kTensorClass);
  tensor.Integer(kTensorType, kStringType).Message(kTensorShape, {}).Bytes(kTensorString, text);
  value.Message(kValueTensor, tensor).Message(kValueMetadata, metadata);
  summary_.Message(kSummaryValue, value);
}

void StepValues::AddImage(std::string_view name, std::string_view png) {
  constexpr std::size_t kWidthPlace = 16, kHeightPlace = 20;
  ProtobufWriter image, value = Named(name);
  image.Integer(kImageHeight, NumberAt(png, kHeightPlace))
      .Integer(kImageWidth, NumberAt(png, kWidthPlace))
      .Integer(kImageColorspace, kRgba)
      .Bytes(kImageEncoded, png);
  value.Message(kValueImage, image);
  summary_.Message(kSummaryValue, value);
}

EventFile::EventFile(const fs::path& directory, std::uint64_t first) {
  MakeDirectories(directory);
  const std::uint64_t latest = LatestIn(directory);
  const std::uint64_t time = std::max(static_cast<std::uint64_t>(Now()), latest + 1);
  path_ = directory / (std::string(kPrefix) + std::to_string(time) + ".lode");
  file_ = OpenToWrite(path_);
  ProtobufWriter version;
  Write(version.Double(kEventWallTime, Now()).Bytes(kEventFileVersion, "brain.Event:2"));
  if (latest > 0) {
    ProtobufWriter restart, start;
    start.Integer(kSessionLogStatus, kStart);
    Write(restart.Double(kEventWallTime, Now())
              .Integer(kEventStep, first)
              .Message(kEventSessionLog, start));
  }
}

void EventFile::Add(std::uint64_t step, const StepValues& values) {
  ProtobufWriter added;
  Write(added.Double(kEventWallTime, Now())
            .Integer(kEventStep, step)
            .Message(kEventSummary, values.summary()));
}

void EventFile::Write(const ProtobufWriter& event) {
  const std::string record = RecordOf(event.text());
  for (std::string_view rest = record; !rest.empty();) {
    const ssize_t written = write(file_.get(), rest.data(), rest.size());
    if (written < 0 && errno != EINTR) {
      const std::string reason = std::generic_category().message(errno);
      throw HostError(path_.string() + ": cannot be written: " + reason);
    }
    rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
}

}  // namespace lode::core
