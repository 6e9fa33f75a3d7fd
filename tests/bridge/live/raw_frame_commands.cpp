// Chapter 13, second half: frames as somebody else might send them, with and without an access code.
#include "tests/bridge/live/nodes.hpp"

namespace plexus::bridge {
namespace {

struct foreign_announce {
  destination_hash destination{};
  octet_string raw;

  foreign_announce(live_node& node, const parameters& p) {
    auto made = local_destination::single(new_identity(),
                                          dotted_name(p.text_or("app_name", "rawframe"), p.aspects({"inject"})));
    const auto unix_now = static_cast<std::uint64_t>(node.core().wall().to_unix(node.core().now()).seconds);
    const auto app_data = p.octets_if("app_data").value_or(octet_string{'p', 'r', 'o', 'b', 'e'});
    destination = made.hash();
    raw = made.announce(node.core().now(), unix_now, chance(), app_data).packet;
  }
};

const mock_interface& interface_of(live_node& node, bool closed) {
  for (const auto& [id, one] : node.core().interfaces())
    if ((one.access != nullptr) == closed)
      return one;
  throw command_error(closed ? "variant: expected an interface with an access code"
                             : "variant: expected an interface without an access code");
}

json heard(live_node& node, const interface_facts& on, const destination_hash& destination, octets frame) {
  node.core().hear(on.id, frame);
  return {{"dest_hash", hex(destination)},
          {"frame_len", frame.size()},
          {"learned", node.core().routes().find_path(destination, node.core().now()).has_value()}};
}

json inject(live_node& node, const parameters& p) {
  const auto variant = p.text("variant");
  if (variant == "inject_external")
    return heard(node, interface_of(node, false).facts, p.fixed<destination_hash>("dest_hash"), p.octets_of("raw"));
  const foreign_announce made(node, p);
  if (variant == "plain_on_open")
    return heard(node, interface_of(node, false).facts, made.destination, made.raw);
  if (variant == "min_short") {
    const auto size = static_cast<std::size_t>(p.integer_within("trim_to", 2, 0, static_cast<int>(made.raw.size())));
    return heard(node, node.medium(), made.destination, octets(made.raw).first(size));
  }
  const auto& closed = interface_of(node, true);
  const auto masked = closed.access->apply(made.raw);
  if (variant == "build_masked")
    return {{"dest_hash", hex(made.destination)},
            {"raw", hex(masked)},
            {"frame_len", masked.size()},
            {"ifac_size", closed.access->code_size()}};
  if (variant == "masked_full")
    return heard(node, closed.facts, made.destination, masked);
  if (variant == "masked_short")
    return heard(node, closed.facts, made.destination, octets(masked).first(2 + closed.access->code_size()));
  if (variant == "plain_on_ifac")
    return heard(node, closed.facts, made.destination, made.raw);
  parameters::fail("variant",
                   "inject_external, build_masked, masked_full, masked_short, plain_on_ifac, plain_on_open "
                   "or min_short, found " +
                       variant);
}

}  // namespace

void add_raw_frame_commands(live_commands& commands) {
  commands.add("wire_inject_raw_frame", inject);
}

}  // namespace plexus::bridge
