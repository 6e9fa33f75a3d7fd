// Shapes of networks.
#pragma once

#include "chaos/simulator/network.hpp"

#include <string_view>

namespace plexus::chaos {

enum class shape : octet { mesh, ring, chain, star, tree, count_ };
std::string_view to_string(shape s);

struct plan {
  shape form = shape::mesh;
  std::size_t nodes = 16;
  node_traits traits;
  /// Of the nodes, so many are programs without transport at the edge.
  std::size_t leaves = 0;
};

/// Nodes, none of them started, and the media between them, drawn from the network's luck.
void build(network& net, const plan& wanted);

}  // namespace plexus::chaos
