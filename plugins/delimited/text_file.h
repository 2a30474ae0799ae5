// Text files, plain or gzip.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_DELIMITED_TEXT_FILE_H_
#define LODE_PLUGINS_DELIMITED_TEXT_FILE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace delimited {

// Files that are larger than this, as they are or unpacked, are refused.
inline constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

// Called every few milliseconds of reading, if it is not empty; what it throws ends the reading.
using Poll = std::function<void()>;

// The text of the file at `path`, unpacked if it is gzip. Throws lode::IoError with a message that
// begins with the path; of an archive it says how to unpack it.
std::string ReadTextFile(const std::string& path, const Poll& poll = {});

// Without the byte order mark of UTF-8 that editors and spreadsheets put in front.
std::string_view WithoutByteOrderMark(std::string_view text);

// The bytes of a file as text: unpacked if they begin like a gzip file, else unchanged. Throws
// lode::IoError if they are damaged or the text would have more than max_bytes; `name` is what
// messages call the file.
std::string Unpack(std::string bytes, const std::string& name, std::size_t max_bytes = kMaxBytes,
                   const Poll& poll = {});

}  // namespace delimited

#endif  // LODE_PLUGINS_DELIMITED_TEXT_FILE_H_
