// Chapter 19: channels and buffers.
#include "tests/bridge/live/nodes.hpp"
#include "tests/bridge/test_access.hpp"

namespace plexus::bridge {
namespace {

/// The message type that the bridges speak among themselves.
constexpr std::uint16_t message_type = 0x0101;

channel& channel_of(live_link& l) {
  if (!l.machine->active())
    throw command_error("link_id: the link is not active");
  return l.machine->open_channel();
}

json envelope_pack(const parameters& p) {
  const auto type = static_cast<std::uint16_t>(p.integer_within("msgtype", -1, 0, 0xffff));
  const auto sequence = static_cast<std::uint16_t>(p.integer_within("sequence", -1, 0, 0xffff));
  const auto data = p.octets_or("data", {});
  return {{"raw", hex(channel_envelope{type, sequence, data}.encode())}, {"sequence", sequence}};
}

json send(live_node& node, const parameters& p) {
  if (p.flag_or("drop_acks", false) || p.flag_or("fail_outlet", false))
    throw command_error("drop_acks, fail_outlet: the bridge does not break a channel's outlet");
  auto& l = node.link_at(p.fixed<link_id>(p.has("link_id") ? "link_id" : "channel_id"));
  const auto type = static_cast<std::uint16_t>(p.integer_within("msgtype", message_type, 0, 0xffff));
  if (type >= channel_envelope::system_types_begin)
    throw command_error("msgtype: types from f000 belong to the protocol");
  auto& over = channel_of(l);
  const auto data = p.octets_or("data", {});
  node.wait([&] { return over.ready() || l.state() == link_state::closed; }, timeout_of(p, 20000));
  const auto sequence = must(node.with(l, [&](link& machine, instant now,
                                              link_output& out) { return machine.send_message(now, type, data, out); }),
                             "channel");
  std::size_t tries = 1;
  const auto is_over = [&] {
    if (l.state() == link_state::closed)
      return true;
    for (const auto& [waiting, tried] : test_access::all_outstanding(over))
      if (waiting == sequence) {
        tries = tried;
        return false;
      }
    return true;
  };
  const bool ended = node.wait(is_over, timeout_of(p, 20000));
  const auto window = test_access::window_of(over);
  return {{"sent", true},
          {"delivered", ended && l.state() != link_state::closed},
          {"tries", tries},
          {"sequence", sequence},
          {"window", window.now},
          {"window_max", window.max},
          {"ready", over.ready()},
          {"next_sequence", window.next_sequence},
          {"link_status", static_cast<int>(l.state())}};
}

json received(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  auto& from = l.outbound() ? l.messages : node.listener_at(l.destination).messages;
  auto messages = json::array();
  for (const auto& one : std::exchange(from, {}))
    messages.push_back(hex(one));
  return {{"messages", messages}};
}

json window(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  auto& over = channel_of(l);
  const auto w = test_access::window_of(over);
  auto envelopes = json::array(), all_tries = json::array();
  for (const auto& [sequence, tries] : test_access::all_outstanding(over)) {
    envelopes.push_back({{"sequence", sequence}, {"tries", tries}});
    all_tries.push_back(tries);
  }
  return {{"window", w.now},
          {"window_min", w.min},
          {"window_max", w.max},
          {"window_flexibility", w.flexibility},
          {"next_rx_sequence", w.expected_sequence},
          {"next_sequence", w.next_sequence},
          {"rx_ring", w.early},
          {"tx_ring", over.outstanding()},
          {"tx_tries", all_tries},
          {"tx_envelopes", envelopes},
          {"mdu", over.mdu()},
          {"outlet_mdu", l.machine->mdu()},
          {"medium_rate_rounds", w.medium_rounds},
          {"fast_rate_rounds", w.fast_rounds}};
}

/// A channel that is opened at such a round trip time.
json profile(live_node& node, const parameters& p) {
  const auto& l = link_of(node, p);
  link_session session(l.machine->id(), chance());
  session.agree_on(l.machine->mtu());
  session.rtt = from_seconds(std::clamp(p.number("rtt"), 0.0, 1e6));
  channel opened(session);
  const auto w = test_access::window_of(opened);
  return {{"rtt", p.number("rtt")},
          {"window", w.now},
          {"window_min", w.min},
          {"window_max", w.max},
          {"window_flexibility", w.flexibility}};
}

json timeout_formula(live_node& node, const parameters& p) {
  link_of(node, p);
  const auto tries = p.integer_within("tries", -1, 1, 100), depth = p.integer_within("ring_depth", 0, 0, 1000);
  const auto rtt = std::clamp(p.number("rtt"), 0.0, 1e6);
  return {{"timeout", seconds_of(channel::timeout_of(from_seconds(rtt), static_cast<std::size_t>(depth),
                                                     static_cast<std::size_t>(tries)))},
          {"rtt", rtt},
          {"tries", tries},
          {"ring_depth", depth}};
}

json listener_rx(live_node& node, const parameters& p) {
  auto& at = node.listener_at(destination_of(p));
  if (at.links.empty())
    throw command_error("destination_hash: no link yet");
  const auto w = test_access::window_of(channel_of(node.link_at(at.links.back())));
  return {{"next_rx_sequence", w.expected_sequence}, {"next_sequence", w.next_sequence}, {"rx_ring", w.early}};
}

json buffer_stream(live_node& node, const parameters& p) {
  if (p.flag_or("bomb", false))
    throw command_error("bomb: the library compresses what it is given, and cannot be made to lie about its size");
  auto& l = link_of(node, p);
  auto& over = channel_of(l);
  const auto stream = static_cast<std::uint16_t>(p.integer_within("stream_id", 0, 0, stream_data::stream_id_max));
  const auto data = p.octets_or("data", {});
  l.streams.emplace_back(stream);
  const auto index = l.streams.size() - 1;
  std::size_t taken = 0;
  const auto write = [&] {
    node.with(l, [&](link& machine, instant now, link_output& out) {
      auto& writer = l.streams[index];
      taken += writer.write(now, octets(data).subspan(taken), machine, out);
      if (taken == data.size())
        writer.finish(now, machine, out);
    });
    return l.streams[index].finished() || l.state() == link_state::closed;
  };
  node.wait(write, timeout_of(p, 30000));
  node.wait([&] { return over.outstanding() == 0 || l.state() == link_state::closed; }, timeout_of(p, 30000));
  return {{"written", taken},
          {"eof", l.streams[index].finished()},
          {"ready", over.ready()},
          {"max_chunk_len", stream_data::chunk_max},
          {"max_data_len", over.mdu() - stream_data::header_size},
          {"tx_ring_after", over.outstanding()}};
}

json buffer_received(live_node& node, const parameters& p) {
  auto& at = node.listener_at(destination_of(p));
  auto& stream =
      at.streams[static_cast<std::uint16_t>(p.integer_within("stream_id", 0, 0, stream_data::stream_id_max))];
  node.wait([&] { return stream.end || at.broken_stream; }, timeout_of(p, 30000));
  return {{"data", hex(std::exchange(stream.data, {}))},
          {"eof", stream.end},
          {"aborted", at.broken_stream.has_value()},
          {"error", at.broken_stream ? json(*at.broken_stream) : json()}};
}

/// Whether a message is compressed is the library's choice here: it is where that is smaller.
json buffer_pack(const parameters& p) {
  if (p.has("unpack_raw")) {
    const auto raw = p.octets_of("unpack_raw");
    const auto parsed = stream_data::parse(raw);
    if (!parsed)
      return {{"error", std::string(to_string(parsed.error()))}};
    return {{"stream_id", parsed->stream},
            {"eof", parsed->end},
            {"compressed", (raw[0] & 0x40) != 0},
            {"data", hex(parsed->data)}};
  }
  if (p.flag_or("compressed", false))
    throw command_error("compressed: the library compresses what gets smaller by it, and is not told to");
  const auto stream = p.integer("stream_id");
  if (stream < 0 || stream > stream_data::stream_id_max)
    return {{"error", "stream_id: expected 0 to 16383, found " + std::to_string(stream)}};
  const auto data = p.octets_or("data", {});
  const auto piece = make_stream_piece(static_cast<std::uint16_t>(stream), data, p.flag_or("eof", false),
                                       data.size() + stream_data::header_size);
  return {{"raw", hex(piece.message)}, {"msgtype", stream_data::message_type}};
}

}  // namespace

void add_channel_commands(live_commands& commands) {
  auto& table = commands.table();
  table.add("wire_channel_envelope_pack", envelope_pack);
  table.add("wire_buffer_pack", buffer_pack);
  commands.add("wire_channel_send", send);
  commands.add("wire_channel_received", received);
  commands.add("wire_channel_window", window);
  commands.add("wire_channel_profile", profile);
  commands.add("wire_channel_timeout_formula", timeout_formula);
  commands.add("wire_listener_channel_rx", listener_rx);
  commands.add("wire_buffer_stream", buffer_stream);
  commands.add("wire_buffer_received", buffer_received);
}

}  // namespace plexus::bridge
