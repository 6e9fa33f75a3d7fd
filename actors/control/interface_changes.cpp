#include "actors/control/control_state.hpp"
#include "actors/log.hpp"
#include "storage/config/config_diff.hpp"

#include <algorithm>

namespace plexus {
namespace {

using entry_ptr = std::shared_ptr<const interface_config>;

std::shared_ptr<const reticulum_config> defaults_of(control_ptr self) {
  return std::make_shared<reticulum_config>(self->state.running.reticulum);
}

/// What follows when somebody does not answer.
auto refuse(control_ptr self, change_answer then) {
  return [self, then = std::move(then)](const caf::error& error) {
    log(log_level::error, "A change of an interface was given up: {}", self->system().render(error));
    then(change_outcome::refused);
  };
}

/// The next comparison of configurations starts from what was used.
void remember(control_ptr self, interface_config used) {
  auto& interfaces = self->state.running.interfaces;
  std::erase_if(interfaces, [&](const auto& one) { return one.name == used.name; });
  interfaces.push_back(std::move(used));
}

void add(control_ptr self, const entry_ptr& entry, open_failure on_failure, change_answer then) {
  self->request(self->state.interfaces, control_timeout, add_interface{entry, defaults_of(self), on_failure})
      .then(
          [name = entry->name, then](const std::string& problem) {
            if (!problem.empty())
              log(log_level::error, "The interface {} could not be started: {}", name, problem);
            then(problem.empty() ? change_outcome::done : change_outcome::refused);
          },
          refuse(self, then));
}

void detach(control_ptr self, const std::string& name, change_answer then) {
  self->request(self->state.interfaces, control_timeout, detach_atom::value, name)
      .then(
          [name, then](change_outcome outcome) {
            if (outcome == change_outcome::done)
              log(log_level::notice, "Interface \"{}\" was detached", name);
            then(outcome);
          },
          refuse(self, then));
}

void attach_entry(control_ptr self, const std::string& name, const entry_reading& reading, change_answer then) {
  if (!reading.entry) {
    log(log_level::error, "Cannot attach interface \"{}\": {}", name, reading.problem);
    return then(reading.without);
  }
  auto used = *reading.entry;
  used.enabled = reading.enabled;
  add(self, reading.entry, open_failure::report, [self, name, used, then](change_outcome outcome) {
    if (outcome == change_outcome::done) {
      remember(self, used);
      log(log_level::notice, "Interface \"{}\" was attached", name);
    }
    then(outcome);
  });
}

void attach(control_ptr self, const std::string& name, change_answer then) {
  if (!self->state.files)
    return then(change_outcome::unknown);
  self->request(self->state.interfaces, control_timeout, facts_atom::value)
      .then(
          [self, name, then](const interface_list& known) {
            if (std::any_of(known->begin(), known->end(),
                            [&](const auto& one) { return one.description->short_name == name; })) {
              log(log_level::warning, "Attempt to attach existing interface \"{}\"", name);
              return then(change_outcome::refused);
            }
            self->request(self->state.files, control_timeout, find_atom::value, name)
                .then(
                    [self, name, then](const entry_reading_ptr& reading) { attach_entry(self, name, *reading, then); },
                    refuse(self, then));
          },
          refuse(self, then));
}

/// Both halves must be done; an interface that is not there is told apart.
void reload(control_ptr self, const std::string& name, change_answer then) {
  detach(self, name, [self, name, then](change_outcome detached) {
    if (detached != change_outcome::done)
      return then(detached);
    attach(self, name, [name, then](change_outcome attached) {
      const bool done = attached == change_outcome::done;
      if (done)
        log(log_level::notice, "Interface \"{}\" was reloaded", name);
      else
        log(log_level::notice, "Could not reload interface \"{}\"", name);
      then(done ? change_outcome::done : change_outcome::refused);
    });
  });
}

void add_again(control_ptr self, const interface_config& config) {
  add(self, std::make_shared<interface_config>(config), open_failure::keep_trying,
      [name = config.name](change_outcome outcome) {
        if (outcome == change_outcome::done)
          log(log_level::notice, "Interface \"{}\" was attached", name);
      });
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out += (out.empty() ? "" : ", ") + word;
  return out;
}

void log_plan(const reload_plan& plan, const std::vector<std::string>& needs_restart) {
  log(log_level::notice, "The configuration was read again: {} interfaces new, {} gone, {} changed, {} as before",
      plan.added.size(), plan.removed.size(), plan.changed.size(), plan.unchanged.size());
  for (const auto& one : plan.changed)
    log(log_level::notice, "Interface \"{}\" differs in {}", one.after.name, joined(one.keys));
  if (!plan.applies_now.empty())
    log(log_level::notice, "In effect from now on: {}", joined(plan.applies_now));
  if (!needs_restart.empty())
    log(log_level::warning, "In effect after a restart: {}", joined(needs_restart));
}

void apply(control_ptr self, const node_config& after) {
  auto& s = self->state;
  const auto plan = plan_reload(s.running, after);
  log_plan(plan, plan_reload(s.settings.config, after).needs_restart);
  s.running = after;
  for (const auto& one : plan.removed)
    detach(self, one.name, [](change_outcome) {});
  for (const auto& one : plan.changed)
    detach(self, one.before.name, [self, next = one.after](change_outcome) { add_again(self, next); });
  for (const auto& one : plan.added)
    add_again(self, one);
  if (plan.applies_now.empty())
    return;
  if (s.settings.settings_changed)
    s.settings.settings_changed(after);
  const auto settings = std::make_shared<const reticulum_config>(after.reticulum);
  for (const auto& watcher : s.settings_watchers)
    self->send(watcher, reticulum_settings(settings));
  s.blackholes.keep_sources(after.reticulum.blackhole_sources);
  load_blackholes(self);
}

}  // namespace

void change_interface(control_ptr self, rpc::interface_change change, const std::string& name, change_answer then) {
  if (!self->state.running.reticulum.enable_interface_management)
    return then(change_outcome::refused);
  switch (change) {
    case rpc::interface_change::attach:
      return attach(self, name, std::move(then));
    case rpc::interface_change::detach:
      return detach(self, name, std::move(then));
    case rpc::interface_change::reload:
      return reload(self, name, std::move(then));
  }
}

void reload_configuration(control_ptr self) {
  if (!self->state.files)
    return;
  self->request(self->state.files, control_timeout, facts_atom::value).then([self](const config_reading_ptr& reading) {
    if (!reading->config)
      return log(log_level::error, "The configuration stays as it was: {}", reading->problem);
    for (const auto& warning : reading->config->warnings)
      log(log_level::warning, "{}", warning.shown());
    apply(self, *reading->config);
  });
}

}  // namespace plexus
