// What a node remembers of path requests: which it has seen, which it searches for, who waits, and what it will ask.
//
// The order that a path request must go through them in differs from the reference on purpose (rns-1.5.7 section 1.18,
// last sentence): a known path is answered before anything is merged; a destination counts as in flight only from the
// moment that a search really goes out; local clients are never in the limited class; and a client's repeat is let
// through when the last search is PATH_REQUEST_MI ago.
//
// Sources: rns-1.5.7 sections 1.10, 1.12 and 1.18; Transport.py: preprocess_inbound, path_request, jobs.
#pragma once

#include "messages/interface.hpp"
#include "messages/traffic.hpp"
#include "transport/gates/aged_table.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <optional>
#include <vector>

namespace plexus {

/// PATH_REQUEST_MI: no second request of ours for one destination within this time.
inline constexpr duration path_request_interval_min = std::chrono::seconds{20};
/// PATH_REQUEST_GATE_TIMEOUT
inline constexpr duration path_request_life = std::chrono::seconds{45};
/// PATH_REQUEST_TIMEOUT: how long those who asked are remembered, at least.
inline constexpr duration path_request_timeout = std::chrono::seconds{15};

/// A full packet there and back over the slowest online interface, and some; zero while no bitrate is known (0).
/// Source: Transport.py: medium_path_timeout.
duration medium_path_timeout(std::uint64_t bitrate_lowest);

/// `burst`: the interface that it came from is in a burst of path requests.
inline traffic_class path_request_class(bool from_local_client, bool burst) {
  return burst && !from_local_client ? traffic_class::limited : traffic_class::path_request;
}

/// Destinations and tags seen before. Two generations: a full one takes the place of the one before it, so that at
/// least the last `generation_max` are known. Keeps keyed 64-bit fingerprints.
class path_request_tags {
public:
  static constexpr std::size_t generation_max_default = 16000;
  static constexpr std::size_t tag_size_max = 16;

  explicit path_request_tags(std::uint64_t hash_secret, std::size_t generation_max = generation_max_default);

  /// False: seen before. Octets of the tag beyond the 16th do not count.
  bool remember(const destination_hash& destination, octets tag);
  std::size_t size() const { return current_.size() + previous_.size(); }

private:
  struct identity {
    std::size_t operator()(std::uint64_t fingerprint) const { return fingerprint; }
  };
  using generation = boost::unordered_flat_set<std::uint64_t, identity>;

  seeded_hash hash_;
  std::size_t generation_max_;
  generation current_, previous_;
};

/// Destinations that are being searched for. Bound: the oldest search gives way.
class inflight_path_requests {
public:
  inflight_path_requests(std::size_t capacity, std::uint64_t hash_secret) : searches_(capacity, hash_secret) {}

  enum class course {
    search,  ///< go and look; call on_search() if anything was sent
    merge,   ///< a search is under way: note the asker in discovery_requests
  };
  /// For a request whose destination is neither local nor known.
  course course_of(const destination_hash& destination, bool from_local_client, instant now) const;
  /// A search went out. `timeout`: how long an answer may take at this node's slowest medium.
  void on_search(const destination_hash& destination, instant now, duration timeout);
  /// A request was answered, or a path added.
  bool resolve(const destination_hash& destination) { return searches_.erase(destination); }
  std::size_t expire(instant now);
  std::size_t size() const { return searches_.size(); }

private:
  struct search {
    instant started{};
    instant until{};
  };
  aged_table<search> searches_;
};

/// Who is to get a path response when the announce comes. Bounds: the destination asked for longest ago gives way; of
/// one destination's askers the first 64 are served.
class discovery_requests {
public:
  static constexpr std::size_t askers_max = 64;

  discovery_requests(std::size_t capacity, std::uint64_t hash_secret) : entries_(capacity, hash_secret) {}

  /// Searched for on behalf of `asker`; those who waited already go on waiting.
  void on_search(const destination_hash& destination, interface_id asker, instant now, duration timeout);
  /// Asked while a search was under way. Does not prolong the wait of others.
  void on_merge(const destination_hash& destination, interface_id asker, instant now, duration timeout);
  bool waits_for(const destination_hash& destination, instant now) const;
  /// The announce has come: the askers, who are then forgotten.
  std::vector<interface_id> take(const destination_hash& destination, instant now);
  std::size_t expire(instant now);
  std::size_t size() const { return entries_.size(); }

private:
  struct waiting {
    instant until{};
    std::vector<interface_id> askers;
    void add(interface_id asker);
  };
  aged_table<waiting> entries_;
};

/// When we ourselves last asked for a destination, for 45 s. Bound: the one asked for longest ago is forgotten.
class asked_paths {
public:
  asked_paths(std::size_t capacity, std::uint64_t hash_secret) : asked_(capacity, hash_secret) {}

  void on_request(const destination_hash& destination, instant now);
  bool asked_within(const destination_hash& destination, duration period, instant now) const;
  /// An announce of the destination has come: how long after we asked. Nothing when we did not, or when it is not the
  /// first one since.
  std::optional<duration> on_answer(const destination_hash& destination, instant now);
  std::size_t expire(instant now);
  std::size_t size() const { return asked_.size(); }

private:
  struct question {
    instant at{};
    bool answered = false;
  };
  aged_table<question> asked_;
};

/// Requests that the node makes by itself, because links failed: one every half second. Bound: 32, one for each
/// destination; when full, new ones are refused.
class path_request_queue {
public:
  static constexpr std::size_t queued_max = 32;
  static constexpr duration interval = std::chrono::milliseconds{500};

  struct entry {
    destination_hash destination{};
    interface_id except{};  ///< not on this one; none: on all
  };
  bool push(const destination_hash& destination, interface_id except, instant now);
  std::optional<entry> take_due(instant now);
  /// instant::max() when nothing waits.
  instant next_deadline() const { return count_ == 0 ? instant::max() : due_; }
  std::size_t size() const { return count_; }

private:
  std::array<entry, queued_max> ring_{};
  std::size_t first_ = 0, count_ = 0;
  instant due_{};
};

}  // namespace plexus
