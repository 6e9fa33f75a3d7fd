// Addresses whose connections come and go too fast, and are therefore refused for a while.
//
// A connection that ends within `threshold` is a flap. More than `grace` flaps of an address block it until
// `block_time` after its last one. The flaps are counted for the whole process; what follows from them each listener
// decides by its own limits. One owner; `now` never runs backwards. Source: rns-1.5.7 section 8.2;
// BackboneInterface.py: incoming_connection, blocked_ip_count, teardown.
#pragma once

#include "messages/instant.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

namespace plexus {

struct flap_limits {
  duration threshold = std::chrono::seconds(20);
  std::uint32_t grace = 5;  ///< flaps forgiven
  duration block_time = std::chrono::hours(12);
};

class flap_blocker {
public:
  /// When there are more, the one whose last flap is longest ago is forgotten.
  static constexpr std::size_t addresses_max = 4096;

  /// A connection from `from` has ended after `lived`.
  void on_ended(const std::string& from, duration lived, const flap_limits& limits, instant now);
  /// Forgets what is older than the asking listener's block time.
  bool is_blocked(const std::string& from, const flap_limits& limits, instant now);
  /// Those who are blocked, latest first.
  std::vector<std::string> blocked(const flap_limits& limits, instant now);
  std::size_t size() const { return by_age_.size(); }

private:
  struct record {
    std::string from;
    instant last{};
    std::uint64_t flaps = 0;
  };

  void expire(const flap_limits& limits, instant now);

  std::list<record> by_age_;  ///< latest flap first
  std::unordered_map<std::string, std::list<record>::iterator> records_;
};

}  // namespace plexus
