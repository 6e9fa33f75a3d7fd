#include "transport/endpoint/channel.hpp"

#include "pair.hpp"
#include "tests/unit/catch.hpp"
#include "transport/endpoint/buffer_stream.hpp"
#include "transport/endpoint/compression.hpp"

namespace plexus::testing {
namespace {

void open_channels(pair& p) {
  p.settle();
  REQUIRE(p.established());
  p.left->open_channel();
  p.right->open_channel();
}

expected<std::uint16_t, link_error> say(pair& p, std::uint16_t type, octets content) {
  return p.at_left([&](link& l, link_output& out) { return l.send_message(p.now, type, content, out); });
}

/// Sends numbered messages as fast as the channel takes them, and returns what arrived.
std::vector<octet_string> converse(pair& p, std::size_t count) {
  std::size_t next = 0;
  const auto limit = p.now + 3600s;
  std::vector<octet_string> arrived;
  while (arrived.size() < count && p.left->active() && p.now < limit) {
    while (next < count && p.left->opened_channel()->ready())
      REQUIRE(say(p, 7, pattern(50, next++)));
    p.run_for(20ms);
    for (auto& message : p.take<channel_message>(p.right_events))
      arrived.push_back(std::move(message.content));
  }
  return arrived;
}

}  // namespace

TEST_CASE("the specification's channel envelope comes out and goes back") {
  const channel_envelope envelope{0xabcd, 7, as_octets("channeldata")};
  CHECK(to_hex(envelope.encode()) == "abcd0007000b6368616e6e656c64617461");
  const auto packed = envelope.encode();
  const auto parsed = channel_envelope::parse(packed);
  REQUIRE(parsed);
  CHECK(parsed->type == 0xabcd);
  CHECK(parsed->sequence == 7);
  CHECK(as_text(parsed->content) == "channeldata");
  for (std::size_t size = 0; size < channel_envelope::header_size; ++size)
    CHECK_FALSE(channel_envelope::parse(octets(packed).first(size)));
}

TEST_CASE("messages arrive once and in order over a link that loses and reorders") {
  pair p({.latency = 20ms, .loss = 0.05, .reordering = 0.3, .seed = GENERATE(1, 2, 3)});
  open_channels(p);
  constexpr std::size_t count = 300;
  const auto arrived = converse(p, count);
  REQUIRE(arrived.size() == count);
  for (std::size_t i = 0; i < count; ++i)
    CHECK(arrived[i] == pattern(50, i));
}

TEST_CASE("sequence numbers begin again after 65535, and nothing is delivered twice or too early") {
  seeded_random random(1);
  link_session session({}, random);
  channel receiver(session);
  link_output out;
  const auto hear = [&](std::uint32_t sequence) {
    return receiver.on_message(channel_envelope{1, static_cast<std::uint16_t>(sequence), {}}.encode(), out);
  };
  for (std::uint32_t sequence = 0; sequence < 70000; sequence += 2) {
    REQUIRE(hear(sequence + 1));
    REQUIRE(out.events.empty());
    REQUIRE(hear(sequence));
    REQUIRE(out.events.size() == 2);
    REQUIRE(hear(sequence));
    REQUIRE_FALSE(hear(sequence + 3 + channel::receive_window));
    REQUIRE(out.events.size() == 2);
    out.clear();
  }
  CHECK(session.counters.duplicate == 35000);
  CHECK(session.counters.refused == 35000);
}

TEST_CASE("the window grows to 48 on a fast link and stays small on a slow one") {
  const bool fast = GENERATE(true, false);
  pair p({.latency = fast ? 5ms : 400ms});
  open_channels(p);
  converse(p, 300);
  CHECK(p.left->opened_channel()->window() == (fast ? 48 : 5));
}

TEST_CASE("a channel takes no more than its window, and says when it takes more") {
  pair p;
  open_channels(p);
  REQUIRE(say(p, 1, as_octets("a")));
  REQUIRE(say(p, 1, as_octets("b")));
  CHECK(say(p, 1, as_octets("c")).error() == link_error::window_full);
  p.run_for(100ms);
  CHECK(p.take<channel_ready>(p.left_events).size() == 1);
  CHECK(say(p, 1, as_octets("c")).value() == 2);
  CHECK(say(p, 1, pattern(426, 1)).error() == link_error::too_large);
}

TEST_CASE("a message that is never proved closes the link after five tries") {
  pair p;
  p.settle();
  p.left->open_channel();
  const auto before = p.sent;
  REQUIRE(say(p, 1, as_octets("anybody?")));
  p.run_for(30s);
  CHECK(p.left->state() == link_state::closed);
  CHECK(p.right->counters().unexpected == 5);
  CHECK(p.sent == before + 6);
}

TEST_CASE("messages of a type that nobody knows do not hold up those after them") {
  pair p;
  open_channels(p);
  REQUIRE(say(p, 0xbeef, as_octets("?")));
  REQUIRE(say(p, 1, as_octets("!")));
  p.run_for(100ms);
  CHECK(p.take<channel_message>(p.right_events).size() == 2);
}

TEST_CASE("the specification's stream message comes out and goes back") {
  const auto piece = make_stream_piece(0x0102, as_octets("streamdata"), true, 425);
  CHECK(to_hex(piece.message) == "810273747265616d64617461");
  CHECK(piece.consumed == 10);
  const auto parsed = stream_data::parse(piece.message);
  REQUIRE(parsed);
  CHECK(parsed->stream == 0x0102);
  CHECK(parsed->end);
  CHECK(as_text(parsed->data) == "streamdata");
}

TEST_CASE("a stream message holds as much as fits, compressed where that helps") {
  const auto raw = make_stream_piece(1, pattern(20000, 1), false, 425);
  CHECK(raw.message.size() == 425);
  CHECK(raw.consumed == 423);
  const auto packed = make_stream_piece(1, repetitive(20000), false, 425);
  CHECK(packed.consumed == stream_data::chunk_max);
  CHECK(packed.message.size() < 425);
  const auto parsed = stream_data::parse(packed.message);
  REQUIRE(parsed);
  CHECK(parsed->data == octet_string(repetitive(stream_data::chunk_max)));
}

TEST_CASE("a stream message that unpacks to more than 16384 octets is refused, and so is a part of one") {
  const auto with_header = [](octets packed) {
    octet_string message{0x40, 0x01};
    append(message, packed);
    return message;
  };
  const auto fitting = with_header(compress(repetitive(stream_data::chunk_max)));
  CHECK(stream_data::parse(fitting));
  CHECK(stream_data::parse(with_header(compress(repetitive(stream_data::chunk_max + 1)))).error() ==
        parse_error::oversized);
  for (std::size_t size = 0; size < fitting.size(); ++size)
    CHECK_FALSE(stream_data::parse(octets(fitting).first(size)));
}

TEST_CASE("a stream arrives whole and ends over a link that loses packets") {
  pair p({.latency = 10ms, .loss = 0.05, .seed = 5});
  open_channels(p);
  octet_string data = pattern(20000, 9);
  append(data, repetitive(50000));
  stream_writer writer(3, 30000);
  std::size_t written = 0;
  octet_string arrived;
  bool ended = false;
  for (int round = 0; round < 100000 && !ended; ++round) {
    link_output out;
    written += writer.write(p.now, octets(data).subspan(written), *p.left, out);
    if (written == data.size())
      writer.finish(p.now, *p.left, out);
    CHECK(writer.waiting() <= 30000);
    p.ship(out, true);
    p.run_for(10ms);
    for (const auto& message : p.take<channel_message>(p.right_events)) {
      const auto parsed = stream_data::parse(message.content);
      REQUIRE(parsed);
      CHECK(parsed->stream == 3);
      append(arrived, parsed->data);
      ended = parsed->end;
    }
  }
  CHECK(ended);
  CHECK(writer.finished());
  CHECK(arrived == data);
}

}  // namespace plexus::testing
