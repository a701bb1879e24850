// JPEG through libjpeg(-turbo): RGB, greyscale, CMYK and YCCK, turned upright by its EXIF orientation.
// Errors leave the library by longjmp, which runs no destructors: everything that lives across a call into it is a
// member of JpegPicture, and each function that calls setjmp keeps no C++ object of its own.
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <jpeglib.h>
#include <jerror.h>

#include <algorithm>

#include "decode.h"
#include "image-error.h"
#include "orientation.h"

namespace image {
namespace {

/** A progressive file may have any number of scans, each over the whole image: a small file that takes minutes. */
constexpr int kMaximumScans = 200;

// Only libjpeg-turbo decodes parts, and only from 2.1 on without faults at their edges.
#if defined(LIBJPEG_TURBO_VERSION_NUMBER) && LIBJPEG_TURBO_VERSION_NUMBER >= 2001000
#define DECODES_PARTS
#endif
/** Beyond its edge a part takes no neighbours, whose colour the pixels at the edge of a coarser grid would have. */
constexpr int kMargin = 16;

struct ErrorManager {
  jpeg_error_mgr base;  // first: libjpeg sees only this part
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
  bool truncated;
};

[[noreturn]] void leave(j_common_ptr info) {
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  errors->base.format_message(info, errors->message);
  std::longjmp(errors->jump, 1);
}

/** Warnings after which pixels are guesses are errors here; odd but harmless files pass. */
void onMessage(j_common_ptr info, int level) {
  if (level >= 0) return;
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  switch (errors->base.msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
      errors->truncated = true;
      leave(info);
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_MUST_RESYNC:
    case JWRN_NOT_SEQUENTIAL:
      leave(info);
    default:
      errors->base.num_warnings++;
  }
}

void onProgress(j_common_ptr info) {
  if (!info->is_decompressor) return;
  auto* decompress = reinterpret_cast<j_decompress_ptr>(info);
  if (decompress->input_scan_number <= kMaximumScans) return;
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  std::snprintf(errors->message, sizeof errors->message, "more than %d progressive scans", kMaximumScans);
  std::longjmp(errors->jump, 1);
}

class JpegPicture : public Picture {
 public:
  JpegPicture(const uint8_t* bytes, size_t length) : bytes_(bytes), length_(length) {
    std::memset(&info_, 0, sizeof info_);
    std::memset(&progress_, 0, sizeof progress_);
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = leave;
    errors_.base.emit_message = onMessage;
    errors_.message[0] = '\0';
    errors_.truncated = false;
    progress_.progress_monitor = onProgress;
    if (!readHeader()) fail();
    try {
      checkSize(info_.image_width, info_.image_height);
    } catch (...) {
      jpeg_destroy_decompress(&info_);  // a constructor that throws gets no destructor
      throw;
    }
    findOrientation();
  }
  ~JpegPicture() override { jpeg_destroy_decompress(&info_); }

  Size size() const override {
    const int width = static_cast<int>(info_.image_width), height = static_cast<int>(info_.image_height);
    return swapsSides(orientation_) ? Size{height, width} : Size{width, height};
  }

  void pixels(int denominator, Image& out) override {
    if (orientation_ == 1) {
      if (!decode(denominator, out)) fail();
    } else {
      if (!decode(denominator, lying_)) fail();
      applyOrientation(lying_, orientation_, out);
    }
  }

#ifdef DECODES_PARTS
  Region part(const Region& wanted, Image& out) override {
    // Of a progressive file all coefficients are there before the first pixel: another path, and rare.
    if (orientation_ != 1 || info_.progressive_mode || jpeg_has_multiple_scans(&info_) || inInk()) {
      return Picture::part(wanted, out);
    }
    Region region = wanted;
    if (!decodePart(region, out)) fail();
    return region;
  }
#endif

 private:
  jpeg_decompress_struct info_;
  ErrorManager errors_;
  jpeg_progress_mgr progress_;
  const uint8_t* bytes_;
  size_t length_;
  int orientation_ = 1;
  Image lying_;
  Image spare_;  // a row of four colours, or one that nobody wants

  [[noreturn]] void fail() {
    // Destroyed here for the sake of the constructor; the destructor may destroy it again.
    const std::string message = errors_.message;
    const bool truncated = errors_.truncated;
    jpeg_destroy_decompress(&info_);
    if (truncated) {
      throw ImageError("truncated", "the JPEG ends too early (" + message + "): fetch the file again, or take it out");
    }
    throw ImageError("corrupt", "the JPEG is damaged (" + message + "): fetch the file again, or take it out");
  }

  bool readHeader() {
    if (setjmp(errors_.jump)) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xffff);
    jpeg_mem_src(&info_, const_cast<unsigned char*>(bytes_), static_cast<unsigned long>(length_));
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  void findOrientation() {
    for (jpeg_saved_marker_ptr marker = info_.marker_list; marker != nullptr; marker = marker->next) {
      if (marker->marker != JPEG_APP0 + 1 || marker->data_length < 14) continue;
      if (std::memcmp(marker->data, "Exif\0\0", 6) != 0) continue;
      orientation_ = exifOrientation(marker->data + 6, marker->data_length - 6);
      return;
    }
  }

  bool decode(int denominator, Image& out) {
    if (setjmp(errors_.jump)) return false;
    const bool cmyk = inInk();
    info_.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    info_.scale_num = 1;
    info_.scale_denom = static_cast<unsigned int>(denominator);
    jpeg_start_decompress(&info_);
    const int width = static_cast<int>(info_.output_width), height = static_cast<int>(info_.output_height);
    out.allocate(width, height);
    if (cmyk) spare_.allocate((width * 4 + 2) / 3, 1);
    while (info_.output_scanline < info_.output_height) {
      const int y = static_cast<int>(info_.output_scanline);
      JSAMPROW rows[1] = {cmyk ? spare_.row(0) : out.row(y)};
      if (jpeg_read_scanlines(&info_, rows, 1) == 1 && cmyk) fromInk(spare_.row(0), width, out.row(y));
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

#ifdef DECODES_PARTS
  /** Enlarges the region to what it decodes. The rest of the file is read, too: one that ends too early is an error. */
  bool decodePart(Region& region, Image& out) {
    if (setjmp(errors_.jump)) return false;
    info_.out_color_space = JCS_RGB;
    info_.scale_num = info_.scale_denom = 1;
    jpeg_start_decompress(&info_);
    const int width = static_cast<int>(info_.output_width), height = static_cast<int>(info_.output_height);
    auto left = static_cast<JDIMENSION>(std::max(0, region.left - kMargin));
    JDIMENSION columns = static_cast<JDIMENSION>(std::min(width, region.right + kMargin)) - left;
    jpeg_crop_scanline(&info_, &left, &columns);  // begins where the coarsest grid has a line
    region.left = static_cast<int>(left);
    region.right = static_cast<int>(left + columns);
    region.top = std::max(0, region.top - kMargin);
    region.bottom = std::min(height, region.bottom);
    if (region.top > 0) jpeg_skip_scanlines(&info_, static_cast<JDIMENSION>(region.top));
    out.allocate(static_cast<int>(columns), region.bottom - region.top);
    for (int y = 0; y < out.height; y++) {
      JSAMPROW rows[1] = {out.row(y)};
      jpeg_read_scanlines(&info_, rows, 1);
    }
    const int below = height - region.bottom;
    if (below > 0) {
      // Passing over the last row, too, would not read it.
      spare_.allocate(static_cast<int>(columns), 1);
      JSAMPROW rows[1] = {spare_.row(0)};
      if (below > 1) jpeg_skip_scanlines(&info_, static_cast<JDIMENSION>(below - 1));
      jpeg_read_scanlines(&info_, rows, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }
#endif

  bool inInk() const { return info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK; }

  /** Adobe stores ink inverted (255 is no ink), and every program that writes CMYK JPEG follows it. */
  static void fromInk(const uint8_t* ink, int width, uint8_t* rgb) {
    for (int x = 0; x < width; x++, ink += 4, rgb += 3) {
      for (int i = 0; i < 3; i++) rgb[i] = static_cast<uint8_t>((ink[i] * ink[3] + 127) / 255);
    }
  }
};

}  // namespace

std::unique_ptr<Picture> openJpeg(const uint8_t* bytes, size_t length) {
  return std::make_unique<JpegPicture>(bytes, length);
}

}  // namespace image
