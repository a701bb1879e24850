#include "read-transforms.h"

#include <stdexcept>
#include <string>

#include "../handle.h"

namespace image {
namespace {

using bridge::check;

struct Reader {
  napi_env env;
  napi_value object;

  napi_value property(const char* name) const {
    napi_value value;
    check(env, napi_get_named_property(env, object, name, &value));
    return value;
  }
  double number(const char* name) const { return toNumber(property(name), name); }
  int integer(const char* name) const { return static_cast<int>(number(name)); }
  double element(const char* name, uint32_t index) const {
    napi_value value;
    check(env, napi_get_element(env, property(name), index, &value));
    return toNumber(value, name);
  }
  Size size() const { return {static_cast<int>(element("size", 1)), static_cast<int>(element("size", 0))}; }
  std::string text(const char* name) const {
    char buffer[64];
    size_t length = 0;
    check(env, napi_get_value_string_utf8(env, property(name), buffer, sizeof buffer, &length));
    return std::string(buffer, length);
  }

 private:
  double toNumber(napi_value value, const char* name) const {
    double result;
    if (napi_get_value_double(env, value, &result) != napi_ok) {
      throw std::invalid_argument(std::string("transform: ") + name + " must be a number");
    }
    return result;
  }
};

Transform readTransform(const Reader& r) {
  const std::string kind = r.text("kind");
  if (kind == "randomResizedCrop") {
    return RandomResizedCrop{
        r.size(), {r.element("scale", 0), r.element("scale", 1)}, {r.element("ratio", 0), r.element("ratio", 1)}};
  }
  if (kind == "resize") return Resize{r.size()};
  if (kind == "resizeShorter") return ResizeShorter{r.integer("size")};
  if (kind == "centerCrop") return CenterCrop{r.size()};
  if (kind == "randomCrop") return RandomCrop{r.size(), r.integer("padding")};
  if (kind == "horizontalFlip") return HorizontalFlip{r.number("probability")};
  if (kind == "colorJitter") {
    return ColorJitter{r.number("brightness"), r.number("contrast"), r.number("saturation")};
  }
  if (kind == "rotation") return Rotation{r.number("degrees")};
  if (kind == "cutout") return Cutout{r.integer("size")};
  if (kind == "normalize") {
    Normalize result;
    for (uint32_t i = 0; i < 3; i++) {
      result.mean[i] = static_cast<float>(r.element("mean", i));
      result.std[i] = static_cast<float>(r.element("std", i));
    }
    return result;
  }
  throw std::invalid_argument("transform: unknown kind '" + kind + "'");
}

}  // namespace

std::vector<Transform> readTransforms(napi_env env, napi_value list) {
  uint32_t count;
  check(env, napi_get_array_length(env, list, &count));
  std::vector<Transform> transforms;
  for (uint32_t i = 0; i < count; i++) {
    napi_value object;
    check(env, napi_get_element(env, list, i, &object));
    transforms.push_back(readTransform({env, object}));
  }
  return transforms;
}

}  // namespace image
