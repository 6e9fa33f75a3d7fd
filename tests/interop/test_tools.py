"""Reticulum's own tools, unmodified, of two versions, against the relay and against rnsd in the same state.

What depends on time or on traffic that is not repeatable is compared by its type, all else by its value.
"""
import hashlib
import json
import re
import socket

import pytest

from conversation import introduce
from harness import NEWEST, OLDER, UNDER_TEST, PeerError, World, free_port, tcp_client, tcp_server, udp, until

# Values of interface_stats that differ from one run of rnsd to the next. A node asks for a path only if the announce
# is late.
FLEETING = re.compile(r"^([rt]x[bs]|a[rt]x[bsf]|p[rt]x[bsf]|atxc|p[rt]xc|[rt]xpps|rxq\w+|\w+pressure|(in|out)\w+_frequency|"
                      r"transport_uptime|announce_queue|rss|timestamp|timestamps|expires|last)$")
# Numbers or nothing, as the machine is able to tell.
OPTIONAL = {"rss"}


class State:
    """A daemon with one of each interface, two nodes that have announced themselves, and a program on its instance."""

    def __init__(self, world, kind):
        self.world = world
        ports = [free_port() for _ in range(4)]
        self.relay = world.relay("relay", {
            "Port A": tcp_server(ports[0]),
            "Port B": tcp_server(ports[1], mode="gateway", announce_cap=10),
            "Fenced": tcp_server(ports[2], network_name="tools", passphrase="of the trade", bitrate=1_000_000),
            "Backbone": {"type": "BackboneInterface", "listen_ip": "127.0.0.1", "listen_port": ports[3], "gravity": 3},
            "Nobody": tcp_client(free_port(), mode="roaming"),
            "Datagrams": udp(free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM), outgoing="No"),
        }, kind=kind, reticulum={"respond_to_probes": "Yes"})
        self.nodes = [world.peer(f"node{i}", {"Relay": tcp_client(ports[i])}).ready() for i in range(2)]
        for node in self.nodes:
            node.call("wait_online")
        self.program = world.client("program", self.relay).ready()
        self.homes = introduce(*self.nodes)

    def plain(self, text):
        """Text without what names this run: ports, hashes, times, counts of octets and rates."""
        for letter, home in zip("AB", self.homes):
            text = text.replace(home["hash"], f"NODE-{letter}")
        text = re.sub(r"[\u2800-\u28ff\b\r]", "", text).replace(self.world.tag, "TAG")
        text = re.sub(r"\b[0-9a-f]{32}\b", "HASH", text)
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
        text = re.sub(r"expires .*", "expires TIME", text)
        text = re.sub(r"last heard .*? ago, (.*?) in the last .*", r"last heard TIME ago, \1 in the last TIME", text)
        text = re.sub(r"time is [\d.]+ \w+", "time is TIME", text)
        text = re.sub(r"Uptime is [^,\n]*", "Uptime is TIME", text)
        # How often announces were sent on is as fleeting here as in JSON.
        text = re.sub(r"\d+↓ \d+↑ total", "N↓ N↑ total", text)
        lines = []
        for line in text.splitlines():
            if "Rate  " not in line:
                line = re.sub(r"[\d.]+ ?[mKMG]?(B|bps|Hz|pps|pkts)\b", r"N \1", line)
                line = re.sub(r"(?<![\d.])\d+%", "N%", line)
                # The share of data is shown only in a second with traffic.
                line = re.sub(r", N% data \(N bps\)", "", line)
            lines.append(re.sub(r"\s+", " ", line).strip())
        return [line for line in lines if line]

    def fields(self, value, key=""):
        """JSON with fleeting values replaced by the name of their type."""
        if isinstance(value, dict):
            return {name: self.fields(inner, name) for name, inner in value.items()}
        if FLEETING.match(key) or key.endswith("hash") and len(value) == 64:
            return "optional" if key in OPTIONAL else kind_of(value)
        if isinstance(value, list):
            inner = [self.fields(item) for item in value]
            return sorted(inner, key=lambda item: json.dumps(item, sort_keys=True))
        return self.plain(value)[0] if isinstance(value, str) and value else value


def kind_of(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return type(value).__name__
    return "number"


@pytest.fixture(scope="module", params=[UNDER_TEST])
def states(request, tmp_path_factory):
    """The same state of the relay under test and of the reference."""
    worlds = [World(tmp_path_factory.mktemp(kind)) for kind in ("tested", "reference")]
    passed = False
    try:
        yield State(worlds[0], request.param), State(worlds[1], "rnsd")
        passed = True
    finally:
        for world in worlds:
            world.close(passed)


versions = pytest.mark.parametrize("version", [NEWEST, OLDER])


def same(states, tool, *arguments, version, view, code=0):
    """Runs the tool on both; {A} and {B} in its arguments are the nodes' hashes.

    A tool that wants to end with a code may end with 0 if the daemon's socket closes first (rnid, rnpath, 1.4.2 to 1.5.7).
    """
    tested, reference = (
        state.relay.tool(tool, *(argument.format(A=state.homes[0]["hash"], B=state.homes[1]["hash"]) for argument in arguments),
                         version=version, check=False) for state in states)
    for done in (reference, tested):
        assert done.returncode in {code, 0}, done.stdout + done.stderr
    views = [view(state, done.stdout) for state, done in zip(states, (tested, reference))]
    assert views[0] == views[1]
    return views[1]


def as_json(state, text):
    return state.fields(json.loads(text))


def as_text(state, text):
    return state.plain(text)


def as_blocks(state, text):
    """The blocks of rnstatus, sorted: rnsd puts its interfaces in order of speed only now and then."""
    blocks = [[]]
    for line in state.plain(text):
        if re.fullmatch(r"[\w ]+\[.*\]", line) or line.startswith(("Totals", "Transport Instance")):
            blocks.append([])
        blocks[-1].append(line)
    return sorted(blocks)


@versions
def test_rnstatus_tells_the_same_in_json(states, version):
    told = same(states, "rnstatus", "-j", version=version, view=as_json)
    assert {interface["type"] for interface in told["interfaces"]} >= {
        "LocalServerInterface", "LocalClientInterface", "TCPServerInterface", "TCPClientInterface", "UDPInterface",
        "BackboneInterface"}


def test_every_interface_hash_is_that_of_its_name(states):
    for state in states:
        for interface in state.relay.status()["interfaces"]:
            assert interface["hash"] == hashlib.sha256(interface["name"].encode()).hexdigest()
            if "parent_interface_hash" in interface:
                parent = interface["parent_interface_name"].encode()
                assert interface["parent_interface_hash"] == hashlib.sha256(parent).hexdigest()


@versions
@pytest.mark.parametrize("options", [[], ["-a"], ["-t"], ["-A"], ["-P"], ["-l"], ["-a", "-t", "-A", "-P", "-l"], ["-s", "rx", "Port"]],
                         ids=" ".join)
def test_rnstatus_shows_the_same(states, version, options):
    assert same(states, "rnstatus", *options, version=version, view=as_blocks)


@pytest.mark.parametrize("options", [["-t", "-p"], ["-q"], ["-b"], ["-B"], ["-z"]], ids=" ".join)
def test_rnstatus_shows_what_is_new_in_its_version(states, options):
    same(states, "rnstatus", *options, version=NEWEST, view=as_blocks)


@versions
@pytest.mark.parametrize("options", [["-t"], ["-t", "-m", "1"], ["-r"]], ids=" ".join)
def test_rnpath_lists_the_same(states, version, options):
    told = same(states, "rnpath", *options, "-j", version=version, view=as_json)
    assert [entry["hash"] for entry in told] == ["NODE-A", "NODE-B"]
    same(states, "rnpath", *options, version=version, view=lambda state, text: sorted(as_text(state, text)))


@versions
def test_rnpath_finds_a_path(states, version):
    same(states, "rnpath", "{A}", version=version, view=as_text)


@versions
def test_rnpath_gives_up_on_a_path_that_nobody_knows(states, version):
    same(states, "rnpath", "-w", "1", "00" * 16, version=version, view=as_text, code=1)


@versions
def test_rnprobe_reaches_a_node(states, version):
    told = same(states, "rnprobe", "interop.node", "{B}", version=version, view=as_text)
    assert told[-1] == "Sent 1, received 1, packet loss 0.0%"


def test_rnprobe_reaches_the_daemon_itself(states):
    """From a node beyond, through the daemon's probe responder."""
    for state in states:
        responder = state.relay.status()["probe_responder"]
        state.nodes[0].call("path", to=responder)


@versions
def test_rnid_announces_through_the_daemon(states, version, tmp_path):
    """The tool ends right after it sent, and now and then too soon for its own socket; hence the second and third try."""
    for number, state in enumerate(states):
        identity = tmp_path / f"{number}.rid"
        state.relay.tool("rnid", "-g", identity, version=version)
        for attempts_left in (2, 1, 0):
            told = state.relay.tool("rnid", "-i", identity, "-a", "interop.tool", version=version).stdout
            announced = set(re.findall(r"\b[0-9a-f]{32}\b", told))
            assert announced, told
            try:
                for node in state.nodes:
                    node.expect("announce", of=announced, hops=1, timeout=5)
                break
            except PeerError:
                if not attempts_left:
                    raise


@versions
def test_rnid_recalls_an_identity_that_the_daemon_knows(states, version):
    """rnid reads the daemon's file of known destinations, which plexusd writes within seconds and rnsd when it ends."""
    state = states[0]
    told = state.relay.tool("rnid", "-i", state.homes[0]["hash"], "-H", "interop.node", version=version, check=False)
    if state.relay.kind == "plexusd":
        assert "Recalled Identity" in told.stdout and state.homes[0]["hash"] in told.stdout, told.stdout
    else:
        same(states, "rnid", "-i", "{A}", "-H", "interop.node", version=version, view=as_text)


def test_rnpath_drops_a_path(states):
    for state in states:
        node, beyond = state.nodes
        home = node.call("destination", aspect="dropped")
        node.call("announce", at=home["hash"])
        beyond.call("path", to=home["hash"], request=False)
        assert "Dropped path" in state.relay.tool("rnpath", "-d", home["hash"]).stdout
        # The reference marks the path as expired, and its next round of clearing up takes it away.
        until(lambda: home["hash"] not in [path["hash"] for path in state.relay.paths()], 20, "the path is gone")
    same(states, "rnpath", "-d", "00" * 16, version=NEWEST, view=as_text, code=1)


def test_blackholed_identities_are_listed_and_lifted(states):
    for state in states:
        bad = "ab" * 16
        state.relay.tool("rnpath", "-B", bad, "--reason", "test")
        assert bad in state.relay.tool("rnpath", "-b").stdout
        state.relay.tool("rnpath", "-U", bad)
        assert bad not in state.relay.tool("rnpath", "-b", check=False).stdout
