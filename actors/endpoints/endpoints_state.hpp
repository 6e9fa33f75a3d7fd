// The inside of the endpoints' parent: what it knows, and its procedures grouped by what they are about. Private to
// this folder.
#pragma once

#include "actors/deadline_timer.hpp"
#include "actors/endpoints/endpoints_supervisor.hpp"
#include "actors/endpoints/ratchet_files.hpp"
#include "actors/supervision/restart_policy.hpp"

#include <caf/all.hpp>

#include <optional>
#include <unordered_map>
#include <vector>

namespace plexus {

/// What destinations and links have in common.
using endpoint = caf::typed_actor<caf::reacts_to<delivered>, caf::reacts_to<surroundings_ptr>>;

/// Strangers choose what link ids look like, not where they lie in a table.
struct secret_hash {
  std::uint64_t secret = 0;
  std::size_t operator()(const address& key) const {
    std::uint64_t first, second;
    std::memcpy(&first, key.data(), sizeof first);
    std::memcpy(&second, key.data() + 8, sizeof second);
    auto h = (first ^ secret) * 0x9e3779b97f4a7c15ULL;
    h = (h ^ h >> 32 ^ second) * 0xbf58476d1ce4e5b9ULL;
    return h ^ h >> 29;
  }
};

struct destination_entry {
  destination_spec_ptr spec;
  destination_actor actor;  ///< empty while it is down
  octet_string ratchets;    ///< as in their file
};
struct link_entry {
  link_actor actor;
  link_listener listener;
  destination_hash destination{};
  link_role role = link_role::initiator;
  std::optional<link_id> id;
};

struct resident_entry {
  resident_ptr what;
  caf::actor actor;  ///< empty while it is down
};

struct endpoints_state {
  explicit endpoints_state(endpoints_actor::base*) {}
  ~endpoints_state() {
    for (const auto& [hash, entry] : destinations)
      caf::anon_send_exit(entry.actor, caf::exit_reason::user_shutdown);
    for (const auto& [id, entry] : links)
      caf::anon_send_exit(entry.actor, caf::exit_reason::user_shutdown);
    for (const auto& one : residents)
      caf::anon_send_exit(one.actor, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(files, caf::exit_reason::user_shutdown);
  }

  struct interface_slot {
    interface_facts_ptr facts;
    interface_actor actor;
  };

  const char* name = "endpoints";
  endpoints_settings settings;
  surroundings_ptr around;
  std::vector<interface_slot> interfaces;  ///< by slot
  std::unordered_map<address, endpoint, secret_hash> routes;
  std::unordered_map<destination_hash, destination_entry> destinations;
  std::unordered_map<caf::actor_id, link_entry> links;
  std::vector<resident_entry> residents;
  std::vector<announce_listener> announce_listeners;
  receipt_table receipts;
  std::unordered_map<packet_hash, caf::typed_response_promise<packet_fate>> waiting;
  deadline_timer timer;
  ratchet_files files;
  restart_policy policy;
  endpoints_status counts;
  bool ending = false;

  bool connected() const { return !around->shards.empty(); }
  const interface_slot* find(interface_id id) const {
    const auto slot = id.slot();
    return slot < interfaces.size() && interfaces[slot].facts && interfaces[slot].facts->id == id ? &interfaces[slot]
                                                                                                  : nullptr;
  }
};

using endpoints_ptr = endpoints_actor::stateful_pointer<endpoints_state>;

// endpoints_supervisor.cpp: addresses, and children from their start to their end

/// The shard that owns the address delivers to us from now on, or no more.
void tell_owner(endpoints_ptr self, const address& local);
void forget_address(endpoints_ptr self, const address& local);

// endpoint_traffic.cpp: packets for children, links, and single packets of ours

void on_deliveries(endpoints_ptr self, const local_delivery_ptr& batch);
caf::result<link_actor> open_link(endpoints_ptr self, const link_wish_ptr& wish);
/// A link's first word: what is sent to this is for the sender.
void on_link_named(endpoints_ptr self, const link_id& id);
caf::result<packet_fate> on_outgoing(endpoints_ptr self, const outgoing_packet_ptr& out);
void on_receipts_due(endpoints_ptr self);

// endpoint_announces.cpp: what others learn of our destinations

void on_announcement(endpoints_ptr self, const announcement& made);
/// Tells the shared instance of our destinations, if we are a program on one.
void tell_instance(endpoints_ptr self);
/// The same for a destination that is new.
void tell_instance_soon(endpoints_ptr self);
/// The connection to the shared instance came or went.
void on_instance(endpoints_ptr self, const interface_facts& facts);

}  // namespace plexus
