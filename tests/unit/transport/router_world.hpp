// A node with three neighbours and a client for tests of the router: packets of all kinds, and a clock.
#pragma once

#include "messages/announce.hpp"
#include "messages/link_request.hpp"
#include "messages/path_request.hpp"
#include "tests/unit/catch.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"
#include "transport/link_check.hpp"
#include "transport/router/router.hpp"
#include "transport/tunnel_check.hpp"

#include <random>
#include <set>

namespace plexus::router_world {

using namespace std::chrono_literals;

class seeded : public random_source {
public:
  explicit seeded(std::uint64_t seed) : engine_(seed) {}
  void fill(mutable_octets out) override {
    for (auto& o : out)
      o = static_cast<octet>(engine_());
  }
  std::size_t below(std::size_t end) { return engine_() % end; }

private:
  std::mt19937_64 engine_;
};

/// The transport node that stands between us and everything more than one hop away.
inline const transport_id neighbour{{0xee, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};

inline packet_view parse(octets packet) {
  const auto view = parse_packet(packet);
  REQUIRE(view);
  return *view;
}

inline octet_string make_packet(packet_type type, destination_type kind, address to, octet hops, octets data,
                                std::optional<transport_id> via = {}, packet_context context = packet_context::none) {
  packet_header header;
  header.flags = make_flags(type, kind, via ? header_type::two : header_type::one,
                            via ? transport_type::transport : transport_type::broadcast);
  header.hops = hops;
  header.destination = to;
  header.context = context;
  if (via)
    header.transport = *via;
  return encode_packet(header, data);
}

/// A destination that somebody else announces.
struct destination {
  std::shared_ptr<const identity> owner;
  name_hash name{};
  destination_hash hash{};
  octet_string announced;

  explicit destination(seeded& random)
      : owner(std::make_shared<const identity>(identity::generate(random))), name(random.draw<name_hash>()) {
    hash = hash_destination(name, owner->hash());
    announce_at(1000, random);
  }
  void announce_at(std::uint64_t unix_seconds, seeded& random) {
    octet_string five(5);
    random.fill(five);
    announce a;
    a.key = owner->key();
    a.name = name;
    a.blob = make_random_blob(five, unix_seconds);
    a.proof = owner->sign(a.signed_data(hash));
    announced = a.encode();
  }
  octet_string packet(octet hops, std::optional<transport_id> via = {},
                      packet_context context = packet_context::none) const {
    return make_packet(packet_type::announce, destination_type::single, rename<address>(hash), hops, announced, via,
                       context);
  }
};

inline octet_string data_to(const destination_hash& to, octet hops, std::optional<transport_id> via = {}) {
  static std::uint64_t number = 0;
  octet_string data(40);
  ++number;
  std::memcpy(data.data(), &number, sizeof number);
  return make_packet(packet_type::data, destination_type::single, rename<address>(to), hops, data, via);
}

inline octet_string proof_of(octets packet, octet hops) {
  static octet number = 0;
  return make_packet(packet_type::proof, destination_type::single, rename<address>(hash_packet(packet)), hops,
                     octet_string(64, ++number));
}

inline octet_string link_data(const link_id& link, octet hops) {
  static std::uint64_t number = 0;
  octet_string data(64);
  ++number;
  std::memcpy(data.data(), &number, sizeof number);
  return make_packet(packet_type::data, destination_type::link, rename<address>(link), hops, data);
}

/// `signalling`: mode and MTU as they stand in the three octets; 0 for none.
inline octet_string link_request_to(const destination_hash& to, const transport_id& via, std::uint32_t signalling,
                                    seeded& random, octet hops = 0) {
  octet_string data(64);
  random.fill(data);
  if (signalling)
    data.insert(data.end(), {static_cast<octet>(signalling >> 16), static_cast<octet>(signalling >> 8),
                             static_cast<octet>(signalling)});
  return make_packet(packet_type::link_request, destination_type::single, rename<address>(to), hops, data, via);
}

inline octet_string path_request_for(const destination_hash& wanted, seeded& random,
                                     std::optional<transport_id> requester = {}) {
  octet_string tag(16);
  random.fill(tag);
  path_request request;
  request.destination = wanted;
  request.requester = requester;
  request.tag = request_tag(tag);
  return make_packet(packet_type::data, destination_type::plain, rename<address>(control::path_request), 0,
                     request.encode());
}

inline bool is_path_request(octets packet, const destination_hash& wanted) {
  const auto view = parse_packet(packet);
  return view && view->header.destination == rename<address>(control::path_request) &&
         destination_hash::from(view->data) == wanted;
}

inline octet_string plain_packet(octet hops, seeded& random) {
  return make_packet(packet_type::data, destination_type::plain, random.draw<address>(), hops, octet_string(10, 7));
}

struct link {
  link_id id{};
  octet_string request;
  std::shared_ptr<const identity> owner;
};

struct world {
  struct options {
    unsigned shards = 1;
    bool transport = true;
    octet delta = 0;
    bool bursts = false;
    std::size_t links_max = 1000;
    std::size_t queue_announces_max = 4096;
    std::uint64_t seed = 1;
  };

  explicit world(options given) : o(given), random(given.seed) {
    router_config c;
    c.transport_enabled = o.transport;
    c.identity = ours;
    c.local_hops_delta = o.delta;
    c.shard_count = o.shards;
    c.hash_secret = 77;
    c.links_max = o.links_max;
    c.queue_announces_max = o.queue_announces_max;
    r = std::make_unique<router>(c, now, clocks{});
    for (auto* id : {&west, &east, &south})
      *id = add(interface_role::network);
    client = add(interface_role::local_client);
  }
  world() : world(options{}) {}

  static interface_facts facts_of(interface_id id) {
    interface_facts f;
    f.id = id;
    f.online = true;
    f.hw_mtu = 1064;
    f.mtu_negotiable = true;
    f.bitrate = 1'000'000'000'000;
    return f;
  }
  interface_id add(interface_role role) {
    const auto id = interface_id::make(++slots, 1);
    auto f = facts_of(id);
    f.role = role;
    set(f);
    return id;
  }
  void set(const interface_facts& f) {
    facts[f.id.value] = f;
    gate_config gate;
    gate.announce_share = 1;
    gate.ingress.announces = gate.ingress.path_requests = o.bursts;
    r->set_interface(f, now, gate);
  }
  void set_mode(interface_id id, interface_mode mode) {
    facts[id.value].mode = mode;
    set(facts[id.value]);
  }
  void set_mtu(interface_id id, std::uint32_t mtu, bool negotiable) {
    facts[id.value].hw_mtu = mtu;
    facts[id.value].mtu_negotiable = negotiable;
    set(facts[id.value]);
  }
  void set_rate(interface_id id, announce_rate_limit limit) {
    facts[id.value].announce_rate = limit;
    set(facts[id.value]);
  }
  void set_pushes_back(interface_id id, bool pushes_back) {
    facts[id.value].pushes_back = pushes_back;
    set(facts[id.value]);
  }

  void receive(interface_id from, octets packet) {
    now += 1ms;
    r->receive(from, packet, now);
  }
  void pass(duration time) {
    const auto end = now + time;
    while (r->next_deadline() <= end) {
      now = std::max(now, r->next_deadline());
      r->tick(now);
    }
    now = end;
  }
  destination stranger() { return destination(random); }
  /// Announced over `from`, so many hops away from us.
  destination announced(interface_id from, octet hops) {
    const auto d = stranger();
    if (hops <= 1)
      receive(from, d.packet(0));
    else
      receive(from, d.packet(static_cast<octet>(hops - 1), neighbour));
    REQUIRE(path(d.hash));
    REQUIRE(path(d.hash)->hops == hops);
    clear();
    return d;
  }
  link link_requested(const destination& to, interface_id from, octet raw_hops) {
    link l;
    l.request = link_request_to(to.hash, ours, 0, random, raw_hops);
    l.id = name_link(parse(l.request));
    l.owner = to.owner;
    receive(from, l.request);
    return l;
  }
  octet_string proof_of_link(const link& l, octet raw_hops) {
    octet_string key(32);
    random.fill(key);
    octet_string signed_data(l.id.bytes().begin(), l.id.bytes().end());
    append(signed_data, key);
    append(signed_data, l.owner->key().bytes().subspan(32));
    const auto proof = l.owner->sign(signed_data);
    octet_string data(proof.bytes().begin(), proof.bytes().end());
    append(data, key);
    return make_packet(packet_type::proof, destination_type::link, rename<address>(l.id), raw_hops, data, {},
                       packet_context::link_request_proof);
  }
  packet_batch_ptr batch(interface_id from, std::vector<octet_string>& packets) const {
    intake_config c;
    c.identity = ours;
    c.hash_secret = 77;
    const intake entrance(c);
    auto made = std::make_shared<packet_batch>();
    made->from = from;
    for (auto& packet : packets)
      made->packets.push_back(entrance.take(packet)->packet);
    return made;
  }

  const std::vector<sent_packet>& sent() const { return r->sent(); }
  void clear() { r->clear(); }
  std::optional<path_summary> path(const destination_hash& to) const { return r->find_path(to, now); }
  std::uint64_t drops(interface_id from, drop_reason reason) const {
    return r->drops_of(from)[static_cast<std::size_t>(reason)];
  }
  template <class Predicate>
  std::size_t count_on(interface_id to, Predicate wanted) const {
    return static_cast<std::size_t>(std::count_if(
        sent().begin(), sent().end(), [&](const auto& s) { return s.to == to && wanted(parse(s.packet)); }));
  }
  std::size_t announces_on(interface_id to) const {
    return count_on(to, [](const packet_view& p) { return p.header.type() == packet_type::announce; });
  }
  std::size_t responses_on(interface_id to) const {
    return count_on(to, [](const packet_view& p) { return p.header.context == packet_context::path_response; });
  }
  std::size_t requests_on(interface_id to, const destination_hash& wanted) const {
    return count_on(to, [&](const packet_view& p) { return is_path_request(p.whole, wanted); });
  }
  /// As interface and hexadecimal octets. Without the tags of path requests: those that the node makes by itself leave
  /// each shard half a second apart, and their tags depend on the time.
  std::vector<std::string> sent_sorted() const {
    std::vector<std::string> list;
    for (const auto& s : sent()) {
      auto shown = octets(s.packet);
      if (parse(shown).header.destination == rename<address>(control::path_request))
        shown = shown.first(shown.size() - request_tag::size_max);
      list.push_back(std::to_string(s.to.value) + " " + to_hex(shown));
    }
    std::sort(list.begin(), list.end());
    return list;
  }
  std::vector<std::string> path_list() const {
    std::vector<std::string> list;
    for (const auto& p : r->paths(now))
      list.push_back(p.destination.hex() + p.next_hop.hex() + std::to_string(p.hops) + "/" +
                     std::to_string(p.heard_on.value));
    return list;
  }

  /// So many packets of every kind, from every interface, with pauses. The same for the same seed.
  void random_traffic(int count) {
    set_mode(west, interface_mode::gateway);
    set_mode(south, random.below(2) ? interface_mode::boundary : interface_mode::roaming);
    const std::vector<interface_id> all{west, east, south, client};
    std::vector<destination> known{stranger(), stranger(), stranger(), stranger(), stranger(), stranger()};
    std::vector<link> links;
    std::vector<octet_string> proved;
    const auto body = [&](std::size_t size) {
      octet_string data(size);
      random.fill(data);
      return data;
    };
    for (int i = 0; i < count; ++i) {
      const auto from = all[random.below(all.size())];
      auto& d = known[random.below(known.size())];
      const auto hops = static_cast<octet>(from == client ? 0 : random.below(4));
      switch (random.below(9)) {
        case 0:
          d.announce_at(1000 + static_cast<std::uint64_t>(i), random);
          [[fallthrough]];
        case 1:
          receive(from, d.packet(hops, hops ? std::optional(neighbour) : std::nullopt));
          break;
        case 2:
          receive(from, path_request_for(random.below(3) ? d.hash : stranger().hash, random));
          break;
        case 3:
          links.push_back(link_requested(d, from, hops));
          break;
        case 4:
          if (!links.empty())
            receive(from, proof_of_link(links[links.size() - 1 - random.below(std::min<std::size_t>(4, links.size()))],
                                        hops));
          break;
        case 5:
          if (!links.empty())
            receive(from, make_packet(packet_type::data, destination_type::link,
                                      rename<address>(links[random.below(links.size())].id), hops, body(64)));
          break;
        case 6:
          if (!proved.empty())
            receive(from,
                    make_packet(packet_type::proof, destination_type::single,
                                rename<address>(hash_packet(proved[random.below(proved.size())])), hops, body(64)));
          break;
        default:
          proved.push_back(
              make_packet(packet_type::data, destination_type::single, rename<address>(d.hash), hops, body(40), ours));
          receive(from, proved.back());
      }
      if (random.below(8) == 0)
        pass(std::chrono::milliseconds{random.below(9000)});
    }
    pass(60s);
  }
  options o;
  seeded random;
  transport_id ours{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
  instant now{1h};
  std::uint32_t slots = 0;
  std::map<std::uint32_t, interface_facts> facts;
  std::unique_ptr<router> r;
  interface_id west, east, south, client;
};

}  // namespace plexus::router_world
