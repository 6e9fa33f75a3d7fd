#include "actors/discovery/blackhole_updater.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "messages/announce.hpp"
#include "transport/control/blackhole_list.hpp"
#include "transport/destination_name.hpp"

#include <caf/all.hpp>

#include <map>

namespace plexus {
namespace {

constexpr std::string_view blackhole_name = "rnstransport.info.blackhole", list_path = "/list";
/// Between two looks whether a path is there that was asked for.
constexpr auto path_check_interval = std::chrono::milliseconds(500);

using updater_actor = link_listener::extend<caf::reacts_to<reticulum_settings>,         // control: read again
                                            caf::reacts_to<tick_atom>,                  // itself: who is due?
                                            caf::reacts_to<find_atom, identity_hash>>;  // itself: is the path there?

/// What is known of one source.
struct blackhole_source {
  std::optional<instant> updated;         ///< when its list was asked for last
  std::optional<instant> path_wanted_by;  ///< while a path is waited for
};

struct updater_state {
  explicit updater_state(updater_actor::base*) {}

  const char* name = "blackhole updater";
  std::shared_ptr<const discovery_room> room;
  control_actor control;
  endpoints_actor endpoints;
  std::vector<identity_hash> wanted;
  duration interval{};
  std::map<identity_hash, blackhole_source> sources;
  std::map<destination_hash, identity_hash> publishers;
};

using self_ptr = updater_actor::stateful_pointer<updater_state>;

destination_hash publisher_of(const identity_hash& source) {
  return hash_destination(blackhole_name, source);
}

void apply(self_ptr self, const reticulum_config& config) {
  auto& s = self->state;
  s.wanted = config.blackhole_sources;
  s.interval = from_seconds(config.blackhole_update_interval);
  std::erase_if(s.sources, [&](const auto& entry) {
    return std::find(s.wanted.begin(), s.wanted.end(), entry.first) == s.wanted.end();
  });
  s.publishers.clear();
  for (const auto& source : s.wanted)
    s.publishers[publisher_of(source)] = source;
}

// Asking

void open_link(self_ptr self, const identity_hash& source, const known_path& path) {
  auto& s = self->state;
  auto& known = s.sources[source];
  known.path_wanted_by.reset();
  const auto packet = parse_packet(path.announce);
  const auto heard =
      packet ? announce::parse(packet->data, packet->header.has_context_flag()) : unexpected(parse_error::truncated);
  if (!heard || hash_identity(heard->key) != source)
    return;
  known.updated = now();
  link_wish wish{public_identity(heard->key), publisher_of(source), {}, link_listener(self)};
  self->request(s.endpoints, caf::infinite, std::make_shared<const link_wish>(std::move(wish)))
      .then([](const link_actor&) {},
            [source](const caf::error&) {
              log(log_level::warning, "No link for the blackhole list of {} could be opened", source.pretty());
            });
}

void on_path(self_ptr self, const identity_hash& source, const known_path_ptr& path) {
  auto& s = self->state;
  const auto found = s.sources.find(source);
  if (found == s.sources.end())
    return;
  auto& known = found->second;
  if (path && !path->announce.empty())
    return open_link(self, source, *path);
  if (!known.path_wanted_by) {
    known.path_wanted_by = now() + s.room->times.path_wait;
    self->send(s.endpoints, request_path_atom::value, publisher_of(source));
  } else if (now() >= *known.path_wanted_by) {
    known.path_wanted_by.reset();
    return log(log_level::verbose, "No path for the blackhole list of {}, trying again later", source.pretty());
  }
  self->delayed_send(self, path_check_interval, find_atom::value, source);
}

void find_path(self_ptr self, const identity_hash& source) {
  self->request(self->state.endpoints, caf::infinite, recall_atom::value, publisher_of(source))
      .then([self, source](const known_path_ptr& path) { on_path(self, source, path); },
            [self, source](const caf::error&) { on_path(self, source, nullptr); });
}

void on_tick(self_ptr self) {
  auto& s = self->state;
  for (const auto& source : s.wanted) {
    const auto& known = s.sources[source];
    if (known.path_wanted_by || (known.updated && now() <= *known.updated + s.interval))
      continue;
    log(log_level::debug, "Attempting blackhole list update from {}", source.pretty());
    find_path(self, source);
  }
  self->delayed_send(self, s.room->times.blackhole_round, tick_atom::value);
}

// The answer

/// What makes no sense is left out.
blackhole_entries entries_of(const value& list) {
  blackhole_entries out;
  const auto* members = list.as_map();
  for (std::size_t i = 0; members && i < members->size() && out.size() < blackhole_list::entries_max; ++i)
    if (auto one = parse_blackhole_entries(value::map{(*members)[i]}))
      out.push_back(std::move(one->front()));
  return out;
}

void on_list(self_ptr self, const identity_hash& source, const value& list) {
  auto entries = std::make_shared<blackhole_entries>(entries_of(list));
  const auto* members = list.as_map();
  if (!members || entries->size() < members->size())
    log(log_level::warning, "The blackhole list of {} is not all as it should be", source.pretty());
  if (!entries->empty())
    self->send(self->state.control, blackhole_publication{source, std::move(entries)});
  log(log_level::debug, "Blackhole list update from {} completed", source.pretty());
}

void on_news(self_ptr self, const link_news_ptr& news) {
  const auto found = self->state.publishers.find(news->facts.destination);
  if (found == self->state.publishers.end())
    return caf::anon_send(news->link, order(close_link{}));
  for (const auto& event : news->events) {
    if (std::holds_alternative<link_established>(event)) {
      caf::anon_send(news->link, order(make_request{std::string(list_path), value(), {}}));
    } else if (const auto* response = std::get_if<response_received>(&event)) {
      on_list(self, found->second, response->content);
      caf::anon_send(news->link, order(close_link{}));
    } else if (std::holds_alternative<request_failed>(event)) {
      log(log_level::verbose, "{} did not answer with its blackhole list", found->second.pretty());
      caf::anon_send(news->link, order(close_link{}));
    }
  }
}

updater_actor::behavior_type updater_behavior(self_ptr self, const std::shared_ptr<const discovery_room>& room,
                                              const control_actor& control, const endpoints_actor& endpoints) {
  auto& s = self->state;
  end_on_exception(self);
  s.room = room;
  s.control = control;
  s.endpoints = endpoints;
  apply(self, room->config.reticulum);
  self->send(control, settings_watcher(self));
  self->delayed_send(self, room->times.blackhole_first_wait, tick_atom::value);
  return {
      [self](const link_news_ptr& news) { on_news(self, news); },
      [self](const reticulum_settings& settings) { apply(self, *settings); },
      [self](tick_atom) { on_tick(self); },
      [self](find_atom, const identity_hash& source) { find_path(self, source); },
  };
}

}  // namespace

resident_ptr make_blackhole_updater(const std::shared_ptr<const discovery_room>& room, const control_actor& control) {
  auto made = std::make_shared<resident>();
  made->start = [room, control](caf::actor_system& system, const endpoints_actor& endpoints) {
    return caf::actor_cast<caf::actor>(system.spawn(updater_behavior, room, control, endpoints));
  };
  return made;
}

}  // namespace plexus
