// An interface whose packets travel as datagrams: UDP, or one peer of an AutoInterface.
//
// The actor owns the transmit half; the receiving half is a medium, which several interfaces may share.
#pragma once

#include "actors/interfaces/datagram/datagram_socket.hpp"
#include "actors/interfaces/datagram/packet_sorter.hpp"
#include "actors/interfaces/interface_actor.hpp"
#include "actors/interfaces/interface_settings.hpp"

#include <caf/actor_system.hpp>

#include <atomic>
#include <functional>
#include <memory>

namespace plexus {

/// When something was last heard: instant::time_since_epoch().count().
using heard_mark = std::atomic<duration::rep>;

/// Where an interface takes datagrams from a medium. Used on the medium's I/O thread only.
struct datagram_lane {
  ip6_octets peer{};  ///< whose datagrams these are; zero where all are one interface's
  packet_sorter packets;
  std::shared_ptr<heard_mark> heard;  ///< null: nobody asks
};
using datagram_lane_ptr = std::shared_ptr<datagram_lane>;

/// The receiving half of datagram interfaces. Any thread.
class datagram_medium {
public:
  virtual ~datagram_medium() = default;
  virtual io_thread& home() = 0;
  virtual void admit(const datagram_lane_ptr& lane) = 0;
  /// `gone` is called on the home thread once nothing comes through the lane any more.
  virtual void dismiss(const datagram_lane_ptr& lane, std::function<void()> gone) = 0;
};

using datagram_actor =
    interface_actor::extend<caf::reacts_to<datagram_socket_ptr>,        // medium: send through this one from now on
                            caf::reacts_to<writable_atom>,              // I/O thread: the socket takes datagrams again
                            caf::reacts_to<detached_atom>,              // medium: the lane is gone
                            caf::reacts_to<tick_atom, std::uint64_t>>;  // itself: a deadline

struct datagram_settings {
  interface_settings common;
  std::shared_ptr<datagram_medium> medium;
  datagram_socket_ptr socket;  ///< to send by; null: nothing can be sent
  socket_address to;
  ip6_octets peer{};
  std::shared_ptr<heard_mark> heard;
};

datagram_actor spawn_datagram_interface(caf::actor_system& system, const datagram_settings& settings,
                                        const interface_registry& registry);

}  // namespace plexus
