// Reads a datagram socket: what it holds, up to a slab's room, in one call; each datagram is one packet.
//
// Nothing can hold the senders back. While most slabs are out, announces and path requests are shed so that data still
// finds room; when all are out the reader waits, and what the system's own buffer cannot keep is lost there.
#pragma once

#include "actors/interfaces/datagram/datagram_socket.hpp"
#include "actors/interfaces/datagram/packet_sorter.hpp"
#include "actors/io/slab.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace plexus {

class datagram_reader : public std::enable_shared_from_this<datagram_reader> {
public:
  /// Slabs that may be out at a time, and from which number on announces and path requests are shed.
  static constexpr std::size_t slabs_max = 4, slabs_shed = 3;
  /// Who takes a datagram, or null. On the I/O thread; it stays valid until the round is over.
  using chooser = std::function<packet_sorter*(const sockaddr_storage& source, octets datagram)>;

  /// Datagrams over `datagram_max` octets reach the sorter with one octet more than that, which it refuses.
  datagram_reader(datagram_socket_ptr socket, std::size_t datagram_max, chooser choose);

  /// Any thread, once.
  void start();
  /// Calls `ended` on the I/O thread when the reader has let go of the socket. Any thread, after start().
  void stop(std::function<void()> ended);

private:
  struct round;
  boost::asio::awaitable<void> run();
  std::size_t receive(round& into);
  void digest(round& from, std::size_t count);
  /// Makes room for a round behind what was read. False: every slab is out.
  bool make_room();
  boost::asio::awaitable<void> wait_for_slab();
  std::size_t room() const { return slab_ ? (slab_->size() - end_) / slot_ : 0; }

  datagram_socket_ptr socket_;
  std::size_t datagram_max_, slot_;
  chooser choose_;
  std::vector<packet_sorter*> touched_;
  slab_ptr slab_;
  std::size_t end_ = 0;
  std::vector<slab_ptr> out_;
  boost::asio::steady_timer slab_back_;
  std::atomic<bool> waiting_{false};
  std::shared_ptr<const std::function<void()>> returned_;
  std::function<void()> ended_;
  bool stopping_ = false;
};

}  // namespace plexus
