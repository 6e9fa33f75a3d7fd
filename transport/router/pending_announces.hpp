// Announces that wait to be passed on, or to answer a path request, and when.
//
// The reference keeps one entry for each destination; an answer pushes a waiting rebroadcast aside, a new announce
// overwrites an answer. Here a rebroadcast and the answers for each asker wait side by side, so that nobody's is lost.
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
/// Due times are kept on a wheel of quarter seconds, so that no round looks at what is not due. The quarters are those
/// of the clock: all shards of a node have their rounds at the same moments.
class pending_announces {
public:
  static constexpr std::size_t answers_max = 64;  ///< for one destination

  pending_announces(std::size_t entries_max, instant now)
      : entries_max_(entries_max), turned_(now - now.time_since_epoch() % tick) {}

  /// To be rebroadcast; a rebroadcast of the same destination is replaced. False if the table is full.
  bool put(const destination_hash& destination, const pending_announce& rebroadcast);
  /// To answer on its interface; one that waits for the same interface is enough. False if the table is full, or
  /// beyond answers_max.
  bool put_answer(const destination_hash& destination, const pending_announce& answer);
  /// What is to be rebroadcast; null when there is nothing. Stays until one repetition after its last transmission.
  pending_announce* find(const destination_hash& destination);
  void erase_rebroadcast(const destination_hash& destination);
  void erase(const destination_hash& destination);

  struct due_announce {
    destination_hash destination{};
    pending_announce entry;
  };
  /// What is to be sent now, fewest hops first.
  std::vector<due_announce> take_due(instant now);
  std::optional<instant> next_deadline() const;
  /// Rebroadcasts and answers.
  std::size_t size() const { return size_; }
  void clear_interface(interface_id gone);

private:
  static constexpr auto tick = std::chrono::milliseconds{250};
  static constexpr std::size_t ticks = 64;  ///< the wheel's horizon is 16 s

  struct waiting {
    std::optional<pending_announce> rebroadcast;
    std::vector<pending_announce> answers;
    bool empty() const { return !rebroadcast && answers.empty(); }
  };
  void schedule(const destination_hash& destination, instant due);
  void visit(const destination_hash& destination, std::vector<due_announce>& due);

  std::size_t entries_max_;
  std::size_t size_ = 0;
  instant turned_;
  std::size_t position_ = 0;
  std::array<std::vector<destination_hash>, ticks> wheel_;
  std::size_t scheduled_ = 0;
  std::unordered_map<destination_hash, waiting> entries_;
};

}  // namespace plexus
