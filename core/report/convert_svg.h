// Turns SVG documents into other kinds of pictures.
#pragma once

#include <string>
#include <string_view>

namespace lode::core {

inline constexpr int kPixelsPerInch = 96;

enum class PictureFormat { kSvg, kPng, kPdf };

// Returns the format of a word ("svg", "png", "pdf"). REQUIRES: it is one of these.
PictureFormat PictureFormatOf(std::string_view word);

// Returns the document as a picture, drawn by the program rsvg-convert. `dots`: the resolution of a
// PNG, per inch, of which a document has kPixelsPerInch pixels; text and lines of a PDF have none.
// Throws HostError if the program is missing or fails. Any thread.
std::string ConvertSvg(const std::string& svg, PictureFormat format, int dots = kPixelsPerInch);

// Returns whether the program is installed.
bool CanConvertSvg();

}  // namespace lode::core
