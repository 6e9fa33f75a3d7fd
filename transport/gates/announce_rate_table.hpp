// How often each destination announces itself, and which ones are not passed on because they overdo it.
//
// Bound: `capacity` destinations; the one not heard for the longest time gives way (the reference keeps all forever).
// Source: rns-1.5.7 section 1.7; Transport.py: _inbound.
#pragma once

#include "messages/interface.hpp"
#include "transport/gates/aged_table.hpp"
#include "transport/router/router_shard.hpp"

#include <array>
#include <optional>
#include <vector>

namespace plexus {

class announce_rate_table {
public:
  static constexpr std::size_t timestamps_max = 16;

  announce_rate_table(std::size_t capacity, std::uint64_t hash_secret) : entries_(capacity, hash_secret) {}

  /// An announce, no path response, changed the path table. True: it must not be passed on. Without a target (zero)
  /// there is no limit and nothing is noted.
  bool on_announce(const destination_hash& destination, const announce_rate_limit& limit, instant now);
  std::optional<announce_rate_summary> find(const destination_hash& destination) const;
  /// All of them, longest not heard first.
  std::vector<announce_rate_summary> all() const;
  std::size_t size() const { return entries_.size(); }

private:
  struct entry {
    instant last{};
    instant blocked_until = instant::min();
    std::uint32_t violations = 0;
    std::uint8_t oldest = 0, count = 0;
    std::array<instant, timestamps_max> heard{};

    void note(instant now);
    bool judge(const announce_rate_limit& limit, instant now);
  };
  announce_rate_summary summary(const destination_hash& destination, const entry& e) const;

  aged_table<entry> entries_;
};

}  // namespace plexus
