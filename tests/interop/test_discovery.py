"""Nodes find each other's interfaces by announces, connect to them, and take over blackhole lists; both directions.

All nodes are up at once, since the relay under test announces an interface once a minute, as the reference does; the
reference's own waits are cut down (discovering_rnsd.py). Stamps are made cheap. Addresses of this machine other than
127.0.0.1 count as reachable.

    ours    relay under test, publishes an interface, connects to what it discovers
    theirs  the reference, does the same and trusts any implementation
    strict  the reference, connects to the reference's own kind alone
    member  a relay under test and one of the reference, of a network, publish nothing
    sealed  one of each, publish for the network alone
"""
import json
import os
import re
import subprocess

import pytest

import RNS
from RNS.vendor import umsgpack
from harness import PATIENCE, ROOT, UNDER_TEST, World, free_port, tcp_client, tcp_server, until

KIND = "plexusd" if UNDER_TEST == "plexusd" else "rnsd-discovery"
NAME, VERSION = ("Plexus", r"\d+\.\d+\.\d+") if KIND == "plexusd" else ("RNS", r"1\.5\.7")
REFERENCE = "rnsd-discovery"
TURN = 75 if KIND == "plexusd" else PATIENCE
BAD, WORSE = "ba" * 16, "ab" * 16
DISCOVERS = {"discover_interfaces": "Yes", "required_discovery_value": 4}


def backbone(address, port, name, **keys):
    return {"type": "BackboneInterface", "listen_on": address, "listen_port": port, "discoverable": "Yes", "mode": "gateway",
            "reachable_on": address, "discovery_name": name, "discovery_stamp_value": 4, "announce_interval": 5, **keys}


def transport_identity(folder):
    """Made before the node, so that others can name it in their configurations."""
    identity = RNS.Identity()
    (folder / "storage").mkdir(parents=True)
    identity.to_file(str(folder / "storage" / "transport_identity"))
    return identity.hash.hex()


class Estate:
    def __init__(self, world):
        self.world = world
        self.hub, self.ports = free_port(), {name: free_port() for name in ("ours", "theirs", "sealed", "sealed-theirs")}
        network = world.folder / "network"
        RNS.Identity().to_file(str(network))
        self.hashes = {name: transport_identity(world.folder / name) for name in ("ours", "theirs")}
        near = {"Hub": tcp_client(self.hub)}
        of_network = {"network_identity": str(network)}
        self.ours = world.relay("ours", {
            "Hub": tcp_server(self.hub),
            "Port": backbone("127.0.0.2", self.ports["ours"], "Our interface", latitude=52.5, longitude=13.25, height=40),
        }, kind=KIND, loglevel=7, reticulum={
            **DISCOVERS, "autoconnect_discovered_interfaces": 2, "publish_blackhole": "Yes",
            "blackhole_sources": self.hashes["theirs"]})
        self.ours.tool("rnpath", "-B", BAD, "--reason", "noise")
        self.theirs = world.relay("theirs", {
            **near, "Port": backbone("127.0.0.3", self.ports["theirs"], "Their interface", network_name="fenced",
                                     passphrase="with care", publish_ifac="Yes"),
        }, kind=REFERENCE, loglevel=7, reticulum={
            **DISCOVERS, "autoconnect_discovered_interfaces": 2, "autoconnect_unverified_implementations": "Yes",
            "publish_blackhole": "Yes", "blackhole_sources": self.hashes["ours"]})
        self.theirs.tool("rnpath", "-B", WORSE, "--reason", "more noise")
        self.strict = world.relay("strict", near, kind=REFERENCE, loglevel=7, reticulum={
            **DISCOVERS, "autoconnect_discovered_interfaces": 2})
        self.members = [world.relay(f"member-{kind}", near, kind=kind, reticulum={**DISCOVERS, **of_network})
                        for kind in (KIND, REFERENCE)]
        # Both announce the same destination, the network's, so the second must do so in a later second than the first.
        for name, kind in (("sealed-theirs", REFERENCE), ("sealed", KIND)):
            interface = f"A {name} interface"
            world.relay(name, {**near, "Port": backbone("127.0.0.4", self.ports[name], interface, discovery_encrypt="Yes")},
                        kind=kind, reticulum=of_network)
            if kind == REFERENCE:
                until(lambda: interface in discovered(self.members[0]), PATIENCE, f"{interface} discovered", 0.3)


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("discovery"))
    passed = False
    try:
        yield Estate(world)
        passed = True
    finally:
        world.close(passed)


def discovered(relay, *options):
    """What rnstatus lists of the relay's folder, by name."""
    return {one["name"]: one for one in json.loads(relay.tool("rnstatus", "-d", "-j", *options).stdout)}


def connected(relay, name):
    return next((one for one in relay.status("-a")["interfaces"] if one["short_name"] == name and one["status"]), None)


def plexus_status(relay, *options):
    tool = os.environ.get("PLEXUS_TOOL", str(ROOT / "build" / "release" / "bin" / "plexus"))
    done = subprocess.run([tool, "status", "--config", str(relay.folder), *options], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_the_reference_publishes_is_discovered_and_connected_to(estate):
    one = until(lambda: discovered(estate.ours).get("Their interface"), PATIENCE, "their interface discovered", 0.3)
    assert (one["type"], one["impl_name"], one["version"]) == ("BackboneInterface", "RNS", "1.5.7")
    assert (one["reachable_on"], one["port"]) == ("127.0.0.3", estate.ports["theirs"])
    assert (one["ifac_netname"], one["ifac_netkey"]) == ("fenced", "with care")
    assert one["network_id"] == one["transport_id"] == estate.hashes["theirs"]
    assert (one["status"], one["transport"], one["hops"]) == ("available", True, 1)
    interface = until(lambda: connected(estate.ours, "Their interface"), PATIENCE, "their interface connected", 0.3)
    assert interface["autoconnect_source"] == estate.hashes["theirs"]
    assert interface["bitrate"] == 5_000_000 and interface["ifac_netname"] == "fenced"


def test_the_tools_list_the_same_of_one_folder(estate):
    until(lambda: discovered(estate.ours).get("Their interface"), PATIENCE, "their interface discovered", 0.3)
    for options in (["-d"], ["-D"], ["-d", "-j"], ["-D", "--show-stale", "--show-unknown", "their"], ["-d", "nobody"]):
        theirs = estate.ours.tool("rnstatus", *options).stdout
        ours = plexus_status(estate.ours, *["--json" if option == "-j" else option for option in options])
        times = re.compile(r"\d+s ago")
        assert times.sub("N", ours) == times.sub("N", theirs)
    assert "Their interface" in plexus_status(estate.ours, "-D")


def test_what_is_published_here_is_discovered_and_connected_to_by_the_reference(estate):
    one = until(lambda: discovered(estate.theirs).get("Our interface"), TURN, "our interface discovered", 0.5)
    assert one["type"] == "BackboneInterface" and one["impl_name"] == NAME and re.fullmatch(VERSION, one["version"])
    assert (one["reachable_on"], one["port"]) == ("127.0.0.2", estate.ports["ours"])
    assert (one["latitude"], one["longitude"], one["height"]) == (52.5, 13.25, 40.0)
    assert one["network_id"] == one["transport_id"] == estate.hashes["ours"]
    assert one["value"] >= 4 and one["transport"] is True
    interface = until(lambda: connected(estate.theirs, "Our interface"), PATIENCE, "our interface connected", 0.3)
    assert interface["autoconnect_source"] == estate.hashes["ours"]


def test_the_reference_connects_to_another_implementation_only_if_told_to(estate):
    until(lambda: discovered(estate.strict).get("Our interface"), TURN, "our interface discovered", 0.5)
    until(lambda: connected(estate.strict, "Their interface"), PATIENCE, "their interface connected", 0.3)
    refusal = f"Not auto-connecting discovered BackboneInterface Our interface ({NAME}"
    if KIND == "plexusd":
        until(lambda: refusal in estate.strict.log(), PATIENCE, "the refusal in the log", 0.3)
        assert not connected(estate.strict, "Our interface")
    else:
        until(lambda: connected(estate.strict, "Our interface"), PATIENCE, "our interface connected", 0.3)


def test_what_is_sealed_for_a_network_is_discovered_by_its_members_alone(estate):
    for member in estate.members:
        for name in ("A sealed interface", "A sealed-theirs interface"):
            one = until(lambda: discovered(member).get(name), TURN, f"{name} discovered", 0.5)
            assert one["network_id"] == RNS.Identity.from_file(str(estate.world.folder / "network")).hash.hex()
            assert one["network_id"] != one["transport_id"]
    for outsider in (estate.ours, estate.theirs, estate.strict):
        assert not any("sealed" in name for name in discovered(outsider))


def blackholes(relay):
    return relay.tool("rnpath", "-b").stdout


def test_blackhole_lists_are_taken_over_in_both_directions(estate):
    for relay, foreign, reason, source in ((estate.ours, WORSE, "more noise", "theirs"), (estate.theirs, BAD, "noise", "ours")):
        until(lambda: foreign in blackholes(relay), 60, f"{foreign} blackholed", 0.5)
        line = next(line for line in blackholes(relay).splitlines() if foreign in line)
        assert reason in line
        file = relay.folder / "storage" / "blackhole" / estate.hashes[source]
        stored = umsgpack.unpackb(until(lambda: file.exists() and file.read_bytes(), PATIENCE, "the list stored"))
        assert stored[bytes.fromhex(foreign)] == {"source": bytes.fromhex(estate.hashes[source]), "until": None, "reason": reason}
