// Commands that answer with an error, by what is missing for them.
#include "tests/bridge/chapters.hpp"

namespace plexus::bridge {
namespace {

struct refusal {
  const char* missing;
  std::initializer_list<const char*> commands;
};

const refusal refusals[] = {
    {"the bridge's node shares no instance and has no destinations of its own; plexusd has",
     {"wire_start_local_client", "wire_mgmt_destinations", "wire_rpc_authkey", "wire_discovery_autoconnect_gate"}},
    {"the library does not keep when an announce was put down", {"wire_read_announce_table_timestamp"}},
    {"the bridge keeps known destinations in memory; plexusd's files are tested with the reference itself",
     {"wire_known_destinations_roundtrip", "wire_known_key_validate", "wire_identity_ratchet_persist"}},
    {"the library has no such object between its calls: a resource is planned, built and sent by one machine",
     {"wire_resource_force_collision", "wire_resource_part_count_derivation"}},
    {"the bridge cannot make this library send, or take, what it makes no use of",
     {"wire_send_undecryptable", "wire_packet_receipt_generation", "wire_resource_send_bomb", "wire_channel_register",
      "wire_channel_handler_chain", "wire_channel_spurious_proof"}},
    {"no access to this moment of a link or resource has been made yet",
     {"wire_packet_receipt_timeout", "wire_inject_crafted_link_proof", "wire_link_set_watchdog",
      "wire_link_key_material", "wire_link_type_gate", "wire_link_phy_stats_gate", "wire_link_request_timeout",
      "wire_capture_response_packet", "wire_resource_constants", "wire_resource_outgoing_queue_state",
      "wire_resource_request_next_content", "wire_resource_late_after_cancel", "wire_inject_crafted_resource_proof",
      "wire_inject_crafted_resource_request", "wire_inject_duplicate_resource_adv", "wire_inject_resource_adv_flags",
      "wire_channel_emit_capture", "wire_listener_proof_log"}},
};

}  // namespace

void refuse_the_rest(command_table& table) {
  for (const auto& one : refusals)
    for (const auto* name : one.commands)
      table.refuse(name, one.missing);
}

}  // namespace plexus::bridge
