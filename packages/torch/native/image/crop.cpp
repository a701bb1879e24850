#include "crop.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace image {

void crop(const Image& source, int left, int top, int width, int height, Image& out) {
  out.allocate(width, height);
  const int from = std::max(0, left);
  const int to = std::min(source.width, left + width);
  for (int y = 0; y < height; y++) {
    uint8_t* row = out.row(y);
    const int sourceY = top + y;
    if (sourceY < 0 || sourceY >= source.height || from >= to) {
      std::memset(row, 0, static_cast<size_t>(width) * 3);
      continue;
    }
    std::memset(row, 0, static_cast<size_t>(from - left) * 3);
    std::memcpy(row + static_cast<size_t>(from - left) * 3, source.row(sourceY) + static_cast<size_t>(from) * 3,
                static_cast<size_t>(to - from) * 3);
    std::memset(row + static_cast<size_t>(to - left) * 3, 0, static_cast<size_t>(left + width - to) * 3);
  }
}

void mirror(Image& picture) {
  for (int y = 0; y < picture.height; y++) {
    uint8_t* a = picture.row(y);
    uint8_t* b = a + static_cast<size_t>(picture.width - 1) * 3;
    for (; a < b; a += 3, b -= 3) {
      std::swap(a[0], b[0]);
      std::swap(a[1], b[1]);
      std::swap(a[2], b[2]);
    }
  }
}

void rotate(const Image& source, double degrees, Image& out) {
  out.allocate(source.width, source.height);
  const double angle = -degrees * (3.14159265358979323846 / 180.0);
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const double centreX = source.width / 2.0, centreY = source.height / 2.0;
  for (int y = 0; y < out.height; y++) {
    uint8_t* row = out.row(y);
    const double dy = y + 0.5 - centreY;
    for (int x = 0; x < out.width; x++, row += 3) {
      const double dx = x + 0.5 - centreX;
      const int sourceX = static_cast<int>(std::floor(cosine * dx + sine * dy + centreX));
      const int sourceY = static_cast<int>(std::floor(-sine * dx + cosine * dy + centreY));
      if (sourceX < 0 || sourceY < 0 || sourceX >= source.width || sourceY >= source.height) {
        row[0] = row[1] = row[2] = 0;
      } else {
        std::memcpy(row, source.row(sourceY) + static_cast<size_t>(sourceX) * 3, 3);
      }
    }
  }
}

}  // namespace image
