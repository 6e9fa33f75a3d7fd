// Which interfaces an announce goes out on, and where a path request is passed on to: matters of mode alone.
// Source: rns-1.5.7 sections 1.8 and 1.10; Transport.py: outbound, path_request.
#pragma once

#include "messages/traffic.hpp"

namespace plexus {

enum class announce_verdict {
  block,
  pass,
  pass_with_cap,  ///< under the announce cap
};

/// What mode and state of `target` say to an announce that is not bound to one interface.
announce_verdict may_send(const announce_transmit& announce, const interface_facts& target);

/// How far we search for a destination that we do not know, on behalf of whoever asked over an interface.
enum class path_request_reach {
  nowhere,
  boundary_and_gateway,  ///< only over interfaces of these modes
  everywhere,
};

path_request_reach reach_for(const interface_facts& asking, bool transport_enabled);
/// Whether a search that came in over `asking` goes out over `target`.
bool reaches(path_request_reach reach, interface_id asking, const interface_facts& target);

}  // namespace plexus
