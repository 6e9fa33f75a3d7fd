#include "transport/router/router_shard.hpp"

#include "transport/router/shard_state.hpp"

namespace plexus {
namespace {

constexpr std::size_t searches_max = 1u << 14;  ///< path requests under way, for each table of them
constexpr std::size_t rates_max = 1u << 16;     ///< destinations whose announce rate is known
constexpr std::size_t tunnels_max = 4096;
constexpr std::size_t tunnel_paths_max = 1u << 16;

std::size_t share(std::size_t whole, unsigned shards) {
  return std::max<std::size_t>(1, whole / shards);
}

shard_capacities capacities_of(const router_config& config) {
  const auto part = [&](std::size_t whole) { return share(whole, config.shard_count); };
  shard_capacities c;
  c.paths_and_links = part(config.paths_max + config.links_max);
  c.reverses = part(config.reverse_max);
  c.packet_hashes = part(config.packet_hashes_max);
  c.tunnels = tunnels_max;
  c.announces_pending = part(config.announces_pending_max);
  c.path_requests_pending = part(searches_max);
  c.queued = {0, config.queue_announces_max, config.queue_path_requests_max, config.queue_limited_max};
  return c;
}

std::uint64_t fingerprint_of(const packet_hash& hash) {
  std::uint64_t f;
  std::memcpy(&f, hash.data(), sizeof f);
  return f;
}

}  // namespace

router_shard::state::state(const router_config& given, instant now, const clocks& given_wall)
    : config(given),
      wall(given_wall),
      flows(share(given.paths_max + given.links_max, given.shard_count), given.hash_secret,
            [this](const flow_entry& evicted) {
              if (evicted.kind == flow_kind::path) {
                records.remove(evicted.record);
                --paths;
              } else if (evicted.kind == flow_kind::link) {
                if (!evicted.has(flow_entry::validated))
                  unproven.remove(evicted.record);
                else
                  --links_validated;
                --links;
              }
            }),
      heard(share(given.packet_hashes_max, given.shard_count)),
      hashes(share(given.packet_hashes_max / 2, given.shard_count)),
      reverses(share(given.reverse_max, given.shard_count), given.hash_secret),
      pending(share(given.announces_pending_max, given.shard_count), now),
      rates(share(rates_max, given.shard_count), given.hash_secret),
      tags(given.hash_secret),
      discoveries(share(searches_max, given.shard_count), given.hash_secret),
      inflight(share(searches_max, given.shard_count), given.hash_secret),
      asked(share(searches_max, given.shard_count), given.hash_secret),
      asked_of_clients(share(searches_max, given.shard_count), given.hash_secret),
      tunnels(tunnels_max, share(tunnel_paths_max, given.shard_count)),
      links_max(share(given.links_max, given.shard_count)),
      swept_at(now),
      culled_at(now) {}

shard_events& router_shard::state::events_for(unsigned shard, shard_output& out) const {
  if (out.events.size() < config.shard_count)
    out.events.resize(config.shard_count);
  return out.events[shard];
}

void router_shard::state::tell(const octet* key, shard_event event, instant now, shard_output& out) {
  const auto owner = owner_of(key);
  if (owner == config.shard_index)
    apply(event, now, out);
  else
    events_for(owner, out).others.push_back(std::move(event));
}

void router_shard::state::apply(const shard_event& event, instant now, shard_output& out) {
  struct visitor {
    state& s;
    instant now;
    shard_output& out;
    void operator()(const link_learned& e) const { s.learn_link(e, now); }
    void operator()(const path_rebalanced& e) const {
      if (auto* path = s.path_to(e.destination, now))
        path->hops = e.hops;
    }
    void operator()(const link_unproven& e) const { s.on_link_unproven(e, now); }
    void operator()(const tunnel_opened& e) const { s.open_tunnel(e, now); }
  };
  std::visit(visitor{*this, now, out}, event);
}

router_shard::router_shard(const router_config& config, instant now, const clocks& wall)
    : s_(std::make_unique<state>(config, now, wall)) {}
router_shard::~router_shard() = default;

void router_shard::receive(const packet_batch_ptr& batch, instant now, shard_output& out) {
  s_->receive(batch, now, out);
}

void router_shard::work(unsigned units, instant now, shard_output& out) {
  s_->work(units, now, out);
}

bool router_shard::has_work() const {
  return std::any_of(s_->queues.begin(), s_->queues.end(), [](const auto& q) { return !q.empty(); });
}

void router_shard::on_events(const shard_events& events, instant now, shard_output& out) {
  for (const auto& r : events.reverses)
    s_->reverses.insert(r.proved.data(), {r.received_on, r.sent_on}, now);
  for (const auto& e : events.others)
    s_->apply(e, now, out);
}

void router_shard::tick(instant now, shard_output& out) {
  s_->tick(now, out);
}

instant router_shard::next_deadline() const {
  auto next = s_->swept_at + std::chrono::seconds{1};
  if (const auto due = s_->pending.next_deadline())
    next = std::min(next, *due);
  if (const auto due = s_->unproven.next_deadline())
    next = std::min(next, *due);
  return std::min(next, s_->rediscoveries.next_deadline());
}

void router_shard::on_interface(const interface_facts& given, instant) {
  const auto slot = given.id.slot();
  if (slot >= s_->lines.size()) {
    s_->lines.resize(slot + 1);
    s_->slots.resize(slot + 1);
  }
  if (s_->lines[slot].id != given.id)
    s_->slots[slot] = {};
  s_->lines[slot] = {given.id,
                     given.online,
                     given.outgoing,
                     given.role == interface_role::local_client,
                     given.role == interface_role::shared_instance,
                     given.mtu_negotiable,
                     given.hw_mtu};
  s_->slots[slot].facts = given;
  std::erase(s_->local_clients, given.id);
  if (given.role == interface_role::local_client)
    s_->local_clients.push_back(given.id);
}

void router_shard::on_interface_gone(interface_id id, instant) {
  if (!s_->line(id))
    return;
  s_->lines[id.slot()] = {};
  s_->slots[id.slot()] = {};
  std::erase(s_->local_clients, id);
  s_->tunnels.on_interface_gone(id);
  s_->pending.clear_interface(id);
}

void router_shard::on_burst(interface_id id, burst_state burst) {
  if (s_->line(id))
    s_->slots[id.slot()].burst = burst;
}

void router_shard::on_clock(const clocks& wall) {
  s_->wall = wall;
}

void router_shard::send(octet_string packet, interface_id only, instant now, shard_output& out) {
  s_->send(std::move(packet), only, now, out);
}

void router_shard::add_local(const address& local) {
  const auto* known = s_->flows.find(local);
  if (known && known->kind == flow_kind::path)
    s_->forget_path(*known);
  else if (known && known->kind == flow_kind::link)
    s_->forget_link(*known);
  s_->flows.insert(local).kind = flow_kind::local;
}

void router_shard::remove_local(const address& local) {
  const auto* known = s_->flows.find(local);
  if (known && known->kind == flow_kind::local)
    s_->flows.erase(local);
}

void router_shard::request_path(const destination_hash& destination, instant now, shard_output& out) {
  s_->request_path(destination, {}, now, out);
}

bool router_shard::drop_path(const destination_hash& destination) {
  auto* path = s_->flows.find(rename<address>(destination));
  if (!path || path->kind != flow_kind::path)
    return false;
  s_->forget_path(*path);
  return true;
}

std::size_t router_shard::drop_paths_via(const transport_id& next_hop) {
  std::vector<destination_hash> dropped;
  for (std::size_t slot = 0; slot < s_->flows.slots(); ++slot)
    if (const auto* e = s_->flows.at(slot))
      if (e->kind == flow_kind::path && rename<transport_id>(e->next_hop) == next_hop)
        dropped.push_back(rename<destination_hash>(e->key));
  for (const auto& destination : dropped)
    drop_path(destination);
  return dropped.size();
}

void router_shard::set_blackholed(std::shared_ptr<const std::unordered_set<identity_hash>> identities, instant) {
  s_->blackholed = std::move(identities);
  if (!s_->blackholed || s_->blackholed->empty())
    return;
  std::vector<destination_hash> dropped;
  for (std::size_t slot = 0; slot < s_->flows.slots(); ++slot) {
    const auto* e = s_->flows.at(slot);
    if (!e || e->kind != flow_kind::path)
      continue;
    const auto stored = parse_packet(s_->records.at(e->record).announce());
    if (stored && s_->blackholed->contains(hash_identity(public_key::from(stored->data))))
      dropped.push_back(rename<destination_hash>(e->key));
  }
  for (const auto& destination : dropped)
    drop_path(destination);
}

bool router_shard::restore(const saved_path& saved, instant now) {
  const auto packet = parse_packet(saved.announce);
  if (!packet || packet->header.type() != packet_type::announce ||
      !announce::parse(packet->data, packet->header.has_context_flag()) || !s_->line(saved.heard_on))
    return false;
  if (now - saved.learned_at > s_->lifetime_over(saved.heard_on))
    return false;
  auto& entry = s_->flows.insert(rename<address>(saved.destination));
  if (entry.kind != flow_kind::empty)
    return false;
  entry.kind = flow_kind::path;
  entry.record = s_->records.add();
  ++s_->paths;
  entry.next_hop = rename<address>(saved.next_hop);
  entry.touched = saved.learned_at;
  entry.toward = saved.heard_on;
  entry.hops = saved.hops;
  auto& record = s_->records.at(entry.record);
  record.set_announce(saved.announce);
  record.blobs = random_blobs(saved.blobs);
  record.expires_at = saved.expires_at;
  return true;
}

bool router_shard::is_local(const address& local) const {
  const auto* known = s_->flows.find(local);
  return known && known->kind == flow_kind::local;
}

std::optional<path_summary> router_shard::find_path(const destination_hash& destination, instant now) const {
  const auto* e = s_->flows.find(rename<address>(destination));
  if (!e || e->kind != flow_kind::path || !s_->path_alive(*e, now))
    return std::nullopt;
  return path_summary{destination, rename<transport_id>(e->next_hop),   e->toward, e->hops,
                      e->touched,  s_->records.at(e->record).expires_at};
}

octet_string router_shard::announce_of(const destination_hash& destination) const {
  const auto* e = s_->flows.find(rename<address>(destination));
  if (!e || e->kind != flow_kind::path)
    return {};
  const auto stored = s_->records.at(e->record).announce();
  return {stored.begin(), stored.end()};
}

std::vector<path_summary> router_shard::paths(octet hops_max, instant now) const {
  std::vector<path_summary> all;
  for (std::size_t slot = 0; slot < s_->flows.slots(); ++slot)
    if (const auto* e = s_->flows.at(slot))
      if (e->kind == flow_kind::path && e->hops <= hops_max && s_->path_alive(*e, now))
        all.push_back({rename<destination_hash>(e->key), rename<transport_id>(e->next_hop), e->toward, e->hops,
                       e->touched, s_->records.at(e->record).expires_at});
  return all;
}

std::optional<std::size_t> router_shard::save_some(std::size_t cursor, std::size_t most, instant now,
                                                   std::vector<saved_path>& into) const {
  for (; cursor < s_->flows.slots(); ++cursor) {
    const auto* e = s_->flows.at(cursor);
    if (!e || e->kind != flow_kind::path || !s_->path_alive(*e, now))
      continue;
    if (most-- == 0)
      return cursor;
    const auto& record = s_->records.at(e->record);
    const auto blobs = record.blobs.all();
    const auto stored = record.announce();
    into.push_back({rename<destination_hash>(e->key),
                    rename<transport_id>(e->next_hop),
                    e->toward,
                    e->hops,
                    e->touched,
                    record.expires_at,
                    {blobs.begin(), blobs.end()},
                    {stored.begin(), stored.end()}});
  }
  return std::nullopt;
}

std::vector<announce_rate_summary> router_shard::announce_rates() const {
  return s_->rates.all();
}

std::vector<packet_hash> router_shard::recent_hashes(std::size_t most) const {
  return s_->hashes.recent(most);
}

void router_shard::remember_hashes(std::span<const packet_hash> hashes) {
  for (const auto& hash : hashes)
    if (s_->heard.insert(fingerprint_of(hash)))
      s_->hashes.add(hash);
}

shard_status router_shard::status() const {
  auto status = s_->counters;
  status.paths = s_->paths;
  status.links = s_->links;
  status.links_validated = s_->links_validated;
  status.reverses = s_->reverses.size();
  status.announces_pending = s_->pending.size();
  status.packet_hashes = s_->heard.size();
  status.path_requests_pending = s_->inflight.size();
  status.tunnels = s_->tunnels.size();
  for (std::size_t kind = 0; kind < traffic_classes; ++kind)
    status.queued[kind] = s_->queues[kind].size();
  status.capacities = capacities_of(s_->config);
  return status;
}

drop_counters router_shard::drops_of(interface_id id) const {
  return s_->line(id) ? s_->slots[id.slot()].drops : drop_counters{};
}

}  // namespace plexus
