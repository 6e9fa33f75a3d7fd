// The traffic of all interfaces of a node, added up: a listener carries what its connections carry, those that are gone
// included; the node what its interfaces carry.
//
// The totals leave connections out, which count with their listener, and the shared instance, whose traffic is local
// (rns-1.5.7 section 1.2). Owned by the interfaces supervisor; one thread at a time.
#pragma once

#include "actors/interfaces/traffic_meter.hpp"
#include "messages/instant.hpp"
#include "messages/interface.hpp"

#include <unordered_map>

namespace plexus {

struct ledger_line {
  traffic_totals totals;  ///< as of the last refresh()
  traffic_rates rates;    ///< as of the last sample(); zero on interfaces that have a parent
};

class traffic_ledger {
public:
  /// Time between two calls of sample().
  static constexpr duration period = std::chrono::seconds(1);

  /// A null meter counts nothing. `in_totals` is without meaning for an interface with a parent.
  void add(interface_id id, interface_id parent, bool in_totals, traffic_meter_ptr meter);
  /// What it carried stays with its parent, or with the node.
  void remove(interface_id id);

  /// Reads all meters.
  void refresh();
  /// refresh(), and rates since the last time.
  void sample(instant now);

  /// Zero for an unknown interface.
  ledger_line line_of(interface_id id) const;
  const ledger_line& node() const { return node_; }

private:
  struct entry {
    interface_id parent{};
    bool in_totals = true;
    traffic_meter_ptr meter;
    traffic_totals gone;     ///< of children that are no more
    traffic_totals sampled;  ///< totals when the rates were taken
    ledger_line line;
  };

  std::unordered_map<std::uint32_t, entry> entries_;  ///< by id; as many as there are interfaces
  traffic_totals gone_;                               ///< of interfaces that are no more
  ledger_line node_;
  instant sampled_at_{};
  bool sampled_ = false;
};

}  // namespace plexus
