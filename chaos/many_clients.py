#!/usr/bin/env python3
"""Two thousand TCP clients at once, some of whom misbehave: do the others lose anything?

Starts plexusd with one TCP server. Every client announces a destination and receives what the relay sends. A part of
them talks in pairs, with numbered data packets and over links. Meanwhile one client stops reading while another one
floods it, and some connect and vanish again and again. At the end every packet of every pair must have arrived once,
and the memory of the relay must have stayed within its bound.

    chaos/many_clients.py --plexusd build/release/bin/plexusd [--clients 2000] [--seconds 30]

Prints what it measured as JSON. Ends with 1 if a packet is missing or the memory is over its bound.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

FLAG = b"\x7e"
ANNOUNCE, LINK_REQUEST, PROOF = 1, 2, 3


def sha256(octets):
    return hashlib.sha256(octets).digest()


def framed(packet):
    return FLAG + packet.replace(b"\x7d", b"\x7d\x5d").replace(FLAG, b"\x7d\x5e") + FLAG


def unescaped(frame):
    return frame.replace(b"\x7d\x5e", FLAG).replace(b"\x7d\x5d", b"\x7d") if b"\x7d" in frame else frame


class Client:
    """One connection and the destination behind it."""

    def __init__(self, number):
        self.number = number
        self.exchange, self.signing = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        self.exchange_public = self.exchange.public_key().public_bytes_raw()
        self.signing_public = self.signing.public_key().public_bytes_raw()
        public = self.exchange_public + self.signing_public
        self.name = sha256(b"chaos.client")[:10]
        self.destination = sha256(self.name + sha256(public)[:16])[:16]
        self.public = public
        self.socket = None
        self.received = b""
        self.waiting = b""

    def announce(self):
        blob = os.urandom(5) + int(time.time()).to_bytes(5, "big")
        signature = self.signing.sign(self.destination + self.public + self.name + blob)
        return b"\x01\x00" + self.destination + b"\x00" + self.public + self.name + blob + signature

    def link_proof(self, request):
        """The answer to a link request as it arrived, header type 1 or 2."""
        at = 18 if request[0] & 0x40 else 2
        data = request[at + 17:]
        link = sha256(bytes([request[0] & 0x0F]) + request[at:at + 17] + data[:64])[:16]
        signature = self.signing.sign(link + self.exchange_public + self.signing_public + data[64:67])
        return link, b"\x0f\x00" + link + b"\xff" + signature + self.exchange_public + data[64:67]


class Swarm:
    def __init__(self, address, clients):
        self.address = address
        self.clients = [Client(n) for n in range(clients)]
        self.by_destination = {c.destination: c for c in self.clients}
        self.poll = select.epoll()
        self.by_descriptor = {}
        self.transport = None
        self.data = {}      # (receiver, number) -> times received
        self.link_data = {}  # (link, number) -> times received
        self.proven = {}    # link -> initiator
        self.reachable = set()
        self.announces_heard = 0
        self.flooded = 0

    def connect(self, client):
        client.socket = socket.create_connection(self.address)
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.socket.setblocking(False)
        client.received = client.waiting = b""
        self.by_descriptor[client.socket.fileno()] = client
        self.poll.register(client.socket, select.EPOLLIN)

    def disconnect(self, client):
        self.poll.unregister(client.socket)
        del self.by_descriptor[client.socket.fileno()]
        client.socket.close()
        client.socket = None

    def stop_reading(self, client):
        self.poll.unregister(client.socket)

    def send(self, client, packet):
        client.waiting += framed(packet)
        self.flush(client)

    def flush(self, client):
        if not client.waiting or client.socket is None:
            return
        try:
            client.waiting = client.waiting[client.socket.send(client.waiting):]
        except BlockingIOError:
            pass
        except OSError:
            client.waiting = b""

    def turn(self, seconds):
        """Receives for so long, and sends what had to wait."""
        until = time.monotonic() + seconds
        while True:
            for descriptor, _ in self.poll.poll(max(0.0, min(0.01, until - time.monotonic()))):
                self.receive(self.by_descriptor[descriptor])
            for client in self.clients:
                if client.waiting:
                    self.flush(client)
            if time.monotonic() >= until:
                return

    def receive(self, client):
        try:
            octets = client.socket.recv(1 << 18)
        except (BlockingIOError, ConnectionResetError):
            return
        if not octets:
            self.disconnect(client)
            return
        *frames, client.received = (client.received + octets).split(FLAG)
        for frame in frames:
            if frame:
                self.take(client, frame)

    def take(self, client, frame):
        kind = frame[0] & 3
        if kind == ANNOUNCE:
            self.announces_heard += 1
            if self.transport is None and frame[0] & 0x40:
                self.transport = unescaped(frame)[2:18]
            return
        packet = unescaped(frame)
        at = 18 if packet[0] & 0x40 else 2
        address, context, data = packet[at:at + 16], packet[at + 16], packet[at + 17:]
        if kind == LINK_REQUEST:
            link, proof = client.link_proof(packet)
            self.send(client, proof)
        elif kind == PROOF:
            self.proven[address] = client
        elif packet[0] & 0x0C == 0x0C and context == 0:
            key = address, data[:8]
            self.link_data[key] = self.link_data.get(key, 0) + 1
        elif data[:1] == b"P":
            self.reachable.add(client.number)
        elif data[:1] == b"D":
            key = client.number, data[1:9]
            self.data[key] = self.data.get(key, 0) + 1
        elif data[:1] == b"F":
            self.flooded += 1

    def data_packet(self, to, payload):
        return b"\x50\x00" + self.transport + to.destination + b"\x00" + payload

    def link_request(self, to):
        data = os.urandom(64) + b"\x20\x01\xf4"
        packet = b"\x52\x00" + self.transport + to.destination + b"\x00" + data
        return sha256(b"\x02" + packet[18:35] + data[:64])[:16], packet


def memory_of(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(options, folder):
    port = free_port()
    pathlib.Path(folder, "config").write_text(f"""
[reticulum]
enable_transport = yes
share_instance = no
[metrics]
enabled = no
[interfaces]
  [[Crowd]]
  type = TCPServerInterface
  enabled = yes
  listen_ip = 127.0.0.1
  listen_port = {port}
""")
    relay = subprocess.Popen([options.plexusd, "--config", folder], stderr=subprocess.STDOUT,
                             stdout=open(pathlib.Path(folder, "log"), "w"))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return relay, ("127.0.0.1", port)
        except OSError:
            if relay.poll() is not None:
                break
            select.select([], [], [], 0.05)
    sys.exit(f"the relay does not listen:\n{pathlib.Path(folder, 'log').read_text()}")


def make_reachable(swarm, talkers, limit):
    """Until every talker can be reached through the relay."""
    asker = swarm.clients[0]
    began = time.monotonic()
    while swarm.transport is None:
        swarm.turn(0.2)
        if time.monotonic() - began > limit:
            sys.exit("the relay passes no announces on")
    while len(swarm.reachable) < len(talkers):
        for client in talkers:
            if client.number not in swarm.reachable:
                swarm.send(asker, swarm.data_packet(client, b"P" + os.urandom(16)))
        swarm.turn(0.5)
        if time.monotonic() - began > limit:
            sys.exit(f"only {len(swarm.reachable)} of {len(talkers)} clients became reachable")


def run(options, relay, address):
    chance = random.Random(options.seed)
    swarm = Swarm(address, options.clients)
    began = time.monotonic()
    for client in swarm.clients:
        swarm.connect(client)
        swarm.send(client, client.announce())
        if client.number % 50 == 0:
            swarm.turn(0.0)
    connected_s = time.monotonic() - began
    # Who does what: the first half of the talkers speaks to the second half; then the misbehaving ones.
    talkers = swarm.clients[:options.talkers]
    pairs = list(zip(talkers[:len(talkers) // 2], talkers[len(talkers) // 2:]))
    flooder, deaf = swarm.clients[options.talkers], swarm.clients[options.talkers + 1]
    flapping = swarm.clients[options.talkers + 2:options.talkers + 2 + options.flapping]
    make_reachable(swarm, talkers + [deaf], 120)
    links = {}
    for speaker, hearer in pairs:
        link, request = swarm.link_request(hearer)
        links[link] = speaker
        swarm.send(speaker, request)
    deadline = time.monotonic() + 60
    while len(swarm.proven) < len(links) and time.monotonic() < deadline:
        swarm.turn(0.2)

    swarm.stop_reading(deaf)
    sent_data, sent_link, number, memory_max, flaps = [], [], 0, 0, 0
    began, next_round = time.monotonic(), time.monotonic()
    while time.monotonic() - began < options.seconds:
        for speaker, hearer in pairs:
            stamp = number.to_bytes(8, "big")
            number += 1
            swarm.send(speaker, swarm.data_packet(hearer, b"D" + stamp + os.urandom(150)))
            sent_data.append((hearer.number, stamp))
        for link, speaker in links.items():
            stamp = number.to_bytes(8, "big")
            number += 1
            swarm.send(speaker, b"\x0c\x00" + link + b"\x00" + stamp + os.urandom(150))
            sent_link.append((link, stamp))
        for _ in range(200):
            swarm.send(flooder, swarm.data_packet(deaf, b"F" + os.urandom(400)))
        for client in chance.sample(flapping, max(1, len(flapping) // 5)):
            flaps += 1
            if client.socket is None:
                swarm.connect(client)
                swarm.send(client, client.announce())
            else:
                swarm.disconnect(client)
        memory_max = max(memory_max, memory_of(relay.pid))
        next_round += options.interval
        swarm.turn(max(0.0, next_round - time.monotonic()))
    settle = time.monotonic() + 20
    while time.monotonic() < settle and (len(swarm.data) < len(sent_data) or len(swarm.link_data) < len(sent_link)):
        swarm.turn(0.2)

    lost = lambda sent, got: sum(1 for key in sent if key not in got)
    twice = sum(1 for n in swarm.data.values() if n > 1) + sum(1 for n in swarm.link_data.values() if n > 1)
    return {
        "clients": options.clients, "connected_s": round(connected_s, 2), "links_proven": len(swarm.proven),
        "links_asked": len(links), "data_sent": len(sent_data), "data_lost": lost(sent_data, swarm.data),
        "link_data_sent": len(sent_link), "link_data_lost": lost(sent_link, swarm.link_data), "received_twice": twice,
        "announces_heard": swarm.announces_heard, "flaps": flaps, "memory_max_kb": memory_max,
        "memory_bound_kb": options.memory_bound, "alive": relay.poll() is None,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plexusd", required=True)
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--talkers", type=int, default=400, help="clients that speak and hear in pairs")
    parser.add_argument("--flapping", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--interval", type=float, default=0.25, help="seconds between two packets of a pair")
    parser.add_argument("--memory-bound", type=int, default=700_000, help="resident kB that the relay may take")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wanted = options.clients * 2 + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, wanted)), hard))
    with tempfile.TemporaryDirectory() as folder:
        relay, address = start(options, folder)
        try:
            outcome = run(options, relay, address)
        finally:
            relay.send_signal(signal.SIGTERM)
            relay.wait(30)
    outcome["exit_status"] = relay.returncode
    print(json.dumps(outcome, indent=1))
    good = (outcome["data_lost"] == outcome["link_data_lost"] == outcome["received_twice"] == 0 and outcome["alive"]
            and outcome["links_proven"] == outcome["links_asked"] and relay.returncode == 0
            and outcome["memory_max_kb"] <= options.memory_bound)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
