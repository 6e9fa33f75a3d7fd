"""Relays, peers and tools of the interop tests, each a process in a folder of its own.

The relay under test is `plexusd`, or whatever PLEXUS_RELAY names: plexusd (default), rnsd (RNS 1.5.7), rnsd-1.4.2.
PLEXUSD names the executable. The tests must pass with rnsd as the relay; that is how they are known to be right.

Nothing waits for time to pass: a process is ready when its sockets are there, a peer when it says so. Every process
dies with the test, by the fixture `world` or, should pytest itself die, by the kernel.
"""
import contextlib
import ctypes
import json
import os
import pathlib
import queue
import random
import re
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
NEWEST, OLDER = "1.5.7", "1.4.2"
UNDER_TEST = os.environ.get("PLEXUS_RELAY", "plexusd")
# Loaded machines are slow, never wrong: limits are wide, and no passing test comes near them.
PATIENCE = 20.0


def python_of(version):
    """The interpreter of the environment that holds this version of RNS."""
    return ROOT / ".deps" / "python" / f"rns-{version}" / "bin" / "python"


def tool_of(version, tool):
    return str(python_of(version).with_name(tool))


def until(condition, timeout, what, every=0.01):
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(every)
    return value


def free_port(kind=socket.SOCK_STREAM):
    """A port below the range that the kernel gives to outgoing connections, so that none of those takes it meanwhile."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def config_text(interfaces, *, transport=False, shared=None, loglevel=5, reticulum=None):
    """A configuration file. `interfaces` maps names to keys; `shared` is an instance name or nothing."""
    lines = ["[reticulum]", f"  enable_transport = {'Yes' if transport else 'No'}",
             f"  share_instance = {'Yes' if shared else 'No'}"]
    lines += [f"  instance_name = {shared}"] if shared else []
    lines += [f"  {key} = {value}" for key, value in (reticulum or {}).items()]
    lines += ["[logging]", f"  loglevel = {loglevel}", "[interfaces]"]
    for name, keys in interfaces.items():
        lines.append(f"  [[{name}]]")
        lines += [f"    {key} = {value}" for key, value in {"enabled": "Yes", **keys}.items()]
    return "\n".join(lines) + "\n"


def tcp_server(port, **keys):
    return {"type": "TCPServerInterface", "listen_ip": "127.0.0.1", "listen_port": port, "ingress_control": "No", **keys}


def tcp_client(port, **keys):
    return {"type": "TCPClientInterface", "target_host": "127.0.0.1", "target_port": port, "ingress_control": "No", **keys}


def udp(listen, forward, host="127.0.0.1", to="127.0.0.1", **keys):
    return {"type": "UDPInterface", "listen_ip": host, "listen_port": listen, "forward_ip": to, "forward_port": forward,
            "ingress_control": "No", **keys}


class Process:
    """A child with a log; `namespace` is the network namespace that it lives in."""

    def __init__(self, command, log, namespace=None, **keywords):
        self.log_path = pathlib.Path(log)
        self.namespace = namespace
        command = ["ip", "netns", "exec", namespace, *command] if namespace else list(command)
        with open(self.log_path, "ab") as stream:
            keywords.setdefault("stdin", subprocess.DEVNULL)
            keywords.setdefault("stdout", stream)
            self.child = subprocess.Popen(command, stderr=stream, preexec_fn=die_with_parent, **keywords)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def alive(self):
        return self.child.poll() is None

    def has_socket(self, table, pattern):
        """Whether a line of /proc/net/<table> of the child's own network namespace matches."""
        try:
            return re.search(pattern, pathlib.Path(f"/proc/{self.child.pid}/net/{table}").read_text(), re.M) is not None
        except FileNotFoundError:
            return False

    def listens_on(self, port):
        listening = rf"^\s*\d+: [0-9A-F]+:{port:04X} [0-9A-F]+:0000 0A "
        return self.has_socket("tcp", listening) or self.has_socket("tcp6", listening)

    def receives_on(self, port):
        return self.has_socket("udp", rf"^\s*\d+: [0-9A-F]+:{port:04X} ")

    def kill(self):
        if self.alive():
            self.child.kill()
        self.child.wait()


class Relay(Process):
    """A daemon on a folder: `plexusd`, `rnsd` of either version, or `rnsd-discovery`, which can publish interfaces."""

    def __init__(self, folder, config, *, kind=None, namespace=None, name="relay", wait=True):
        self.kind = kind or UNDER_TEST
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        if config is not None:
            (self.folder / "config").write_text(config)
        self.config = (self.folder / "config").read_text()
        super().__init__([*self.program(self.kind), "--config", str(self.folder), "-v"],
                         self.folder.parent / f"{self.folder.name}.{name}.log", namespace)
        if wait:
            self.wait_ready()

    @staticmethod
    def program(kind):
        if kind == "plexusd":
            return [os.environ.get("PLEXUSD", str(ROOT / "build" / "release" / "bin" / "plexusd"))]
        if kind == "rnsd-discovery":  # needs LXMF
            return [str(ROOT / ".deps" / "python" / "lxmf-1.2.1" / "bin" / "python"), "-u", str(HERE / "discovering_rnsd.py")]
        version = OLDER if kind.endswith(OLDER) else NEWEST
        return [str(python_of(version)), "-u", tool_of(version, "rnsd")]

    @property
    def instance(self):
        found = re.search(r"instance_name = (\S+)", self.config)
        return found and found.group(1)

    def ports(self, keys, kind):
        sections = re.split(r"\[\[", self.config)[1:]
        return [int(port) for section in sections if kind in section
                for port in re.findall(rf"(?:{keys}) = (\d+)", section)]

    def wait_ready(self):
        """Until every listener of the configuration listens, and the local RPC socket, which comes last, is there."""
        streams = self.ports("listen_port", "TCPServerInterface") + self.ports("listen_port", "BackboneInterface")
        datagrams = self.ports("listen_port", "UDPInterface")

        def ready():
            assert self.alive(), f"{self.kind} ended with {self.child.returncode}:\n{self.log()[-3000:]}"
            return (all(map(self.listens_on, streams)) and all(map(self.receives_on, datagrams))
                    and (not self.instance or self.has_socket("unix", rf"@rns/{self.instance}/rpc$")))

        try:
            until(ready, PATIENCE, f"{self.kind} ready")
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.log()[-3000:]}") from None

    def stop(self):
        """Asks it to end and expects that it does so at once, without complaint."""
        assert self.alive(), f"{self.kind} had ended with {self.child.returncode}:\n{self.log()[-3000:]}"
        self.child.send_signal(signal.SIGTERM)
        code = self.child.wait(PATIENCE)
        assert code == 0, f"{self.kind} ended with {code}:\n{self.log()[-3000:]}"
        if self.kind == "plexusd":
            for complaint in ("Sanitizer", "[critical]", "[Critical]", "terminate called"):
                assert complaint not in self.log(), self.log()[-3000:]

    def tool(self, tool, *arguments, version=NEWEST, check=True, timeout=60):
        """Runs one of Reticulum's own tools as a client of this daemon."""
        command = [tool_of(version, tool), "--config", str(self.folder), *map(str, arguments)]
        if self.namespace:
            command = ["ip", "netns", "exec", self.namespace, *command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        if check:
            assert done.returncode == 0, f"{tool} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done

    def status(self, *arguments, version=NEWEST):
        return json.loads(self.tool("rnstatus", "-j", *arguments, version=version).stdout)

    def paths(self, version=NEWEST):
        return json.loads(self.tool("rnpath", "-t", "-j", version=version).stdout)


class PeerError(AssertionError):
    pass


class Peer(Process):
    """peer.py of one version of RNS. `peer.call("link", to=...)` returns the result of a command."""

    def __init__(self, folder, config=None, *, version=NEWEST, shared=False, namespace=None, name="peer"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        if config is not None:
            (self.folder / "config").write_text(config)
        command = [str(python_of(version)), "-u", str(HERE / "peer.py"), "--config", str(self.folder)]
        super().__init__(command + (["--shared"] if shared else []), self.folder.parent / f"{self.folder.name}.{name}.log",
                         namespace, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name = name
        self.events, self.answers, self.number = [], {}, 0
        self.news = threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.child.stdout:
            said = json.loads(line)
            with self.news:
                if "event" in said:
                    self.events.append(said)
                else:
                    self.answers[said["id"]].put(said)
                self.news.notify_all()
        with self.news:
            for waiting in self.answers.values():
                waiting.put({"error": f"the peer ended\n{self.log()[-3000:]}"})
            self.news.notify_all()

    def start(self, action, **arguments):
        """Begins a command; the returned function waits for its result."""
        with self.news:
            self.number += 1
            number, answer = self.number, self.answers.setdefault(self.number, queue.Queue())
        try:
            self.child.stdin.write(json.dumps({"id": number, "do": action, **arguments}) + "\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            raise PeerError(f"{self.name} is gone:\n{self.log()[-3000:]}") from None

        def result():
            try:
                said = answer.get(timeout=120)
            except queue.Empty:
                raise PeerError(f"{self.name}: no answer to {action}") from None
            if "error" in said:
                raise PeerError(f"{self.name}: {action} {arguments}: {said['error']}")
            return said["result"]

        return result

    def call(self, action, **arguments):
        return self.start(action, **arguments)()

    def expect(self, kind, timeout=PATIENCE, **fields):
        """The first event of that kind with those fields, from the past or the near future; it is then taken away.

        A field may be given as a set of values, any of which will do.
        """
        deadline = time.monotonic() + timeout

        def matches(said):
            return said["event"] == kind and all(
                said.get(key) in value if isinstance(value, set) else said.get(key) == value for key, value in fields.items())

        with self.news:
            while True:
                for said in self.events:
                    if matches(said):
                        self.events.remove(said)
                        return said
                left = deadline - time.monotonic()
                if left <= 0 or not self.alive():
                    raise PeerError(f"{self.name}: no {kind} {fields} within {timeout} s; had {self.events[-10:]}\n{self.log()[-2000:]}")
                self.news.wait(min(left, 0.5))

    def ready(self):
        self.expect("ready", timeout=PATIENCE)
        return self

    def stop(self):
        with contextlib.suppress(OSError):
            self.child.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.child.wait(5)
        self.kill()


class World:
    """All that one test started. Its folder and instance names are its own, so tests may run side by side."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes, self.namespaces = [], []
        self.tag = f"plexus-test-{os.getpid()}-{random.SystemRandom().randrange(1 << 32):08x}"

    def instance(self, name):
        return f"{self.tag}-{name}"

    def relay(self, name, interfaces, *, kind=None, namespace=None, transport=True, **settings):
        config = config_text(interfaces, transport=transport, shared=self.instance(name), **settings)
        return self.keep(Relay(self.folder / name, config, kind=kind, namespace=namespace, name=name))

    def again(self, relay, kind):
        """Another daemon on the folder of one that was stopped."""
        return self.keep(Relay(relay.folder, None, kind=kind, namespace=relay.namespace, name=f"{kind}-again"))

    def peer(self, name, interfaces, *, version=NEWEST, namespace=None, **settings):
        return self.keep(Peer(self.folder / name, config_text(interfaces, **settings), version=version,
                              namespace=namespace, name=name))

    def client(self, name, relay, *, version=NEWEST):
        """A program that shares the relay's instance, on the relay's own configuration as programs do."""
        return self.keep(Peer(relay.folder, version=version, shared=True, namespace=relay.namespace, name=name))

    def keep(self, process):
        self.processes.append(process)
        return process

    def namespace(self, name):
        space = f"p{random.SystemRandom().randrange(1 << 32):08x}{name}"
        subprocess.run(["ip", "netns", "add", space], check=True)
        self.namespaces.append(space)
        subprocess.run(["ip", "netns", "exec", space, "sh", "-c",
                        "ip link set lo up; sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.disable_ipv6=0"
                        " net.ipv6.conf.default.disable_ipv6=0"], check=True)
        return space

    def cable(self, one, other, device_one, device_other, address_one, address_other):
        """A veth pair between two namespaces, up, with IPv4 addresses of a /24 and link-local IPv6 addresses."""
        run = lambda *command: subprocess.run(command, check=True)
        run("ip", "link", "add", device_one, "netns", one, "type", "veth", "peer", "name", device_other, "netns", other)
        for space, device, address in ((one, device_one, address_one), (other, device_other, address_other)):
            run("ip", "-n", space, "addr", "add", f"{address}/24", "dev", device)
            run("ip", "-n", space, "link", "set", device, "up")
        for space, device in ((one, device_one), (other, device_other)):
            until(lambda: self.link_local(space, device), 10, f"a link-local address on {device}")

    @staticmethod
    def link_local(space, device):
        shown = subprocess.run(["ip", "-n", space, "-6", "addr", "show", "dev", device, "scope", "link"],
                               capture_output=True, text=True, check=True).stdout
        return "fe80" in shown and "tentative" not in shown

    def close(self, passed):
        """Ends everything; relays must end cleanly if the test passed."""
        relays = [p for p in self.processes if isinstance(p, Relay)]
        try:
            for peer in (p for p in self.processes if isinstance(p, Peer)):
                peer.stop()
            for relay in relays if passed else []:
                if relay.child.returncode is None:
                    relay.stop()
        finally:
            for process in self.processes:
                process.kill()
            for space in self.namespaces:
                subprocess.run(["ip", "netns", "del", space], check=False)

    def logs(self):
        return "\n".join(f"--- {p.log_path.name}\n{p.log()[-4000:]}" for p in self.processes)
