// One message of the management protocol in either of its dialects. RNS 1.4 and later speak MessagePack, older ones
// pickle; a message tells by itself which it is, so the answer goes back the way the question came.
#pragma once

#include "messages/expected.hpp"
#include "transport/control/value.hpp"

namespace plexus {

enum class rpc_dialect : octet { msgpack, pickle };

struct rpc_message {
  rpc_dialect dialect = rpc_dialect::msgpack;
  value content;
};

/// A pickle starts with 80 02..05, which MessagePack reads as an empty map with octets after it. So a message is
/// MessagePack if it is exactly one such value, and else a pickle if it starts like one. The error is that of the
/// dialect it looks like.
expected<rpc_message> decode_message(octets message, const value_limits& limits = {});
octet_string encode_message(rpc_dialect dialect, const value& content);

}  // namespace plexus
