// JavaScript values <-> IValues. The schema decides: a number is a handle where a Tensor is asked for,
// a scalar where a Scalar is; a string is a dtype, a memory format or a device by the same rule.
#include "convert.h"

#include <cmath>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "handle.h"

namespace bridge {
namespace {

const std::pair<const char*, at::ScalarType> kScalarTypes[] = {
    {"float32", at::kFloat}, {"float64", at::kDouble}, {"bfloat16", at::kBFloat16}, {"float16", at::kHalf},
    {"int64", at::kLong},    {"int32", at::kInt},      {"int16", at::kShort},       {"int8", at::kChar},
    {"uint8", at::kByte},    {"bool", at::kBool},      {"complex64", at::kComplexFloat},
    {"complex128", at::kComplexDouble}};

// Schemas spell dtypes, memory formats and layouts as plain integers.
int64_t enumeratorOf(const std::string& name) {
  for (const auto& [known, type] : kScalarTypes) {
    if (name == known) return static_cast<int64_t>(type);
  }
  if (name == "contiguous_format") return static_cast<int64_t>(at::MemoryFormat::Contiguous);
  if (name == "preserve_format") return static_cast<int64_t>(at::MemoryFormat::Preserve);
  if (name == "channels_last") return static_cast<int64_t>(at::MemoryFormat::ChannelsLast);
  if (name == "strided") return static_cast<int64_t>(at::Layout::Strided);
  if (name == "none") return static_cast<int64_t>(at::Reduction::None);
  if (name == "mean") return static_cast<int64_t>(at::Reduction::Mean);
  if (name == "sum") return static_cast<int64_t>(at::Reduction::Sum);
  throw std::runtime_error("expected an integer, a dtype, a memory format or a reduction, got \"" + name + "\"");
}

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type;
  check(env, napi_typeof(env, value, &type));
  return type;
}

double toDouble(napi_env env, napi_value value) {
  double number = 0;
  switch (typeOf(env, value)) {
    case napi_number:
      check(env, napi_get_value_double(env, value, &number));
      return number;
    case napi_boolean: {
      bool flag = false;
      check(env, napi_get_value_bool(env, value, &flag));
      return flag ? 1 : 0;
    }
    default:
      throw std::runtime_error("expected a number");
  }
}

int64_t toInt(napi_env env, napi_value value) {
  switch (typeOf(env, value)) {
    case napi_bigint: {
      int64_t number = 0;
      bool lossless = false;
      check(env, napi_get_value_bigint_int64(env, value, &number, &lossless));
      if (!lossless) throw std::runtime_error("integer is larger than 64 bits");
      return number;
    }
    case napi_string:
      return enumeratorOf(toString(env, value));
    default: {
      const double number = toDouble(env, value);
      if (number != std::floor(number) || !(std::abs(number) < 9223372036854775808.0)) {
        std::ostringstream message;
        message << "expected an integer, got " << number;
        throw std::runtime_error(message.str());
      }
      return static_cast<int64_t>(number);
    }
  }
}

c10::Scalar toScalar(napi_env env, napi_value value) {
  switch (typeOf(env, value)) {
    case napi_boolean: {
      bool flag = false;
      check(env, napi_get_value_bool(env, value, &flag));
      return c10::Scalar(flag);
    }
    case napi_bigint:
      return c10::Scalar(toInt(env, value));
    default: {
      // JavaScript has one kind of number: an integral value is an integer, as `2` is in Python.
      const double number = toDouble(env, value);
      // Negative zero is none.
      const bool negativeZero = number == 0 && std::signbit(number);
      if (number == std::floor(number) && std::abs(number) < 9007199254740992.0 && !negativeZero) {
        return c10::Scalar(static_cast<int64_t>(number));
      }
      return c10::Scalar(number);
    }
  }
}

bool isArray(napi_env env, napi_value value) {
  bool result = false;
  check(env, napi_is_array(env, value, &result));
  return result;
}

template <class Visit>
void forEachElement(napi_env env, napi_value array, Visit&& visit) {
  uint32_t length = 0;
  check(env, napi_get_array_length(env, array, &length));
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element;
    check(env, napi_get_element(env, array, i, &element));
    visit(element);
  }
}

bool isAbsent(napi_env env, napi_value value) {
  const napi_valuetype type = typeOf(env, value);
  return type == napi_null || type == napi_undefined;
}

// fixedLength: of a list whose schema states it (`int[2]`), else 0.
c10::IValue convert(napi_env env, napi_value value, const c10::TypePtr& type, int32_t fixedLength);

c10::IValue convertList(napi_env env, napi_value value, const c10::ListType& list, int32_t fixedLength) {
  const c10::TypePtr element = list.getElementType();
  const c10::TypeKind kind = element->kind();
  const bool integers = kind == c10::TypeKind::IntType || kind == c10::TypeKind::SymIntType;
  if (!isArray(env, value)) {
    // `int[2] stride` accepts one number for both.
    const size_t length = fixedLength > 0 ? static_cast<size_t>(fixedLength) : 1;
    if (integers) return std::vector<int64_t>(length, toInt(env, value));
    if (kind == c10::TypeKind::FloatType) return std::vector<double>(length, toDouble(env, value));
    throw std::runtime_error("expected an array for " + list.str());
  }
  if (integers) {
    std::vector<int64_t> numbers;
    forEachElement(env, value, [&](napi_value item) { numbers.push_back(toInt(env, item)); });
    return numbers;
  }
  c10::impl::GenericList items(element);
  forEachElement(env, value, [&](napi_value item) { items.push_back(convert(env, item, element, 0)); });
  return items;
}

c10::IValue convert(napi_env env, napi_value value, const c10::TypePtr& type, int32_t fixedLength) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      if (typeOf(env, value) == napi_number) return get(env, value);
      if (isAbsent(env, value)) throw std::runtime_error("expected a tensor, got null");
      return get(env, value);
    case c10::TypeKind::OptionalType: {
      if (isAbsent(env, value)) return c10::IValue();
      return convert(env, value, type->castRaw<c10::OptionalType>()->getElementType(), fixedLength);
    }
    case c10::TypeKind::ListType:
      return convertList(env, value, *type->castRaw<c10::ListType>(), fixedLength);
    case c10::TypeKind::NumberType:
      return toScalar(env, value);
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return toInt(env, value);
    case c10::TypeKind::FloatType:
      return toDouble(env, value);
    case c10::TypeKind::BoolType:
      return toDouble(env, value) != 0;
    case c10::TypeKind::StringType:
      return toString(env, value);
    case c10::TypeKind::DeviceObjType:
      return c10::Device(toString(env, value));
    case c10::TypeKind::GeneratorType:
      return getGenerator(env, value);
    default:
      // Enumerations have their own kinds from libtorch 2 on; all are integers underneath.
      if (type->str() == "ScalarType" || type->str() == "MemoryFormat" || type->str() == "Layout") {
        return toInt(env, value);
      }
      throw std::runtime_error("arguments of type " + type->str() + " cannot be passed from JavaScript");
  }
}

}  // namespace

std::string toString(napi_env env, napi_value value) {
  if (typeOf(env, value) != napi_string) throw std::runtime_error("expected a string");
  size_t length = 0;
  check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length));
  std::string text(length, '\0');
  check(env, napi_get_value_string_utf8(env, value, text.data(), length + 1, &length));
  return text;
}

at::ScalarType scalarTypeOf(const std::string& name) {
  for (const auto& [known, type] : kScalarTypes) {
    if (name == known) return type;
  }
  throw std::runtime_error("unknown dtype \"" + name + "\"");
}

const char* nameOf(at::ScalarType type) {
  for (const auto& [name, known] : kScalarTypes) {
    if (type == known) return name;
  }
  return c10::toString(type);
}

c10::IValue toIValue(napi_env env, napi_value value, const c10::Argument& argument) {
  if (typeOf(env, value) == napi_undefined) {
    if (argument.default_value()) return *argument.default_value();
    if (argument.type()->kind() == c10::TypeKind::OptionalType) return c10::IValue();
    throw std::runtime_error("argument \"" + argument.name() + "\" is missing");
  }
  try {
    const auto length = argument.N();
    return convert(env, value, argument.type(), length ? *length : 0);
  } catch (const StaleHandle&) {
    throw;
  } catch (const std::exception& error) {
    throw std::runtime_error("argument \"" + argument.name() + "\": " + error.what());
  }
}

napi_value toJs(napi_env env, const c10::IValue& value) {
  napi_value result;
  if (value.isTensor()) return putValue(env, value.toTensor());
  if (value.isNone()) {
    check(env, napi_get_null(env, &result));
  } else if (value.isBool()) {
    check(env, napi_get_boolean(env, value.toBool(), &result));
  } else if (value.isInt()) {
    check(env, napi_create_double(env, static_cast<double>(value.toInt()), &result));
  } else if (value.isDouble()) {
    check(env, napi_create_double(env, value.toDouble(), &result));
  } else if (value.isString()) {
    const std::string& text = value.toStringRef();
    check(env, napi_create_string_utf8(env, text.data(), text.size(), &result));
  } else if (value.isDevice()) {
    const std::string text = value.toDevice().str();
    check(env, napi_create_string_utf8(env, text.data(), text.size(), &result));
  } else if (value.isScalar()) {
    check(env, napi_create_double(env, value.toScalar().toDouble(), &result));
  } else if (value.isList() || value.isTuple()) {
    std::vector<c10::IValue> items;
    if (value.isTuple()) {
      const auto& elements = value.toTupleRef().elements();
      items.assign(elements.begin(), elements.end());
    } else {
      items = value.toListRef().vec();
    }
    check(env, napi_create_array_with_length(env, items.size(), &result));
    for (uint32_t i = 0; i < items.size(); ++i) {
      check(env, napi_set_element(env, result, i, toJs(env, items[i])));
    }
  } else {
    throw std::runtime_error("results of type " + value.tagKind() + " cannot be passed to JavaScript");
  }
  return result;
}

}  // namespace bridge
