// One registrar for each chapter of the protocol.
#pragma once

#include "tests/bridge/command_table.hpp"
#include "tests/bridge/profile.hpp"

namespace plexus::bridge {

class event_loop;

/// All of them, served or refused.
void add_all_commands(command_table& table, event_loop& loop, profile spoken);

void add_crypto_commands(command_table& table);
void add_token_commands(command_table& table);
void add_identity_commands(command_table& table);
void add_destination_commands(command_table& table);
void add_packet_commands(command_table& table);
void add_announce_commands(command_table& table);
void add_framing_commands(command_table& table);
void add_interface_commands(command_table& table);
void add_discovery_commands(command_table& table, profile spoken);
/// Chapters 8 to 10, which share their transport cores.
void add_behavioral_commands(command_table& table);
/// Chapters 11 to 19, which share their nodes.
void add_live_commands(command_table& table, event_loop& loop);
/// Those that answer with an error that says what is missing.
void refuse_the_rest(command_table& table);

}  // namespace plexus::bridge
