// PNG through libpng: palette, grey, 1 to 16 bits, interlaced; transparency is dropped, as convert('RGB') of Pillow
// drops it. Errors leave the library by longjmp: see jpeg.cpp for the rule that follows from it.
#include <csetjmp>
#include <cstring>

#include <png.h>

#include "decode.h"
#include "image-error.h"
#include "orientation.h"

namespace image {
namespace {

class PngPicture : public Picture {
 public:
  PngPicture(const uint8_t* bytes, size_t length) : next_(bytes), left_(length) {
    message_[0] = '\0';
    if (!readHeader()) fail();
    try {
      checkSize(width_, height_);
    } catch (...) {
      png_destroy_read_struct(&png_, &info_, nullptr);
      throw;
    }
  }
  ~PngPicture() override { png_destroy_read_struct(&png_, &info_, nullptr); }

  Size size() const override {
    const int width = static_cast<int>(width_), height = static_cast<int>(height_);
    return swapsSides(orientation_) ? Size{height, width} : Size{width, height};
  }

  void pixels(int /* denominator */, Image& out) override {
    if (orientation_ == 1) {
      if (!decode(out)) fail();
    } else {
      if (!decode(lying_)) fail();
      applyOrientation(lying_, orientation_, out);
    }
  }

 private:
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  const uint8_t* next_;
  size_t left_;
  png_uint_32 width_ = 0, height_ = 0;
  int orientation_ = 1;
  bool truncated_ = false;
  char message_[128];
  Image lying_;

  [[noreturn]] void fail() {
    png_destroy_read_struct(&png_, &info_, nullptr);
    const std::string message = message_;
    if (truncated_) throw ImageError("truncated", "the PNG ends too early: fetch the file again, or take it out");
    throw ImageError("corrupt", "the PNG is damaged (" + message + "): fetch the file again, or take it out");
  }

  static void onError(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngPicture*>(png_get_error_ptr(png));
    std::strncpy(self->message_, message, sizeof self->message_ - 1);
    self->message_[sizeof self->message_ - 1] = '\0';
    png_longjmp(png, 1);
  }
  static void onWarning(png_structp, png_const_charp) {}

  static void onRead(png_structp png, png_bytep to, size_t count) {
    auto* self = static_cast<PngPicture*>(png_get_io_ptr(png));
    if (count > self->left_) {
      self->truncated_ = true;
      png_error(png, "end of data");
    }
    std::memcpy(to, self->next_, count);
    self->next_ += count;
    self->left_ -= count;
  }

  bool readHeader() {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, onError, onWarning);
    if (png_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_))) return false;
    info_ = png_create_info_struct(png_);
    png_set_read_fn(png_, this, onRead);
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);  // checkSize is the limit, and says so
    png_set_chunk_cache_max(png_, 64);
    png_set_chunk_malloc_max(png_, 4u << 20);
    png_read_info(png_, info_);
    width_ = png_get_image_width(png_, info_);
    height_ = png_get_image_height(png_, info_);
#ifdef PNG_eXIf_SUPPORTED
    png_bytep exif = nullptr;
    png_uint_32 length = 0;
    if (png_get_eXIf_1(png_, info_, &length, &exif) != 0) orientation_ = exifOrientation(exif, length);
#endif
    return true;
  }

  bool decode(Image& out) {
    if (setjmp(png_jmpbuf(png_))) return false;
    const png_byte type = png_get_color_type(png_, info_);
    if (png_get_bit_depth(png_, info_) == 16) png_set_scale_16(png_);
    if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if ((type & PNG_COLOR_MASK_COLOR) == 0) {
      png_set_expand_gray_1_2_4_to_8(png_);
      png_set_gray_to_rgb(png_);
    }
    // Expanding a palette also turns its transparency into a fourth channel.
    png_set_strip_alpha(png_);
    const int passes = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    out.allocate(static_cast<int>(width_), static_cast<int>(height_));
    if (png_get_rowbytes(png_, info_) != static_cast<size_t>(width_) * 3) png_error(png_, "unexpected layout");
    for (int pass = 0; pass < passes; pass++) {
      for (int y = 0; y < out.height; y++) png_read_row(png_, out.row(y), nullptr);
    }
    png_read_end(png_, nullptr);
    return true;
  }
};

}  // namespace

std::unique_ptr<Picture> openPng(const uint8_t* bytes, size_t length) {
  return std::make_unique<PngPicture>(bytes, length);
}

}  // namespace image
