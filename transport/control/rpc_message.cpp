#include "transport/control/rpc_message.hpp"

#include "transport/control/value_msgpack.hpp"
#include "transport/control/value_pickle.hpp"

namespace plexus {

expected<rpc_message> decode_message(octets message, const value_limits& limits) {
  auto packed = from_msgpack(message, limits);
  if (packed)
    return rpc_message{rpc_dialect::msgpack, std::move(*packed)};
  if (message.size() < 2 || message[0] != 0x80 || message[1] < 2 || message[1] > 5)
    return unexpected(packed.error());
  auto pickled = from_pickle(message, limits);
  if (!pickled)
    return unexpected(pickled.error());
  return rpc_message{rpc_dialect::pickle, std::move(*pickled)};
}

octet_string encode_message(rpc_dialect dialect, const value& content) {
  switch (dialect) {
    case rpc_dialect::msgpack:
      return to_msgpack(content);
    case rpc_dialect::pickle:
      return to_pickle(content);
  }
  return {};
}

}  // namespace plexus
