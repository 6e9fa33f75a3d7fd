"""The examples of the C++ API, each against a program on the Python reference, through real sockets.

Each runs twice: as a program on the shared instance of a daemon (the relay under test, and rnsd), and as a node of its
own that is joined to the daemon by TCP.
"""
import hashlib
import os
import pathlib
import queue
import re
import signal
import subprocess
import threading

import pytest

from harness import ROOT, UNDER_TEST, config_text, die_with_parent, free_port, tcp_client, tcp_server, until

BUILD = pathlib.Path(os.environ.get("PLEXUS_BUILD", ROOT / "build" / "release"))


class Program:
    """An example that runs; its lines are read as they come."""

    number = 0

    def __init__(self, world, name, *arguments, raw=False):
        Program.number += 1
        self.log = world.folder / f"{name}-{Program.number}.log"
        self.child = subprocess.Popen([BUILD / "bin" / f"example_{name}", *map(str, arguments)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.log, "ab"),
                                      preexec_fn=die_with_parent)
        self.lines = queue.Queue()
        if not raw:
            threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            self.lines.put(line.decode().rstrip("\n"))
        self.lines.put(None)

    def expect(self, pattern, timeout=30):
        seen = []
        while True:
            try:
                line = self.lines.get(timeout=timeout)
            except queue.Empty:
                raise AssertionError(f"no {pattern!r}; had {seen}; {self.log.read_text()[-2000:]}") from None
            assert line is not None, f"ended without {pattern!r}; had {seen}; {self.log.read_text()[-2000:]}"
            if found := re.fullmatch(pattern, line):
                return found
            seen.append(line)

    def say(self, line):
        self.child.stdin.write(line.encode() + b"\n")
        self.child.stdin.flush()

    def address(self):
        return self.expect(r"serving ([0-9a-f]{32})").group(1)

    def ends(self, code=0):
        assert self.child.wait(30) == code, self.log.read_text()[-2000:]

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.ends()


class Place:
    """A daemon, a Python program on its instance, and where examples run."""

    def __init__(self, world, kind, attached):
        self.world = world
        port = free_port()
        self.relay = world.relay("relay", {"Port": tcp_server(port)}, kind=kind)
        self.python = world.client("python", self.relay).ready()
        self.line = None if attached else config_text({"Relay": tcp_client(port)})
        self.started = []

    def folder(self):
        """Of a program: the daemon's, or one of its own, since nodes of one identity take each other's tunnel over."""
        if not self.line:
            return self.relay.folder
        own = self.world.folder / f"own-{len(self.started)}"
        own.mkdir()
        (own / "config").write_text(self.line)
        return own

    def run(self, name, *arguments, raw=False, folder=True):
        arguments = [self.folder(), *arguments] if folder else arguments
        self.started.append(Program(self.world, name, *arguments, raw=raw))
        return self.started[-1]

    def home(self):
        made = self.python.call("destination")
        self.python.call("announce", at=made["hash"])
        return made

    def link_to(self, address, aspect):
        self.python.call("path", to=address)
        return self.python.call("link", to=address, aspect=aspect)["link"]


@pytest.fixture(params=list(dict.fromkeys([(UNDER_TEST, True), ("rnsd", True), (UNDER_TEST, False)])),
                ids=lambda p: f"{'on' if p[1] else 'beside'} {p[0]}")
def place(request, world):
    place = Place(world, *request.param)
    yield place
    for program in place.started:
        program.child.kill()


def test_echo_proves_and_answers(place):
    server = place.run("echo", "interop.echo")
    address = server.address()
    place.python.call("path", to=address)
    assert place.python.call("send", to=address, data=b"good morning".hex(), aspect="echo")["delivered"]
    server.expect("packet good morning")
    link = place.link_to(address, "echo")
    assert place.python.call("link_send", link=link, data=b"over the link".hex())["delivered"]
    place.python.expect("link_packet", data=b"over the link".hex())
    server.stop()


def test_echo_calls(place):
    home = place.home()
    caller = place.run("echo", home["hash"])
    caller.expect(r"delivered in [\d.]+ ms over \d hops")
    caller.ends()
    place.python.expect("packet", data=b"hello".hex())


def test_chat_in_both_directions(place):
    server = place.run("chat", "interop.chat")
    link = place.link_to(server.address(), "chat")
    server.expect("linked")
    answered = place.python.start("channel", link=link, texts=["one", "two"])
    for text in ("one", "two"):
        server.expect(text)
        server.say(text.upper())
    assert answered()["answers"] == ["ONE", "TWO"]
    place.python.call("close", link=link)
    server.expect("closed")

    caller = place.run("chat", place.home()["hash"])
    caller.expect("linked")
    caller.say("good evening")
    caller.expect("GOOD EVENING")
    caller.child.stdin.close()
    caller.ends()
    place.python.expect("closed")


def test_files_are_transferred(place, tmp_path):
    folder = tmp_path / "arrived"
    folder.mkdir()
    server = place.run("transfer", "interop.files", folder)
    link = place.link_to(server.address(), "files")
    # Two segments, so that it is put together from a file.
    sent = place.python.call("resource", link=link, size=1_500_000, seed=3, metadata={"name": "large"})
    assert sent["complete"]
    server.expect("received large")
    assert hashlib.sha256((folder / "large").read_bytes()).hexdigest() == sent["sha256"]
    assert [file.name for file in folder.iterdir()] == ["large"]

    file = tmp_path / "outgoing"
    file.write_bytes(os.urandom(1_200_000))
    caller = place.run("transfer", place.home()["hash"], file)
    caller.expect("sent outgoing", timeout=60)
    caller.ends()
    got = place.python.expect("resource")
    assert got["complete"] and got["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert got["metadata"] == {"name": "outgoing"}


def test_requests_are_answered(place, tmp_path):
    (tmp_path / "page").write_bytes(b"words " * 100_000)
    server = place.run("requests", "interop.requests", tmp_path)
    home = place.home()
    link = place.link_to(server.address(), "requests")
    ask = lambda path, data: place.python.call("request", link=link, path=path, data=data)["response"]
    assert ask("/echo", {"any": ["thing", 1, None]}) == {"any": ["thing", 1, None]}
    large = "x" * 20_000
    assert ask("/echo", large) == large
    assert ask("/who", None) == "nobody"
    place.python.call("identify", link=link, as_destination=home["hash"])
    assert ask("/who", None) == home["identity"]

    caller = place.run("requests", home["hash"], "/echo", "words")
    caller.expect("answer words")
    caller.ends()
    caller = place.run("requests", home["hash"], "/who", "")
    who = caller.expect("answer ([0-9a-f]{32})").group(1)
    caller.expect(f"asked as {who}")
    caller.ends()


def pipe(place, program, role, target):
    """In C++ the address or the name says which end it is; in C a word before does."""
    arguments = [role, place.folder(), target] if program == "cat" else [place.folder(), target]
    return place.run(program, *arguments, raw=True, folder=False)


@pytest.mark.parametrize("program", ["pipe", "cat"])
def test_pipe_calls_and_carries_a_stream(place, program):
    caller = pipe(place, program, "connect", place.home()["hash"])
    data = os.urandom(100_000)
    got = bytearray()

    def read():
        while len(got) < len(data) and (piece := caller.child.stdout.read1(65536)):
            got.extend(piece)

    reader = threading.Thread(target=read)
    reader.start()
    caller.child.stdin.write(data)
    caller.child.stdin.flush()
    reader.join(60)
    assert bytes(got) == data, caller.log.read_text()[-2000:]


@pytest.mark.parametrize("program", ["pipe", "cat"])
def test_pipe_serves_and_carries_a_stream(place, program):
    server = pipe(place, program, "listen", "interop.pipe")
    found = until(lambda: re.search(r"serving ([0-9a-f]{32})", server.log.read_text()), 30, "the pipe's address")
    link = place.link_to(found.group(1), "pipe")

    def echo():
        while piece := server.child.stdout.read1(65536):
            server.child.stdin.write(piece)
            server.child.stdin.flush()

    threading.Thread(target=echo, daemon=True).start()
    result = place.python.call("buffer", link=link, size=50_000, seed=4)
    assert result["sent"] == result["received"]


def test_two_pipes_end_when_their_input_ends(place):
    data = os.urandom(300_000)
    server = pipe(place, "cat", "listen", "interop.pipe")
    found = until(lambda: re.search(r"serving ([0-9a-f]{32})", server.log.read_text()), 30, "the pipe's address")
    caller = pipe(place, "pipe", "connect", found.group(1))
    server.child.stdin.close()
    caller.child.stdin.write(data)
    caller.child.stdin.close()
    assert server.child.stdout.read() == data
    server.ends()
    caller.ends()


def test_announces_are_watched(place):
    watcher = place.run("announces", "interop.node")
    watcher.expect("watching")
    home = place.python.call("destination")
    other = place.python.call("destination", aspect="other")
    place.python.call("announce", at=other["hash"])
    place.python.call("announce", at=home["hash"], app_data=b"here I am".hex())
    heard = watcher.expect(r"([0-9a-f]{32}) (\d) hops here I am.*")
    assert heard.group(1) == home["hash"]
    watcher.stop()
