// Values of the management protocol from any octets: what is read is written and read again as the same value.
#include "transport/control/requests.hpp"
#include "transport/control/rpc_message.hpp"
#include "transport/control/status.hpp"
#include "transport/control/tables.hpp"
#include "transport/control/value_msgpack.hpp"
#include "transport/control/value_pickle.hpp"

#include <cmath>
#include <cstdlib>

using namespace plexus;

namespace {

constexpr value_limits roomy{32, std::size_t{1} << 20, std::size_t{1} << 24};

/// Octets rather than values are compared, because a value that is not a number equals nothing.
void check_round_trips(const value& v) {
  const auto packed = to_msgpack(v);
  const auto unpacked = from_msgpack(packed, roomy);
  if (!unpacked || to_msgpack(*unpacked) != packed)
    std::abort();
  const auto unpickled = from_pickle(to_pickle(v), roomy);
  if (!unpickled || to_msgpack(*unpickled) != packed)
    std::abort();
}

void check_shapes(const value& v) {
  if (const auto call = rpc::parse_request(v)) {
    const auto again = rpc::parse_request(rpc::encode(*call));
    if (!again || to_msgpack(rpc::encode(*again)) != to_msgpack(rpc::encode(*call)))
      std::abort();
  }
  if (const auto node = parse_node_status(v); node && !parse_node_status(encode(*node)))
    std::abort();
  if (const auto paths = parse_path_entries(v); paths && !parse_path_entries(encode(*paths)))
    std::abort();
  if (const auto rates = parse_rate_entries(v); rates && !parse_rate_entries(encode(*rates)))
    std::abort();
  if (const auto holes = parse_blackhole_entries(v); holes && !parse_blackhole_entries(encode(*holes)))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  const octets input(data, size);
  for (const auto& v : {from_msgpack(input), from_pickle(input)})
    if (v) {
      check_round_trips(*v);
      check_shapes(*v);
    }
  if (const auto message = decode_message(input))
    check_round_trips(message->content);
  return 0;
}
