#include "transport/control/authentication.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/recorded_values.hpp"
#include "transport/control/mac.hpp"

#include <numeric>

using namespace plexus;
using stream = authenticated_stream;

namespace {

const octet_string key = [] {
  octet_string k(32);
  std::iota(k.begin(), k.end(), octet{0});
  return k;
}();

stream::randomness counting_from(octet first) {
  stream::randomness r;
  std::iota(r.begin(), r.end(), first);
  return r;
}

stream make(authentication_role role, handshake_form form = handshake_form::named_sha256, octet_string with = key) {
  return {{role, std::move(with), 1000, form},
          counting_from(role == authentication_role::listener ? octet{0} : octet{100})};
}

handshake_form form_named(const nlohmann::ordered_json& name) {
  return name == "named" ? handshake_form::named_sha256 : handshake_form::bare_md5;
}

octet_string framed(octets message) {
  octet_string text;
  append_framed(text, message);
  return text;
}
octet_string framed(std::string_view message) {
  return framed(as_octets(message));
}

/// Carries octets between two machines until both are silent. Pieces of `step` octets.
struct conversation {
  stream listener, connector;
  authentication_output from_listener{}, from_connector{};

  void run(std::size_t step = 1000) {
    listener.on_connected(from_listener);
    connector.on_connected(from_connector);
    while (!from_listener.to_send.empty() || !from_connector.to_send.empty()) {
      carry(from_listener, connector, from_connector, step);
      carry(from_connector, listener, from_listener, step);
    }
  }
  static void carry(authentication_output& from, stream& to, authentication_output& out, std::size_t step) {
    const auto text = std::exchange(from.to_send, {});
    for (std::size_t i = 0; i < text.size(); i += step)
      to.on_received(octets(text).subspan(i, std::min(step, text.size() - i)), out);
  }
};

}  // namespace

TEST_CASE("handshakes between old and new Pythons are spoken octet for octet on either side") {
  const auto data = test::recorded("control/handshakes.json");
  REQUIRE(data.size() == 4);
  for (const auto& recorded : data)
    for (const std::string side : {"listener", "connector"}) {
      INFO("as " << side << ", listener " << recorded["listener"] << ", connector " << recorded["connector"]);
      auto us = make(side == "listener" ? authentication_role::listener : authentication_role::connector,
                     form_named(recorded[side]));
      authentication_output out;
      us.on_connected(out);
      octet_string expected;
      for (const auto& line : recorded["transcript"]) {
        const auto message = from_hex(line[1].get<std::string>());
        if (line[0] == side)
          append_framed(expected, message);
        else
          us.on_received(framed(message), out);
      }
      CHECK(to_hex(out.to_send) == to_hex(expected));
      CHECK(out.authenticated);
      CHECK(us.authenticated());
      CHECK_FALSE(out.failed);
    }
}

TEST_CASE("two of our own agree in every pair of forms, however the octets are cut") {
  for (const auto a : {handshake_form::named_sha256, handshake_form::bare_md5})
    for (const auto b : {handshake_form::named_sha256, handshake_form::bare_md5})
      for (const std::size_t step : {1u, 3u, 1000u}) {
        conversation c{make(authentication_role::listener, a), make(authentication_role::connector, b)};
        c.run(step);
        CHECK(c.listener.authenticated());
        CHECK(c.connector.authenticated());
      }
}

TEST_CASE("a connector with another key is refused and told so") {
  conversation c{make(authentication_role::listener), make(authentication_role::connector, {}, octet_string(32, 9))};
  c.run();
  CHECK(c.from_listener.failed == authentication_failure::response_wrong);
  CHECK(c.from_connector.failed == authentication_failure::rejected);
  CHECK_FALSE(c.listener.authenticated());
  CHECK_FALSE(c.connector.authenticated());
}

TEST_CASE("a listener that does not know our key is not believed") {
  auto us = make(authentication_role::connector);
  authentication_output out;
  us.on_received(framed("#CHALLENGE#" + std::string(20, 'x')), out);
  us.on_received(framed("#WELCOME#"), out);
  REQUIRE_FALSE(out.failed);
  us.on_received(framed(std::string(16, 'x')), out);
  CHECK(out.failed == authentication_failure::response_wrong);
}

TEST_CASE("each allowed digest may answer our challenge") {
  for (const auto* name : {"md5", "sha256", "sha384", "sha3_256", "sha3_384"}) {
    auto us = make(authentication_role::listener);
    authentication_output out;
    us.on_connected(out);
    const auto text = octets(out.to_send).subspan(4 + 11);
    const auto code = mac(mac_digest_named(name).value(), key, text);
    auto answer = as_octets(std::string_view(name));
    octet_string response{'{'};
    append(response, answer);
    response.push_back('}');
    append(response, code);
    us.on_received(framed(response), out);
    CHECK_FALSE(out.failed);
  }
}

TEST_CASE("what breaks the handshake ends it with its reason") {
  const auto after = [](authentication_role role, octet_string received) {
    auto us = make(role);
    authentication_output out;
    us.on_connected(out);
    us.on_received(received, out);
    us.on_received(framed("#WELCOME#"), out);
    return out.failed;
  };
  const auto connector = authentication_role::connector;
  const auto listener = authentication_role::listener;
  using why = authentication_failure;
  CHECK(after(connector, framed("hello")) == why::no_challenge);
  CHECK(after(connector, framed("#CHALLENGE#" + std::string(19, 'x'))) == why::challenge_short);
  CHECK(after(connector, framed("#CHALLENGE#" + std::string(21, 'x'))) == why::digest_unknown);
  CHECK(after(connector, framed("#CHALLENGE#{sha1}" + std::string(40, 'x'))) == why::digest_unknown);
  CHECK(after(connector, framed(std::string(257, 'x'))) == why::bad_framing);
  CHECK(after(connector, from_hex("fffffffe")) == why::bad_framing);
  CHECK(after(connector, from_hex("ffffffff0000000100000000")) == why::bad_framing);
  CHECK(after(listener, framed("{sha1}" + std::string(20, 'x'))) == why::digest_unknown);
  CHECK(after(listener, framed(std::string(16, 'x'))) == why::response_wrong);
  CHECK(after(listener, framed("{sha256}" + std::string(31, 'x'))) == why::response_wrong);
  CHECK(after(listener, framed("")) == why::digest_unknown);
}

TEST_CASE("a machine that failed stays silent") {
  auto us = make(authentication_role::connector);
  authentication_output out;
  us.on_received(framed("hello"), out);
  REQUIRE(us.failed());
  authentication_output later;
  us.on_received(framed("#CHALLENGE#" + std::string(20, 'x')), later);
  CHECK(later.to_send.empty());
  CHECK_FALSE(later.failed);
}

TEST_CASE("messages come whole after the handshake, and one that is too long ends the stream") {
  conversation c{make(authentication_role::listener), make(authentication_role::connector)};
  c.run();
  authentication_output out;
  const octet_string first(1000, 'a'), second;
  c.connector.send(first, out);
  c.connector.send(second, out);
  conversation::carry(out, c.listener, c.from_listener, 7);
  CHECK(c.from_listener.messages == std::vector<octet_string>{first, second});
  c.connector.send(octet_string(1001, 'a'), out);
  conversation::carry(out, c.listener, c.from_listener, 1000);
  CHECK(c.from_listener.failed == authentication_failure::message_oversized);
  CHECK(c.from_listener.messages.size() == 2);
}

TEST_CASE("a length of minus one says that 64 bits follow") {
  message_splitter splitter(10);
  splitter.feed(from_hex("ffffffff00000000000000026162"));
  CHECK(splitter.next().value() == octet_string{'a', 'b'});
  CHECK(splitter.next().value() == std::nullopt);
  splitter.feed(from_hex("0000000b"));
  CHECK(splitter.next().error() == parse_error::oversized);
}

TEST_CASE("the codes are those of RFC 2202 and RFC 4231") {
  const octet_string jefe{'J', 'e', 'f', 'e'};
  const auto text = as_octets(std::string_view("what do ya want for nothing?"));
  CHECK(to_hex(mac(mac_digest::md5, jefe, text)) == "750c783e6ab0b503eaa86e310a5db738");
  CHECK(to_hex(mac(mac_digest::sha256, jefe, text)) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
