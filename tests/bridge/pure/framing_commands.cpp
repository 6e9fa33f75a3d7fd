// Chapter 6, first half: HDLC and KISS.
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/support.hpp"
#include "transport/framing/hdlc.hpp"
#include "transport/framing/kiss.hpp"

namespace plexus::bridge {
namespace {

octet_string hdlc_framed(octets data) {
  octet_string out(hdlc_worst_size(data.size()));
  out.resize(static_cast<std::size_t>(append_frame(out.data(), {}, data) - out.data()));
  return out;
}

octet_string kiss_framed(octets data) {
  octet_string out(kiss_worst_size(data.size()));
  out.resize(static_cast<std::size_t>(append_kiss_frame(out.data(), {}, data) - out.data()));
  return out;
}

std::vector<octet_string> hdlc_frames(octet_string stream, const hdlc_limits& limits) {
  std::vector<octet_string> frames;
  hdlc_deframer(limits).take(
      stream, [&](mutable_octets frame) { frames.emplace_back(frame.begin(), frame.end()); }, [](std::size_t) {});
  return frames;
}

std::vector<octet_string> kiss_frames(octets stream, std::size_t frame_max) {
  std::vector<octet_string> frames;
  kiss_deframer(frame_max).feed(stream, [&](octets frame) { frames.emplace_back(frame.begin(), frame.end()); });
  return frames;
}

octet_string first_of(std::vector<octet_string> frames) {
  if (frames.empty())
    throw command_error("framed: expected a whole frame with octets in it");
  return std::move(frames.front());
}

json list_of(const std::vector<octet_string>& frames) {
  auto list = json::array();
  for (const auto& frame : frames)
    list.push_back(hex(frame));
  return list;
}

std::size_t hardware_mtu(const parameters& p) {
  return static_cast<std::size_t>(p.integer_within("hw_mtu", 262144, 1, 1 << 24));
}

json hdlc_escape(const parameters& p) {
  const auto framed = hdlc_framed(p.octets_of("data"));
  return {{"escaped", hex(octets(framed).subspan(1, framed.size() - 2))}};
}

json hdlc_deframe(const parameters& p) {
  auto framed = p.octets_of("framed");
  const auto size = framed.size();
  return {{"data", hex(first_of(hdlc_frames(std::move(framed), {0, size, size})))}};
}

/// With the limits of a stream's reader.
json hdlc_deframe_stream(const parameters& p) {
  const auto mtu = hardware_mtu(p);
  hdlc_limits limits;
  limits.frame_max = mtu;
  limits.waiting_max = 2 * mtu;
  return {{"frames", list_of(hdlc_frames(p.octets_of("stream"), limits))}};
}

json kiss_deframe(const parameters& p) {
  const auto framed = p.octets_of("framed");
  return {{"data", hex(first_of(kiss_frames(framed, framed.size())))}};
}

}  // namespace

void add_framing_commands(command_table& table) {
  table.add("hdlc_escape", hdlc_escape);
  table.add("hdlc_frame",
            [](const parameters& p) -> json { return {{"framed", hex(hdlc_framed(p.octets_of("data")))}}; });
  table.add("hdlc_deframe", hdlc_deframe);
  table.add("hdlc_deframe_stream", hdlc_deframe_stream);
  table.add("kiss_frame",
            [](const parameters& p) -> json { return {{"framed", hex(kiss_framed(p.octets_of("data")))}}; });
  table.add("kiss_deframe", kiss_deframe);
  table.add("kiss_deframe_stream", [](const parameters& p) -> json {
    return {{"frames", list_of(kiss_frames(p.octets_of("stream"), hardware_mtu(p)))}};
  });
}

}  // namespace plexus::bridge
