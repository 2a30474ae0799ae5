// Turns the files of photographs into pixels: JPEG, and PNG, which one file of ImageNet is whatever
// its name says (n02105855_2933.JPEG).
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_IMAGES_DECODE_H_
#define LODE_PLUGINS_IMAGES_DECODE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "plugins/images/image_set.h"

namespace lode::images {

// More pixels are refused; ImageNet's largest photograph has 61 million.
inline constexpr std::size_t kMaxPixels = std::size_t{1} << 27;

// The image in the bytes of a file, as red, green and blue, in `out`, whose memory is used again.
// Grey and CMYK images are converted (CMYK as Adobe writes it), transparency and the camera's
// orientation ignored. `name` is what messages call the file. Throws lode::IoError "NAME: ..." if the
// file is neither, cut, damaged (whatever libjpeg warns of, but for bytes after the last pixel), or
// too large.
void DecodeImage(std::string_view bytes, const std::string& name, Image& out);

}  // namespace lode::images

#endif  // LODE_PLUGINS_IMAGES_DECODE_H_
