// Files that TensorBoard reads: the messages `Event` of
// https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto, each
// in a record with its length and checksums, "TFRecord".
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/plugin/durable_file.h"
#include "core/store/protobuf_writer.h"

namespace lode::core {

// The values that belong to one step. Names ("best/reward") are valid UTF-8; TensorBoard groups
// them by what is before the first slash.
class StepValues {
 public:
  // Kept as a 32-bit number.
  void AddNumber(std::string_view name, double value);
  // `text` is Markdown in valid UTF-8.
  void AddText(std::string_view name, std::string_view text);
  // `png` is a whole PNG file.
  void AddImage(std::string_view name, std::string_view png);

  const ProtobufWriter& summary() const { return summary_; }
  bool empty() const { return summary_.text().empty(); }

 private:
  ProtobufWriter summary_;
};

// One file, named such that it comes after those that its directory already has. What was added is
// readable after a kill at any moment; nothing waits for the disk. Everything throws HostError.
class EventFile {
 public:
  // Creates the file, and the directory if it is missing. Values of earlier files at `first` and
  // later steps no longer count.
  EventFile(const std::filesystem::path& directory, std::uint64_t first);

  void Add(std::uint64_t step, const StepValues& values);

 private:
  void Write(const ProtobufWriter& event);

  std::filesystem::path path_;
  Descriptor file_;
};

// CRC-32C as records have it: masked, because records may contain checksums.
std::uint32_t MaskedChecksum(std::string_view bytes);

}  // namespace lode::core
