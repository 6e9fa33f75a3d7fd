// How far a node has come between its start and its end, and whether it should be given work.
#pragma once

#include <cstdint>
#include <string_view>

namespace plexus {

enum class node_step : std::uint8_t {
  interfaces_attempted,  ///< every interface of the configuration was started, or at least tried
  state_restored,        ///< paths and the rest are back from storage
  draining,              ///< told to end
};

class node_progress {
public:
  void reach(node_step step) { reached_ |= bit(step); }
  bool has(node_step step) const { return reached_ & bit(step); }

  /// In one line; empty when the node is ready.
  std::string_view reason_not_ready() const {
    if (has(node_step::draining))
      return "draining: the node is about to end";
    if (!has(node_step::interfaces_attempted))
      return "interfaces are being started";
    if (!has(node_step::state_restored))
      return "the saved state is being restored";
    return {};
  }

private:
  static constexpr unsigned bit(node_step step) { return 1u << static_cast<unsigned>(step); }
  unsigned reached_ = 0;
};

}  // namespace plexus
