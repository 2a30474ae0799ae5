// Text files, plain or gzip.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace lode::files {

// Files larger than this, as stored or decompressed, are refused.
inline constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

// Called every few milliseconds of reading, if not empty; if it throws, reading ends.
using Poll = std::function<void()>;

// Returns the text of the file at `path`, decompressed if it is gzip. Throws IoError with a
// message that begins with the path; for an archive it says how to unpack it.
std::string ReadTextFile(const std::string& path, const Poll& poll = {});

// Removes the UTF-8 byte order mark that editors and spreadsheets put in front.
std::string_view WithoutByteOrderMark(std::string_view text);

// Returns the bytes of a file as text: decompressed if they begin like a gzip file, otherwise
// unchanged. Throws IoError if they are damaged or the text would exceed max_bytes; messages
// call the file `name`.
std::string Unpack(std::string bytes, const std::string& name, std::size_t max_bytes = kMaxBytes,
                   const Poll& poll = {});

}  // namespace lode::files
