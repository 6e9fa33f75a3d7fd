// Reading and writing fields one after another. A reader of fixed fields checks the length once, then cannot fail.
#pragma once

#include "messages/octets.hpp"

#include <cstddef>

namespace plexus {

/// Takes fields from the front of octets whose length the caller has checked.
class field_reader {
public:
  explicit field_reader(octets value) : rest_(value) {}

  template <class Field>
  Field take() {
    const auto field = Field::from(rest_);
    rest_ = rest_.subspan(Field::size);
    return field;
  }
  octets rest() const { return rest_; }

private:
  octets rest_;
};

/// Unsigned integer of all the octets, big-endian. Requires value.size() <= 8.
inline std::uint64_t read_big_endian(octets value) {
  std::uint64_t n = 0;
  for (const auto o : value)
    n = n << 8 | o;
  return n;
}
/// Fills `out` with the low octets of `n`, big-endian.
inline void write_big_endian(std::uint64_t n, mutable_octets out) {
  for (std::size_t i = out.size(); i-- > 0; n >>= 8)
    out[i] = static_cast<octet>(n);
}

}  // namespace plexus
