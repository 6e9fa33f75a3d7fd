// What joins nodes: a stream between two, a datagram network or a radio channel that several share. Latency, order,
// loss, repetition and noise are drawn for each hearer of each packet.
#pragma once

#include "chaos/simulator/chance.hpp"
#include "messages/interface.hpp"
#include "transport/ifac.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace plexus::chaos {

enum class medium_kind : octet {
  stream,    ///< keeps order; both ends notice when it breaks, and what was under way is lost
  datagram,  ///< no order, no notice
  radio,     ///< slow and shared, no order, no notice
};

/// Chances for each packet and hearer. All zero in fair weather.
struct weather {
  double loss = 0, repetition = 0, noise = 0;
  /// A packet is heard again after up to so long.
  duration repeated_within{};
};

struct medium_traits {
  medium_kind kind = medium_kind::stream;
  duration latency{}, disorder{};  ///< at least, and up to so much more
  std::uint64_t bitrate = 0;       ///< bit/s
  std::uint32_t hw_mtu = 500;      ///< octets
  bool mtu_negotiable = false;
  bool pushes_back = false;
};

class medium {
public:
  medium(const medium_traits& traits, std::vector<std::size_t> members, std::unique_ptr<access_codes> codes);

  struct hearing {
    instant at{};
    bool noisy = false;
  };
  /// When and how one hearer hears what member `from` sends; not at all: lost.
  std::vector<hearing> carry(std::size_t from, std::size_t size, const weather& sky, instant now, chance& luck);

  const medium_traits& traits() const { return traits_; }
  const std::vector<std::size_t>& members() const { return members_; }
  const access_codes* codes() const { return codes_.get(); }
  bool up() const { return up_; }
  /// Which of its lives this is: what was sent in an earlier one is never heard.
  unsigned life() const { return life_; }
  void rise() { up_ = true; }
  void fall();
  /// Largest packet that anyone may put on it, access code included.
  std::size_t packet_size_max() const { return traits_.hw_mtu + (codes_ ? codes_->code_size() : 0); }
  /// The packet without its access code; empty if there is none to be read.
  octet_string unmask(octets packet) const;

private:
  medium_traits traits_;
  std::vector<std::size_t> members_;
  std::unique_ptr<access_codes> codes_;
  std::vector<instant> free_at_;        // for each sender
  std::vector<instant> last_heard_at_;  // for each sender of a stream
  bool up_ = true;
  unsigned life_ = 0;
};

}  // namespace plexus::chaos
