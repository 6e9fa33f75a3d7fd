#include "transport/gates/announce_rules.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/transport/gates/recorded.hpp"

using namespace plexus;
using enum interface_mode;

namespace {

interface_facts network(interface_mode mode, std::uint32_t id = 1) {
  interface_facts f;
  f.id = {id};
  f.mode = mode;
  f.online = true;
  return f;
}

}  // namespace

TEST_CASE("every combination of modes and switches passes, caps or blocks as in the reference") {
  const auto& rows = test::recorded_gates()["rules"];
  REQUIRE(rows.size() == 1344);
  for (const auto& row : rows) {
    CAPTURE(row.dump());
    auto target = network(row[0].get<interface_mode>());
    target.announces_from_internal = row[3] == 1;
    announce_transmit a;
    a.origin_known = row[1] != 0;
    if (a.origin_known)
      a.origin_mode = row[1].get<interface_mode>();
    a.local = row[2] == 1;
    if (row[4] != -1)
      a.origin_announces_to_internal = row[4] == 1;
    a.hops = row[5].get<octet>();
    CHECK(static_cast<int>(may_send(a, target)) == row[6]);
  }
}

TEST_CASE("nothing goes out on an interface that is offline or only listens, nor after 127 hops") {
  announce_transmit a;
  a.local = true;
  auto target = network(full);
  CHECK(may_send(a, target) == announce_verdict::pass);
  a.hops = 127;
  CHECK(may_send(a, target) == announce_verdict::pass_with_cap);
  a.hops = 128;
  CHECK(may_send(a, target) == announce_verdict::block);
  a.hops = 0;
  target.online = false;
  CHECK(may_send(a, target) == announce_verdict::block);
  target.online = true;
  target.outgoing = false;
  CHECK(may_send(a, target) == announce_verdict::block);
}

TEST_CASE("whom we search for depends on the mode of the interface that asks") {
  using reach = path_request_reach;
  for (const auto mode : {access_point, gateway, roaming, internal})
    CHECK(reach_for(network(mode), true) == reach::everywhere);
  for (const auto mode : {full, point_to_point})
    CHECK(reach_for(network(mode), true) == reach::nowhere);
  CHECK(reach_for(network(boundary), true) == reach::boundary_and_gateway);
  CHECK(reach_for(network(gateway), false) == reach::nowhere);
  auto recursive = network(boundary);
  recursive.recursive_path_requests = true;
  CHECK(reach_for(recursive, true) == reach::everywhere);
}

TEST_CASE("a search never goes back over the interface that asked") {
  using reach = path_request_reach;
  CHECK_FALSE(reaches(reach::everywhere, {1}, network(full, 1)));
  CHECK(reaches(reach::everywhere, {1}, network(full, 2)));
  CHECK_FALSE(reaches(reach::nowhere, {1}, network(full, 2)));
  CHECK_FALSE(reaches(reach::boundary_and_gateway, {1}, network(full, 2)));
  CHECK(reaches(reach::boundary_and_gateway, {1}, network(boundary, 2)));
  CHECK(reaches(reach::boundary_and_gateway, {1}, network(gateway, 2)));
}
