"""AutoInterface and UDP between network namespaces: relay and nodes each have a machine of their own."""
import os

import pytest

from conversation import converse
from harness import udp, until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


@pytest.fixture
def lan(world):
    """Three machines: the relay's, and one on either side of it."""
    middle, one, other = (world.namespace(name) for name in ("r", "a", "b"))
    world.cable(middle, one, "left0", "eth0", "10.7.1.1", "10.7.1.2")
    world.cable(middle, other, "right0", "eth0", "10.7.2.1", "10.7.2.2")
    return middle, one, other


def test_neighbours_of_an_auto_interface_meet_through_the_relay(world, lan):
    middle, one, other = lan
    auto = {"LAN": {"type": "AutoInterface", "ingress_control": "No"}}
    relay = world.relay("relay", auto, namespace=middle)
    peers = [world.peer(f"peer{i}", auto, namespace=space).ready() for i, space in enumerate((one, other))]
    for peer in peers:
        peer.call("wait_spawned", prefix="AutoInterfacePeer[eth0/")
    until(lambda: neighbours(relay) == 2, 20, "two neighbours of the relay", every=0.1)
    *_, link = converse(*peers, resource_size=500_000)
    assert link["mtu"] == 1196


def neighbours(relay):
    return sum(interface["name"].startswith("AutoInterfacePeer[") for interface in relay.status()["interfaces"])


def test_datagrams_between_machines(world, lan):
    middle, one, other = lan
    world.relay("relay", {
        "Left": udp(4242, 4242, host="10.7.1.1", to="10.7.1.2"),
        "Right": udp(4243, 4242, host="10.7.2.1", to="10.7.2.2"),
    }, namespace=middle)
    peers = [world.peer("peer0", {"Relay": udp(4242, 4242, host="10.7.1.2", to="10.7.1.1")}, namespace=one).ready(),
             world.peer("peer1", {"Relay": udp(4242, 4243, host="10.7.2.2", to="10.7.2.1")}, namespace=other).ready()]
    *_, link = converse(*peers, resource_size=300_000)
    assert link["mtu"] == 500
