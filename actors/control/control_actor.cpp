#include "actors/control/control_actor.hpp"

#include "actors/clock.hpp"
#include "actors/control/control_state.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "transport/destination_name.hpp"

#include <algorithm>

namespace plexus {
namespace {

/// How often expired blackhole entries are looked for. Source: Transport.blackhole_check_interval.
constexpr auto job_interval = std::chrono::seconds(60);

/// Asks every shard; `each` takes an answer, `done` comes when there are no more to wait for. A shard that does not
/// answer is left out.
template <class Reply, class... Question>
void ask_shards(control_ptr self, std::function<void(const Reply&)> each, std::function<void()> done,
                const Question&... question) {
  const auto missing = std::make_shared<std::size_t>(self->state.shards.size());
  const auto one_less = [missing, done = std::move(done)] {
    if (--*missing == 0)
      done();
  };
  for (const auto& shard : self->state.shards)
    self->request(shard, control_timeout, question...)
        .then(
            [each, one_less](const Reply& reply) {
              each(reply);
              one_less();
            },
            [one_less](const caf::error&) { one_less(); });
}

using with_interfaces = std::function<void(const interface_list&)>;

void ask_interfaces(control_ptr self, with_interfaces then) {
  self->request(self->state.interfaces, control_timeout, facts_atom::value).then(then, [then](const caf::error&) {
    then(std::make_shared<std::vector<interface_entry>>());
  });
}

const shard_actor& owner_of(const control_state& s, const destination_hash& destination) {
  return s.shards[shard_of(destination.data(), s.settings.hash_secret, static_cast<unsigned>(s.shards.size()))];
}

using with_path = std::function<void(const std::optional<path_summary>&)>;

void find_path(control_ptr self, const destination_hash& destination, with_path then) {
  self->request(owner_of(self->state, destination), control_timeout, find_atom::value, destination)
      .then(then, [then](const caf::error&) { then(std::nullopt); });
}

/// The path to a destination, and the interface that it begins with, if there are any.
void find_next(control_ptr self, const destination_hash& destination,
               std::function<void(const std::optional<path_summary>&, const interface_names&)> then) {
  find_path(self, destination, [self, then](const std::optional<path_summary>& path) {
    ask_interfaces(self, [path, then](const interface_list& list) { then(path, interface_names(list)); });
  });
}

value as_value(change_outcome outcome) {
  return outcome == change_outcome::unknown ? value() : value(outcome == change_outcome::done);
}

value as_value(blackhole_list::change change) {
  return change == blackhole_list::change::already_so ? value() : value(change == blackhole_list::change::done);
}

value as_value(const std::optional<std::uint64_t>& number) {
  return number ? value(*number) : value();
}

octet_string copy(octets from) {
  return {from.begin(), from.end()};
}

void tell_blackholes(control_ptr self) {
  const auto set =
      blackhole_set(std::make_shared<std::unordered_set<identity_hash>>(self->state.blackholes.identities()));
  for (const auto& shard : self->state.shards)
    self->send(shard, set);
  for (const auto& watcher : self->state.blackhole_watchers)
    self->send(watcher, set);
}

void blackholes_changed(control_ptr self) {
  auto& s = self->state;
  tell_blackholes(self);
  s.blackholes_unsaved = true;
  if (s.files && s.blackholes_loaded)
    self->send(s.files, save_atom::value,
               blackhole_entries_ptr(std::make_shared<blackhole_entries>(s.blackholes.own())));
}

node_facts facts_of(const control_state& s) {
  node_facts facts;
  facts.config = s.settings.config.reticulum;
  facts.identity = s.settings.identity;
  facts.network = s.settings.network;
  if (facts.config.respond_to_probes)
    facts.probe_responder =
        hash_destination(hash_name("rnstransport.probe"), rename<identity_hash>(s.settings.identity));
  facts.started = s.started;
  facts.memory = resident_memory();
  return facts;
}

/// The kinds of calls, one operator each. Every path ends in one call of `then`.
struct responder {
  control_ptr self;
  answer then;

  control_state& s() const { return self->state; }

  void operator()(const rpc::get_interface_stats&) const {
    self->request(s().interfaces, control_timeout, status_atom::value)
        .then([me = *this](const interfaces_report_ptr& interfaces) { me.add_shards(interfaces); },
              [me = *this](const caf::error&) { me.add_shards(std::make_shared<interfaces_report>()); });
  }
  void add_shards(const interfaces_report_ptr& interfaces) const {
    const auto shards = std::make_shared<std::vector<shard_status>>();
    ask_shards<shard_status>(
        self, [shards](const shard_status& one) { shards->push_back(one); },
        [me = *this, interfaces, shards] {
          me.then(encode(status_of(*interfaces, *shards, facts_of(me.s()), read_clocks())));
        },
        status_atom::value);
  }

  void operator()(const rpc::get_path_table& call) const {
    const auto hops = call.hops_max.value_or(255);
    if (hops < 0)
      return then(value(value::list{}));
    ask_interfaces(self, [me = *this, hops](const interface_list& list) {
      const auto names = std::make_shared<interface_names>(list);
      const auto table = std::make_shared<path_entries>();
      ask_shards<path_list>(
          me.self, [=](const path_list& paths) { append_paths(*table, paths, *names, read_clocks()); },
          [me, table] { me.then(encode(table)); }, paths_atom::value,
          static_cast<std::uint8_t>(std::min<std::int64_t>(hops, 255)));
    });
  }
  void operator()(const rpc::get_rate_table&) const {
    const auto table = std::make_shared<rate_entries>();
    ask_shards<rate_list>(
        self, [table](const rate_list& rates) { append_rates(*table, rates, read_clocks()); },
        [me = *this, table] { me.then(encode(*table)); }, rates_atom::value);
  }
  void operator()(const rpc::get_next_hop& call) const {
    find_path(self, call.destination, [me = *this](const std::optional<path_summary>& path) {
      me.then(path ? value(copy(path->next_hop.bytes())) : value());
    });
  }
  void operator()(const rpc::get_next_hop_interface& call) const {
    find_next(self, call.destination, [me = *this](const auto& path, const interface_names& names) {
      me.then(path ? names.name_of(path->heard_on) : "None");
    });
  }
  void operator()(const rpc::get_first_hop_timeout& call) const {
    find_next(self, call.destination, [me = *this](const auto& path, const interface_names& names) {
      me.then(first_hop_timeout(path ? names.find(path->heard_on) : nullptr).to_value());
    });
  }

  void operator()(const rpc::get_figure& call) const {
    switch (call.which) {
      case rpc::figure::link_count:
        return count_links([](const shard_status& shard) { return shard.links; });
      case rpc::figure::active_link_count:
        return count_links([](const shard_status& shard) { return shard.links_validated; });
      case rpc::figure::lowest_interface_bitrate:
        return with_bitrate([then = then](std::optional<std::uint64_t> lowest) { then(as_value(lowest)); });
      case rpc::figure::medium_path_timeout:
        return with_bitrate(
            [then = then](std::optional<std::uint64_t> lowest) { then(medium_path_timeout(lowest).to_value()); });
      case rpc::figure::profiling_results:
        return then(value());
    }
  }
  void count_links(std::function<std::size_t(const shard_status&)> of) const {
    const auto sum = std::make_shared<std::uint64_t>(0);
    ask_shards<shard_status>(
        self, [sum, of](const shard_status& one) { *sum += of(one); }, [me = *this, sum] { me.then(value(*sum)); },
        status_atom::value);
  }
  void with_bitrate(std::function<void(std::optional<std::uint64_t>)> use) const {
    ask_interfaces(self, [me = *this, use](const interface_list& list) {
      if (const auto lowest = lowest_bitrate(list))
        me.s().lowest_bitrate = lowest;
      use(me.s().lowest_bitrate);
    });
  }

  /// No interface of this program hears by radio.
  void operator()(const rpc::get_packet_reception&) const { then(value()); }

  void operator()(const rpc::get_blackholed_identities&) const { then(encode(s().blackholes.all())); }
  void operator()(const rpc::get_is_blackholed& call) const { then(value(s().blackholes.contains(call.identity))); }
  void operator()(const rpc::blackhole& call) const {
    const auto change = s().blackholes.add(call.identity, call.until, call.reason);
    if (change == blackhole_list::change::done)
      blackholes_changed(self);
    then(as_value(change));
  }
  void operator()(const rpc::unblackhole& call) const {
    const auto change = s().blackholes.lift(call.identity);
    if (change == blackhole_list::change::done)
      blackholes_changed(self);
    then(as_value(change));
  }

  void operator()(const rpc::manage_interface& call) const {
    change_interface(self, call.change, call.name, [then = then](change_outcome outcome) { then(as_value(outcome)); });
  }

  void operator()(const rpc::drop_path& call) const {
    self->request(owner_of(s(), call.destination), control_timeout, drop_atom::value, call.destination)
        .then([then = then](bool dropped) { then(value(dropped)); },
              [then = then](const caf::error&) { then(value(false)); });
  }
  void operator()(const rpc::drop_all_via& call) const {
    const auto sum = std::make_shared<std::uint64_t>(0);
    ask_shards<std::uint64_t>(
        self, [sum](const std::uint64_t& dropped) { *sum += dropped; }, [me = *this, sum] { me.then(value(*sum)); },
        drop_via_atom::value, call.via);
  }
  void operator()(const rpc::drop_announce_queues&) const {
    self->send(s().interfaces, drop_queue_atom::value);
    then(value());
  }

  /// Without a keeper, a destination that a path leads to counts as known.
  void operator()(const rpc::mark_destination& call) const {
    const destination_mark mark{call.destination, call.use, read_clocks().unix_now};
    if (s().keeper)
      return (void)self->request(s().keeper, control_timeout, mark)
          .then([then = then](bool known) { then(value(known)); },
                [then = then](const caf::error&) { then(value(false)); });
    find_path(self, call.destination, [me = *this, mark](const std::optional<path_summary>& path) {
      if (path)
        me.s().marks.note(mark);
      me.then(value(path.has_value()));
    });
  }
  void operator()(const rpc::retain_identity& call) const {
    if (!s().keeper)
      return then(value(false));
    self->request(s().keeper, control_timeout, identity_mark{call.identity})
        .then([then = then](bool known) { then(value(known)); },
              [then = then](const caf::error&) { then(value(false)); });
  }
};

void expire_blackholes(control_ptr self) {
  const auto count = self->state.blackholes.expire(read_clocks().unix_now);
  if (count > 0) {
    log(log_level::verbose, "Removed {} blackholed identities whose time was over", count);
    tell_blackholes(self);
  }
  self->delayed_send(self, job_interval, tick_atom::value);
}

void on_shard_started(control_ptr self, const shard_started& started) {
  self->state.shards = started.shards;
  if (self->state.blackholes.size() > 0)
    tell_blackholes(self);
}

void on_keeper(control_ptr self, const destination_keeper& keeper) {
  auto& s = self->state;
  s.keeper = keeper;
  for (const auto& mark : s.marks.take())
    self->request(keeper, control_timeout, mark).then([](bool) {}, [](const caf::error&) {});
}

control_actor::behavior_type control_behavior(control_ptr self, const control_settings& settings,
                                              const interfaces_supervisor& interfaces,
                                              const std::vector<shard_actor>& shards) {
  auto& s = self->state;
  end_on_exception(self);
  s.settings = settings;
  s.running = settings.config;
  s.interfaces = interfaces;
  s.shards = shards;
  s.started = read_clocks().unix_now;
  s.blackholes = blackhole_list(rename<identity_hash>(settings.identity));
  if (!settings.config_directory.empty()) {
    s.files = spawn_control_files(self->system(), settings.config_directory);
    self->link_to(s.files);
    load_blackholes(self);
  }
  self->delayed_send(self, job_interval, tick_atom::value);
  return {
      [self](const control_call_ptr& call) {
        std::visit(responder{self, [call](value v) { call->done(std::make_shared<value>(std::move(v))); }},
                   call->request);
      },
      [self](const control_request& request) -> caf::result<control_reply> {
        auto promise = self->make_response_promise<control_reply>();
        std::visit(responder{self,
                             [promise](value v) mutable {
                               promise.deliver(control_reply(std::make_shared<value>(std::move(v))));
                             }},
                   *request);
        return promise;
      },
      [self](const shard_started& started) { on_shard_started(self, started); },
      [self](const destination_keeper& keeper) { on_keeper(self, keeper); },
      [self](const blackhole_watcher& watcher) {
        self->state.blackhole_watchers.push_back(watcher);
        tell_blackholes(self);
      },
      [self](restarted_atom) { reload_configuration(self); },
      [self](tick_atom) { expire_blackholes(self); },
  };
}

}  // namespace

void load_blackholes(control_ptr self) {
  auto& s = self->state;
  if (!s.files)
    return;
  const auto sources = std::make_shared<std::vector<identity_hash>>(s.running.reticulum.blackhole_sources);
  self->request(s.files, caf::infinite, restore_atom::value, identity_list(sources))
      .then([self](const blackhole_lists_ptr& lists) {
        auto& state = self->state;
        state.blackholes_loaded = true;
        const auto own = rename<identity_hash>(state.settings.identity);
        for (const auto& [source, entries] : *lists)
          state.blackholes.take_over(source.value_or(own), entries, read_clocks().unix_now);
        if (state.blackholes_unsaved)
          blackholes_changed(self);
        else
          tell_blackholes(self);
      });
}

control_actor spawn_control(caf::actor_system& system, const control_settings& settings,
                            const interfaces_supervisor& interfaces, const std::vector<shard_actor>& shards) {
  return system.spawn(control_behavior, settings, interfaces, shards);
}

}  // namespace plexus
