// The files of the control plane: configuration and blackhole lists. On a thread of its own, since disks are slow.
#pragma once

#include "actors/message_types.hpp"
#include "storage/config/node_config.hpp"
#include "transport/control/tables.hpp"

#include <caf/actor_system.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace plexus {

/// The configuration as it stands in its file now.
struct config_reading {
  std::optional<node_config> config;
  std::string problem;  ///< `file:line: key: ...` without one
};
using config_reading_ptr = std::shared_ptr<const config_reading>;

/// One interface of it, read as if it were enabled.
struct entry_reading {
  std::shared_ptr<const interface_config> entry;
  bool enabled = false;                           ///< as the file has it
  change_outcome without = change_outcome::done;  ///< what to answer where there is no entry
  std::string problem;
};
using entry_reading_ptr = std::shared_ptr<const entry_reading>;

/// By source; the node's own without one.
using blackhole_lists = std::vector<std::pair<std::optional<identity_hash>, blackhole_entries>>;
using blackhole_lists_ptr = std::shared_ptr<const blackhole_lists>;
using blackhole_entries_ptr = std::shared_ptr<const blackhole_entries>;
using identity_list = std::shared_ptr<const std::vector<identity_hash>>;

using control_files =
    caf::typed_actor<caf::replies_to<facts_atom>::with<config_reading_ptr>,             // the whole configuration
                     caf::replies_to<find_atom, std::string>::with<entry_reading_ptr>,  // one section of it
                     caf::replies_to<restore_atom, identity_list>::with<blackhole_lists_ptr>,  // of these sources
                     caf::reacts_to<save_atom, blackhole_entries_ptr>,                         // the node's own
                     caf::reacts_to<save_atom, identity_hash, blackhole_entries_ptr>>;         // of a source

control_files spawn_control_files(caf::actor_system& system, const std::filesystem::path& config_directory);

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::config_reading_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::entry_reading_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::blackhole_lists_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::blackhole_entries_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::identity_list)
