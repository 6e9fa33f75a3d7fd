// The router shard by itself and in company: what it decides for every kind of packet. Recorded traffic of the
// reference is compared in router_reference_test.cpp; here stand the rules one by one, and where we deviate on purpose.
#include "router_world.hpp"

#include <catch2/catch.hpp>

namespace plexus::router_world {

TEST_CASE("a packet travels on with the next hop's transport id") {
  world w;
  const auto far = w.announced(w.east, 3);
  w.receive(w.west, data_to(far.hash, 4, w.ours));
  REQUIRE(w.sent().size() == 1);
  CHECK(w.sent()[0].to == w.east);
  const auto sent = parse(w.sent()[0].packet);
  CHECK(sent.header.transport == neighbour);
  CHECK(sent.header.hops == 5);
  CHECK(sent.header.flags == 0x50);
}

TEST_CASE("the last hop gets a packet without transport header") {
  world w;
  const auto near = w.announced(w.east, 1);
  w.receive(w.west, data_to(near.hash, 4, w.ours));
  REQUIRE(w.sent().size() == 1);
  const auto sent = parse(w.sent()[0].packet);
  CHECK_FALSE(sent.header.has_transport());
  CHECK(sent.header.hops == 5);
}

TEST_CASE("the context flag survives the last hop") {  // the reference loses it
  world w;
  const auto near = w.announced(w.east, 1);
  auto packet = data_to(near.hash, 0, w.ours);
  packet[0] |= wire::context_flag;
  w.receive(w.west, packet);
  REQUIRE(w.sent().size() == 1);
  CHECK(parse(w.sent()[0].packet).header.has_context_flag());
}

TEST_CASE("a client of this node is reached with and without transport header") {
  world w;
  const auto local = w.announced(w.client, 0);
  w.clear();
  w.receive(w.west, data_to(local.hash, 2));
  w.receive(w.west, data_to(local.hash, 2, w.ours));
  REQUIRE(w.sent().size() == 2);
  CHECK_FALSE(parse(w.sent()[0].packet).header.has_transport());
  CHECK(parse(w.sent()[1].packet).header.transport == w.ours);
  for (const auto& s : w.sent()) {
    CHECK(s.to == w.client);
    CHECK(parse(s.packet).header.hops == 3);
  }
}

TEST_CASE("packets of clients leave with the hop delta, and reach other clients without") {
  world w({.delta = 5});
  const auto far = w.announced(w.east, 3);
  const auto local = w.announced(w.client, 0);
  const auto other_client = w.add(interface_role::local_client);
  w.clear();
  w.receive(other_client, data_to(far.hash, 0, w.ours));
  w.receive(other_client, data_to(local.hash, 0, w.ours));
  REQUIRE(w.sent().size() == 2);
  CHECK(parse(w.sent()[0].packet).header.hops == 5);
  CHECK(parse(w.sent()[1].packet).header.hops == 0);
}

TEST_CASE("a packet for another transport node is a filter hit") {
  world w;
  const auto far = w.announced(w.east, 3);
  w.receive(w.west, data_to(far.hash, 0, neighbour));
  CHECK(w.sent().empty());
  CHECK(w.drops(w.west, drop_reason::foreign_transport) == 1);
}

TEST_CASE("a packet for an unknown destination is dropped and counted") {
  world w;
  w.receive(w.west, data_to(w.stranger().hash, 0, w.ours));
  CHECK(w.sent().empty());
  CHECK(w.drops(w.west, drop_reason::no_path) == 1);
}

TEST_CASE("a packet that arrives on two interfaces is forwarded once") {
  world w;
  const auto far = w.announced(w.east, 3);
  const auto packet = data_to(far.hash, 0, w.ours);
  w.receive(w.west, packet);
  w.receive(w.south, packet);
  CHECK(w.sent().size() == 1);
  CHECK(w.drops(w.south, drop_reason::duplicate) == 1);
}

TEST_CASE("a path in use never ages out, an unused one does") {
  world w;
  const auto used = w.announced(w.east, 3), unused = w.announced(w.east, 3);
  for (int day = 0; day < 10; ++day) {
    w.pass(24h);
    w.clear();
    w.receive(w.west, data_to(used.hash, 0, w.ours));
    CHECK(w.sent().size() == 1);
  }
  CHECK(w.path(used.hash));
  CHECK_FALSE(w.path(unused.hash));
}

TEST_CASE("a path heard on a roaming interface expires after six hours, on an access point after a day") {
  world w;
  w.set_mode(w.east, interface_mode::roaming);
  w.set_mode(w.west, interface_mode::access_point);
  const auto roaming = w.announced(w.east, 1), at_access_point = w.announced(w.west, 1);
  w.pass(6h - 1s);
  CHECK(w.path(roaming.hash));
  w.pass(2s);
  CHECK_FALSE(w.path(roaming.hash));
  CHECK(w.path(at_access_point.hash));
  w.pass(18h);
  CHECK_FALSE(w.path(at_access_point.hash));
}

TEST_CASE("a path over an interface that is gone is void, and its successor in the slot is another") {
  world w;
  const auto far = w.announced(w.east, 3);
  w.r->remove_interface(w.east, w.now);
  CHECK_FALSE(w.path(far.hash));
  auto facts = world::facts_of(interface_id::make(w.east.slot(), 2));
  w.r->set_interface(facts, w.now);
  w.receive(w.west, data_to(far.hash, 0, w.ours));
  CHECK(w.sent().empty());
}

TEST_CASE("a proof goes back where its packet came from, once, and only from where that went") {
  world w;
  const auto far = w.announced(w.east, 3);
  for (const auto from : {w.east, w.south}) {
    const auto packet = data_to(far.hash, 0, w.ours);
    w.receive(w.west, packet);
    w.clear();
    w.receive(from, proof_of(packet, 2));
    w.receive(from, proof_of(packet, 3));
    CHECK(w.sent().size() == (from == w.east ? 1 : 0));
    if (from == w.east) {
      CHECK(w.sent()[0].to == w.west);
      CHECK(parse(w.sent()[0].packet).header.hops == 3);
    }
  }
  CHECK(w.drops(w.south, drop_reason::proof_unmatched) == 1);
}

TEST_CASE("a proof that comes after eight minutes finds no way back") {
  world w;
  const auto far = w.announced(w.east, 3);
  const auto packet = data_to(far.hash, 0, w.ours);
  w.receive(w.west, packet);
  w.pass(481s);
  w.clear();
  w.receive(w.east, proof_of(packet, 2));
  CHECK(w.sent().empty());
}

TEST_CASE("a link is usable from its proof on, in both directions and at the right distance only") {
  world w;
  const auto far = w.announced(w.east, 3);
  const auto link = w.link_requested(far, w.west, 1);
  w.clear();
  w.receive(w.west, link_data(link.id, 1));
  CHECK(w.drops(w.west, drop_reason::link_unvalidated) == 1);
  CHECK(w.sent().empty());
  w.receive(w.east, w.proof_of_link(link, 2));
  REQUIRE(w.sent().size() == 1);
  CHECK(w.sent()[0].to == w.west);
  CHECK(parse(w.sent()[0].packet).header.hops == 3);
  w.clear();
  w.receive(w.west, link_data(link.id, 1));
  w.receive(w.east, link_data(link.id, 2));
  REQUIRE(w.sent().size() == 2);
  CHECK(w.sent()[0].to == w.east);
  CHECK(w.sent()[1].to == w.west);
  w.receive(w.west, link_data(link.id, 2));
  w.receive(w.east, link_data(link.id, 1));
  w.receive(w.south, link_data(link.id, 1));
  CHECK(w.sent().size() == 2);
  CHECK(w.drops(w.west, drop_reason::link_direction) == 1);
}

TEST_CASE("a forged link proof is counted and validates nothing") {
  world w;
  const auto far = w.announced(w.east, 3);
  const auto link = w.link_requested(far, w.west, 1);
  w.clear();
  auto forged = w.proof_of_link(link, 2);
  forged[30] ^= 1;
  w.receive(w.east, forged);
  CHECK(w.sent().empty());
  CHECK(w.drops(w.east, drop_reason::link_proof_invalid) == 1);
  w.receive(w.south, w.proof_of_link(link, 2));
  CHECK(w.sent().empty());
  w.receive(w.east, w.proof_of_link(link, 2));
  CHECK(w.sent().size() == 1);
}

TEST_CASE("a valid proof over another distance corrects link and path") {
  world w;
  const auto far = w.announced(w.east, 3);
  const auto link = w.link_requested(far, w.west, 1);
  w.receive(w.east, w.proof_of_link(link, 4));
  CHECK(w.path(far.hash)->hops == 5);
  w.clear();
  w.receive(w.east, link_data(link.id, 4));
  CHECK(w.sent().size() == 1);
}

TEST_CASE("a link request repeated with other signalling does not reset the link") {
  world w;
  const auto far = w.announced(w.east, 3);
  const auto link = w.link_requested(far, w.west, 1);
  w.receive(w.east, w.proof_of_link(link, 2));
  auto again = link.request;
  again.insert(again.end(), {0x20, 0x04, 0x28});
  w.receive(w.south, again);
  w.clear();
  w.receive(w.west, link_data(link.id, 1));
  CHECK(w.sent().size() == 1);
}

TEST_CASE("a link that nothing passes over is forgotten after a quarter of an hour") {
  world w;
  const auto far = w.announced(w.east, 3);
  const auto link = w.link_requested(far, w.west, 1);
  w.receive(w.east, w.proof_of_link(link, 2));
  w.pass(899s);
  w.receive(w.west, link_data(link.id, 1));
  w.pass(899s);
  w.clear();
  w.receive(w.west, link_data(link.id, 1));
  CHECK(w.sent().size() == 1);
  w.pass(901s);
  w.clear();
  w.receive(w.west, link_data(link.id, 1));
  CHECK(w.sent().empty());
  w.pass(2min);
  CHECK(w.r->status().links == 0);
}

TEST_CASE("links never exceed their bound, and proven ones outlive requests") {
  world w({.links_max = 50});
  const auto far = w.announced(w.east, 3);
  const auto proven = w.link_requested(far, w.west, 1);
  w.receive(w.east, w.proof_of_link(proven, 2));
  for (int i = 0; i < 200; ++i)
    w.link_requested(far, w.west, 1);
  CHECK(w.r->status().links == 50);
  w.clear();
  w.receive(w.west, link_data(proven.id, 1));
  CHECK(w.sent().size() == 1);
  w.pass(60s);
  CHECK(w.r->status().links == 1);
}

TEST_CASE("a link request's MTU is lowered to what the way carries, or cut off") {
  struct row {
    std::uint32_t in, out;
    bool negotiable;
    std::uint32_t asked, seen;  // 0: without signalling
  };
  const auto rows = {row{1064, 1064, true, 8192, 1064}, row{8192, 1064, true, 8192, 1064},
                     row{1064, 8192, true, 8192, 1064}, row{8192, 8192, true, 1064, 1064},
                     row{8192, 8192, false, 8192, 0},   row{8192, 0, true, 8192, 0}};
  for (const auto& r : rows) {
    world w;
    w.set_mtu(w.west, r.in, true);
    w.set_mtu(w.east, r.out, r.negotiable);
    const auto far = w.announced(w.east, 3);
    w.clear();
    w.receive(w.west, link_request_to(far.hash, w.ours, 0x200000 | r.asked, w.random));
    REQUIRE(w.sent().size() == 1);
    const auto data = parse(w.sent()[0].packet).data;
    REQUIRE(data.size() == (r.seen ? 67u : 64u));
    if (r.seen)
      CHECK(link_signalling::from(data.subspan(64)).mtu == r.seen);
  }
}

TEST_CASE("signalling that cannot be made again drops the link request as a violation") {
  world w;
  const auto far = w.announced(w.east, 3);
  w.clear();
  w.receive(w.west, link_request_to(far.hash, w.ours, 0x600000 | 8192, w.random));
  CHECK(w.sent().empty());
  CHECK(w.drops(w.west, drop_reason::link_request_unclampable) == 1);
}

TEST_CASE("an unproven link makes us ask for the path again") {
  world w;
  const auto near = w.announced(w.east, 1);
  w.link_requested(near, w.west, 1);
  w.clear();
  w.pass(10s);
  std::set<interface_id> asked;
  for (const auto& s : w.sent())
    if (is_path_request(s.packet, near.hash))
      asked.insert(s.to);
  CHECK(asked == std::set{w.east, w.south, w.client});
}

TEST_CASE("a foreign announce is rebroadcast twice on every interface, a client's once") {
  world w;
  w.announced(w.east, 1);
  w.clear();
  w.pass(30s);
  CHECK(w.announces_on(w.west) == 2);
  CHECK(w.announces_on(w.east) == 2);
  w.announced(w.client, 0);
  w.clear();
  w.pass(30s);
  CHECK(w.announces_on(w.west) == 1);
}

TEST_CASE("neighbours that pass an announce on save us the repetition") {
  world w;
  const auto d = w.announced(w.east, 1);
  w.clear();
  w.pass(2s);
  CHECK(w.announces_on(w.west) == 1);
  w.receive(w.west, d.packet(2, neighbour));  // one hop behind us: it got there
  w.pass(30s);
  CHECK(w.announces_on(w.west) == 1);
}

TEST_CASE("a destination that announces too often is learned but not passed on") {
  world w;
  w.set_rate(w.east, {std::chrono::hours{1}, {}, 1});
  auto d = w.stranger();
  std::size_t passed = 0;
  for (int i = 0; i < 6; ++i) {
    d.announce_at(static_cast<std::uint64_t>(100 + i * 60), w.random);
    w.clear();
    w.receive(w.east, d.packet(0));
    w.pass(60s);
    passed += w.announces_on(w.west) > 0;
  }
  CHECK(passed == 2);
  CHECK(w.path(d.hash));
}

TEST_CASE("a path response is learned but not passed on") {
  world w;
  const auto d = w.stranger();
  w.receive(w.east, d.packet(0, {}, packet_context::path_response));
  w.clear();
  w.pass(30s);
  CHECK(w.path(d.hash));
  CHECK(w.announces_on(w.west) == 0);
}

TEST_CASE("forged, oversized and blackholed announces leave no trace") {
  world w;
  auto d = w.stranger();
  auto forged = d.packet(0);
  forged.back() ^= 1;
  w.receive(w.east, forged);
  CHECK(w.drops(w.east, drop_reason::announce_invalid) == 1);
  auto large = d.packet(0);
  large.resize(501);
  w.receive(w.east, large);
  CHECK(w.drops(w.east, drop_reason::announce_oversized) == 1);
  w.r->set_blackholed(
      std::make_shared<const std::unordered_set<identity_hash>>(std::unordered_set<identity_hash>{d.owner->hash()}),
      w.now);
  w.receive(w.east, d.packet(0));
  CHECK(w.drops(w.east, drop_reason::announce_blackholed) == 1);
  CHECK_FALSE(w.path(d.hash));
  CHECK(w.r->learned().empty());
}

TEST_CASE("the paths of an identity go when it is blackholed") {
  world w;
  const auto d = w.announced(w.east, 1);
  const auto other = w.announced(w.east, 1);
  w.r->set_blackholed(
      std::make_shared<const std::unordered_set<identity_hash>>(std::unordered_set<identity_hash>{d.owner->hash()}),
      w.now);
  CHECK_FALSE(w.path(d.hash));
  CHECK(w.path(other.hash));
}

TEST_CASE("a path request is answered after the grace time, on its interface alone") {
  world w;
  const auto d = w.announced(w.east, 3);
  w.pass(30s);
  w.clear();
  w.receive(w.west, path_request_for(d.hash, w.random));
  w.pass(300ms);
  CHECK(w.sent().empty());
  w.pass(1s);
  REQUIRE(w.sent().size() == 1);
  CHECK(w.sent()[0].to == w.west);
  const auto answer = parse(w.sent()[0].packet);
  CHECK(answer.header.context == packet_context::path_response);
  CHECK(answer.header.hops == 3);
  CHECK(answer.header.transport == w.ours);
}

TEST_CASE("everybody who asks at once for a known path is answered") {  // the reference answers one
  world w;
  const auto d = w.announced(w.east, 3);
  w.pass(30s);
  w.clear();
  for (const auto from : {w.west, w.south, w.client})
    w.receive(from, path_request_for(d.hash, w.random));
  w.pass(2s);
  CHECK(w.sent().size() == 3);
}

TEST_CASE("the next hop itself, and who roams on the same interface, get no answer") {
  world w;
  const auto d = w.announced(w.east, 3);
  w.pass(30s);
  w.clear();
  w.receive(w.west, path_request_for(d.hash, w.random, neighbour));
  w.set_mode(w.east, interface_mode::roaming);
  w.receive(w.east, path_request_for(d.hash, w.random));
  w.pass(5s);
  CHECK(w.sent().empty());
}

TEST_CASE("an unknown destination is searched for on behalf of gateways, and everybody who asked is answered") {
  world w;
  w.set_mode(w.west, interface_mode::gateway);
  w.set_mode(w.south, interface_mode::gateway);
  auto d = w.stranger();
  w.receive(w.west, path_request_for(d.hash, w.random));
  CHECK(w.requests_on(w.east, d.hash) == 1);
  CHECK(w.requests_on(w.south, d.hash) == 1);
  CHECK(w.requests_on(w.west, d.hash) == 0);
  w.clear();
  w.receive(w.south, path_request_for(d.hash, w.random));
  CHECK(w.requests_on(w.east, d.hash) == 0);  // merged
  w.receive(w.east, d.packet(0));
  CHECK(w.responses_on(w.west) == 1);
  CHECK(w.responses_on(w.south) == 1);
  CHECK(w.responses_on(w.east) == 0);
}

TEST_CASE("a fruitless request blocks nobody") {  // in the reference it does, for 45 s
  world w;
  w.set_mode(w.south, interface_mode::gateway);
  const auto d = w.stranger();
  w.receive(w.west, path_request_for(d.hash, w.random));  // full mode: no search
  CHECK(w.requests_on(w.east, d.hash) == 0);
  w.receive(w.south, path_request_for(d.hash, w.random));
  CHECK(w.requests_on(w.east, d.hash) == 1);
}

TEST_CASE("path requests without tag, with the same tag, or with too long a one") {
  world w;
  const auto d = w.stranger();
  auto request = path_request_for(d.hash, w.random);
  w.receive(w.west, octets(request).first(35));
  CHECK(w.drops(w.west, drop_reason::path_request_tagless) == 1);
  w.receive(w.west, request);
  w.receive(w.south, request);
  CHECK(w.drops(w.south, drop_reason::path_request_duplicate) == 1);
  auto longer = path_request_for(d.hash, w.random, neighbour);
  longer.push_back(1);
  w.receive(w.west, longer);
  CHECK(w.drops(w.west, drop_reason::path_request_tag_cut) == 1);
}

TEST_CASE("a burst of path requests stops searches, not answers") {
  world w({.bursts = true});
  w.set_mode(w.west, interface_mode::gateway);
  const auto known = w.announced(w.east, 3);
  w.pass(30s);
  for (int i = 0; i < 40; ++i)
    w.receive(w.west, path_request_for(w.stranger().hash, w.random));
  CHECK(w.drops(w.west, drop_reason::path_request_limited) > 20);
  w.clear();
  w.receive(w.west, path_request_for(known.hash, w.random));
  w.pass(1s);
  CHECK(w.responses_on(w.west) == 1);
}

TEST_CASE("in a burst announces of strangers are held and come out later") {
  world w({.bursts = true});
  const auto known = w.announced(w.east, 3);
  std::vector<destination> strangers;
  for (int i = 0; i < 40; ++i) {
    strangers.push_back(w.stranger());
    w.receive(w.east, strangers.back().packet(0));
  }
  const auto learned = [&] {
    return std::count_if(strangers.begin(), strangers.end(), [&](const auto& d) { return w.path(d.hash).has_value(); });
  };
  const auto at_once = learned();
  CHECK(at_once < 10);
  w.clear();
  w.receive(w.east, known.packet(2, neighbour));
  CHECK(w.r->learned().size() == 1);  // known destinations are never held
  w.pass(10min);
  CHECK(learned() == 40);
}

TEST_CASE("a flood that cannot be held back is cut per class and starves no other") {
  world w({.queue_announces_max = 100});
  w.set_pushes_back(w.east, false);
  const auto far = w.announced(w.south, 3);
  auto& shard = w.r->shard(0);
  shard_output out;
  std::vector<octet_string> flood;
  for (int i = 0; i < 300; ++i)
    flood.push_back(w.stranger().packet(0));
  for (int i = 0; i < 10; ++i)
    flood.push_back(path_request_for(far.hash, w.random));
  flood.push_back(data_to(far.hash, 0, w.ours));
  shard.receive(w.batch(w.east, flood), w.now, out);
  CHECK(out.egress.size() == 1);  // data passes at once
  CHECK(shard.status().queued[1] == 100);
  CHECK(shard.status().queue_dropped[1] == 200);
  CHECK(shard.status().queued[2] == 10);
  for (int i = 0; i < 20; ++i)
    shard.work(1, w.now, out);
  CHECK(shard.status().queued[2] <= 2);  // four of each in turn, wherever the turn was
  CHECK(shard.status().queued[1] <= 92);
}

TEST_CASE("PLAIN packets go from clients to everybody and from outside to clients, over one hop only") {
  world w;
  w.receive(w.west, plain_packet(1, w.random));
  REQUIRE(w.sent().size() == 1);
  CHECK(w.sent()[0].to == w.client);
  CHECK(w.sent()[0].packet[1] == 1);
  w.clear();
  w.receive(w.client, plain_packet(0, w.random));
  CHECK(w.sent().size() == 3);
  w.clear();
  w.receive(w.west, plain_packet(2, w.random));
  CHECK(w.sent().empty());
  CHECK(w.drops(w.west, drop_reason::plain_hops) == 1);
}

octet_string tunnel_packet(const identity& far_side, seeded& random) {
  packet_header header;
  header.flags = make_flags(packet_type::data, destination_type::plain);
  header.destination = rename<address>(control::tunnel_synthesis);
  return encode_packet(header, synthesize_tunnel(far_side, interface_hash{}, random).encode());
}

TEST_CASE("a tunnel that comes back on another connection brings its paths along") {
  world w;
  const auto far_side = identity::generate(w.random);
  w.receive(w.east, tunnel_packet(far_side, w.random));
  const auto d = w.announced(w.east, 3);
  w.r->remove_interface(w.east, w.now);
  CHECK_FALSE(w.path(d.hash));
  w.pass(1h);
  w.receive(w.south, tunnel_packet(far_side, w.random));
  REQUIRE(w.path(d.hash));
  CHECK(w.path(d.hash)->heard_on == w.south);
  CHECK(w.path(d.hash)->hops == 3);
}

TEST_CASE("a tunnel does not bring back what was announced anew elsewhere since") {
  world w;
  const auto far_side = identity::generate(w.random);
  w.receive(w.east, tunnel_packet(far_side, w.random));
  auto moved = w.announced(w.east, 3);
  const auto stayed = w.announced(w.east, 3);
  w.r->remove_interface(w.east, w.now);
  moved.announce_at(2000, w.random);
  w.receive(w.west, moved.packet(0));
  w.pass(10s);
  w.r->remove_interface(w.west, w.now);
  w.receive(w.south, tunnel_packet(far_side, w.random));
  CHECK_FALSE(w.path(moved.hash));
  CHECK(w.path(stayed.hash));
}

TEST_CASE("a relay that is switched off serves its clients only") {
  world w({.transport = false});
  const auto far = w.announced(w.east, 3), local = w.announced(w.client, 0);
  w.pass(30s);
  w.clear();
  w.receive(w.west, data_to(far.hash, 0, w.ours));
  CHECK(w.sent().empty());
  w.receive(w.client, data_to(far.hash, 0, w.ours));
  w.receive(w.west, data_to(local.hash, 0));
  CHECK(w.sent().size() == 2);
}

TEST_CASE("packets for this process are delivered, its own are known when they come back") {
  world w;
  const auto own = w.stranger();
  w.r->add_local(rename<address>(own.hash));
  const auto packet = data_to(own.hash, 2);
  w.receive(w.west, packet);
  REQUIRE(w.r->deliveries().size() == 1);
  CHECK(w.r->deliveries()[0].hops == 3);
  w.clear();
  const auto broadcast = data_to(w.stranger().hash, 0);
  w.r->send(broadcast, {}, w.now);
  CHECK(w.sent().size() == 4);
  w.receive(w.west, broadcast);
  CHECK(w.drops(w.west, drop_reason::duplicate) == 1);
}

TEST_CASE("one shard and four send the same packets and know the same paths") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    world one({.shards = 1, .seed = seed}), four({.shards = 4, .seed = seed});
    for (auto* w : {&one, &four})
      w->random_traffic(400);
    std::vector<std::string> more, less;
    const auto a_sent = one.sent_sorted(), b_sent = four.sent_sorted();
    std::set_difference(a_sent.begin(), a_sent.end(), b_sent.begin(), b_sent.end(), std::back_inserter(more));
    std::set_difference(b_sent.begin(), b_sent.end(), a_sent.begin(), a_sent.end(), std::back_inserter(less));
    CHECK(more == std::vector<std::string>{});
    CHECK(less == std::vector<std::string>{});
    CHECK(one.path_list() == four.path_list());
    for (const auto id : {one.west, one.east, one.south, one.client})
      CHECK(one.r->drops_of(id) == four.r->drops_of(id));
    const auto a = one.r->status(), b = four.r->status();
    CHECK(a.forwarded_data == b.forwarded_data);
    CHECK(a.forwarded_link_data == b.forwarded_link_data);
    CHECK(a.announces_verified == b.announces_verified);
    CHECK(a.links == b.links);
    CHECK(a.links_validated == b.links_validated);
    CHECK(a.forwarded_data > 10);
    CHECK(a.links > 0);
  }
}

}  // namespace plexus::router_world
