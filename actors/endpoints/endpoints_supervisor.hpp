// The parent of all that lives at an address of this node: destinations and links. It gives each packet that a shard
// delivers to whom it is for, keeps the node's single packets that wait for a proof, and knows the interfaces that
// announces go out on.
//
// A destination that dies is made again with the same keys, settings and ratchets; its links do not notice. A link that
// dies has ended like one whose far side is gone. A shard that is started again is told of every address it owns.
// Source: rns-1.5.7 sections 1.4, 1.10 and 2; Transport.py: register_destination, register_link, receipts.
#pragma once

#include "actors/endpoints/destination_actor.hpp"
#include "actors/endpoints/link_actor.hpp"
#include "actors/interfaces/interfaces_supervisor.hpp"

#include <caf/actor_system.hpp>

namespace plexus {

struct endpoints_settings {
  random_factory random;  ///< a source for each actor
  std::uint64_t hash_secret = 0;
  transport_id transport{};
  octet local_hops_delta = 0;  ///< 0: off
  proof_form proofs = proof_form::implicit_form;
  bool link_mtu_discovery = true;
  std::size_t links_max = 65536;  ///< one more is not answered
  std::size_t receipts_max = receipt_table::capacity_default;
};

struct resident;
using resident_ptr = std::shared_ptr<const resident>;

using endpoints_actor = interface_watcher::extend<
    caf::reacts_to<local_delivery_ptr>,                             // shards: packets for us
    caf::reacts_to<blackhole_set>,                                  // control
    caf::reacts_to<link_id>,                                        // a link: what is sent to this is for me
    caf::reacts_to<announcement_ptr>,                               // a destination: announce this
    caf::replies_to<destination_spec_ptr>::with<registered>,        // application: a destination,
                                                                    // or new settings of it
    caf::reacts_to<close_atom, destination_hash>,                   // application: it is over
    caf::replies_to<link_wish_ptr>::with<link_actor>,               // application
    caf::replies_to<outgoing_packet_ptr>::with<packet_fate>,        // application
    caf::reacts_to<resident_ptr>,                                   // node: keep this one alive
    caf::reacts_to<announce_atom, destination_hash, octet_string>,  // application: announce it, with this data
    caf::reacts_to<prove_atom, destination_hash, packet_hash, interface_id>,  // application: prove a packet to it
    caf::reacts_to<announce_listener>,                                        // application: tell this one of announces
    caf::reacts_to<request_path_atom, destination_hash>,                      // application
    caf::replies_to<recall_atom, destination_hash>::with<known_path_ptr>,     // application
    caf::reacts_to<restarted_atom, destination_hash>,                         // itself: start this one again
    caf::reacts_to<restarted_atom, std::uint32_t>,                            // itself: start this resident again
    caf::reacts_to<tick_atom, std::uint64_t>,                                 // itself: receipts
    caf::reacts_to<announce_atom>,          // itself: tell the shared instance of ours
    caf::reacts_to<detach_atom, duration>,  // node: close all links within that time, and end
    caf::reacts_to<close_atom>,             // itself: that time is over
    caf::replies_to<status_atom>::with<endpoints_status>>;

/// A user of endpoints that is part of the node. It is started again when it dies, and takes its destinations over
/// then.
struct resident {
  std::function<caf::actor(caf::actor_system&, const endpoints_actor&)> start;
};

/// Delivers once it was told who the shards are.
endpoints_actor spawn_endpoints(caf::actor_system& system, const endpoints_settings& settings);

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::link_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::resident_ptr)
