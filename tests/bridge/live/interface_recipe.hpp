// What a connection is made of, by the settings that the daemon would give it.
#pragma once

#include "messages/interface.hpp"
#include "storage/config/node_config.hpp"
#include "transport/gates/interface_gate.hpp"
#include "transport/ifac.hpp"

#include <memory>

namespace plexus::bridge {

struct interface_recipe {
  interface_facts facts;
  gate_config gate;
  std::unique_ptr<const access_codes> access;  ///< null: none
};

/// `name` is the interface's textual name.
interface_recipe recipe_for(const node_config& config, const interface_config& interface, const transport_id& identity,
                            const std::string& name);

}  // namespace plexus::bridge
