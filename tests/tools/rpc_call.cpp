// One call of the management protocol, its answer as one line of JSON on standard output.
//
// Usage: rpc_call unix INSTANCE | tcp PORT, KEY, msgpack|pickle, then the request as MessagePack in hexadecimal, or
// `status` and `paths`, which print what the tool prints. Exit code 1 and the reason on standard error when it failed.
#include "apps/plexus/json_text.hpp"
#include "apps/plexus/path_text.hpp"
#include "apps/plexus/rpc_client.hpp"
#include "apps/plexus/status_text.hpp"
#include "transport/control/value_msgpack.hpp"

#include <chrono>
#include <iostream>
#include <string_view>

using namespace plexus;

namespace {

int failed(std::string_view why) {
  std::cerr << why << '\n';
  return 1;
}

std::string shown(std::string_view what, const value& reply) {
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  if (what == "status")
    return status_text(parse_node_status(reply).value(), {}, {}, now);
  if (what == "paths")
    return path_table_text(parse_path_entries(reply).value(), {}).text;
  return json_text(reply) + "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6)
    return failed("usage: rpc_call unix INSTANCE | tcp PORT, KEY, msgpack|pickle, REQUEST|status|paths");
  const std::string_view kind = argv[1], what = argv[5];
  rpc_client::options how;
  if (kind == "unix")
    how.endpoint = rpc_unix_endpoint{argv[2]};
  else
    how.endpoint = rpc_tcp_endpoint{static_cast<std::uint16_t>(std::stoi(argv[2]))};
  how.key = from_hex(argv[3]);
  how.dialect = argv[4] == std::string_view("pickle") ? rpc_dialect::pickle : rpc_dialect::msgpack;
  how.timeout = std::chrono::seconds(5);

  expected<value> request = what == "status"  ? rpc::encode(rpc::get_interface_stats{})
                            : what == "paths" ? rpc::encode(rpc::get_path_table{})
                                              : from_msgpack(from_hex(what));
  if (!request)
    return failed("bad request");
  const auto reply = rpc_client(how).call(*request);
  if (!reply)
    return failed(to_string(reply.error()));
  std::cout << shown(what, *reply);
  return 0;
}
