#include "chaos/simulator/trace.hpp"

#include "messages/packet.hpp"

#include <array>
#include <cstring>
#include <sstream>

namespace plexus::chaos {
namespace {

constexpr std::array deeds{"sends", "hears", "loses", "starts", "stops", "line up", "line down", ""};
constexpr std::array types{"data", "announce", "link request", "proof"};

std::string describe(octets packet) {
  const auto view = parse_packet(packet);
  if (!view)
    return std::to_string(packet.size()) + " octets of no packet";
  std::ostringstream text;
  text << types[static_cast<std::size_t>(view->header.type())] << " to " << view->header.destination.hex().substr(0, 8);
  if (view->header.has_transport())
    text << " via " << view->header.transport.hex().substr(0, 8);
  text << ", context " << std::hex << static_cast<unsigned>(view->header.context) << std::dec << ", hops "
       << static_cast<unsigned>(view->header.hops) << ", " << packet.size() << " octets";
  return text.str();
}

}  // namespace

void trace::mix(std::uint64_t value) {
  digest_ ^= value + 0x9e3779b97f4a7c15ULL + (digest_ << 6) + (digest_ >> 2);
  digest_ *= 0xff51afd7ed558ccdULL;
}

void trace::keep(entry made) {
  ++events_;
  if (entries_.size() == kept_)
    entries_.pop_front();
  entries_.push_back(std::move(made));
}

void trace::note(instant at, deed what, std::size_t node, std::size_t medium, octets packet) {
  mix(static_cast<std::uint64_t>(at.time_since_epoch().count()));
  mix(static_cast<std::uint64_t>(what) << 48 ^ node << 24 ^ medium);
  for (std::size_t i = 0; i < packet.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, packet.data() + i, std::min<std::size_t>(8, packet.size() - i));
    mix(word);
  }
  keep({at, what, node, medium, {packet.begin(), packet.end()}, {}});
}

void trace::note(instant at, std::size_t node, std::string act) {
  mix(static_cast<std::uint64_t>(at.time_since_epoch().count()) ^ node);
  keep({at, deed::acts, node, 0, {}, std::move(act)});
}

std::string trace::recent() const {
  std::ostringstream text;
  text.precision(6);
  text << std::fixed;
  for (const auto& e : entries_) {
    text << seconds_of(e.at.time_since_epoch()) << "  node " << e.node << ' ';
    if (e.what == deed::acts)
      text << e.act;
    else
      text << deeds[static_cast<std::size_t>(e.what)] << " on medium " << e.medium;
    if (!e.packet.empty())
      text << ": " << describe(e.packet);
    text << '\n';
  }
  return text.str();
}

}  // namespace plexus::chaos
