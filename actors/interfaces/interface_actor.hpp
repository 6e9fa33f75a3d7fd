// What every interface looks like to the rest of the node, whatever its medium.
#pragma once

#include "actors/message_types.hpp"
#include "actors/router/shard_inlet.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <vector>

namespace plexus {

using interface_actor =
    caf::typed_actor<caf::reacts_to<egress_batch_ptr>,       // a shard: packets to send
                     caf::reacts_to<announce_round_ptr>,     // a shard: announces; the gate decides which of them
                     caf::reacts_to<gate_report_ptr>,        // a shard: what came in over this interface
                     caf::reacts_to<shards_changed>,         // supervisor: a shard was started again
                     caf::reacts_to<detach_atom, duration>,  // supervisor: finish what waits within that time, and end
                     caf::reacts_to<drop_queue_atom>,        // supervisor: forget the announces that wait
                     caf::replies_to<status_atom>::with<interface_report_ptr>>;

/// Supervisor to interfaces.
struct shards_changed {
  std::vector<shard_inlet> shards;
};

/// Interface to supervisor: the id in `facts` is still empty.
struct register_interface {
  interface_facts facts;
  interface_actor self;
  interface_description_ptr description = nullptr;
  traffic_meter_ptr meter = nullptr;  ///< null: carries nothing itself
};

/// The answer: every shard knows the interface by now.
struct registration {
  interface_facts facts;
  std::vector<shard_inlet> shards;
};

/// Supervisor to shards: a new interface, or new facts about one.
struct interface_known {
  interface_facts_ptr facts;
  interface_actor actor;
};

/// What the interfaces themselves ask of their supervisor.
using interface_registry =
    caf::typed_actor<caf::replies_to<register_interface>::with<registration_ptr>,  // a new interface
                     caf::replies_to<interface_facts_ptr>::with<interface_id>>;  // new facts; answered once all shards
                                                                                 // know

}  // namespace plexus
