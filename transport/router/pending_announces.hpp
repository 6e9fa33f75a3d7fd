// Announces that wait to be passed on, or to answer a path request, and when.
//
// Source: rns-1.5.7 sections 1.7, 1.8 and 1.10 (announce table and held announces); Transport.py: jobs.
#pragma once

#include "messages/addresses.hpp"
#include "messages/instant.hpp"
#include "messages/interface.hpp"

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

namespace plexus {

struct pending_announce {
  instant due{};               ///< when it is sent next
  octet retries = 0;           ///< transmissions so far; those of local clients and path responses start at one
  octet hops = 0;              ///< hop octet it is sent with
  octet heard_again = 0;       ///< rebroadcasts of neighbours
  bool path_response = false;  ///< sent with context PATH_RESPONSE
  interface_id only_on{};      ///< attached interface; none: every interface that its rules allow
};

/// Bounded; into a full table nothing more is taken, since what is in it leaves within seconds.
/// Due times are kept on a wheel of quarter seconds, so that no round looks at what is not due.
class pending_announces {
public:
  pending_announces(std::size_t entries_max, instant now) : entries_max_(entries_max), turned_(now) {}

  /// False if the table is full. An entry of the same destination is replaced.
  bool put(const destination_hash& destination, const pending_announce& entry);
  /// As put, for the answer to a path request: what waits already is held, and takes its place again afterwards. An
  /// answer that waits for the same interface is enough. False beyond 64 answers for one destination, too.
  bool put_before(const destination_hash& destination, const pending_announce& entry);
  pending_announce* find(const destination_hash& destination);
  void erase(const destination_hash& destination) { entries_.erase(destination); }

  struct due_announce {
    destination_hash destination{};
    pending_announce entry;
  };
  /// What is to be sent now. Each is scheduled again until its retries are used up, or gives way to what it held up.
  std::vector<due_announce> take_due(instant now);
  std::optional<instant> next_deadline() const;
  std::size_t size() const { return entries_.size(); }
  void clear_interface(interface_id gone);

private:
  static constexpr auto tick = std::chrono::milliseconds{250};
  static constexpr std::size_t ticks = 64;  ///< the wheel's horizon is 16 s
  static constexpr std::size_t held_max = 64;

  struct slot_entry {
    pending_announce now;
    std::vector<pending_announce> held;  ///< newest last
  };
  void schedule(const destination_hash& destination, instant due);

  std::size_t entries_max_;
  instant turned_;
  std::size_t position_ = 0;
  std::array<std::vector<destination_hash>, ticks> wheel_;
  std::size_t scheduled_ = 0;
  std::unordered_map<destination_hash, slot_entry> entries_;
};

}  // namespace plexus
