// Octets that must not outlive their use: wiped when they go out of scope.
#pragma once

#include "messages/octets.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace plexus {

/// Overwrites, in a way that the compiler does not leave out.
void wipe(mutable_octets value);

/// A fixed number of secret octets with a meaning. Has no printing and no ordering on purpose.
template <class Tag, std::size_t Size>
class secret_bytes {
public:
  static constexpr std::size_t size = Size;

  secret_bytes() = default;
  secret_bytes(const secret_bytes&) = default;
  secret_bytes& operator=(const secret_bytes&) = default;
  ~secret_bytes() { wipe(value_); }

  /// Takes the first Size octets. Requires value.size() >= Size.
  static secret_bytes from(octets value) {
    secret_bytes s;
    std::copy_n(value.data(), Size, s.value_.data());
    return s;
  }
  /// Takes exactly Size octets, or nothing.
  static std::optional<secret_bytes> from_exactly(octets value) {
    if (value.size() != Size)
      return std::nullopt;
    return from(value);
  }

  octets bytes() const { return value_; }
  mutable_octets bytes() { return value_; }
  const octet* data() const { return value_.data(); }
  octet* data() { return value_.data(); }

private:
  std::array<octet, Size> value_{};
};

}  // namespace plexus
