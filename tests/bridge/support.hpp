// What several chapters need: answers from octets, errors from library errors, chance from the system.
#pragma once

#include "actors/system_random.hpp"
#include "messages/addresses.hpp"
#include "messages/expected.hpp"
#include "tests/bridge/parameters.hpp"
#include "transport/crypto/secret.hpp"

#include <memory>
#include <span>

namespace plexus {
class identity;
}

namespace plexus::bridge {

inline std::string hex(octets value) {
  return to_hex(value);
}
template <class Tag, std::size_t Size>
std::string hex(const tagged_bytes<Tag, Size>& value) {
  return value.hex();
}
template <class Tag, std::size_t Size>
std::string hex(const secret_bytes<Tag, Size>& value) {
  return to_hex(value.bytes());
}

/// The value, or the library's refusal as a command_error.
template <class T>
T must(expected<T> result, const char* what) {
  if (!result)
    throw command_error(std::string(what) + ": " + std::string(to_string(result.error())));
  return std::move(*result);
}

inline system_random& chance() {
  static system_random source;
  return source;
}

/// The identity whose 64 private octets the parameter holds.
std::shared_ptr<const identity> identity_of(const parameters& p, std::string_view name);
/// The same where it is given, else null.
std::shared_ptr<const identity> identity_if(const parameters& p, std::string_view name);
std::shared_ptr<const identity> new_identity();

/// "app.aspect.aspect" of app_name and aspects, as the library puts it together.
std::string dotted_name(const parameters& p, const std::vector<std::string>& otherwise = {});
std::string dotted_name(const std::string& app, const std::vector<std::string>& aspects);

}  // namespace plexus::bridge
