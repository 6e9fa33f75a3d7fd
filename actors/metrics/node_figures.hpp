// Everything that one round of questions brought, and how it is said to Prometheus.
#pragma once

#include "actors/discovery/discovery_meter.hpp"
#include "actors/interfaces/interface_figures.hpp"
#include "actors/message_types.hpp"
#include "actors/metrics/exposition.hpp"
#include "transport/router/router_shard.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace plexus {

/// The last that is known of each shard. What a shard counted that failed is not lost: its successor goes on from it.
class shard_ledger {
public:
  /// `life` tells a shard from the one that was at this index before.
  void on_status(std::size_t index, std::uint64_t life, const shard_status& status);

  std::size_t size() const { return entries_.size(); }
  /// Levels as they were last told; counts of all lives together.
  shard_status status_of(std::size_t index) const;

private:
  struct entry {
    std::uint64_t life = 0;  ///< 0: has never answered
    shard_status last;
    shard_status gone;
  };
  std::vector<entry> entries_;
};

struct node_figures {
  std::optional<node_progress> progress;                        ///< none: the root does not answer
  interfaces_figures_ptr interfaces;                            ///< null: their supervisor does not answer
  std::vector<std::pair<std::string, std::uint64_t>> restarts;  ///< by supervisor
  std::vector<std::pair<std::string, bool>> answers;            ///< by actor
  std::optional<storage_status> storage;                        ///< none: no state is kept, or no answer
  std::shared_ptr<const discovery_meter> discovery;             ///< null: none
  duration gathered_in{};

  void on_storage(const storage_status& status);
  /// Somebody asked twice counts as answering when both times he did.
  void note_answer(const std::string& actor, bool answered);
};

/// In Prometheus' text format.
std::string text_of(const node_figures& figures, const shard_ledger& shards);

}  // namespace plexus
