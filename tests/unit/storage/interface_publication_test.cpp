#include "storage/config/interface_publication.hpp"

#include "storage/config/node_config.hpp"

#include <catch2/catch.hpp>

using namespace plexus;

namespace {

const publishing_node node{true, *transport_id::from_hex("00112233445566778899aabbccddeeff"), "Plexus", "0.1.0"};

interface_config interface_with(const std::string& keys) {
  return read_node_config("[interfaces]\n[[Port]]\nenabled = yes\ndiscoverable = yes\n" + keys, "config")
      .interfaces.at(0);
}

const std::string backbone = "type = BackboneInterface\nlisten_on = 0.0.0.0\nport = 4242\n";

}  // namespace

TEST_CASE("a listener is published with all that its section says") {
  const auto config = interface_with(backbone +
                                     "reachable_on = ' relay.example '\ndiscovery_name = My relay\nlatitude = 1.5\n"
                                     "longitude = -2\nheight = 3\npublish_ifac = yes\nnetwork_name = net\n"
                                     "discovery_lxmf_address = ffeeddccbbaa99887766554433221100\n");
  CHECK(can_be_published(config));
  const auto out = publication_of(config, node);
  REQUIRE(out);
  published_interface wanted;
  wanted.type = published_type::backbone;
  wanted.transport = true;
  wanted.node = node.identity;
  wanted.implementation = "Plexus";
  wanted.version = "0.1.0";
  wanted.name = "My relay";
  wanted.latitude = 1.5;
  wanted.longitude = -2;
  wanted.height = 3;
  wanted.operator_address = destination_hash::from_hex("ffeeddccbbaa99887766554433221100");
  wanted.reachable_on = "relay.example";
  wanted.port = 4242;
  wanted.network_name = "net";
  CHECK(*out == wanted);
}

TEST_CASE("the access code stays secret unless it is to be published") {
  const auto out =
      publication_of(interface_with(backbone + "reachable_on = a.b\nnetwork_name = net\npassphrase = x\n"), node);
  REQUIRE(out);
  CHECK_FALSE(out->network_name);
  CHECK_FALSE(out->passphrase);
}

TEST_CASE("a TCP listener is published as one, and a client with KISS framing as a KISS interface") {
  const auto server =
      interface_with("type = TCPServerInterface\nlisten_ip = ::\nlisten_port = 1\nreachable_on = ::1\n");
  CHECK(publication_of(server, node)->type == published_type::tcp_server);
  const std::string client = "type = TCPClientInterface\ntarget_host = a\ntarget_port = 1\n";
  const auto kiss =
      publication_of(interface_with(client + "kiss_framing = yes\ndiscovery_frequency = 433775000\n"), node);
  REQUIRE(kiss);
  CHECK(kiss->type == published_type::kiss);
  CHECK(kiss->radio.frequency == value(433775000));
  CHECK(kiss->radio.bandwidth == value());
  CHECK_FALSE(publication_of(interface_with(client), node));
  CHECK_FALSE(can_be_published(interface_with(client)));
}

TEST_CASE("what cannot be found by others is not published") {
  CHECK(publication_of(interface_with(backbone), node).error() == "reachable_on is not set");
  CHECK(publication_of(interface_with(backbone + "reachable_on = no host\n"), node).error() ==
        "reachable_on is neither an IP address nor a host name: no host");
  const auto automatic = interface_with("type = AutoInterface\n");
  CHECK_FALSE(can_be_published(automatic));
  CHECK(publication_of(automatic, node).error() == "interfaces of its type cannot be discovered");
}

TEST_CASE("a location is three numbers on Earth") {
  CHECK(parse_location("52.5, 13.4, +34\n") == location{52.5, 13.4, 34});
  CHECK(parse_location("-90,-180,-4000") == location{-90, -180, -4000});
  for (const auto* text : {"", "1,2", "1,2,3,4", "91,0,0", "0,181,0", "0,0,-4001", "a,b,c", "1,2,", "nan,0,0", "1 2,3"})
    CHECK_FALSE(parse_location(text));
}
