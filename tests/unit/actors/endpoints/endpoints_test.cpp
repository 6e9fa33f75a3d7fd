#include "messages/announce.hpp"
#include "storage/state/file_access.hpp"
#include "tests/unit/actors/endpoints/endpoint_rig.hpp"
#include "transport/crypto/sha256.hpp"

using namespace plexus;
using namespace plexus::test;

namespace {

/// A destination of the first node that answers everything, as its listener tells it to.
destination_spec open_house(const listener& of, std::uint64_t seed = 7) {
  destination_spec spec;
  spec.owner = some_identity(seed);
  spec.name = "test.house";
  spec.proofs = proof_strategy::all;
  spec.listener = of.actor;
  auto registry = std::make_shared<request_registry>();
  registry->allow({"/echo", request_permission::all, {}});
  spec.links.requests = std::move(registry);
  spec.links.proofs = proof_strategy::all;
  spec.links.resources = resource_strategy::accept_all;
  return spec;
}

/// Open at the first node, with a path to it at the second.
destination_spec visited_house(two_nodes& nodes, const listener& of) {
  auto spec = open_house(of);
  REQUIRE(nodes.add(*nodes.first, spec).actor);
  nodes.path(*nodes.second, spec.hash());
  return spec;
}

octet_string text(std::string_view words) {
  const auto view = as_octets(words);
  return {view.begin(), view.end()};
}

}  // namespace

TEST_CASE("a single packet reaches its destination and is proved") {
  two_nodes nodes;
  const listener house(nodes.first->system());
  const auto spec = open_house(house);
  REQUIRE(nodes.add(*nodes.first, spec).actor);
  nodes.path(*nodes.second, spec.hash());

  system_random random;
  auto out = std::make_shared<outgoing_packet>();
  out->packet = *make_single_packet(spec.owner->open(), spec.hash(), as_octets("good morning"), random);
  out->receiver = signing_key_of(spec.owner->key());
  const auto fate = nodes.ask<packet_fate>(*nodes.second, nodes.second->endpoints(), outgoing_packet_ptr(out));
  CHECK(fate.state == receipt_state::delivered);
  CHECK(fate.packet == hash_packet(out->packet));
  const auto got = const_cast<listener&>(house).packets.next();
  CHECK(got.plaintext == text("good morning"));
  CHECK(got.packet == fate.packet);
}

TEST_CASE("a packet that nobody proves counts as undelivered when its time is over") {
  two_nodes nodes;
  const auto nobody = some_identity(99);
  system_random random;
  auto out = std::make_shared<outgoing_packet>();
  out->packet = *make_single_packet(nobody->open(), destination_hash{}, as_octets("anybody?"), random);
  out->receiver = signing_key_of(nobody->key());
  out->timeout = 50ms;
  const auto fate = nodes.ask<packet_fate>(*nodes.second, nodes.second->endpoints(), outgoing_packet_ptr(out));
  CHECK(fate.state == receipt_state::failed);
  CHECK(nodes.status(*nodes.second).receipts == 0);
}

TEST_CASE("a link carries packets, a request, a resource and messages, and ends") {
  two_nodes nodes;
  listener house(nodes.first->system()), guest(nodes.second->system());
  const auto spec = open_house(house);
  REQUIRE(nodes.add(*nodes.first, spec).actor);
  nodes.path(*nodes.second, spec.hash());

  const auto link = nodes.open(*nodes.second, spec.owner->open(), spec.hash(), guest.actor);
  guest.next<link_established>();
  auto [inside, established] = house.next_with_link<link_established>();
  CHECK(guest.facts.mtu > wire::mtu);  // TCP carries more than the base protocol

  CHECK_FALSE(nodes.tell(*nodes.second, link, send_data{text("a packet")}).refused);
  CHECK(house.next<data_received>().plaintext == text("a packet"));
  guest.next<packet_delivered>();

  const auto asked = nodes.tell(*nodes.second, link, make_request{"/echo", value("words"), {}});
  const auto request = house.next<request_received>();
  CHECK(request.content == value("words"));
  caf::anon_send(inside, order(make_response{request.id, request.content}));
  const auto response = guest.next<response_received>();
  CHECK(response.id == asked.request);
  CHECK(response.content == value("words"));

  octet_string large(300'000);
  seeded_random(5).fill(large);
  resource_offer offer;
  offer.data = resource_source::from(large);
  nodes.tell(*nodes.second, link, offer_resource{offer});
  CHECK(house.next<resource_segment_received>().data == large);
  CHECK(guest.next<resource_concluded>().status == resource_status::complete);

  nodes.tell(*nodes.first, inside, open_channel{});
  nodes.tell(*nodes.second, link, open_channel{});
  nodes.tell(*nodes.second, link, send_channel_message{0x0101, text("a message")});
  CHECK(house.next<channel_message>().content == text("a message"));

  CHECK(nodes.status(*nodes.first).links == 1);
  nodes.tell(*nodes.second, link, close_link{});
  CHECK(guest.next<link_closed>().reason == teardown_reason::initiator_closed);
  CHECK(house.next<link_closed>().reason == teardown_reason::initiator_closed);
  CHECK(eventually([&] { return nodes.status(*nodes.first).links == 0 && nodes.status(*nodes.second).links == 0; }));
}

TEST_CASE("a stream over the channel of a link arrives whole and ends") {
  two_nodes nodes;
  listener house(nodes.first->system()), guest(nodes.second->system());
  const auto spec = visited_house(nodes, house);
  const auto link = nodes.open(*nodes.second, spec.owner->open(), spec.hash(), guest.actor);
  guest.next<link_established>();
  const auto inside = house.next_with_link<link_established>().first;
  nodes.tell(*nodes.first, inside, open_channel{});
  nodes.tell(*nodes.second, link, open_channel{});

  octet_string sent(700'000), arrived;
  seeded_random(6).fill(sent);
  std::size_t done = 0;
  const auto write_more = [&] {
    while (done < sent.size()) {
      const auto rest = octets(sent).subspan(done);
      const auto taken = nodes.tell(*nodes.second, link, write_stream{3, {rest.begin(), rest.end()}, true});
      REQUIRE_FALSE(taken.refused);
      done += taken.count;
      if (taken.count < rest.size())
        return;
    }
  };
  write_more();
  for (bool ended = false; !ended;) {
    const auto piece = stream_data::parse(house.next<channel_message>().content);
    REQUIRE(piece);
    CHECK(piece->stream == 3);
    append(arrived, piece->data);
    ended = piece->end;
    write_more();
  }
  CHECK(arrived == sent);
}

TEST_CASE("a destination that dies is made again with its keys, and its links go on") {
  two_nodes nodes;
  listener house(nodes.first->system()), guest(nodes.second->system());
  auto spec = open_house(house);
  spec.ratchets = ratchet_settings{};
  const auto before = nodes.add(*nodes.first, spec).actor;
  const auto announced = nodes.path(*nodes.second, spec.hash());
  const auto link = nodes.open(*nodes.second, spec.owner->open(), spec.hash(), guest.actor);
  guest.next<link_established>();
  house.next<link_established>();

  caf::anon_send_exit(before, caf::exit_reason::kill);
  REQUIRE(eventually([&] { return nodes.status(*nodes.first).restarts == 1; }));
  CHECK_FALSE(nodes.tell(*nodes.second, link, send_data{text("still here?")}).refused);
  guest.next<packet_delivered>();

  // What was encrypted for the ratchet of the announce before is opened, too.
  const auto packet = parse_packet(announced->announce);
  const auto content = announce::parse(packet->data, packet->header.has_context_flag());
  REQUIRE(content->ratchet);
  system_random random;
  CHECK(eventually([&] {
    auto out = std::make_shared<outgoing_packet>();
    out->packet = *make_single_packet(spec.owner->open(), spec.hash(), as_octets("again"), random, &*content->ratchet);
    out->receiver = signing_key_of(spec.owner->key());
    out->timeout = 500ms;
    return nodes.ask<packet_fate>(*nodes.second, nodes.second->endpoints(), outgoing_packet_ptr(out)).state ==
           receipt_state::delivered;
  }));
  CHECK(house.packets.next().ratchet.has_value());
  CHECK_FALSE(nodes.failed);
}

TEST_CASE("a link whose actor dies has closed for its user, and nobody else notices") {
  two_nodes nodes;
  listener house(nodes.first->system()), one(nodes.second->system()), other(nodes.second->system());
  const auto spec = visited_house(nodes, house);
  const auto doomed = nodes.open(*nodes.second, spec.owner->open(), spec.hash(), one.actor);
  const auto lasting = nodes.open(*nodes.second, spec.owner->open(), spec.hash(), other.actor);
  one.next<link_established>();
  other.next<link_established>();

  caf::anon_send_exit(doomed, caf::exit_reason::kill);
  CHECK(one.next<link_closed>().reason == teardown_reason::timeout);
  CHECK_FALSE(nodes.tell(*nodes.second, lasting, send_data{text("and I?")}).refused);
  other.next<packet_delivered>();
  CHECK(nodes.status(*nodes.second).links_died == 1);
  CHECK_FALSE(nodes.failed);
}

TEST_CASE("destinations and links outlive the shards") {
  two_nodes nodes;
  listener house(nodes.first->system()), guest(nodes.second->system());
  const auto spec = visited_house(nodes, house);
  const auto link = nodes.open(*nodes.second, spec.owner->open(), spec.hash(), guest.actor);
  guest.next<link_established>();

  const auto before = nodes.first->shards();
  for (const auto& shard : before)
    caf::anon_send_exit(shard, caf::exit_reason::kill);
  REQUIRE(eventually([&] {
    const auto after = nodes.first->shards();
    return after[0] != before[0] && after[1] != before[1];
  }));
  CHECK(eventually([&] {
    nodes.tell(*nodes.second, link, send_data{text("anybody?")});
    for (;;) {
      const auto heard = guest.events.next([](const auto& e) {
        return std::holds_alternative<packet_delivered>(e.event) ||
               std::holds_alternative<packet_undelivered>(e.event) || std::holds_alternative<link_closed>(e.event);
      });
      REQUIRE_FALSE(std::holds_alternative<link_closed>(heard.event));
      return std::holds_alternative<packet_delivered>(heard.event);
    }
  }));
  CHECK_FALSE(nodes.failed);
}

TEST_CASE("a blackholed initiator loses its link when it identifies, and nobody hears who it was") {
  two_nodes nodes;
  listener house(nodes.first->system()), guest(nodes.second->system());
  const auto spec = visited_house(nodes, house);
  const auto bad = some_identity(66);
  nodes.ask<control_reply>(*nodes.first, nodes.first->control(),
                           control_request(std::make_shared<rpc::request>(rpc::blackhole{bad->hash(), {}, {}})));
  const auto link = nodes.open(*nodes.second, spec.owner->open(), spec.hash(), guest.actor);
  guest.next<link_established>();
  nodes.tell(*nodes.second, link, identify_as{bad});
  CHECK(guest.next<link_closed>().reason == teardown_reason::destination_closed);
  const auto heard = house.events.next([](const auto& e) {
    return std::holds_alternative<peer_identified>(e.event) || std::holds_alternative<link_closed>(e.event);
  });
  CHECK(std::holds_alternative<link_closed>(heard.event));
}

TEST_CASE("a destination is registered once, and takes nothing any more when it is over") {
  two_nodes nodes;
  const listener house(nodes.first->system()), other(nodes.first->system());
  const auto spec = open_house(house);
  CHECK(nodes.add(*nodes.first, spec).problem.empty());
  auto same = spec;
  same.listener = other.actor;
  CHECK_FALSE(nodes.add(*nodes.first, same).problem.empty());
  caf::anon_send(nodes.first->endpoints(), close_atom::value, spec.hash());
  CHECK(nodes.add(*nodes.first, same).problem.empty());
  CHECK(nodes.status(*nodes.first).destinations == 1);
}

TEST_CASE("a destination that takes no links does not answer a link request") {
  two_nodes nodes;
  listener house(nodes.first->system()), guest(nodes.second->system());
  auto spec = open_house(house);
  spec.accepts_links = false;
  nodes.add(*nodes.first, spec);
  nodes.path(*nodes.second, spec.hash());
  nodes.open(*nodes.second, spec.owner->open(), spec.hash(), guest.actor);
  CHECK(eventually([&] { return nodes.status(*nodes.first).unrouted == 1; }));
  CHECK(nodes.status(*nodes.first).links == 0);
}

TEST_CASE("ratchets are written where the application wants them, and read again") {
  const auto folder = std::filesystem::temp_directory_path() / ("plexus_ratchets_" + std::to_string(::getpid()));
  const auto file = folder / "house";
  std::filesystem::remove_all(folder);
  for (int life = 0; life < 2; ++life) {
    two_nodes nodes;
    const listener house(nodes.first->system());
    auto spec = open_house(house);
    spec.ratchets = ratchet_settings{file};
    nodes.add(*nodes.first, spec);
    nodes.path(*nodes.second, spec.hash());
    const auto kept = static_cast<std::size_t>(life) + 1;
    CHECK(eventually([&] {
      std::error_code error;
      const auto content = file_contents::read(file, error);
      const auto ring = ratchet_ring::parse(content, spec.owner->open());
      return ring && ring->keys().size() == kept;
    }));
  }
  std::filesystem::remove_all(folder);
}
