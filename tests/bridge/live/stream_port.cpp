#include "tests/bridge/live/stream_port.hpp"

#include <cerrno>
#include <unistd.h>

namespace plexus::bridge {
namespace {

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

stream_port::stream_port(int in, int out, const hdlc_limits& limits) : in_(in), out_(out), deframer_(limits) {}

stream_port::~stream_port() {
  ::close(in_);
  if (out_ != in_)
    ::close(out_);
}

void stream_port::send(octets packet) {
  const auto before = unsent_.size();
  unsent_.resize(before + hdlc_worst_size(packet.size()));
  const auto* end = append_frame(unsent_.data() + before, packet, {});
  unsent_.resize(static_cast<std::size_t>(end - unsent_.data()));
  write();
}

void stream_port::read(const std::function<void(octets)>& on_packet) {
  for (;;) {
    octet_string piece(65536);
    const auto size = ::read(in_, piece.data(), piece.size());
    if (size <= 0) {
      ended_ = ended_ || size == 0 || !would_block();
      return;
    }
    piece.resize(static_cast<std::size_t>(size));
    append(waiting_, piece);
    const auto done = deframer_.take(waiting_, [&](mutable_octets frame) { on_packet(frame); }, [](std::size_t) {});
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
  }
}

void stream_port::write() {
  while (!unsent_.empty()) {
    const auto size = ::write(out_, unsent_.data(), unsent_.size());
    if (size <= 0) {
      ended_ = ended_ || !would_block();
      return;
    }
    octets_sent_ += static_cast<std::uint64_t>(size);
    unsent_.erase(unsent_.begin(), unsent_.begin() + size);
  }
}

}  // namespace plexus::bridge
