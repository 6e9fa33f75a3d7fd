// The shared instance: programs on this machine attach to the node over a local stream socket.
// Source: rns-1.5.7 section 7.1; LocalInterface.py: LocalServerInterface.
#pragma once

#include "actors/interfaces/interface_actor.hpp"
#include "actors/interfaces/interface_settings.hpp"
#include "actors/io/io_pool.hpp"

#include <caf/actor_system.hpp>

#include <stdexcept>
#include <string>

namespace plexus {

/// Octets of the largest packet between the node and its programs; longer frames, and those of 19 octets or fewer, are
/// passed over.
inline constexpr std::uint32_t local_hw_mtu = 262'144;
inline constexpr std::uint64_t local_bitrate = 1'000'000'000;

/// Its short name among the interfaces, and its class in the reference.
inline constexpr const char* shared_instance_name = "Reticulum";
inline constexpr const char* shared_instance_type = "LocalServerInterface";

/// The same for the program's end of the socket. Source: LocalInterface.py: LocalClientInterface.
inline constexpr const char* shared_client_type = "LocalClientInterface";

/// What the names of the instance's interfaces hold: `rns/default`, or the port.
std::string local_place(const reticulum_config& config);

/// The place belongs to another instance. Only one program may serve it; the operator has to choose.
struct instance_taken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Binds the abstract unix socket of the instance's name, or the port on 127.0.0.1. Throws instance_taken, or
/// std::system_error.
int open_local_listener(const reticulum_config& config);
/// The same for the socket of the management protocol.
int open_control_listener(const reticulum_config& config);

/// Throws as open_local_listener() does.
interface_actor start_local_instance(caf::actor_system& system, const node_settings& node,
                                     const interface_registry& registry, io_pool& pool);

/// Whether somebody serves the instance.
bool local_instance_runs(const reticulum_config& config);

/// Attaches to the instance, ours or the reference's, and again when the connection is lost.
interface_actor start_local_client(caf::actor_system& system, const node_settings& node,
                                   const interface_registry& registry, io_pool& pool);

}  // namespace plexus
