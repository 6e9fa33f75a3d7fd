#include "actors/api/internal/engine.hpp"

#include "actors/clock.hpp"
#include "actors/supervision/failures.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"

namespace plexus::api {
namespace {

/// When the network is asked again for a path that somebody waits for: after a second, then after twice as long each
/// time, but after that at most.
constexpr std::chrono::seconds ask_again_first{1}, ask_again_max{8};

std::optional<peer> peer_of(octets announce_packet, int hops) {
  const auto packet = parse_packet(announce_packet);
  if (!packet)
    return std::nullopt;
  const auto content = announce::parse(packet->data, packet->header.has_context_flag());
  if (!content)
    return std::nullopt;
  return peer{rename<destination_hash>(packet->header.destination),
              public_identity(content->key),
              content->ratchet,
              {content->app_data.begin(), content->app_data.end()},
              hops};
}

}  // namespace

void engine::post(std::function<void()> work) {
  const auto now_alive = alive.load();
  if (!now_alive)
    return;
  if (now_alive->thread == std::this_thread::get_id())
    return work();
  caf::anon_send(now_alive->application, std::make_shared<const std::function<void()>>(std::move(work)));
}

void engine::after(duration wait, std::function<void()> work) {
  if (self)
    self->delayed_send(self, wait, job(std::make_shared<const std::function<void()>>(std::move(work))));
}

void engine::on_news(const link_news& news) {
  auto& record = links[news.link.id()];
  if (!record) {
    record = std::make_shared<link_record>();
    record->of = weak_from_this();
    record->actor = news.link;
  }
  const auto held = record;
  held->facts = news.facts;
  for (const auto& event : news.events)
    handle_news(*this, held, event);
}

void engine::on_packets(const std::vector<packet_received>& packets) {
  for (const auto& one : packets) {
    const auto at = destinations.find(one.destination);
    if (at == destinations.end() || !at->second.on_packet)
      continue;
    packet_heard heard;
    heard.data = one.plaintext;
    heard.hash = one.packet;
    heard.hops = one.hops;
    heard.ratchet = one.ratchet;
    heard.of = shared_from_this();
    heard.destination = one.destination;
    heard.arrived_on = one.from;
    const auto handler = at->second.on_packet;
    handler(std::move(heard));
  }
}

void engine::on_announces(const std::vector<announce_learned>& learned) {
  for (const auto& one : learned) {
    if (one.path_added && searches.contains(one.destination))
      if (const auto found = peer_of(one.packet, one.hops)) {
        auto [from, to] = searches.equal_range(one.destination);
        std::vector<done_ptr<peer>> waiting;
        for (auto i = from; i != to; ++i)
          waiting.push_back(i->second.done);
        searches.erase(from, to);
        for (const auto& done : waiting)
          done->finish(*found);
      }
    if (watchers.empty())
      continue;
    const auto packet = parse_packet(one.packet);
    const auto content =
        packet ? announce::parse(packet->data, packet->header.has_context_flag()) : unexpected(parse_error::truncated);
    const auto from = peer_of(one.packet, one.hops);
    if (!content || !from)
      continue;
    for (const auto& [number, watcher] : std::map(watchers))
      if (!watcher.name || *watcher.name == content->name)
        watcher.each({*from, content->name, one.path_response});
  }
}

void engine::end() {
  self = nullptr;
  endpoints = nullptr;
  for (auto& [actor, record] : std::exchange(links, {}))
    close_record(record, teardown_reason::initiator_closed);
  destinations.clear();
  watchers.clear();
  searches.clear();
}

void engine::recall(const destination_hash& destination, std::function<void(std::optional<peer>)> then) {
  self->request(endpoints, caf::infinite, recall_atom::value, destination)
      .then(
          [then](const known_path_ptr& known) {
            then(known ? peer_of(known->announce, known->path.hops) : std::nullopt);
          },
          [then](const caf::error&) { then(std::nullopt); });
}

void engine::search(const destination_hash& destination, duration timeout, done_ptr<peer> done) {
  recall(destination, [=, this, me = weak_from_this()](std::optional<peer> known) {
    const auto held = me.lock();
    if (known || !held || !self)
      return known ? done->finish(std::move(*known)) : done->fail(error::stopped);
    const auto number = ++numbers;
    searches.emplace(destination, path_wait{number, done});
    const auto still_waits = [this, destination, number] {
      const auto [from, to] = searches.equal_range(destination);
      return std::find_if(from, to, [&](const auto& entry) { return entry.second.number == number; });
    };
    const auto is_over = [this, destination, still_waits] {
      return still_waits() == searches.upper_bound(destination);
    };
    using asking = std::function<void(duration)>;
    const auto ask = std::make_shared<asking>();
    *ask = [this, destination, is_over, again = std::weak_ptr(ask)](duration wait) {
      if (is_over() || !self)
        return;
      self->send(endpoints, request_path_atom::value, destination);
      after(wait, [again, next = std::min<duration>(2 * wait, ask_again_max)] {
        if (const auto once_more = again.lock())
          (*once_more)(next);
      });
    };
    (*ask)(ask_again_first);
    after(timeout, [this, is_over, still_waits, ask] {
      if (is_over())
        return;
      const auto found = still_waits();
      const auto waiting = found->second.done;
      searches.erase(found);
      waiting->fail(error::no_path);
    });
  });
}

void engine::open(const peer& to, const link_settings& settings, done_ptr<link> done) {
  auto wish = std::make_shared<link_wish>(link_wish{to.owner, to.destination, settings, self});
  self->request(endpoints, caf::infinite, link_wish_ptr(std::move(wish)))
      .then(
          [this, done](const link_actor& actor) {
            auto& record = links[actor.id()];
            if (!record) {
              record = std::make_shared<link_record>();
              record->of = weak_from_this();
              record->actor = actor;
            }
            // Its news may have come before.
            if (record->closed)
              return done->fail(error::link_closed);
            if (record->established)
              return done->finish(link(record));
            record->connecting = done;
          },
          [done](const caf::error&) { done->fail(error::too_many); });
}

void engine::register_again(const destination_record& changed) {
  self->request(endpoints, caf::infinite, std::make_shared<const destination_spec>(changed.spec))
      .then([](const registered&) {}, [](const caf::error&) {});
}

std::shared_ptr<std::ifstream> open_source(const std::filesystem::path& file, std::uint64_t& size) {
  std::error_code failed;
  size = std::filesystem::file_size(file, failed);
  auto source = std::make_shared<std::ifstream>(file, std::ios::binary);
  return failed || !*source ? nullptr : source;
}

}  // namespace plexus::api
