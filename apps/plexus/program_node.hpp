// The node of a subcommand that is an end point itself: a program on the shared instance of its configuration directory
// if one runs, ours or the reference's, else a node of its own for the time, as the reference's tools do it.
#pragma once

#include "actors/api/node.hpp"
#include "apps/plexus/command_line.hpp"

#include <memory>
#include <optional>
#include <string>

namespace plexus {

/// Blocks until its interfaces are up, as node::start(). Throws std::runtime_error, which names why it could not start.
std::unique_ptr<api::node> start_program_node(const common_options& common);

/// Whom a tool speaks as: the identity in `file` if there is one named, else `<configdir>/identities/<app>`. A file that
/// is not there is written with new keys. The error says what is wrong with it.
expected<std::shared_ptr<const identity>, std::string> program_identity(const common_options& common,
                                                                        const std::string& app,
                                                                        const std::optional<std::string>& file);

}  // namespace plexus
