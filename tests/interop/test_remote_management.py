"""A node asked over a link, by Reticulum's own tools: status, paths, announce rates, blackholed identities.

The tools are programs of another daemon, one hop away.
"""
import json
import re

import pytest

import RNS
from conversation import introduce
from harness import NEWEST, OLDER, UNDER_TEST, free_port, tcp_client, tcp_server
from test_plexus_tool import plexus

versions = pytest.mark.parametrize("version", [NEWEST, OLDER])


class Estate:
    """A relay that may be managed by one identity, a daemon next to it, and a node that has announced itself."""

    def __init__(self, world, kind=None):
        self.manager, self.stranger = world.folder / "manager", world.folder / "stranger"
        identities = [RNS.Identity(), RNS.Identity()]
        for identity, path in zip(identities, (self.manager, self.stranger)):
            identity.to_file(str(path))
        port = free_port()
        self.relay = world.relay("relay", {"Port": tcp_server(port)}, kind=kind, reticulum={
            "enable_remote_management": "Yes", "remote_management_allowed": identities[0].hash.hex(),
            "publish_blackhole": "Yes", "respond_to_probes": "Yes"})
        self.near = world.relay("near", {"Relay": tcp_client(port)}, kind="rnsd")
        self.nodes = [world.peer(f"node{i}", {"Relay": tcp_client(port)}).ready() for i in range(2)]
        for node in self.nodes:
            node.call("wait_online")
        self.homes = introduce(*self.nodes)
        self.hash = self.relay.status()["transport_id"]


@pytest.fixture
def estate(world):
    return Estate(world)


@versions
def test_rnstatus_asks_a_node_far_away(estate, version):
    told = json.loads(estate.near.tool("rnstatus", "-R", estate.hash, "-i", estate.manager, "-j", version=version).stdout
                      .splitlines()[-1])
    assert told["transport_id"] == estate.hash
    assert {"TCPServerInterface", "LocalServerInterface"} <= {interface["type"] for interface in told["interfaces"]}
    shown = estate.near.tool("rnstatus", "-R", estate.hash, "-i", estate.manager, "-l", version=version).stdout
    assert f"Transport Instance <{estate.hash}> running" in shown and "entries in link table" in shown


def test_rnpath_lists_the_paths_of_a_node_far_away(estate):
    def table(*options):
        done = estate.near.tool("rnpath", "-R", estate.hash, "-i", estate.manager, "-j", *options)
        return {entry["hash"]: entry for entry in json.loads(done.stdout.splitlines()[-1])}

    hashes = {home["hash"] for home in estate.homes}
    assert hashes <= set(table("-t")) and hashes <= set(table("-r"))
    one = estate.homes[0]["hash"]
    assert set(table("-t", one)) == {one}
    assert table("-t", "-m", "1")[one]["hops"] == 1
    # To the tool an empty table is none.
    assert "failed" in estate.near.tool("rnpath", "-R", estate.hash, "-i", estate.manager, "-t", "-m", "0", check=False).stdout


def test_who_is_not_allowed_gets_no_answer(estate):
    done = estate.near.tool("rnpath", "-R", estate.hash, "-i", estate.stranger, "-t", check=False)
    assert "The remote request failed" in done.stdout and estate.homes[0]["hash"] not in done.stdout


def test_published_blackholes_are_listed_for_everybody(estate):
    bad = "ab" * 16
    estate.relay.tool("rnpath", "-B", bad, "--reason", "noise")
    listed = estate.near.tool("rnpath", "-p", estate.hash).stdout
    assert bad in listed and "noise" in listed


def test_a_blackholed_manager_is_turned_away(estate):
    manager = RNS.Identity.from_file(str(estate.manager)).hash.hex()
    estate.relay.tool("rnpath", "-B", manager)
    done = estate.near.tool("rnpath", "-R", estate.hash, "-i", estate.manager, "-t", check=False)
    assert estate.homes[0]["hash"] not in done.stdout
    assert "closed by the server" in done.stdout or "failed" in done.stdout


def test_rnpath_finds_the_daemon_itself(world):
    """As rnsd answers it: by way of the node's own identity, on the shared instance."""
    told = []
    for kind in dict.fromkeys([UNDER_TEST, "rnsd"]):
        relay = world.relay(f"own-{kind}", {}, kind=kind, reticulum={"respond_to_probes": "Yes"})
        status = relay.status()
        done = relay.tool("rnpath", status["probe_responder"], check=False).stdout.splitlines()[-1]
        for known in (status["probe_responder"], status["transport_id"], relay.instance):
            done = done.replace(known, "KNOWN")
        told.append(done)
    assert len(set(told)) == 1 and told[0].startswith("Path found"), told


def test_announces_of_the_node_itself_reach_others(world):
    """A network of its own, announced a quarter of a minute after the start."""
    network = RNS.Identity()
    network.to_file(str(world.folder / "network"))
    port = free_port()
    relay = world.relay("relay", {"Port": tcp_server(port)}, reticulum={
        "network_identity": world.folder / "network", "enable_remote_management": "Yes", "respond_to_probes": "Yes"})
    node = world.peer("node", {"Relay": tcp_client(port)}).ready()
    status = relay.status()
    assert status["network_id"] == network.hash.hex()
    transport = bytes.fromhex(status["transport_id"])
    wanted = [RNS.Destination.hash_from_name_and_identity(name, identity) for name, identity in (
        ("rnstransport.remote.management", transport), ("rnstransport.probe", transport),
        ("rnstransport.network", network), (f"rnstransport.network.instance.{network.hash.hex()}", network))]
    for destination in wanted:
        node.expect("announce", of=destination.hex(), hops=1, timeout=40)


# The same with `plexus`, against the relay under test and against rnsd.

@pytest.fixture(params=list(dict.fromkeys([UNDER_TEST, "rnsd"])))
def asked(request, world):
    estate = Estate(world, request.param)
    estate.plexus = lambda *arguments, **keywords: plexus(
        arguments[0], "--config", estate.near.folder, *arguments[1:], **keywords)
    return estate


def told(text):
    """What a tool says in the end, without what it wrote over itself while it waited."""
    lines = text.splitlines()
    begun = [number for number, line in enumerate(lines) if line.startswith("Sending request...")]
    return [line for line in lines[begun[-1] + 1 if begun else 0:] if line.strip()]


def managed(estate, *arguments):
    return [*arguments[:1], "-R", estate.hash, "-i", estate.manager, *arguments[1:]]


def test_plexus_status_reads_as_rnstatus_of_a_node_far_away(asked):
    def plain(text):
        text = "\n".join(told(text))
        text = re.sub(r"[\d.]+ ?[mKMG]?(B|bps|Hz)\b", r"N \1", text)
        text = re.sub(r"\d+[hms ,and]+(?=$|,)|\d+(\.\d+)?[hms]", "TIME", text)
        return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]

    theirs = plain(asked.near.tool("rnstatus", *managed(asked, "-l")).stdout)
    ours = plain(asked.plexus(*managed(asked, "status", "-l")))
    assert ours == theirs
    assert json.loads(asked.plexus(*managed(asked, "status", "-j")))["transport_id"] == asked.hash


def test_plexus_path_lists_the_paths_of_a_node_far_away(asked):
    one = asked.homes[0]["hash"]
    theirs = told(asked.near.tool("rnpath", *managed(asked, "-t")).stdout)
    assert sorted(told(asked.plexus(*managed(asked, "path", "-t")))) == sorted(theirs)
    assert [entry["hash"] for entry in json.loads(asked.plexus(*managed(asked, "path", "-t", "-j", one)))] == [one]
    assert one in asked.plexus(*managed(asked, "path", "-r"))
    assert "not implemented" not in asked.plexus(*managed(asked, "path", "-d", one), code=255)


def test_plexus_path_shows_published_blackholes(asked):
    bad = "ab" * 16
    asked.relay.tool("rnpath", "-B", bad, "--reason", "noise")
    listed = told(asked.plexus("path", "-p", asked.hash))
    assert listed == told(asked.near.tool("rnpath", "-p", asked.hash).stdout)
    assert listed[0].startswith(f"<{bad}> blackholed indefinitely (noise)")
    assert bad not in asked.plexus("path", "-p", asked.hash, "silence")


def test_plexus_says_why_another_node_does_not_answer(asked):
    strange = [*managed(asked, "path", "-t")]
    strange[strange.index(asked.manager)] = asked.stranger
    assert "The remote request failed" in asked.plexus(*strange, code=10)
    assert "Path request timed out" in asked.plexus("path", "-R", "00" * 16, "-i", asked.manager, "-W", "1", "-t", code=12)
    assert "-i" in asked.plexus("status", "-R", asked.hash, code=20)
    assert "length is invalid" in asked.plexus("status", "-R", "abcd", "-i", asked.manager, code=20)
