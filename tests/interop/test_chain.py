"""Python - relay - rnsd - relay - Python, over hops of different MTUs."""
import socket

import pytest

from conversation import converse
from harness import free_port, tcp_client, tcp_server, udp

# The keys of each of four hops, and the link MTU that both ends must agree on. A bitrate picks the MTU of its tier, on
# both ends of a hop; an interface without discovery of MTUs, as UDP, allows 500.
CHAINS = {
    "tiers": ([{}, {"bitrate": 5_000_000}, {"bitrate": 2_000_000}, {"bitrate": 100_000_000}], 4096),
    "fixed": ([{"fixed_mtu": 2000}, {}, {}, {}], 2000),
    "slow": ([{}, {}, {"bitrate": 100_000}, {}], 1024),
    "datagrams": ([{}, {"fixed_mtu": 1500}, {}, "udp"], 500),
}


@pytest.mark.parametrize("chain", CHAINS)
def test_two_relays_and_rnsd_between_two_nodes(world, chain):
    hops, mtu = CHAINS[chain]
    ports = [free_port() for _ in hops]
    # The server's side has no fixed_mtu, so a bitrate alone is given to both sides.
    server = [{} if hop == "udp" else {key: value for key, value in hop.items() if key == "bitrate"} for hop in hops]
    if hops[3] == "udp":
        there, here = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
        last_relay, last_peer = udp(there, here), udp(here, there)
    else:
        last_relay, last_peer = tcp_server(ports[3], **server[3]), tcp_client(ports[3], **hops[3])

    middle = world.relay("middle", {"Left": tcp_server(ports[1], **server[1]), "Right": tcp_server(ports[2], **server[2])},
                         kind="rnsd")
    left = world.relay("left", {"Node": tcp_server(ports[0], **server[0]), "Middle": tcp_client(ports[1], **hops[1])})
    right = world.relay("right", {"Middle": tcp_client(ports[2], **hops[2]), "Node": last_relay})
    one = world.peer("one", {"Relay": tcp_client(ports[0], **hops[0])})
    other = world.peer("other", {"Relay": last_peer})
    for peer in (one, other):
        peer.ready().call("wait_online")

    its_home, other_home, link = converse(one, other, resource_size=500_000, buffer_size=10_000)

    assert link["mtu"] == mtu
    assert one.call("path", to=other_home["hash"])["hops"] == 4
    for relay, hops_to_one, hops_to_other in ((left, 1, 3), (middle, 2, 2), (right, 3, 1)):
        heard = {path["hash"]: path["hops"] for path in relay.paths()}
        assert heard == {its_home["hash"]: hops_to_one, other_home["hash"]: hops_to_other}
