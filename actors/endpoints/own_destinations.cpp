#include "actors/endpoints/own_destinations.hpp"

#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

constexpr auto answer_timeout = std::chrono::seconds(60);

constexpr std::string_view management_name = "rnstransport.remote.management", probe_name = "rnstransport.probe",
                           blackhole_name = "rnstransport.info.blackhole", network_name = "rnstransport.network";
constexpr std::string_view status_path = "/status", path_path = "/path", list_path = "/list";

using own_actor = destination_listener::extend<caf::reacts_to<announce_atom>>;  // itself: it is time

struct own_state {
  explicit own_state(own_actor::base*) {}

  const char* name = "own destinations";
  own_destinations_settings settings;
  control_actor control;
  endpoints_actor endpoints;
  std::vector<destination_hash> announced;
};

using self_ptr = own_actor::stateful_pointer<own_state>;
using responder = std::function<void(value)>;

destination_spec spec_of(const std::shared_ptr<const identity>& owner, std::string_view name) {
  destination_spec spec;
  spec.owner = owner;
  spec.name = name;
  spec.takes_over = true;
  return spec;
}

destination_spec management(const own_destinations_settings& settings) {
  auto spec = spec_of(settings.keys, management_name);
  const auto& allowed = settings.config.remote_management_allowed;
  auto registry = std::make_shared<request_registry>();
  for (const auto path : {status_path, path_path})
    registry->allow({std::string(path), request_permission::list, {allowed.begin(), allowed.end()}});
  spec.links.requests = std::move(registry);
  return spec;
}

destination_spec blackhole_publisher(const own_destinations_settings& settings) {
  auto spec = spec_of(settings.keys, blackhole_name);
  auto registry = std::make_shared<request_registry>();
  registry->allow({std::string(list_path), request_permission::all, {}});
  spec.links.requests = std::move(registry);
  return spec;
}

destination_spec probe_responder(const own_destinations_settings& settings) {
  auto spec = spec_of(settings.keys, probe_name);
  spec.accepts_links = false;
  spec.proofs = proof_strategy::all;
  return spec;
}

/// In the order in which the reference announces them.
std::vector<destination_spec> specs_of(const own_destinations_settings& settings) {
  const auto& config = settings.config;
  std::vector<destination_spec> specs;
  if (config.enable_remote_management)
    specs.push_back(management(settings));
  if (config.publish_blackhole)
    specs.push_back(blackhole_publisher(settings));
  if (settings.network) {
    specs.push_back(
        spec_of(settings.network, std::string(network_name) + ".instance." + settings.network->hash().hex()));
    specs.push_back(spec_of(settings.network, network_name));
  }
  if (config.enable_transport && config.respond_to_probes)
    specs.push_back(probe_responder(settings));
  return specs;
}

void offer(self_ptr self, destination_spec spec) {
  spec.listener = self;
  const auto hash = spec.hash();
  const auto shown = spec.name + " " + hash.pretty();
  self->request(self->state.endpoints, caf::infinite, std::make_shared<const destination_spec>(std::move(spec)))
      .then([self, hash, shown](const registered& done) {
        if (!done.actor)
          return log(log_level::error, "Cannot offer {}: {}", shown, done.problem);
        self->state.announced.push_back(hash);
        log(log_level::verbose, "Offering {}", shown);
      });
}

// Remote management

/// Python's `v == True`.
bool is_true(const value& v) {
  const auto* flag = v.as_bool();
  return flag ? *flag : v.as_double() == 1;
}

void ask(self_ptr self, rpc::request call, responder then) {
  self->request(self->state.control, answer_timeout, control_request(std::make_shared<rpc::request>(std::move(call))))
      .then([then](const control_reply& reply) { then(*reply); },
            [](const caf::error&) { log(log_level::error, "A remote request could not be answered"); });
}

/// [statistics, link count if wanted, profile if wanted]
void answer_status(self_ptr self, const value::list& wanted, responder then) {
  const bool links = is_true(wanted[0]), profile = wanted.size() > 1 && is_true(wanted[1]);
  const auto answer = std::make_shared<value::list>();
  const auto add_profile = [=] {
    if (!profile)
      return then(*answer);
    ask(self, rpc::get_figure{rpc::figure::profiling_results}, [=](value v) {
      answer->push_back(std::move(v));
      then(*answer);
    });
  };
  ask(self, rpc::get_interface_stats{}, [=](value stats) {
    answer->push_back(std::move(stats));
    if (!links)
      return add_profile();
    ask(self, rpc::get_figure{rpc::figure::link_count}, [=](value v) {
      answer->push_back(std::move(v));
      add_profile();
    });
  });
}

/// Entries of a table, of one destination alone where it is named.
value filtered(const value& table, const value& destination) {
  if (destination.is_nil())
    return table;
  value::list some;
  const bool is_list = table.each_item([&](const value& entry) {
    if (const auto* hash = entry.find("hash"); hash && *hash == destination)
      some.push_back(entry);
    return true;
  });
  return is_list ? value(std::move(some)) : table;
}

/// ["table", destination or nil, most hops or nil] or ["rates", destination or nil]
void answer_paths(self_ptr self, const value::list& wanted, responder then) {
  const auto at = [&](std::size_t index) { return index < wanted.size() ? wanted[index] : value(); };
  const auto narrow = [then, destination = at(1)](const value& table) { then(filtered(table, destination)); };
  if (wanted[0] == value("rates"))
    return ask(self, rpc::get_rate_table{}, narrow);
  const auto most = at(2);
  if (wanted[0] == value("table") && (most.is_nil() || most.is_integer()))
    ask(self, rpc::get_path_table{most.as_int()}, narrow);
}

void on_request(self_ptr self, const link_actor& link, const request_received& request) {
  const responder respond = [link, id = request.id](value content) {
    caf::anon_send(link, order(make_response{id, std::move(content)}));
  };
  const auto* wanted = request.content.as_list();
  if (request.path_text == list_path)
    ask(self, rpc::get_blackholed_identities{}, respond);
  else if (wanted && !wanted->empty() && request.path_text == status_path)
    answer_status(self, *wanted, respond);
  else if (wanted && !wanted->empty() && request.path_text == path_path)
    answer_paths(self, *wanted, respond);
}

void announce_all(self_ptr self, std::chrono::seconds again) {
  for (const auto& destination : self->state.announced)
    self->send(self->state.endpoints, announce_atom::value, destination, octet_string());
  self->delayed_send(self, again, announce_atom::value);
}

own_actor::behavior_type own_behavior(self_ptr self, const own_destinations_settings& settings,
                                      const control_actor& control, const endpoints_actor& endpoints) {
  auto& s = self->state;
  end_on_exception(self);
  s.settings = settings;
  s.control = control;
  s.endpoints = endpoints;
  for (auto& spec : specs_of(settings))
    offer(self, std::move(spec));
  self->delayed_send(self, settings.first_announce, announce_atom::value);
  return {
      [self](const link_news_ptr& news) {
        for (const auto& event : news->events)
          if (const auto* request = std::get_if<request_received>(&event))
            on_request(self, news->link, *request);
      },
      [](const packets_received&) {},
      [self, &s](announce_atom) { announce_all(self, s.settings.announce_interval); },
  };
}

}  // namespace

resident_ptr make_own_destinations(const own_destinations_settings& settings, const control_actor& control) {
  auto made = std::make_shared<resident>();
  made->start = [settings, control](caf::actor_system& system, const endpoints_actor& endpoints) {
    return caf::actor_cast<caf::actor>(system.spawn(own_behavior, settings, control, endpoints));
  };
  return made;
}

bool has_own_destinations(const own_destinations_settings& settings) {
  return settings.keys && !specs_of(settings).empty();
}

}  // namespace plexus
