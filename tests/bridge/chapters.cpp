#include "tests/bridge/chapters.hpp"

#include "tests/bridge/core/cores.hpp"

namespace plexus::bridge {

void add_behavioral_commands(command_table& table) {
  core_commands commands(table, std::make_shared<transport_cores>());
  add_traffic_commands(commands);
  add_table_commands(commands);
  add_time_travel_commands(commands);
  add_blackhole_commands(commands);
}

void add_all_commands(command_table& table, event_loop& loop, profile spoken) {
  add_crypto_commands(table);
  add_token_commands(table);
  add_identity_commands(table);
  add_destination_commands(table);
  add_packet_commands(table);
  add_announce_commands(table);
  add_framing_commands(table);
  add_interface_commands(table);
  add_discovery_commands(table, spoken);
  add_behavioral_commands(table);
  add_live_commands(table, loop);
  refuse_the_rest(table);
}

}  // namespace plexus::bridge
