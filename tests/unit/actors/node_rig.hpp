// A whole node with two TCP listeners, and programs that play the peers at the far ends of its connections.
#pragma once

#include "actors/node.hpp"
#include "messages/announce.hpp"
#include "tests/unit/actors/stream_rig.hpp"
#include "tests/unit/actors/tcp_configs.hpp"
#include "tests/unit/actors/test_sockets.hpp"
#include "tests/unit/catch.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"
#include "transport/ifac.hpp"

#include <caf/all.hpp>

#include <cstring>
#include <ctime>
#include <functional>

namespace plexus::test {

using namespace std::chrono_literals;

inline const transport_id us = *transport_id::from_hex("000102030405060708090a0b0c0d0eff");

/// A program at the far end of a TCP connection.
class client : public loopback_socket {
public:
  explicit client(std::uint16_t port) {
    const auto address = at(port);
    check(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  }
  /// The end of a connection that the node made.
  explicit client(listening_socket& accepting) : loopback_socket(accepting.accept()) {}

  void send(octets stream) const {
    while (!stream.empty()) {
      const auto taken = ::send(descriptor_, stream.data(), stream.size(), MSG_NOSIGNAL);
      REQUIRE(taken > 0);
      stream = stream.subspan(static_cast<std::size_t>(taken));
    }
  }
  /// Reads what is there and counts the packets for `destination`. False: the connection is over.
  bool read() {
    octet buffer[65536];
    const auto got = ::recv(descriptor_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got <= 0)
      return got < 0 && (errno == EAGAIN || errno == EINTR);
    append(stream_, octets(buffer, static_cast<std::size_t>(got)));
    const auto done = deframer_.take(
        stream_,
        [&](mutable_octets frame) {
          octet_string opened;
          if (access) {
            auto removed = access->remove(frame);
            REQUIRE(removed);
            opened = std::move(*removed);
            frame = opened;
          }
          const auto packet = parse_packet(frame);
          if (packet && packet->header.type() == packet_type::data && packet->header.destination == destination)
            ++received;
        },
        [](std::size_t) {});
    stream_.erase(stream_.begin(), stream_.begin() + static_cast<std::ptrdiff_t>(done));
    return true;
  }

  address destination{};
  std::size_t received = 0;
  const access_codes* access = nullptr;  ///< what all that comes must carry

private:
  octet_string stream_;
  hdlc_deframer deframer_{{.frame_min = 1, .frame_max = 1 << 20, .waiting_max = 1 << 20}};
};

/// Makes a destination, and announces it.
inline octet_string announce_packet_for(address& destination, std::uint64_t seed) {
  seeded_random random(seed);
  const auto owner = identity::generate(random);
  const auto name = hash_name("test.node");
  const auto hash = hash_destination(name, owner.hash());
  announce made;
  made.key = owner.key();
  made.name = name;
  made.blob = make_random_blob(random_blob::from(owner.key().bytes()).bytes().first(5),
                               static_cast<std::uint64_t>(std::time(nullptr)));
  made.proof = owner.sign(made.signed_data(hash));
  destination = rename<address>(hash);
  packet_header header;
  header.flags = make_flags(packet_type::announce, destination_type::single);
  header.destination = destination;
  return encode_packet(header, made.encode());
}

inline octet_string announce_for(address& destination, std::uint64_t seed) {
  return framed(announce_packet_for(destination, seed));
}

/// A node of two listeners, A and B.
struct rig {
  reserved_port port_a, port_b;
  std::atomic<bool> failed{false};
  std::unique_ptr<node> running;

  /// `change` has the last word about how the node is set up.
  explicit rig(const std::function<void(node_setup&)>& change = {}) {
    node_setup setup;
    setup.config.reticulum.enable_transport = true;
    setup.config.reticulum.share_instance = false;
    setup.config.metrics.enabled = false;
    setup.config.plexus.shards = 2;
    setup.config.plexus.io_threads = 2;
    setup.config.interfaces = {listener_config("A", port_a), listener_config("B", port_b)};
    setup.identity = us;
    setup.hash_secret = 7;
    setup.failed = [this] { failed = true; };
    if (change)
      change(setup);
    running = std::make_unique<node>(std::move(setup));
    running->start_interfaces();
  }

  std::vector<interface_report> statuses() {
    caf::scoped_actor self{running->system()};
    interfaces_report_ptr all;
    self->request(running->interfaces(), 20s, status_atom::value)
        .receive([&](const interfaces_report_ptr& list) { all = list; }, [](const caf::error&) {});
    REQUIRE(all);
    return all->interfaces;
  }
  interface_figures figures(const std::string& section) {
    caf::scoped_actor self{running->system()};
    interface_figures found;
    self->request(running->interfaces(), 20s, figures_atom::value)
        .receive(
            [&](const interfaces_figures_ptr& all) {
              for (const auto& one : all->interfaces)
                if (one.name == section)
                  found = one;
            },
            [](const caf::error&) {});
    REQUIRE(found.name == section);
    return found;
  }
  bool online(const std::string& name) {
    for (const auto& one : statuses())
      if (one.facts.name == name)
        return one.facts.online;
    return false;
  }
  bool knows(const address& destination) {
    caf::scoped_actor self{running->system()};
    bool known = false;
    for (const auto& shard : running->shards())
      self->request(shard, 20s, find_atom::value, rename<destination_hash>(destination))
          .receive([&](const std::optional<path_summary>& path) { known = known || path.has_value(); },
                   [](const caf::error&) {});
    return known;
  }
};

inline octet_string numbered(const address& destination, std::uint64_t number) {
  octet_string data(173, 0x42);
  std::memcpy(data.data(), &number, sizeof number);
  return framed(data_packet(us, destination, data));
}

}  // namespace plexus::test
