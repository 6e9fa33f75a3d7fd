#include "actors/interfaces/datagram/datagram_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace plexus {
namespace {

/// Datagrams in one system call.
constexpr std::size_t sends_max = 64;
/// Octets that the system may keep for us while shards are busy; it grants what its own limit allows.
constexpr int receive_buffer = 4 << 20;

}  // namespace

datagram_socket::datagram_socket(io_thread& home, int family, int descriptor)
    : home_(home),
      socket_(home.context(), boost::asio::generic::datagram_protocol(family, IPPROTO_UDP), descriptor),
      descriptor_(descriptor) {}

datagram_socket::send_result datagram_socket::send(std::span<const outgoing> datagrams, const socket_address& to) {
  send_result result;
  std::array<mmsghdr, sends_max> messages;
  std::array<std::array<iovec, 2>, sends_max> pieces;
  const auto piece = [](octets from) { return iovec{const_cast<octet*>(from.data()), from.size()}; };
  while (result.taken < datagrams.size()) {
    const auto some = datagrams.subspan(result.taken, std::min(sends_max, datagrams.size() - result.taken));
    for (std::size_t i = 0; i < some.size(); ++i) {
      pieces[i] = {piece(some[i].head), piece(some[i].body)};
      messages[i] = {};
      auto& header = messages[i].msg_hdr;
      header.msg_name = const_cast<sockaddr_storage*>(&to.storage);
      header.msg_namelen = to.size;
      header.msg_iov = pieces[i].data();
      header.msg_iovlen = 2;
    }
    const int taken = ::sendmmsg(descriptor_, messages.data(), static_cast<unsigned>(some.size()), MSG_DONTWAIT);
    if (taken > 0) {
      for (int i = 0; i < taken; ++i)
        result.sent_octets += messages[static_cast<std::size_t>(i)].msg_len;
      result.taken += static_cast<std::size_t>(taken);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      result.full = true;
      return result;
    } else if (errno != EINTR) {
      ++result.taken;
      ++result.lost;
      result.lost_octets += some[0].head.size() + some[0].body.size();
    }
  }
  return result;
}

int open_datagram_socket(int family, std::optional<std::uint32_t> fwmark) {
  const int descriptor = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0)
    throw std::system_error(errno, std::generic_category(), "cannot open a datagram socket");
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  if (fwmark)
    ::setsockopt(descriptor, SOL_SOCKET, SO_MARK, &*fwmark, sizeof *fwmark);
  return descriptor;
}

void bind_or_close(int descriptor, const socket_address& to, const std::string& shown) {
  if (::bind(descriptor, to.get(), to.size) == 0)
    return;
  const int error = errno;
  ::close(descriptor);
  throw std::system_error(error, std::generic_category(), "cannot receive on " + shown);
}

}  // namespace plexus
