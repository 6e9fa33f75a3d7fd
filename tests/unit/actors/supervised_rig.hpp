// Kills actors of a node that runs, by the name of their supervisor.
#pragma once

#include "actors/node.hpp"
#include "actors/supervision/child_spec.hpp"
#include "tests/unit/catch.hpp"

#include <caf/all.hpp>

#include <string>

namespace plexus::test {

/// The child of that supervisor as it is now.
inline caf::actor child_of(node& of, const std::string& supervisor) {
  const auto found = of.system().registry().get(caf::atom_from_string(supervisor));
  INFO(supervisor);
  REQUIRE(found);
  caf::scoped_actor self{of.system()};
  caf::actor child;
  self->request(caf::actor_cast<caf::actor>(found), std::chrono::seconds(20), child_atom::value)
      .receive([&](const caf::actor& now) { child = now; }, [](const caf::error&) {});
  REQUIRE(child);
  return child;
}

/// Returns when the actor has ended; its supervisor may not know yet.
inline void kill_and_wait(node& of, const caf::actor& victim) {
  caf::scoped_actor self{of.system()};
  self->monitor(victim);
  caf::anon_send_exit(victim, caf::exit_reason::kill);
  bool ended = false;
  self->receive([&](const caf::down_msg&) { ended = true; }, caf::after(std::chrono::seconds(20)) >> [] {});
  REQUIRE(ended);
}

inline void kill_child(node& of, const std::string& supervisor) {
  kill_and_wait(of, child_of(of, supervisor));
}

}  // namespace plexus::test
