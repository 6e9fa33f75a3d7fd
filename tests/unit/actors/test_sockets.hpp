// Plain blocking sockets on the loopback address, for tests that play the peer. What does not come within ten seconds
// does not come.
#pragma once

#include "messages/octets.hpp"
#include "transport/framing/hdlc.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace plexus::test {

class loopback_socket {
public:
  loopback_socket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~loopback_socket() { ::close(descriptor_); }
  loopback_socket(const loopback_socket&) = delete;
  loopback_socket& operator=(const loopback_socket&) = delete;

protected:
  explicit loopback_socket(int descriptor) : descriptor_(descriptor) {}
  static sockaddr_in at(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  static void check(int result, const char* what) {
    if (result < 0)
      throw std::system_error(errno, std::generic_category(), what);
  }

  int descriptor_;
};

class listening_socket : public loopback_socket {
public:
  explicit listening_socket(std::uint16_t port = 0) {
    auto address = at(port);
    socklen_t size = sizeof address;
    const int on = 1;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    check(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size), "bind");
    check(::listen(descriptor_, 1), "listen");
    check(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    port_ = ntohs(address.sin_port);
  }
  std::uint16_t port() const { return port_; }
  /// The next connection, which belongs to the caller. Throws when none comes.
  int accept() {
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int accepted = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
    check(accepted, "accept");
    return accepted;
  }

private:
  std::uint16_t port_ = 0;
};

/// A port of this test's own for as long as the object lives, whatever else runs on the machine: a socket is bound to
/// it, which hinders nobody who sets SO_REUSEADDR, as the node does, and is given to nobody else.
class reserved_port : public loopback_socket {
public:
  reserved_port() {
    auto address = at(0);
    socklen_t size = sizeof address;
    const int on = 1;
    check(::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
    check(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size), "bind");
    check(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    port_ = ntohs(address.sin_port);
  }
  operator std::uint16_t() const { return port_; }

  /// From now on nobody else can listen on it.
  void take() { check(::listen(descriptor_, 1), "listen"); }
  /// It is as it was before take().
  void give_back() { check(::shutdown(descriptor_, SHUT_RDWR), "shutdown"); }

private:
  std::uint16_t port_ = 0;
};

/// Whether somebody listens on the port.
inline bool accepts(std::uint16_t port) {
  class probe : public loopback_socket {
  public:
    bool connects(std::uint16_t to) {
      const auto address = at(to);
      return ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
  };
  return probe().connects(port);
}

/// A port that nobody listens on.
inline std::uint16_t free_port() {
  return listening_socket().port();
}

class client_socket : public loopback_socket {
public:
  explicit client_socket(std::uint16_t port) {
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const auto address = at(port);
    check(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  }

  /// As much as the peer takes.
  void send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Until the peer closes.
  std::string receive_all() {
    while (receive_some()) {
    }
    return std::exchange(received_, {});
  }
  /// Up to and including `end`; empty when it does not come.
  std::string receive_until(std::string_view end) {
    for (;;) {
      if (const auto found = received_.find(end); found != std::string::npos) {
        auto text = received_.substr(0, found + end.size());
        received_.erase(0, text.size());
        return text;
      }
      if (!receive_some())
        return {};
    }
  }

  void send_frame(octets packet) {
    octet_string framed(hdlc_worst_size(packet.size()));
    framed.resize(static_cast<std::size_t>(append_frame(framed.data(), packet, {}) - framed.data()));
    send({reinterpret_cast<const char*>(framed.data()), framed.size()});
  }
  /// The next packet; empty when none comes.
  octet_string receive_frame() {
    constexpr char flag = static_cast<char>(hdlc::flag);
    for (;;) {
      const auto begin = received_.find_first_not_of(flag);
      const auto end = begin == std::string::npos ? begin : received_.find(flag, begin);
      if (end != std::string::npos) {
        octet_string frame(received_.begin() + static_cast<std::ptrdiff_t>(begin),
                           received_.begin() + static_cast<std::ptrdiff_t>(end));
        received_.erase(0, end);
        frame.resize(unescape(frame));
        return frame;
      }
      if (!receive_some())
        return {};
    }
  }

private:
  bool receive_some() {
    char buffer[16384];
    const auto got = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (got > 0)
      received_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }

  std::string received_;
};

}  // namespace plexus::test
