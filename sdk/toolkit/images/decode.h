// Decodes the files of photographs into pixels: JPEG, and PNG, because one file of ImageNet is a
// PNG despite its name (n02105855_2933.JPEG).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "toolkit/images/image_set.h"

namespace lode::images {

// Larger images are refused; ImageNet's largest photograph has 61 million pixels.
inline constexpr std::size_t kMaxPixels = std::size_t{1} << 27;

// Decodes a file's bytes into `out` as red, green and blue; reuses the memory of `out`. Converts
// gray and CMYK images (CMYK as Adobe writes it), and ignores transparency and the camera's
// orientation. Messages call the file `name`. Throws IoError "NAME: ..." if the file is
// neither format, truncated, damaged (anything libjpeg warns about except bytes after the last
// pixel), or too large.
void DecodeImage(std::string_view bytes, const std::string& name, Image& out);

}  // namespace lode::images
