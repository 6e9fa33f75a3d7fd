#include "messages/expected.hpp"

namespace plexus {

std::string_view to_string(parse_error error) {
  switch (error) {
    case parse_error::truncated:
      return "truncated";
    case parse_error::oversized:
      return "oversized";
    case parse_error::bad_hops:
      return "hop count out of range";
    case parse_error::no_data:
      return "no data after the header";
    case parse_error::bad_value:
      return "bad value";
    case parse_error::bad_signature:
      return "bad signature";
    case parse_error::hash_mismatch:
      return "hash mismatch";
    case parse_error::bad_authentication:
      return "bad authentication";
  }
  return "unknown";
}

}  // namespace plexus
