"""Two Python nodes, each on a TCP listener of the relay, use every service of Reticulum through it."""
import pytest

from conversation import converse
from harness import NEWEST, OLDER, free_port, tcp_client, tcp_server

FENCES = {
    "open": {},
    "fenced": {"network_name": "interop", "passphrase": "correct horse", "ifac_size": 64},
}


def pair(world, fence, versions=(NEWEST, NEWEST)):
    ports = free_port(), free_port()
    relay = world.relay("relay", {f"Port {i}": tcp_server(port, **fence) for i, port in enumerate(ports)})
    peers = [world.peer(f"peer{i}", {"Relay": tcp_client(port, **fence)}, version=version)
             for i, (port, version) in enumerate(zip(ports, versions))]
    for peer in peers:
        peer.ready().call("wait_online")
    return relay, *peers


@pytest.mark.parametrize("fence", FENCES)
def test_two_nodes_use_every_service_through_the_relay(world, fence):
    relay, one, other = pair(world, FENCES[fence])
    its_home, other_home, link = converse(one, other)
    assert link["mtu"] == 16384, "10 Mbit/s on both TCP hops of 1.5.7"
    heard = {path["hash"]: path["hops"] for path in relay.paths()}
    assert heard == {its_home["hash"]: 1, other_home["hash"]: 1}


@pytest.mark.parametrize("versions", [(OLDER, NEWEST), (NEWEST, OLDER)], ids=["old-calls-new", "new-calls-old"])
def test_nodes_of_different_versions_meet(world, versions):
    _, one, other = pair(world, {}, versions)
    *_, link = converse(one, other, resource_size=500_000)
    assert link["mtu"] == 8192, "the smaller of 16384 (1.5.7) and 8192 (1.4.2)"
