"""`plexus`, the tool, against rnsd of two versions and the relay under test: what it prints and its exit codes are held
against those of Reticulum's own tools for the same state.

The reference's tools may end with 0 whatever happened, as soon as the daemon closes their socket first; `plexus` may not.
"""
import hashlib
import json
import multiprocessing.connection
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

import pytest

from harness import (NEWEST, OLDER, UNDER_TEST, PeerError, Relay, World, config_text, free_port, python_of, tcp_client,
                     tcp_server, tool_of, until)
from test_tools import State, as_blocks, as_text

BUILD = pathlib.Path(os.environ.get("PLEXUS_BUILD", pathlib.Path(__file__).parents[2] / "build" / "debug"))
TOOL = os.environ.get("PLEXUS_TOOL", str(BUILD / "bin" / "plexus"))
NOBODY = "00" * 16


def plexus(*arguments, code=0, timeout=60, **keywords):
    """Runs the tool; its exit code is never left to chance."""
    done = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, **keywords)
    assert done.returncode == code, f"{arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module", params=list(dict.fromkeys(["rnsd", f"rnsd-{OLDER}", UNDER_TEST])))
def state(request, tmp_path_factory):
    """A daemon, with two nodes behind it that have announced themselves."""
    world = World(tmp_path_factory.mktemp(request.param))
    try:
        made = State(world, request.param)
        made.version = OLDER if request.param.endswith(OLDER) else NEWEST
        made.run = lambda command, *arguments, **keywords: plexus(command, "--config", made.relay.folder, *arguments, **keywords)
        yield made
    finally:
        world.close(passed=False)


def both(state, command, tool, *arguments, view=as_text):
    """The same arguments for both tools, and the same in their outputs."""
    filled = [argument.format(A=state.homes[0]["hash"], B=state.homes[1]["hash"]) for argument in arguments]
    ours = view(state, state.run(command, *filled))
    theirs = view(state, state.relay.tool(tool, *filled, version=state.version).stdout)
    assert ours == theirs
    return ours


def newest_only(state):
    if state.version != NEWEST:
        pytest.skip("not in that version of Reticulum")


# --- status

@pytest.mark.parametrize("options", [[], ["-a"], ["-t"], ["-A"], ["-P"], ["-l"], ["-a", "-t", "-A", "-P", "-l"], ["-t", "-p"], ["-q"],
                                     ["-b"], ["-B"], ["-s", "rate"], ["-s", "rate", "-r"], ["port"]], ids=" ".join)
def test_status_reads_as_rnstatus(state, options):
    newest_only(state)

    def apart(block):
        foot = next((at for at, line in enumerate(block) if line.startswith("Transport Instance")), len(block))
        return [block[:foot], block[foot:]]

    def blocks(state, text):
        # rnstatus is a program on the instance itself, which shows among the programs and in the width of columns; the
        # foot stands behind whoever is last.
        parts = [part for block in as_blocks(state, re.sub(r"(?<=\S) *([↑↓])", r" \1", text)) for part in apart(block)]
        return sorted(part for part in parts if part and not part[0].startswith("LocalInterface"))
    assert both(state, "status", "rnstatus", *options, view=blocks)


def test_status_of_an_older_daemon_is_shown_as_far_as_it_tells(state):
    text = state.run("status", "-a", "-A", "-P", "-t", "-q", "-p", "-l")
    for name in ("Port A", "Port B", "Fenced", "Backbone", "Nobody", "Datagrams", "Client on Port A"):
        assert name in text
    assert "Transport Instance" in text


def test_status_in_json_has_what_rnstatus_has(state):
    ours = json.loads(state.run("status", "-j"))
    theirs = state.relay.status(version=state.version)
    assert state.fields(ours).keys() == state.fields(theirs).keys()
    assert sorted(i["name"] for i in ours["interfaces"] if "LocalInterface" not in i["name"]) == sorted(
        i["name"] for i in theirs["interfaces"] if "LocalInterface" not in i["name"])


def test_the_monitor_repeats_itself_until_it_is_interrupted(state):
    child = subprocess.Popen([TOOL, "status", "--config", state.relay.folder, "-m", "-I", "0.2"], stdout=subprocess.PIPE, text=True)
    try:
        pictures = 0
        for line in child.stdout:
            pictures += "\033[2J" in line
            if pictures == 3:
                break
        child.send_signal(2)
        child.stdout.read()
        assert child.wait(10) == 0
    finally:
        child.kill()


# --- path

@pytest.mark.parametrize("options", [["-t"], ["-t", "{A}"], ["-t", "-m", "1"], ["-r"], ["-r", "{B}"]], ids=" ".join)
def test_tables_read_as_those_of_rnpath(state, options):
    # rnpath 1.4.2 may print an error of its own at its end.
    def paths(state, text):
        return sorted(line for line in as_text(state, text) if line.startswith("<"))
    told = both(state, "path", "rnpath", *options, view=paths)
    assert len(told) == (1 if "{" in options[-1] else 2)


@pytest.mark.parametrize("option", ["-t", "-r"])
def test_tables_in_json_are_those_of_rnpath(state, option):
    ours = json.loads(state.run("path", option, "-j"))
    theirs = json.loads(state.relay.tool("rnpath", option, "-j", version=state.version).stdout)
    assert [entry["hash"] for entry in ours] == [entry["hash"] for entry in theirs]
    for mine, their in zip(ours, theirs):
        assert mine.keys() == their.keys()
        for key, content in their.items():
            # A daemon may count its times anew for each answer, so the last digits of a float may differ.
            assert mine[key] == (content if isinstance(content, (str, int)) else pytest.approx(content, abs=0.001))


def test_a_path_is_found_as_rnpath_finds_it(state):
    def last(state, text):
        return as_text(state, text.replace("requested", "\n"))[-1]
    assert both(state, "path", "rnpath", "{A}", view=last).startswith("Path found")
    found = json.loads(state.run("path", "-j", state.homes[1]["hash"]))
    assert (found["hash"], found["hops"], found["via"]) == (state.homes[1]["hash"], 1, state.homes[1]["hash"])


def test_a_path_to_a_program_on_the_same_daemon_has_no_hops(state):
    home = state.program.call("destination", aspect="neighbour")
    state.program.call("announce", at=home["hash"])
    until(lambda: home["hash"] in state.run("path", "-t"), 10, "the daemon knows the program")
    assert json.loads(state.run("path", "-j", home["hash"]))["hops"] == 0
    assert "over 0 hops" in state.run("probe", "interop.neighbour", home["hash"])


def test_an_unknown_path_is_told_by_the_exit_code_each_time(state):
    wait = max(1, 0 if state.version == OLDER else 6)
    for _ in range(2):
        begun = time.monotonic()
        assert state.run("path", "-w", "0.3", NOBODY, code=1) == "Path not found\n"
        assert time.monotonic() - begun < wait + 5
    assert state.run("path", "-t", NOBODY, code=1) == "No path known\n"
    assert "must be 32 hexadecimal" in state.run("path", "abcd", code=1)
    assert "Invalid destination" in state.run("path", "zz" * 16, code=1)


def test_a_path_is_dropped(state):
    node, beyond = state.nodes
    home = node.call("destination", aspect="fleeting")
    node.call("announce", at=home["hash"])
    beyond.call("path", to=home["hash"], request=False)
    assert state.run("path", "-d", home["hash"]) == f"Dropped path to <{home['hash']}>\n"
    until(lambda: home["hash"] not in state.run("path", "-t"), 20, "the path is gone", every=0.3)
    assert "Does it exist?" in state.run("path", "-d", NOBODY, code=1)
    assert "Does the transport instance exist?" in state.run("path", "-x", NOBODY, code=1)
    assert state.run("path", "-D") == "Dropping announce queues on all interfaces...\n"


def test_identities_are_blackholed_and_let_out(state):
    bad = hashlib.sha256(state.version.encode()).hexdigest()[:32]
    assert state.run("path", "-b", code=20) == "No blackholed identity data available\n"
    assert state.run("path", "-B", bad, "--duration", "2", "--reason", "noise") == f"Blackholed identity {bad}\n"
    assert state.run("path", "-B", bad) == f"Identity {bad} already blackholed\n"
    strip = lambda text: re.sub(r"for .*? \(", "for TIME (", text)
    assert strip(state.run("path", "-b")) == strip(state.relay.tool("rnpath", "-b", version=state.version).stdout)
    assert "noise" in state.run("path", "-b", "noise") and state.run("path", "-b", "silence") == ""
    assert json.loads(state.run("path", "-b", "-j"))[bad]["reason"] == "noise"
    assert state.run("path", "-U", bad) == f"Lifted blackhole for identity {bad}\n"
    assert state.run("path", "-U", bad) == f"Identity {bad} not blackholed\n"
    assert "Hash length is invalid" in state.run("path", "-B", "ab", code=20)


# --- probe

def test_a_probe_reads_as_that_of_rnprobe(state):
    def from_sent(state, text):
        return as_text(state, text[text.index("Sent probe"):])
    told = both(state, "probe", "rnprobe", "interop.node", "{B}", view=from_sent)
    assert told[-1] == "Sent 1, received 1, packet loss 0.0%"


def test_several_probes_are_counted(state):
    told = json.loads(state.run("probe", "-n", "3", "-s", "200", "-j", "interop.node", state.homes[0]["hash"]))
    assert (told["sent"], told["received"], told["loss"]) == (3, 3, 0)
    assert all(probe["hops"] == 1 and 0 < probe["round_trip"] < 20 for probe in told["probes"])


def test_a_destination_with_ratchets_is_probed(state):
    home = state.nodes[0].call("destination", aspect="ratchets", ratchets=str(state.world.folder / "ratchets"))
    state.nodes[0].call("announce", at=home["hash"])
    assert "received 1" in state.run("probe", "interop.ratchets", home["hash"])


def test_lost_probes_and_impossible_ones_have_their_codes(state):
    silent = state.nodes[0].call("destination", aspect="silent", proofs="none")
    state.nodes[0].call("announce", at=silent["hash"])
    told = state.run("probe", "-t", "1.5", "-n", "2", "interop.silent", silent["hash"], code=2)
    assert told.endswith("Sent 2, received 0, packet loss 100.0%\n") and told.count("Probe timed out") == 2
    assert state.run("probe", "-t", "0.5", "interop.node", NOBODY, code=1) == "Path request timed out\n"
    assert "exceed MTU of 500" in state.run("probe", "-s", "400", "interop.node", state.homes[0]["hash"], code=3)
    assert "is not named" in state.run("probe", "another.name", state.homes[0]["hash"], code=1)


# --- interfaces

def test_interfaces_are_listed(state):
    names = [line.split("  ")[0] for line in state.run("interfaces").splitlines()[1:]]
    assert sorted(names) == sorted(["Reticulum", "Port A", "Port B", "Fenced", "Backbone", "Nobody", "Datagrams"])
    told = json.loads(plexus("interfaces", "list", "--config", state.relay.folder, "-j", "-a", "port a"))
    assert sorted(one["short_name"] for one in told) == ["Client on Port A", "Port A"]


def test_interfaces_come_and_go(state):
    newest_only(state)
    change = lambda verb, name, code=0: plexus("interfaces", verb, "--config", state.relay.folder, name, code=code)
    running = lambda: [one["short_name"] for one in json.loads(state.run("interfaces", "-j"))]
    assert change("detach", "Datagrams") == "Interface Datagrams was detached\n"
    assert "Datagrams" not in running()
    assert "+ interface Datagrams" in state.run("check-config")
    assert state.run("status", "--attach", "Datagrams") == "Interface Datagrams was attached\n"
    assert change("reload", "Datagrams") == "Interface Datagrams was reloaded\n"
    assert "Datagrams" in running()
    assert change("attach", "Datagrams", 1) == "Could not attach interface Datagrams\n"
    assert change("detach", "Nothing", 1) == "The interface Nothing does not exist\n"
    assert state.run("status", "--reload", "Nothing", code=1) == "The interface Nothing does not exist\n"


# --- id through a daemon

def test_an_identity_is_announced_through_the_daemon(state, tmp_path):
    plexus("id", "-g", tmp_path / "new.rid")
    told = state.run("id", "-i", tmp_path / "new.rid", "-a", "interop.tool")
    announced = set(re.findall(r"\b[0-9a-f]{32}\b", told))
    for node in state.nodes:
        node.expect("announce", of=announced, hops=1)


def test_an_unknown_identity_is_asked_for(state):
    home = state.homes[0]
    recalled = state.nodes[1].call("recall", to=home["hash"])
    told = json.loads(state.run("id", "-R", "-i", home["hash"], "-p", "-j"))
    assert hashlib.sha256(bytes.fromhex(told["public_key"])).hexdigest()[:32] == told["hash"]
    assert told["hash"] in json.dumps(recalled) or told["public_key"] in json.dumps(recalled)
    assert "timed out" in state.run("id", "-R", "-t", "0.5", "-i", NOBODY, "-p", code=2)


# --- id and files

def rnid(*arguments, version=NEWEST):
    return subprocess.run([tool_of(version, "rnid"), *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)


@pytest.fixture
def ours(tmp_path):
    path = tmp_path / "ours.rid"
    plexus("id", "-g", path)
    assert path.stat().st_size == 64 and path.stat().st_mode & 0o077 == 0
    return path


@pytest.mark.parametrize("options", [["-p"], ["-p", "-P"], ["-p", "-P", "-b"], ["-p", "-B"], ["-x"], ["-X"], ["-X", "-b"], ["-x", "-B"],
                                     ["-H", "lxmf.delivery"], ["-H", "a.b.c", "-p"]], ids=" ".join)
def test_an_identity_reads_as_with_rnid(ours, options):
    assert plexus("id", "-i", ours, *options) == rnid("-i", ours, *options).stdout


@pytest.mark.parametrize("form", [[], ["-b"], ["-B"]], ids=["hex", "base64", "base32"])
def test_identities_are_exported_and_imported_either_way(ours, tmp_path, form):
    for option, back, key in (("-X", "-M", "Private"), ("-x", "-m", "Public")):
        text = plexus("id", "-i", ours, option, *form).split(" : ")[1].strip()
        assert plexus("id", back, text, "-p", "-P") == rnid(back, text, "-p", "-P").stdout
    plexus("id", "-i", ours, "-X", "-w", tmp_path / "copy.rid")
    assert (tmp_path / "copy.rid").read_bytes() == ours.read_bytes()
    plexus("id", "-i", ours, "-w", tmp_path / "public")
    assert plexus("id", "-m", tmp_path / "public.pub", "-p") == rnid("-m", tmp_path / "public.pub", "-p").stdout


def test_signatures_pass_between_the_tools(ours, tmp_path):
    one, other = tmp_path / "one.bin", tmp_path / "other.bin"
    one.write_bytes(os.urandom(100_000))
    other.write_bytes(b"")
    other.write_bytes(os.urandom(5))
    plexus("id", "-i", ours, "-s", one, other)
    for file in (one, other):
        assert "is valid" in rnid("-V", file).stdout
        mine = file.with_name(file.name + ".rsg").read_bytes()
        assert rnid("-i", ours, "-f", "-s", file).returncode == 0
        assert file.with_name(file.name + ".rsg").read_bytes() == mine
    assert "is valid" in plexus("id", "-i", ours, "-V", one, f"{other}.rsg")
    plexus("id", "-i", ours, "-s", one, code=11)
    plexus("id", "-i", ours, "-s", one, "-f", "--raw")
    assert one.with_name("one.bin.rsg").stat().st_size == 64
    assert "is valid" in rnid("-i", ours, "-V", one).stdout and "is valid" in plexus("id", "-i", ours, "-V", one)
    plexus("id", "-V", one, code=2)
    other.write_bytes(b"changed")
    assert plexus("id", "-V", other, code=10) == rnid("-V", other).stdout
    plexus("id", "-i", "ab" * 16, "-V", other, "-N", code=10)


@pytest.mark.parametrize("form", ["-b", "-B", "-U", "-F"])
def test_armoured_signatures_are_the_same(ours, tmp_path, form):
    file = tmp_path / "text"
    file.write_text("something worth signing")
    assert plexus("id", "-i", ours, form, "-s", file) == rnid("-i", ours, form, "-s", file).stdout


def test_signed_messages_pass_between_the_tools(ours, tmp_path):
    meta = tmp_path / "meta"
    meta.write_text("name = probe\nparts = a, b\n[deep]\nnote = " + "long " * 30 + "\n")
    options = ["-S", "This is it. Æ", "-E", meta]
    assert plexus("id", "-i", ours, *options, "-w", tmp_path / "mine")
    assert rnid("-i", ours, *options, "-w", tmp_path / "theirs").returncode == 0
    assert (tmp_path / "mine.rsm").read_bytes() == (tmp_path / "theirs.rsm").read_bytes()
    for more in ([], ["--meta"]):
        assert plexus("id", "-V", tmp_path / "mine.rsm", *more) == rnid("-V", tmp_path / "mine.rsm", *more).stdout
    damaged = bytearray((tmp_path / "mine.rsm").read_bytes())
    damaged[-3] ^= 1
    (tmp_path / "mine.rsm").write_bytes(damaged)
    plexus("id", "-V", tmp_path / "mine.rsm", code=10)
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf 'typed in' >\"$1\"\n")
    editor.chmod(0o755)
    plexus("id", "-i", ours, "-S", "-w", tmp_path / "typed", env={**os.environ, "EDITOR": str(editor)})
    assert "typed in" in rnid("-V", tmp_path / "typed.rsm").stdout


@pytest.mark.parametrize("size", [0, 1, 15, 16, 1 << 24, (1 << 24) + 1])
def test_encrypted_files_pass_between_the_tools(ours, tmp_path, size):
    file = tmp_path / "file"
    file.write_bytes(os.urandom(size))
    plexus("id", "-i", ours, "-e", file)
    assert rnid("-i", ours, "-d", f"{file}.rfe", "-w", tmp_path / "back").returncode == 0
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    assert rnid("-i", ours, "-f", "-e", file).returncode == 0
    plexus("id", "-i", ours, "-d", f"{file}.rfe", "-w", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()
    plexus("id", "-i", ours, "-d", f"{file}.rfe", code=11)
    plexus("id", "-g", tmp_path / "stranger.rid")
    plexus("id", "-i", tmp_path / "stranger.rid", "-f", "-d", f"{file}.rfe", code=12 if size else 0)
    # What was there is still whole.
    assert not size or file.stat().st_size == size


@pytest.mark.parametrize("arguments, code", [
    (["-i", "{ours}", "-e", "{none}"], 6), (["-i", "{ours}", "-s", "{none}"], 6), (["-i", "{ours}", "-V", "{none}"], 6),
    (["-i", "{ours}", "-V", "{none}.rsm"], 6), (["-i", "{ours}", "-d", "{none}.rfe"], 6), (["-i", "{ours}", "-d", "{none}"], 7),
    (["-e", "{ours}"], 2), (["-m", "00"], 8), (["-M", "00"], 8), (["-i", "{empty}", "-p"], 8), (["-g", "{ours}"], 11),
    (["-i", "{ours}", "-S", "x"], 250), (["-i", "{ours}", "-a", "nodots"], 9), (["-H", "a.b"], 8), (["-i", "zz", "-H", "a.b"], 8),
    (["-m", "11" * 64, "-X"], 4), (["-m", "11" * 64, "-s", "{ours}"], 4), (["-i", "{ours}", "-g", "{none}"], 1),
    (["-i", "{ours}", "-b", "-B", "-p"], 1), (["-e", "{ours}", "-d", "{ours}"], 1), (["-i", "{ours}", "-V", "{ours}"], 6),
    (["-i", "{ours}", "-w", "{ours}", "-X"], 11), (["-i", "ab" * 16, "-N", "-p"], 2), ([], 0),
], ids=lambda value: " ".join(value) if isinstance(value, list) else str(value))
def test_id_ends_with_the_codes_of_rnid(ours, tmp_path, arguments, code):
    (tmp_path / "empty").write_bytes(b"")
    config = tmp_path / "config"
    config.mkdir()
    (config / "config").write_text("[reticulum]\nshare_instance = No\n[interfaces]\n")
    filled = [argument.format(ours=ours, none=tmp_path / "none", empty=tmp_path / "empty") for argument in arguments]
    plexus("id", "--config", config, *filled, code=code)
    assert rnid("--config", config, *filled).returncode == code


# --- check-config

def test_a_configuration_is_checked_and_compared(tmp_path):
    port = free_port()
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, interfaces in ((before, {"Stays": tcp_server(port), "Goes": tcp_client(port)}),
                               (after, {"Stays": tcp_server(port, mode="gateway", colour="blue"), "Comes": tcp_client(port)})):
        folder.mkdir()
        (folder / "config").write_text(config_text(interfaces, transport=folder == after, shared="nobody-" + str(os.getpid())))
    text = plexus("check-config", after, "--against", before)
    for line in ("- interface Goes", "+ interface Comes (TCPClientInterface)", "~ interface Stays: mode"):
        assert line in text
    assert re.search(r"after/config:\d+: colour: ", text)
    told = json.loads(plexus("check-config", "-j", "--config", after, "--against", before / "config"))
    assert [one["name"] for one in told["interfaces"]] == ["Stays", "Comes"]
    assert [one["name"] for one in told["plan"]["changed"]] == ["Stays"]
    assert any("enable_transport" in key for key in told["plan"]["needs_restart"] + told["plan"]["applies_now"])
    assert "would change nothing" in plexus("check-config", before, "--against", before)


def test_a_bad_configuration_is_named_with_file_line_and_key(tmp_path):
    (tmp_path / "config").write_text(config_text({"Bad": tcp_server("lots")}, shared="nobody"))
    done = subprocess.run([TOOL, "check-config", tmp_path], capture_output=True, text=True)
    assert done.returncode == 1
    assert re.match(re.escape(str(tmp_path / "config")) + r":\d+: (listen_)?port: expected ", done.stderr)
    assert json.loads(plexus("check-config", "-j", tmp_path, code=1))["error"]["line"] > 0
    plexus("check-config", tmp_path / "nowhere", code=1)
    for command in (["status"], ["path", "-t"], ["interfaces"]):
        plexus(*command, "--config", tmp_path, code=1)


# --- nobody there, and nobody new

def test_without_a_node_every_command_says_so(tmp_path):
    (tmp_path / "config").write_text(config_text({}, shared=f"nobody-{os.getpid()}"))
    no = "No shared RNS instance available"
    run = lambda command, *arguments, code: plexus(command, "--config", tmp_path, *arguments, code=code)
    assert run("status", code=1) == f"{no} to get status from\n"
    for arguments in (["-t"], ["-r"], ["-d", NOBODY], ["-x", NOBODY], [NOBODY]):
        assert no in run("path", *arguments, code=1)
    assert no in run("path", "-b", code=20) and no in run("path", "-B", NOBODY, code=20)
    assert no in run("probe", "a.b", NOBODY, code=1)
    assert no in run("interfaces", code=1)
    assert no in run("status", "--attach", "X", code=1)
    assert no in run("id", "-R", "-i", NOBODY, "-p", code=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config"], "a tool writes nothing into a node's folder"


def test_a_daemon_that_speaks_pickle_is_asked_in_pickle(tmp_path):
    """As those of the 1.0 line: anything that is no pickle closes the connection."""
    instance, key = f"pickle-{os.getpid()}", b"k" * 32
    (tmp_path / "config").write_text(config_text({}, shared=instance, reticulum={"rpc_key": key.hex()}))
    table = [{"hash": b"\1" * 16, "timestamp": 1.0, "via": b"\2" * 16, "hops": 2, "expires": 9e8, "interface": "UDPInterface[X]"}]
    heard = []
    with multiprocessing.connection.Listener(f"\0rns/{instance}/rpc", family="AF_UNIX", authkey=key) as listener:
        def serve():
            while not heard:
                with listener.accept() as connection:
                    try:
                        heard.append(connection.recv())
                        connection.send(table)
                    except Exception:
                        pass
        thread = threading.Thread(target=serve)
        thread.start()
        text = plexus("path", "--config", tmp_path, "-t")
        thread.join()
    assert heard == [{"get": "path_table", "max_hops": None}]
    assert text.startswith(f"<{'01' * 16}> is 2 hops away via <{'02' * 16}> on UDPInterface[X] expires ")


def test_a_shared_instance_on_tcp_is_found(tmp_path):
    settings = {"shared_instance_type": "tcp", "shared_instance_port": free_port(), "instance_control_port": free_port(),
                "respond_to_probes": "Yes"}
    config = config_text({}, transport=True, shared=f"tcp-{os.getpid()}", reticulum=settings)
    relay = Relay(tmp_path / "relay", config, kind="rnsd", wait=False)
    try:
        until(lambda: relay.listens_on(settings["instance_control_port"]), 20, "the daemon listens")
        run = lambda command, *arguments, **keywords: plexus(command, "--config", relay.folder, *arguments, **keywords)
        responder = re.search(r"Probe responder at <(\w+)>", run("status")).group(1)
        assert "received 1" in run("probe", "rnstransport.probe", responder)
    finally:
        relay.kill()


# --- the command line itself

def test_a_bad_command_line_ends_with_2():
    for arguments in ([], ["nothing"], ["status", "--nothing"], ["path", "-w", "soon"], ["interfaces", "attach"]):
        plexus(*arguments, code=2)
    assert plexus("--version").startswith("plexus ")


def test_bash_completes_subcommands_and_options(tmp_path):
    script = tmp_path / "plexus.bash"
    script.write_text(plexus("completion", "bash"))
    complete = lambda *words: subprocess.run(
        ["bash", "-c", f'source {script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _plexus; echo "${{COMPREPLY[@]}}"', "-", *words],
        capture_output=True, text=True, check=True).stdout.split()
    assert complete("plexus", "st") == ["status"]
    assert complete("plexus", "path", "--black") == ["--blackholed", "--blackhole", "--blackholed-list"]
    assert complete("plexus", "interfaces", "re") == ["reload"]
    assert complete("plexus", "status", "--config", "") == []


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh")
def test_the_completion_for_zsh_is_zsh(tmp_path):
    (tmp_path / "_plexus").write_text(plexus("completion", "zsh"))
    subprocess.run(["zsh", "-n", str(tmp_path / "_plexus")], check=True)
