// Every operator of the library through one function: look it up once, convert by its schema, call it boxed.
// Autograd, autocast and devices come with the dispatcher; there is no code per operator.
#include "dispatch.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "convert.h"
#include "handle.h"

namespace bridge {
namespace {

struct Operator {
  c10::OperatorHandle handle;
  size_t argumentCount;
  bool writesFirst;  // an in-place or out= operator: its result is the tensor it was given
};

// Operators are immutable once found, so the table may be shared; it is only touched on JavaScript threads.
thread_local std::deque<Operator> operators;
thread_local std::unordered_map<std::string, uint32_t> indexOfName;

constexpr size_t kMaxArguments = 48;
constexpr size_t kUsualArguments = 6;  // Node-API fills the places that no argument takes: fewer of them cost less

bool writesItsResult(const c10::FunctionSchema& schema) {
  if (schema.returns().empty()) return false;
  const auto* alias = schema.returns()[0].alias_info();
  return alias != nullptr && alias->isWrite();
}

napi_value text(napi_env env, const std::string& value) {
  napi_value result;
  check(env, napi_create_string_utf8(env, value.data(), value.size(), &result));
  return result;
}

void setFlag(napi_env env, napi_value object, const char* name, bool value) {
  napi_value flag;
  check(env, napi_get_boolean(env, value, &flag));
  check(env, napi_set_named_property(env, object, name, flag));
}

// { name, type, hasDefault, keywordOnly, writes }
napi_value describe(napi_env env, const c10::Argument& argument) {
  napi_value result;
  check(env, napi_create_object(env, &result));
  check(env, napi_set_named_property(env, result, "name", text(env, argument.name())));
  check(env, napi_set_named_property(env, result, "type", text(env, argument.real_type()->str())));
  setFlag(env, result, "hasDefault", argument.default_value().has_value());
  setFlag(env, result, "keywordOnly", argument.kwarg_only());
  setFlag(env, result, "writes", argument.alias_info() != nullptr && argument.alias_info()->isWrite());
  return result;
}

napi_value describeAll(napi_env env, const std::vector<c10::Argument>& arguments) {
  napi_value result;
  check(env, napi_create_array_with_length(env, arguments.size(), &result));
  for (uint32_t i = 0; i < arguments.size(); ++i) {
    check(env, napi_set_element(env, result, i, describe(env, arguments[i])));
  }
  return result;
}

// lookup(name: string, overload: string): { index, arguments, returns, writesFirst } | null
napi_value jsLookup(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    size_t count = 2;
    napi_value values[2];
    check(env, napi_get_cb_info(env, info, &count, values, nullptr, nullptr));
    const std::string name = toString(env, values[0]);
    const std::string overload = toString(env, values[1]);
    napi_value result;
    const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!found) {
      check(env, napi_get_null(env, &result));
      return result;
    }
    const c10::FunctionSchema& schema = found->schema();
    if (schema.arguments().size() > kMaxArguments) throw std::runtime_error("has too many arguments to be called");
    const auto [entry, isNew] = indexOfName.try_emplace(name + "." + overload, operators.size());
    if (isNew) operators.push_back({*found, schema.arguments().size(), writesItsResult(schema)});
    const uint32_t index = entry->second;
    check(env, napi_create_object(env, &result));
    napi_value number;
    check(env, napi_create_uint32(env, index, &number));
    check(env, napi_set_named_property(env, result, "index", number));
    check(env, napi_set_named_property(env, result, "arguments", describeAll(env, schema.arguments())));
    check(env, napi_set_named_property(env, result, "returns", describeAll(env, schema.returns())));
    setFlag(env, result, "writesFirst", operators[index].writesFirst);
    return result;
  });
}

// call(index: number, ...arguments): result | result[] | undefined
napi_value jsCall(napi_env env, napi_callback_info info) {
  return guard(env, [&]() -> napi_value {
    size_t count = kUsualArguments + 1;
    napi_value values[kMaxArguments + 1];
    check(env, napi_get_cb_info(env, info, &count, values, nullptr, nullptr));
    if (count > kUsualArguments + 1) {
      count = kMaxArguments + 1;
      check(env, napi_get_cb_info(env, info, &count, values, nullptr, nullptr));
    }
    uint32_t index = 0;
    check(env, napi_get_value_uint32(env, values[0], &index));
    if (index >= operators.size()) throw std::runtime_error("unknown operator index");
    const Operator& op = operators[index];
    const auto& arguments = op.handle.schema().arguments();
    if (count - 1 > op.argumentCount) {
      throw std::runtime_error("takes " + std::to_string(op.argumentCount) + " arguments, got " +
                               std::to_string(count - 1));
    }
    torch::jit::Stack stack;
    stack.reserve(op.argumentCount + 1);
    napi_value absent;
    check(env, napi_get_undefined(env, &absent));
    for (size_t i = 0; i < op.argumentCount; ++i) {
      stack.push_back(toIValue(env, i + 1 < count ? values[i + 1] : absent, arguments[i]));
    }
    op.handle.callBoxed(stack);
    if (op.writesFirst || stack.empty()) return absent;
    if (stack.size() == 1) return toJs(env, stack[0]);
    napi_value result;
    check(env, napi_create_array_with_length(env, stack.size(), &result));
    for (uint32_t i = 0; i < stack.size(); ++i) check(env, napi_set_element(env, result, i, toJs(env, stack[i])));
    return result;
  });
}

// operatorNames(): string[] as "aten::add.Tensor"
napi_value jsOperatorNames(napi_env env, napi_callback_info) {
  return guard(env, [&] {
    const auto names = c10::Dispatcher::singleton().getAllOpNames();
    napi_value result;
    check(env, napi_create_array_with_length(env, names.size(), &result));
    for (uint32_t i = 0; i < names.size(); ++i) {
      const std::string full =
          names[i].overload_name.empty() ? names[i].name : names[i].name + "." + names[i].overload_name;
      check(env, napi_set_element(env, result, i, text(env, full)));
    }
    return result;
  });
}

}  // namespace

void registerDispatch(napi_env env, napi_value exports) {
  define(env, exports, "lookup", jsLookup);
  define(env, exports, "call", jsCall);
  define(env, exports, "operatorNames", jsOperatorNames);
}

}  // namespace bridge
