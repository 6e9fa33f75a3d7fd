"""Whatever a stranger says on a socket of the relay, the others go on undisturbed."""
import os
import random
import socket

import pytest

import wire
from conversation import still_works
from harness import free_port, tcp_client, tcp_server, udp

SEED = 20240229


class Site:
    """A relay with two nodes that talk, a listener for strangers, one behind IFAC, a UDP port and local sockets."""

    def __init__(self, world):
        self.ports = [free_port() for _ in range(4)]
        self.udp_port = free_port(socket.SOCK_DGRAM)
        self.relay = world.relay("relay", {
            "One": tcp_server(self.ports[0]),
            "Other": tcp_server(self.ports[1]),
            "Strangers": tcp_server(self.ports[2]),
            "Fenced": tcp_server(self.ports[3], network_name="inside", passphrase="secret"),
            "Datagrams": udp(self.udp_port, free_port(socket.SOCK_DGRAM)),
        })
        self.one, self.other = (world.peer(name, {"Relay": tcp_client(self.ports[number])}).ready()
                                for number, name in enumerate(("one", "other")))
        for node in (self.one, self.other):
            node.call("wait_online")

    def stranger(self, port=None):
        return socket.create_connection(("127.0.0.1", port or self.ports[2]), timeout=10)

    def unharmed(self):
        still_works(self.one, self.other)
        assert self.relay.alive()

    def known(self):
        return {path["hash"] for path in self.relay.paths()}


@pytest.fixture(scope="function")
def site(world):
    site = Site(world)
    site.unharmed()
    return site


def send(stream, octets):
    """Sends it all, unless the relay has had enough of us, which it may."""
    try:
        stream.sendall(octets)
    except (ConnectionError, TimeoutError):
        pass


def local_stranger(name):
    """Waits for its turn, since the reference has a backlog of one on its RPC socket."""
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.connect(name)
    stream.settimeout(10)
    return stream


def test_noise_and_broken_frames(site):
    noise = random.Random(SEED)
    for size in (1, 100, 70_000, 1_000_000):
        with site.stranger() as stream:
            send(stream, noise.randbytes(size))
        with site.stranger(site.ports[3]) as stream:
            send(stream, noise.randbytes(size))
    _, good = wire.announce()
    with site.stranger() as stream:
        for cut in range(len(good)):
            send(stream, wire.frame(good[:cut]))
        send(stream, b"\x7e" * 1000 + b"\x7d" * 1000 + b"\x7e\x7d\x7e")
        send(stream, wire.FLAG + b"\x00" * 3_000_000)
        send(stream, wire.frame(b"\x01\x00" + b"\x55" * 300_000))
        # Every first octet, thus every combination of type, context and header, with little and with much behind it.
        for first in range(256):
            for size in (1, 18, 19, 34, 35, 60, 200):
                send(stream, wire.frame(bytes([first, noise.randrange(256)]) + noise.randbytes(size)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        for size in (0, 1, 19, 500, 1064, 1500, 60_000):
            datagrams.sendto(noise.randbytes(size), ("127.0.0.1", site.udp_port))
    site.unharmed()


def test_noise_on_the_local_sockets(site):
    noise = random.Random(SEED)
    for name in (f"\0rns/{site.relay.instance}", f"\0rns/{site.relay.instance}/rpc"):
        for size in (1, 4, 100, 70_000):
            with local_stranger(name) as stream:
                send(stream, noise.randbytes(size))
        # A length that is not meant, and a message that never comes.
        with local_stranger(name) as stream:
            send(stream, b"\x7f\xff\xff\xff" + noise.randbytes(100))
    assert site.relay.status()["transport_id"]
    site.unharmed()


def test_invalid_announces_teach_nothing(site):
    before = site.known()
    forged = [wire.announce(forge=True) for _ in range(200)]
    damaged = []
    for number in range(200):
        destination, packet = wire.announce()
        spot = 19 + number % (len(packet) - 19)
        damaged.append((destination, packet[:spot] + bytes([packet[spot] ^ 1]) + packet[spot + 1:]))
    valid, packet = wire.announce()
    with site.stranger() as stream:
        send(stream, b"".join(wire.frame(bad) for _, bad in forged + damaged) + wire.frame(packet))
        # What came first was judged first, so the valid one ends the wait.
        site.one.call("path", to=valid.hex(), request=False)
        assert not site.known() & {destination.hex() for destination, _ in forged + damaged}
        assert site.known() >= before | {valid.hex()}
    site.unharmed()


def test_a_flood_of_path_requests(site):
    with site.stranger() as stream:
        send(stream, b"".join(wire.frame(wire.path_request(os.urandom(16))) for _ in range(5000)))
        site.unharmed()
        send(stream, wire.frame(wire.path_request(b"\x11" * 16, b"same tag for all")) * 5000)
        site.unharmed()


def test_the_wrong_key_to_a_fenced_network_opens_nothing(world, site):
    destination, packet = wire.announce()
    with site.stranger(site.ports[3]) as stream:
        # Unauthenticated, authenticated with noise, and the other way round on an open interface.
        send(stream, wire.frame(packet))
        send(stream, b"".join(wire.frame(bytes([packet[0] | 0x80, 0]) + os.urandom(16) + packet[2:]) for _ in range(100)))
    with site.stranger() as stream:
        send(stream, wire.frame(bytes([packet[0] | 0x80, 0]) + os.urandom(16) + packet[2:]))
    inside = world.peer("inside", {"Relay": tcp_client(site.ports[3], network_name="inside", passphrase="secret")}).ready()
    outside = world.peer("outside", {"Relay": tcp_client(site.ports[3], network_name="inside", passphrase="guess")}).ready()
    for node in (inside, outside):
        node.call("wait_online")
    home = outside.call("destination", aspect="outside")
    outside.call("announce", at=home["hash"])
    still_works(inside, site.one)
    site.unharmed()
    assert not site.known() & {destination.hex(), home["hash"]}
    assert not outside.call("has_path", to=destination.hex())["known"]


def test_many_connections_that_come_and_go(site):
    streams = [site.stranger() for _ in range(40)]
    for number, stream in enumerate(streams):
        send(stream, wire.frame(os.urandom(50)) if number % 2 else wire.FLAG + os.urandom(30))
    site.unharmed()
    for stream in streams:
        stream.close()
    site.unharmed()
