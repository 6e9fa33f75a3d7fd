// What happened last, for whoever has to find out why a run failed, and a digest of all that ever happened, by which
// two runs are compared.
#pragma once

#include "messages/instant.hpp"
#include "messages/octets.hpp"

#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>

namespace plexus::chaos {

/// An invariant that does not hold.
class violation : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

enum class deed : octet { sends, hears, loses, starts, stops, line_up, line_down, acts };

class trace {
public:
  explicit trace(std::size_t kept) : kept_(kept) {}

  /// `node` and `medium` are indices; npos: none. `packet` is unmasked.
  void note(instant at, deed what, std::size_t node, std::size_t medium, octets packet);
  void note(instant at, std::size_t node, std::string act);
  std::uint64_t digest() const { return digest_; }
  std::uint64_t events() const { return events_; }
  /// The last events, one a line.
  std::string recent() const;

private:
  struct entry {
    instant at{};
    deed what{};
    std::size_t node = 0, medium = 0;
    octet_string packet;
    std::string act;
  };
  void mix(std::uint64_t value);
  void keep(entry made);

  std::size_t kept_;
  std::deque<entry> entries_;
  std::uint64_t digest_ = 0, events_ = 0;
};

}  // namespace plexus::chaos
