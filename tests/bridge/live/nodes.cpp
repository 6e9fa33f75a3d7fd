#include "tests/bridge/live/nodes.hpp"

#include "tests/bridge/chapters.hpp"

namespace plexus::bridge {

live_node& live_nodes::at(const parameters& p) {
  const auto found = nodes_.find(p.text("handle"));
  if (found == nodes_.end())
    throw command_error("handle: no such node: " + p.text("handle"));
  found->second->step();
  return *found->second;
}

void add_live_commands(command_table& table, event_loop& loop) {
  live_commands commands(table, std::make_shared<live_nodes>(loop));
  add_start_commands(commands);
  add_raw_frame_commands(commands);
  add_path_commands(commands);
  add_packet_commands(commands);
  add_sealing_commands(commands);
  add_ratchet_commands(commands);
  add_link_commands(commands);
  add_link_injection_commands(commands);
  add_request_commands(commands);
  add_resource_commands(commands);
  add_resource_probe_commands(commands);
  add_channel_commands(commands);
}

}  // namespace plexus::bridge
