// A path request: the plain data of a packet to `rnstransport.path.request`.
//
//   destination(16) tag(1..16)                     from a node that does not relay
//   destination(16) transport_id(16) tag(1..16)    from one that does
//
// Only the length tells the two apart. Source: Transport.py: request_path, preprocess_inbound; rns-1.5.7 section 1.10.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"

#include <optional>

namespace plexus {

/// Tells one request from another for the same destination; 1 to 16 octets.
class request_tag {
public:
  static constexpr std::size_t size_max = 16;

  request_tag() = default;
  /// Takes at most the first 16 octets.
  explicit request_tag(octets value);

  octets bytes() const { return octets(value_).first(size_); }
  friend bool operator==(const request_tag&, const request_tag&) = default;

private:
  std::array<octet, size_max> value_{};
  octet size_ = 0;
};

enum class path_request_error : octet {
  truncated,  ///< not even a destination: dropped in silence
  tagless,    ///< a destination and nothing else: dropped, a protocol violation
};

struct path_request {
  destination_hash destination{};
  std::optional<transport_id> requester;
  request_tag tag;
  /// The tag was longer than 16 octets: a protocol violation, but the request goes on with what was kept.
  bool tag_was_cut = false;

  static expected<path_request, path_request_error> parse(octets data);
  octet_string encode() const;
};

}  // namespace plexus
