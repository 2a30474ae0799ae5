#include "toolkit/images/decode.h"

// clang-format off
#include <cstdio>  // needed by jpeglib.h
#include <jpeglib.h>
// clang-format on
#include <jerror.h>
#include <png.h>

#include <csetjmp>
#include <cstdint>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <vector>

namespace lode::images {
namespace {

constexpr std::string_view kJpegBegin = "\xff\xd8", kPngBegin = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kPngEnd = "IEND\xae\x42\x60\x82";
// Progressive files may have very many, each over the whole image: a small file can take hours.
constexpr int kMaxScans = 500;

void CheckSize(std::size_t width, std::size_t height, const std::string& name) {
  if (height == 0 || width == 0 || width > kMaxPixels / height) {
    throw IoError(name + ": is an image of " + std::to_string(width) + " x " +
                  std::to_string(height) + " pixels, expected 1 to " + std::to_string(kMaxPixels));
  }
}

// ---- JPEG

// libjpeg reports errors by longjmp, which runs no destructors; the frames it may leave are all in
// this class and have none to run.
class JpegDecoder {
 public:
  explicit JpegDecoder(std::string_view bytes) : bytes_(bytes) {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr info) { Leave(info); };
    errors_.emit_message = [](j_common_ptr info, int level) {
      const bool warning = level < 0;
      if (warning && !IsHarmless(info)) { Leave(info); }
    };
    monitor_.progress_monitor = [](j_common_ptr info) {
      auto* self = static_cast<JpegDecoder*>(info->client_data);
      if (self->info_.input_scan_number > kMaxScans) { LeaveWith(info, "too many scans"); }
    };
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() { jpeg_destroy_decompress(&info_); }

  // Each returns false on failure; message() then has the reason.
  bool Begin() {
    if (setjmp(failed_) != 0) {
      return false;  // NOLINT
    }
    jpeg_create_decompress(&info_);
    info_.client_data = this;
    info_.progress = &monitor_;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size());
    jpeg_read_header(&info_, TRUE);
    const bool cmyk = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    return true;
  }
  // REQUIRES: Begin(), and height * width * components bytes.
  bool Run(std::uint8_t* pixels) {
    if (setjmp(failed_) != 0) {
      return false;  // NOLINT
    }
    jpeg_start_decompress(&info_);
    const std::size_t stride = width() * components();
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = pixels + info_.output_scanline * stride;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  std::size_t height() const { return info_.image_height; }
  std::size_t width() const { return info_.image_width; }
  std::size_t components() const { return info_.out_color_space == JCS_CMYK ? 4 : 3; }
  const char* message() const { return message_; }

 private:
  [[noreturn]] static void LeaveWith(j_common_ptr info, const char* message) {
    auto* self = static_cast<JpegDecoder*>(info->client_data);
    std::snprintf(self->message_, sizeof self->message_, "%s", message);
    std::longjmp(self->failed_, 1);  // NOLINT
  }
  // Bytes between the last pixel and the end, as in one training image of ImageNet
  // (github.com/apache/mxnet/issues/1522). Everything else that libjpeg warns about is damage.
  static bool IsHarmless(j_common_ptr info) {
    const jpeg_decompress_struct& own = static_cast<JpegDecoder*>(info->client_data)->info_;
    return info->err->msg_code == JWRN_EXTRANEOUS_DATA && own.output_height > 0 &&
           own.output_scanline == own.output_height;
  }
  [[noreturn]] static void Leave(j_common_ptr info) {
    char message[JMSG_LENGTH_MAX];
    info->err->format_message(info, message);
    LeaveWith(info, message);
  }

  std::string_view bytes_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr monitor_{};
  std::jmp_buf failed_{};
  char message_[JMSG_LENGTH_MAX] = "";
};

// Converts in place: four bytes per pixel, each 255 minus the ink, become three.
void RgbFromCmyk(std::vector<std::uint8_t>& pixels) {
  const std::size_t count = pixels.size() / 4;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned black = pixels[4 * i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      pixels[3 * i + c] = static_cast<std::uint8_t>((pixels[4 * i + c] * black + 127) / 255);
    }
  }
  pixels.resize(3 * count);
}

void DecodeJpeg(std::string_view bytes, const std::string& name, Image& out) {
  JpegDecoder decoder(bytes);
  const auto fail = [&] {
    throw IoError(name + ": is not an intact JPEG file: " + decoder.message());
  };
  if (!decoder.Begin()) { fail(); }
  CheckSize(decoder.width(), decoder.height(), name);
  out.height = decoder.height();
  out.width = decoder.width();
  out.channels = 3;
  out.pixels.resize(out.height * out.width * decoder.components());
  if (!decoder.Run(out.pixels.data())) { fail(); }
  if (decoder.components() == 4) { RgbFromCmyk(out.pixels); }
}

// ---- PNG

struct PngFile {
  PngFile() { image.version = PNG_IMAGE_VERSION; }
  PngFile(const PngFile&) = delete;
  PngFile& operator=(const PngFile&) = delete;
  ~PngFile() { png_image_free(&image); }
  png_image image{};
};

void DecodePng(std::string_view bytes, const std::string& name, Image& out) {
  PngFile file;
  png_image& image = file.image;
  const auto check = [&](int status) {
    if (status == 0 || image.warning_or_error != 0) {
      throw IoError(name + ": is not an intact PNG file: " + image.message);
    }
  };
  check(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()));
  CheckSize(image.width, image.height, name);
  image.format = PNG_FORMAT_RGB;
  out.height = image.height;
  out.width = image.width;
  out.channels = 3;
  out.pixels.resize(out.height * out.width * 3);
  const png_color background = {0, 0, 0};
  check(png_image_finish_read(&image, &background, out.pixels.data(), 0, nullptr));
  // libpng stopped reading after the last pixel.
  if (bytes.rfind(kPngEnd) == std::string_view::npos) {
    throw IoError(name + ": is not an intact PNG file: it has no end");
  }
}

}  // namespace

void DecodeImage(std::string_view bytes, const std::string& name, Image& out) {
  if (bytes.starts_with(kPngBegin)) {
    DecodePng(bytes, name, out);
  } else if (bytes.starts_with(kJpegBegin)) {
    DecodeJpeg(bytes, name, out);
  } else {
    throw IoError(name + ": begins with " + Quote(bytes.substr(0, 4)) + ", expected a JPEG file");
  }
}

}  // namespace lode::images
