#include "actors/supervision/child_spec.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

#include <map>

namespace plexus {
namespace {

/// The supervisor to itself; no child has a message like that.
using begin_life_atom = caf::atom_constant<caf::atom("beginlife")>;
constexpr std::chrono::seconds wait_max{60};

struct supervisor_state {
  explicit supervisor_state(caf::event_based_actor*) {}
  ~supervisor_state() {
    if (registry)
      registry->erase(caf::atom_from_string(spec.name));
    if (child)
      caf::anon_send_exit(child, caf::exit_reason::user_shutdown);
  }

  const char* name = "supervisor";
  child_spec spec;
  caf::actor_registry* registry = nullptr;
  restart_policy policy;
  caf::actor child;  ///< null: it is to be started again
  bool ending = false;
  std::map<std::string, caf::message> kept;
};

using self_ptr = caf::stateful_actor<supervisor_state>*;

void keep(supervisor_state& s, const kept_message& what, const caf::message& message) {
  if (what.forget)
    s.kept.erase(what.key);
  else
    s.kept[what.key] = message;
}

/// Messages wait in the mailbox while there is nobody to take them.
caf::result<caf::message> pass_on(self_ptr self, caf::message_view& view) {
  auto& s = self->state;
  if (!s.child)
    return caf::skip;
  const auto what = s.spec.keep ? s.spec.keep(view.content()) : std::nullopt;
  auto message = view.move_content_to_message();
  if (what)
    keep(s, *what, message);
  auto& element = *self->current_mailbox_element();
  s.child->enqueue(
      caf::make_mailbox_element(std::move(element.sender), element.mid, std::move(element.stages), std::move(message)),
      self->context());
  return caf::delegated<caf::message>();
}

void on_death(self_ptr self) {
  auto& s = self->state;
  s.child = nullptr;
  auto wait = s.policy.on_death(now());
  if (s.spec.restarts)
    *s.spec.restarts += 1;
  if (!wait && s.spec.afterwards == too_many_deaths::wait)
    wait = wait_max;
  if (!wait) {
    log(log_level::critical, "The actor \"{}\" ended too often", s.spec.name);
    return self->quit(caf::sec::runtime_error);
  }
  log(log_level::error, "The actor \"{}\" ended and is started again in {:.2f} s", s.spec.name, seconds_of(*wait));
  self->delayed_send(self, *wait, begin_life_atom::value);
}

void begin_life(self_ptr self) {
  auto& s = self->state;
  try {
    s.child = s.spec.start(self->system(), caf::actor(self));
  } catch (const std::exception& error) {
    log(log_level::error, "The actor \"{}\" could not be started: {}", s.spec.name, error.what());
    return on_death(self);
  }
  self->monitor(s.child);
  for (const auto& [key, message] : s.kept)
    self->send(s.child, message);
}

void on_down(self_ptr self, const caf::down_msg& down) {
  auto& s = self->state;
  if (!s.child || s.child.address() != down.source)
    return;
  if (!s.ending && down.reason && down.reason != caf::exit_reason::user_shutdown)
    return on_death(self);
  s.child = nullptr;
  self->quit(down.reason);
}

void on_exit(self_ptr self, const caf::exit_msg& exit) {
  auto& s = self->state;
  s.ending = true;
  if (!s.child)
    return self->quit(exit.reason);
  self->send_exit(s.child, exit.reason);
}

caf::behavior supervisor_behavior(self_ptr self, const child_spec& spec) {
  auto& s = self->state;
  end_on_exception(self);
  s.spec = spec;
  s.policy = restart_policy(spec.limits);
  s.registry = &self->system().registry();
  s.registry->put(caf::atom_from_string(spec.name), caf::actor_cast<caf::strong_actor_ptr>(self));
  self->set_default_handler([self](caf::scheduled_actor*, caf::message_view& view) { return pass_on(self, view); });
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  self->set_exit_handler([self](const caf::exit_msg& exit) { on_exit(self, exit); });
  begin_life(self);
  return {
      [self](begin_life_atom) { begin_life(self); },
      [&s](child_atom) -> caf::result<caf::actor> {
        if (!s.child)
          return caf::skip;
        return s.child;
      },
  };
}

}  // namespace

caf::actor supervise(caf::actor_system& system, child_spec spec) {
  return system.spawn(supervisor_behavior, std::move(spec));
}

}  // namespace plexus
