// The first octet says in how large pieces the rest is read, as a stream and as a packet to frame.
#include "tests/fuzz/fuzzing.hpp"
#include "transport/framing/hdlc.hpp"

using namespace plexus;

namespace {

void read_stream(octets stream, std::size_t piece) {
  const hdlc_limits limits{20, 64, 128};
  hdlc_deframer deframer(limits);
  octet_string buffer;
  while (!stream.empty()) {
    const auto size = std::min(piece, stream.size());
    append(buffer, stream.first(size));
    stream = stream.subspan(size);
    const auto done = deframer.take(
        buffer,
        [&](mutable_octets frame) {
          fuzz::promise(frame.size() >= limits.frame_min && frame.size() <= limits.frame_max);
        },
        [](std::size_t) {});
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(done));
    fuzz::promise(buffer.size() <= limits.waiting_max);
  }
}

void frame_and_back(octets packet, std::size_t cut) {
  octet_string frame(hdlc_worst_size(packet.size()));
  const auto head = packet.first(std::min(cut, packet.size()));
  const auto* end = append_frame(frame.data(), head, packet.subspan(head.size()));
  frame.resize(static_cast<std::size_t>(end - frame.data()));
  const auto inside = mutable_octets(frame).subspan(1, frame.size() - 2);
  fuzz::promise(std::find(inside.begin(), inside.end(), hdlc::flag) == inside.end());
  fuzz::promise(fuzz::same(inside.first(unescape(inside)), packet));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  if (size == 0)
    return 0;
  const octets rest(data + 1, size - 1);
  read_stream(rest, std::size_t{data[0]} + 1);
  frame_and_back(rest, data[0]);
  return 0;
}
