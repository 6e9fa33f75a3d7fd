#include "transport/endpoint/link_types.hpp"

#include "transport/crypto/sha256.hpp"

namespace plexus {

std::string_view to_string(link_error error) {
  switch (error) {
    case link_error::not_active:
      return "the link is not active";
    case link_error::too_large:
      return "too large";
    case link_error::too_many:
      return "too many at once";
    case link_error::not_initiator:
      return "only the initiator of a link identifies";
    case link_error::unknown:
      return "no such resource or request";
    case link_error::window_full:
      return "the channel's window is full";
  }
  return "unknown";
}

path_hash hash_path(std::string_view path) {
  return path_hash::from(sha256(as_octets(path)));
}

}  // namespace plexus
