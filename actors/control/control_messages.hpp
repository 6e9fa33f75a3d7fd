// What the control plane is asked, and what it asks others.
#pragma once

#include "actors/message_types.hpp"
#include "messages/instant.hpp"
#include "storage/config/node_config.hpp"
#include "transport/control/requests.hpp"
#include "transport/control/tables.hpp"
#include "transport/control/value.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace plexus {

/// A call of the management protocol. Null: no answer, the caller is to be left without one.
using control_request = std::shared_ptr<const rpc::request>;
using control_reply = std::shared_ptr<const value>;

/// The same from somebody who is no actor. `done` is called once, on any thread.
struct control_call {
  rpc::request request;
  std::function<void(const control_reply&)> done;
};
using control_call_ptr = std::shared_ptr<const control_call>;

/// What programs say about the use of a destination (Identity.py: _used_destination_data).
struct destination_mark {
  destination_hash destination{};
  rpc::destination_use use{};
  unix_time at{};
};
/// All destinations of an identity are to be kept for good.
struct identity_mark {
  identity_hash identity{};
};

/// Who keeps known destinations. Answers whether it knows them.
using destination_keeper = caf::typed_actor<caf::replies_to<destination_mark>::with<bool>,  //
                                            caf::replies_to<identity_mark>::with<bool>>;

/// Hears who is blackholed, now and whenever that changes.
using blackhole_watcher = caf::typed_actor<caf::reacts_to<blackhole_set>>;

/// Hears of the settings, now and whenever they were read again.
using reticulum_settings = std::shared_ptr<const reticulum_config>;
using settings_watcher = caf::typed_actor<caf::reacts_to<reticulum_settings>>;

/// A list that a source of ours publishes.
struct blackhole_publication {
  identity_hash source{};
  std::shared_ptr<const blackhole_entries> entries;
};

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::reticulum_settings)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::settings_watcher)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::blackhole_publication)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::blackhole_watcher)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::control_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::control_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::control_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::destination_mark)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::identity_mark)
