#include "actors/discovery/announce_maker.hpp"

#include "actors/discovery/program_output.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "storage/config/config_directory.hpp"
#include "transport/discovery/discovery_announce.hpp"

#include <caf/all.hpp>

#include <map>

namespace plexus {
namespace {

constexpr std::size_t tries_in_slice = 16384;  ///< some milliseconds
constexpr std::size_t cached_stamps_max = 256;
constexpr std::chrono::seconds program_time{20};

struct maker_state {
  explicit maker_state(announce_maker::base*) {}

  const char* name = "discovery announce maker";
  std::unique_ptr<random_source> random;
  /// By the hash of what is published. The same interface is announced again and again.
  std::map<sha256_digest, stamp> stamps;

  // Of the order in hand:
  announce_order_ptr order;
  caf::typed_response_promise<made_announce> promise;
  octet_string map;
  std::optional<stamp_search> search;
};

using self_ptr = announce_maker::stateful_pointer<maker_state>;

/// Replaces the names of programs by what they print. A sentence where that fails.
std::string run_programs(const announce_order& order, interface_config& config) {
  auto& discovery = *config.discovery;
  if (discovery.location_command) {
    const auto program = expand_home(trimmed_text(*discovery.location_command), order.home);
    if (is_executable_file(program)) {
      const auto printed = output_of_program(program, program_time);
      const auto place = printed ? parse_location(*printed) : unexpected(printed.error());
      if (!place)
        return "location_cmd: " + program.string() + ": " + place.error();
      std::tie(discovery.latitude, discovery.longitude, discovery.height) =
          std::tuple(place->latitude, place->longitude, place->height);
    }
  }
  if (discovery.reachable_on) {
    const auto program = expand_home(trimmed_text(*discovery.reachable_on), order.home);
    if (is_executable_file(program)) {
      const auto printed = output_of_program(program, program_time);
      if (!printed)
        return "reachable_on: " + program.string() + ": " + printed.error();
      discovery.reachable_on = *printed;
    }
  }
  return {};
}

void answer(self_ptr self, made_announce what) {
  auto& s = self->state;
  s.search.reset();
  s.order = nullptr;
  s.promise.deliver(std::move(what));
}

made_announce sealed_or_open(maker_state& s, const stamp& work) {
  if (!s.order->interface->discovery->encrypt)
    return {open_discovery_data(s.map, work), {}};
  auto sealed = sealed_discovery_data(s.map, work, s.order->network->open(), *s.random);
  if (!sealed)
    return {{}, "the network identity has a key that nothing can be sealed for"};
  return {std::move(*sealed), {}};
}

void begin(self_ptr self, const announce_order_ptr& order) {
  auto& s = self->state;
  s.order = order;
  auto config = *order->interface;
  if (config.discovery->encrypt && !order->network)
    return answer(self, {{}, "discovery_encrypt needs a network_identity"});
  if (const auto problem = run_programs(*order, config); !problem.empty())
    return answer(self, {{}, problem});
  const auto offer = publication_of(config, order->node);
  if (!offer)
    return answer(self, {{}, offer.error()});
  s.map = encode_published(*offer);
  if (const auto known = s.stamps.find(sha256(s.map)); known != s.stamps.end())
    return answer(self, sealed_or_open(s, known->second));
  const auto wanted = config.discovery->stamp_value.value_or(0);
  const auto cost =
      wanted > 0 ? static_cast<unsigned>(std::min<std::int64_t>(wanted, stamp_cost_max)) : discovery_stamp_cost;
  s.search.emplace(discovery_workblock(s.map), cost, *s.random);
  self->send(self, work_atom::value);
}

void go_on(self_ptr self) {
  auto& s = self->state;
  if (!s.search)
    return;
  const auto found = s.search->step(tries_in_slice);
  if (!found)
    return self->send(self, work_atom::value);
  log(log_level::debug, "Found a discovery stamp after {} tries", s.search->tried());
  if (s.stamps.size() >= cached_stamps_max)
    s.stamps.clear();
  s.stamps.emplace(sha256(s.map), *found);
  answer(self, sealed_or_open(s, *found));
}

announce_maker::behavior_type maker_behavior(self_ptr self, const random_factory& random) {
  auto& s = self->state;
  end_on_exception(self);
  s.random = random();
  return {
      [self](const announce_order_ptr& order) -> caf::result<made_announce> {
        auto& state = self->state;
        if (state.order)
          return made_announce{{}, "the stamp of another announce is still being looked for"};
        state.promise = self->make_response_promise<made_announce>();
        auto promise = state.promise;
        begin(self, order);
        return promise;
      },
      [self](work_atom) { go_on(self); },
  };
}

}  // namespace

announce_maker spawn_announce_maker(caf::actor_system& system, const random_factory& random) {
  return system.spawn<caf::detached>(maker_behavior, random);
}

}  // namespace plexus
