#include "actors/interfaces/connection.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace plexus {

connection::connection(io_thread& home, socket_type socket, std::string peer, std::uint16_t port)
    : home_(home),
      socket_(std::move(socket)),
      descriptor_(socket_.native_handle()),
      peer_(std::move(peer)),
      port_(port) {
  socket_.native_non_blocking(true);
}

connection::~connection() = default;

std::ptrdiff_t connection::send(octets framed) {
  for (;;) {
    const auto taken = ::send(descriptor_, framed.data(), framed.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken >= 0)
      return taken;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
      return 0;
    if (errno != EINTR)
      return -1;
  }
}

void connection::shut() {
  ::shutdown(descriptor_, SHUT_RDWR);
}

}  // namespace plexus
