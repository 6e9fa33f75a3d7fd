#include "actors/interfaces/connection.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace plexus {

connection::connection(io_thread& home, socket_type socket, std::string peer, std::uint16_t port)
    : home_(home),
      socket_(std::move(socket)),
      descriptor_(socket_.native_handle()),
      peer_(std::move(peer)),
      port_(port) {
  socket_.native_non_blocking(true);
}

connection::connection(io_thread& home, socket_type output, socket_type input, std::function<void()> end)
    : home_(home), socket_(std::move(output)), descriptor_(socket_.native_handle()) {
  const int descriptor = input.native_handle();
  pipe_.emplace(pipe_input{std::move(input), descriptor, std::move(end)});
}

connection::~connection() = default;

std::ptrdiff_t connection::receive(mutable_octets into) {
  return pipe_ ? ::read(descriptor_, into.data(), into.size())
               : ::recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
}

std::ptrdiff_t connection::send(octets framed) {
  for (;;) {
    const auto taken = pipe_ ? ::write(pipe_->descriptor, framed.data(), framed.size())
                             : ::send(descriptor_, framed.data(), framed.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken >= 0)
      return taken;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
      return 0;
    if (errno != EINTR)
      return -1;
  }
}

void connection::shut() {
  if (pipe_)
    pipe_->end();
  else
    ::shutdown(descriptor_, SHUT_RDWR);
}

}  // namespace plexus
