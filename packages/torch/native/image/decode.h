// Encoded images: JPEG and PNG, told apart by their first bytes and never by the name of the file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "image.h"

namespace image {

/** Above this many pixels an image is refused before anything is allocated for it. */
constexpr int64_t kMaximumPixels = 50'000'000;
/** Above this many bytes a file is not read. */
constexpr int64_t kMaximumFileBytes = 256 << 20;

/** Throws ImageError("limit") when the size is beyond kMaximumPixels. */
void checkSize(int64_t width, int64_t height);

/**
 * Reads the header and checks it. `bytes` must outlive the picture. Throws ImageError: empty, format (neither JPEG
 * nor PNG: the message says what it looks like), corrupt, limit. `format` receives "jpeg" or "png".
 */
std::unique_ptr<Picture> openImage(const uint8_t* bytes, size_t length, const char** format = nullptr);

/** Reads a regular file; throws ImageError: missing, unreadable, limit. Never waits on a pipe or a device. */
void readFile(const std::string& path, std::vector<uint8_t>& bytes);

std::unique_ptr<Picture> openJpeg(const uint8_t* bytes, size_t length);
std::unique_ptr<Picture> openPng(const uint8_t* bytes, size_t length);

}  // namespace image
