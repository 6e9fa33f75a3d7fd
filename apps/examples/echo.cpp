// Packets that are proved: a destination that prints what it gets and sends back what comes over links, and a caller
// that sends one packet and says how long its proof took.
#include "apps/examples/example.hpp"

using namespace example;

namespace {

int serve(api::node& node, const std::string& name) {
  destination_options options;
  options.name = name;
  options.proofs = proof_strategy::all;
  const auto made = node.add_destination(options).wait();
  if (!made)
    return failed("destination", made.error());
  made->on_packet([](const packet_heard& packet) { say("packet %s", text_of(packet.data).c_str()); });
  made->on_link([](const api::link& link) {
    say("link %s", link.id().hex().c_str());
    link.on_packet([link](const bytes& packet) { link.send(packet).detach(); });
  });
  made->announce();
  say("serving %s", made->hash().hex().c_str());
  ending().wait();
  return 0;
}

int call(api::node& node, const destination_hash& to) {
  const auto peer = node.find(to).wait();
  if (!peer)
    return failed("path", peer.error());
  const auto delivered = node.send(*peer, bytes_of("hello")).wait();
  if (!delivered)
    return failed("packet", delivered.error());
  say("delivered in %.3f ms over %d hops", seconds_of(delivered->round_trip) * 1000, peer->hops);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv, "", [](api::node& node, const arguments& given) {
    return given.to ? call(node, *given.to) : serve(node, given.name);
  });
}
