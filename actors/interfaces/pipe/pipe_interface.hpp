// PipeInterface: packets through the standard streams of a program, which is run again when it ends.
// Source: rns-1.5.7 section 8.3; PipeInterface.py.
#pragma once

#include "actors/interfaces/stream_interface.hpp"
#include "actors/io/io_pool.hpp"
#include "storage/config/interface_config.hpp"

#include <caf/actor_system.hpp>

namespace plexus {

/// Throws std::invalid_argument or std::runtime_error when the command cannot be split or its program is not there.
interface_actor start_pipe(caf::actor_system& system, const interface_settings& common, const pipe_settings& settings,
                           const interface_registry& registry, io_pool& pool);

}  // namespace plexus
