// One child behind a handle that stays the same, however often the child has to be started again.
//
//   everybody ──> supervisor ──> child        what the child must not lose is given back when it ends, by `kept_state`
//
// The supervisor passes every message on as it came, with its sender, so that answers go straight back. While there is
// no child the messages wait. What a child held when it died is lost with it: requests are answered with an error, and
// what a new one must know for good (`keep`) it is told again.
//
// The child is monitored, not linked, since a kill travels along links and cannot be caught.
#pragma once

#include "actors/interfaces/tally.hpp"
#include "actors/supervision/restart_policy.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/type_erased_tuple.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace plexus {

/// Asks a supervisor for the child as it is now, once there is one; answered with a caf::actor.
using child_atom = caf::atom_constant<caf::atom("child")>;

/// A message that later lives of a child have to hear of, too.
struct kept_message {
  std::string key;      ///< takes the place of what was kept under it
  bool forget = false;  ///< nothing is kept under the key any more
};

enum class too_many_deaths : std::uint8_t {
  fail,  ///< the supervisor ends with an error, for its own parent to see
  wait,  ///< each further life begins after a longer wait
};

using restart_count = std::shared_ptr<tally>;

struct child_spec {
  /// In the log and, as an atom, in the actor system's registry: at most 10 letters.
  const char* name = "";
  /// Begins a life. `front` is the handle that others have of the child. Throwing counts as a death.
  std::function<caf::actor(caf::actor_system&, const caf::actor& front)> start;
  /// What to keep of a message; empty: nothing is ever kept.
  std::function<std::optional<kept_message>(const caf::type_erased_tuple&)> keep;
  restart_limits limits;
  too_many_deaths afterwards = too_many_deaths::fail;
  restart_count restarts;  ///< of the child, if somebody wants to know; written by the supervisor
};

/// Ends when the child ends of its own accord. Told to end, it ends the child first. Cast the handle to the child's
/// type.
caf::actor supervise(caf::actor_system& system, child_spec spec);

/// State that outlives the actor that works with it. A life takes it over from the one before and gives it back when it
/// ends, in whatever way; so it has one owner at a time.
template <class State>
class kept_state {
public:
  explicit kept_state(State first) : at_rest_(std::make_shared<State>(std::move(first))) {}

  /// For the state of an actor: derive from it. Copies of it are for nobody.
  class life : public State {
  public:
    life() = default;
    life(const life&) = delete;
    life& operator=(const life&) = delete;
    ~life() {
      if (at_rest_)
        *at_rest_ = std::move(static_cast<State&>(*this));
    }
    void take_over(const kept_state& kept) {
      at_rest_ = kept.at_rest_;
      static_cast<State&>(*this) = std::move(*at_rest_);
    }

  private:
    std::shared_ptr<State> at_rest_;
  };

private:
  std::shared_ptr<State> at_rest_;
};

}  // namespace plexus
