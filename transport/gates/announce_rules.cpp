#include "transport/gates/announce_rules.hpp"

#include <cstdlib>

namespace plexus {

namespace {

announce_verdict pass_unless(bool blocked) {
  return blocked ? announce_verdict::block : announce_verdict::pass;
}

/// Own destinations and those of local clients are never held back.
announce_verdict under_cap(const announce_transmit& announce) {
  return announce.hops > 0 ? announce_verdict::pass_with_cap : announce_verdict::pass;
}

}  // namespace

announce_verdict may_send(const announce_transmit& announce, const interface_facts& target) {
  using enum interface_mode;
  if (!target.outgoing || !target.online || announce.hops >= wire::hops_end)
    return announce_verdict::block;
  if (!announce.local) {
    if (!announce.origin_known)
      return announce_verdict::block;
    if (!target.announces_from_internal && announce.origin_mode == internal)
      return announce_verdict::block;
  }
  switch (target.mode) {
    case access_point:
      return announce_verdict::block;
    case internal:
      if (announce.local)
        return under_cap(announce);
      return pass_unless(announce.origin_mode == boundary && !announce.origin_announces_to_internal.value_or(false));
    case roaming:
      return pass_unless(!announce.local && (announce.origin_mode == roaming || announce.origin_mode == boundary));
    case boundary:
      return pass_unless(!announce.local && announce.origin_mode == roaming);
    case full:
    case point_to_point:
    case gateway:
      return under_cap(announce);
  }
  std::abort();
}

path_request_reach reach_for(const interface_facts& asking, bool transport_enabled) {
  using enum interface_mode;
  if (!transport_enabled)
    return path_request_reach::nowhere;
  if (asking.recursive_path_requests)
    return path_request_reach::everywhere;
  switch (asking.mode) {
    case access_point:
    case gateway:
    case roaming:
    case internal:
      return path_request_reach::everywhere;
    case boundary:
      return path_request_reach::boundary_and_gateway;
    case full:
    case point_to_point:
      return path_request_reach::nowhere;
  }
  std::abort();
}

bool reaches(path_request_reach reach, interface_id asking, const interface_facts& target) {
  if (!target.online || !target.outgoing || target.id == asking)
    return false;
  switch (reach) {
    case path_request_reach::nowhere:
      return false;
    case path_request_reach::boundary_and_gateway:
      return target.mode == interface_mode::boundary || target.mode == interface_mode::gateway;
    case path_request_reach::everywhere:
      return true;
  }
  std::abort();
}

}  // namespace plexus
