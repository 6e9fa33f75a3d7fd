// Links whose proof has not passed yet: who may prove them, and until when.
// Source: rns-1.5.7 sections 1.5 and 1.6; Transport.py: link table, IDX_LT_PROOF_TMO.
#pragma once

#include "messages/addresses.hpp"
#include "messages/instant.hpp"

#include <array>
#include <deque>
#include <optional>
#include <queue>
#include <vector>

namespace plexus {

struct pending_link {
  link_id link{};
  instant proof_deadline{};
  bool signing_key_known = false;
  std::array<octet, 32> signing_key{};  ///< Ed25519 public key of the destination
};

/// As many as there are links; the flow table bounds those.
class pending_links {
public:
  std::uint32_t add(const pending_link& link);
  void remove(std::uint32_t index);
  const pending_link& at(std::uint32_t index) const { return links_[index].value; }
  /// One link whose deadline has passed, which stays until it is removed; nothing when there is none.
  std::optional<std::uint32_t> take_overdue(instant now);
  std::optional<instant> next_deadline() const;
  /// The link that is due first, which stays; nothing when there is none.
  std::optional<std::uint32_t> soonest();
  std::size_t size() const { return links_.size() - free_.size(); }
  /// Deadlines kept, those of links that are gone included: at most twice as many as links, and some.
  std::size_t deadlines() const { return deadlines_.size(); }

private:
  struct entry {
    pending_link value;
    std::uint32_t life = 0;  ///< counts re-use, so that a deadline of an earlier life is recognised
    bool used = false;
  };
  struct deadline {
    instant at{};
    std::uint32_t index = 0, life = 0;
    bool operator>(const deadline& other) const { return at > other.at; }
  };
  static constexpr std::size_t deadlines_spare = 1024;
  void drop_stale_deadlines();
  bool is_current(const deadline& d) const { return links_[d.index].used && links_[d.index].life == d.life; }

  std::deque<entry> links_;
  std::vector<std::uint32_t> free_;
  std::priority_queue<deadline, std::vector<deadline>, std::greater<>> deadlines_;
};

}  // namespace plexus
