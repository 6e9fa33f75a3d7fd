// Messages on a stream, as Python's multiprocessing.connection frames them: a signed 32-bit length in network order and
// the octets; a length of -1 says that an unsigned 64-bit length follows. Source: CPython, connection.py: _send_bytes.
#pragma once

#include "messages/expected.hpp"
#include "messages/octets.hpp"

#include <cstdint>
#include <optional>

namespace plexus {

/// Appends one framed message.
void append_framed(octet_string& to, octets message);

/// Cuts a stream into messages. Holds at most one message of the size allowed and what came behind it.
class message_splitter {
public:
  /// size_max: octets of the longest message that will be taken.
  explicit message_splitter(std::uint64_t size_max) : size_max_(size_max) {}

  void limit(std::uint64_t size_max) { size_max_ = size_max; }
  void feed(octets more);
  /// The next whole message, or nothing yet. `oversized` and `bad_value` (a length below -1) are final: the stream
  /// cannot be read on.
  expected<std::optional<octet_string>> next();
  /// Octets that wait for the rest of their message.
  std::size_t buffered() const { return buffer_.size() - consumed_; }

private:
  octet_string buffer_;
  std::size_t consumed_ = 0;
  std::uint64_t size_max_;
};

}  // namespace plexus
