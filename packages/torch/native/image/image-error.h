// What can be wrong with an image, in a form that JavaScript turns into a typed error.
#pragma once

#include <stdexcept>
#include <string>

namespace image {

/** `code` is one of: missing, unreadable, empty, format, corrupt, truncated, limit, size. */
struct ImageError : std::runtime_error {
  const char* code;
  ImageError(const char* code, const std::string& message) : std::runtime_error(message), code(code) {}
};

}  // namespace image
