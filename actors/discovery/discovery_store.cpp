#include "actors/discovery/discovery_store.hpp"

#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

discovery_store::behavior_type store_behavior(discovery_store::pointer self, const state_directory& state) {
  end_on_exception(self);
  return {
      [state](restore_atom) -> discovered_files_ptr {
        return std::make_shared<state_directory::discovered_files>(state.load_discovered());
      },
      [state](save_atom, const discovery_hash& name, const discovered_ptr& record) {
        if (const auto error = state.save_discovered(name, *record))
          log(log_level::error, "The discovered interface {} could not be saved: {}", *record->offer.name,
              error.message());
      },
      [state](drop_atom, const discovery_hash& name) {
        if (const auto error = state.forget_discovered(name))
          log(log_level::error, "The record {} of a discovered interface could not be removed: {}", name.hex(),
              error.message());
      },
  };
}

}  // namespace

discovery_store spawn_discovery_store(caf::actor_system& system, const state_directory& state) {
  return system.spawn<caf::detached>(store_behavior, state);
}

}  // namespace plexus
