// Decodes a file of cases (each a 32-bit little-endian length and that many bytes) as a batch does, with the code of
// ../native/image alone, and prints a line for each: its size and hash, or its fault. Compiled with the sanitizers by
// build-sanitized.ts; what a case breaks ends the process with the sanitizer's report.
//   decode-cases <file>
#include <cstdio>
#include <cstring>
#include <vector>

#include "decode.h"
#include "image-error.h"
#include "pipeline.h"

namespace {

using namespace image;
using Bytes = std::vector<uint8_t>;

/** An image that was decoded whole: what a batch makes of it must not depend on how much of a file it decodes. */
class WholePicture : public Picture {
 public:
  explicit WholePicture(const Image& whole) : whole_(whole) {}
  Size size() const override { return {whole_.width, whole_.height}; }
  void pixels(int, Image& out) override {
    out.allocate(whole_.width, whole_.height);
    std::memcpy(out.row(0), whole_.row(0), whole_.byteLength());
  }

 private:
  const Image& whole_;
};

/** FNV-1a, 64 bits. */
uint64_t hash(const uint8_t* bytes, size_t length) {
  uint64_t value = 0xcbf29ce484222325u;
  for (size_t i = 0; i < length; i++) value = (value ^ bytes[i]) * 0x100000001b3u;
  return value;
}

/** Into a buffer that fits exactly and is filled beforehand, so that a pixel that is never written shows. */
void decodeOver(uint8_t before, const Bytes& bytes, Image& out) {
  const std::unique_ptr<Picture> picture = openImage(bytes.data(), bytes.size());
  const Size size = picture->size();
  out.allocate(size.width, size.height);
  std::memset(out.row(0), before, out.byteLength());
  picture->pixels(1, out);
  if (out.width != size.width || out.height != size.height) throw std::logic_error("the size is not what was said");
}

constexpr int kSide = 96;

std::vector<float> transformed(const Pipeline& pipeline, Picture& picture, uint32_t position) {
  std::vector<float> out(kSide * kSide * 3, 9.0f);
  Workspace fresh;
  pipeline.run(picture, CounterRandom(1, 0, position), {kSide, kSide}, Layout::planar, out.data(), fresh);
  for (const float value : out) {
    if (!(value >= 0 && value <= 1)) throw std::logic_error("a transformed image has a value outside 0 .. 1");
  }
  return out;
}

const Pipeline kTraining({RandomResizedCrop{{kSide, kSide}, {0.08, 1}, {0.75, 4 / 3.0}}, HorizontalFlip{0.5},
                          ColorJitter{0.4, 0.4, 0.4}});
const Pipeline kEvaluation({ResizeShorter{kSide * 8 / 7}, CenterCrop{{kSide, kSide}}});

/** Returns the image's hash. Throws ImageError, and std::logic_error for what must not be. */
uint64_t decodeCase(const Bytes& bytes, uint32_t position, Size& size) {
  Image whole, again;
  decodeOver(0, bytes, whole);
  decodeOver(255, bytes, again);
  if (std::memcmp(whole.row(0), again.row(0), whole.byteLength()) != 0) {
    throw std::logic_error("some pixels are not the file's");
  }
  size = {whole.width, whole.height};
  for (const Pipeline* pipeline : {&kTraining, &kEvaluation}) {
    WholePicture reference(whole);
    std::vector<float> wanted;
    try {
      wanted = transformed(*pipeline, reference, position);
    } catch (const ImageError&) {
      continue;  // too narrow to resize
    }
    const std::vector<float> made = transformed(*pipeline, *openImage(bytes.data(), bytes.size()), position);
    // A larger JPEG may be decoded small, and is then close and not equal.
    const bool large = whole.width >= 4 * kSide && whole.height >= 4 * kSide;
    if (!large && made != wanted) throw std::logic_error("a part is not what the whole image has there");
  }
  return hash(whole.row(0), whole.byteLength());
}

void report(const Bytes& bytes, uint32_t position) {
  try {
    Size size;
    const uint64_t found = decodeCase(bytes, position, size);
    std::printf("ok %dx%d %016llx\n", size.width, size.height, static_cast<unsigned long long>(found));
  } catch (const ImageError& error) {
    std::printf("%s\n", error.code);
  } catch (const std::bad_alloc&) {
    std::printf("memory\n");
  } catch (const std::exception& error) {
    std::printf("broken: %s\n", error.what());
  }
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
  std::FILE* file = count == 2 ? std::fopen(arguments[1], "rb") : nullptr;
  if (file == nullptr) return 2;
  uint8_t length[4];
  for (uint32_t position = 0; std::fread(length, 1, 4, file) == 4; position++) {
    // As long as the case and no longer: the sanitizer sees the first byte that is read behind it.
    Bytes bytes(length[0] | length[1] << 8 | length[2] << 16 | static_cast<uint32_t>(length[3]) << 24);
    if (!bytes.empty() && std::fread(bytes.data(), 1, bytes.size(), file) != bytes.size()) return 2;
    report(bytes, position);
  }
  std::fclose(file);
  return 0;
}
