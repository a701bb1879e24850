#include "decode.h"

#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "image-error.h"

namespace image {
namespace {

struct Signature {
  size_t offset;
  const char* bytes;
  size_t length;
  const char* name;
};

// What people really have under the name .jpg.
const Signature kOthers[] = {
    {0, "GIF8", 4, "a GIF image"},
    {8, "WEBP", 4, "a WebP image"},
    {0, "BM", 2, "a BMP image"},
    {0, "II\x2a\0", 4, "a TIFF image"},
    {0, "MM\0\x2a", 4, "a TIFF image"},
    {4, "ftypavi", 7, "an AVIF image"},
    {4, "ftyphei", 7, "a HEIC image"},
    {4, "ftypmif", 7, "a HEIF image"},
    {0, "\0\0\0\x0cJXL ", 8, "a JPEG XL image"},
    {0, "\0\0\0\x0cjP  ", 8, "a JPEG 2000 image"},
    {0, "8BPS", 4, "a Photoshop document"},
    {0, "%PDF", 4, "a PDF document"},
    {0, "PK\x03\x04", 4, "a ZIP archive"},
    {0, "\x1f\x8b", 2, "a gzip archive"},
    {0, "version https://git-lfs", 23, "a Git LFS pointer, not the file itself"},
};

bool startsWithText(const uint8_t* bytes, size_t length, const char* text) {
  size_t i = 0;
  if (length >= 3 && std::memcmp(bytes, "\xef\xbb\xbf", 3) == 0) i = 3;
  while (i < length && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) i++;
  const size_t count = std::strlen(text);
  return length - i >= count && strncasecmp(reinterpret_cast<const char*>(bytes + i), text, count) == 0;
}

std::string nameSignature(const uint8_t* bytes, size_t length) {
  for (const Signature& s : kOthers) {
    if (length >= s.offset + s.length && std::memcmp(bytes + s.offset, s.bytes, s.length) == 0) return s.name;
  }
  if (startsWithText(bytes, length, "<!doctype html") || startsWithText(bytes, length, "<html")) {
    return "an HTML page (often an error page that a download saved)";
  }
  if (startsWithText(bytes, length, "<svg") || startsWithText(bytes, length, "<?xml")) return "an SVG or XML document";
  std::string text = "unknown (first bytes";
  char hex[4];
  for (size_t i = 0; i < length && i < 8; i++) {
    std::snprintf(hex, sizeof hex, " %02x", bytes[i]);
    text += hex;
  }
  return text + ")";
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

void checkSize(int64_t width, int64_t height) {
  if (width < 1 || height < 1) throw ImageError("corrupt", "the header says the image has no pixels");
  if (width * height > kMaximumPixels) {
    throw ImageError("limit", "the header says " + std::to_string(width) + "x" + std::to_string(height) +
                                  " pixels, more than the limit of 50 megapixels: make the image smaller, or take it out");
  }
}

std::unique_ptr<Picture> openImage(const uint8_t* bytes, size_t length, const char** format) {
  if (length == 0) throw ImageError("empty", "the file is empty (0 bytes): fetch it again, or take it out");
  if (length >= 2 && bytes[0] == 0xff && bytes[1] == 0xd8) {
    if (format != nullptr) *format = "jpeg";
    return openJpeg(bytes, length);
  }
  if (length >= 4 && std::memcmp(bytes, "\x89PNG", 4) == 0) {
    if (format != nullptr) *format = "png";
    return openPng(bytes, length);
  }
  throw ImageError("format", "expected a JPEG or PNG image, but the content is " + nameSignature(bytes, length) +
                                 ": convert it to JPEG or PNG, or take it out");
}

void readFile(const std::string& path, std::vector<uint8_t>& bytes) {
  // O_NONBLOCK: opening a named pipe that nobody writes to must not hang.
  const Descriptor file = {::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  if (file.fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      throw ImageError("missing", "there is no such file: check the path in the list, and the root folder");
    }
    throw ImageError("unreadable", std::string("the file cannot be opened (") + std::strerror(errno) + ")");
  }
  struct stat info;
  if (::fstat(file.fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    throw ImageError("unreadable", "expected a file, found a folder, pipe or device");
  }
  if (info.st_size > kMaximumFileBytes) {
    throw ImageError("limit", "the file has " + std::to_string(info.st_size) + " bytes, more than the limit of 256 MiB");
  }
  bytes.resize(static_cast<size_t>(info.st_size));
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw ImageError("unreadable", std::string("reading failed (") + std::strerror(errno) + ")");
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
}

}  // namespace image
