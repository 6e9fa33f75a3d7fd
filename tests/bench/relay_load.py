"""Load on a Reticulum transport node over TCP, whatever the node is written in, and what the load costs it.

The node has two TCPServerInterfaces (--a and --b), ingress_control off, transport on. This program is a client of both,
and measures in phases of one run:

  announce   valid announces of distinct destinations taken in on B per second
  forward    data packets forwarded from A to B by the path table, per second
  links      link requests relayed from A to B, and their proofs from B to A, per second
  linkdata   packets relayed from A to B over those links, per second
  latency    with --latency N: the time from send to receipt of N packets from A to B, with one and with 16 in flight

With --pid each phase says what it cost that process: CPU (user and system) and resident memory. Everything that is sent
is made before the clock starts, and what counts is what came out of the node.

Loops are open unless asked otherwise: a phase is handed to TCP at once, and TCP pushes back. A node with short, bounded
queues drops under that, and is then measured shedding load. Closed loops find the rate at which it keeps up:

  --window W            at most W data packets or link requests are on their way
  --announce-window W   at most W announces are not yet known to be taken in; one of the oldest quarter is asked for by
                        data packets from A to B until such a packet comes out (this cost is part of the figure)

What stays away for a second is lost, and the loop goes on. In the open loop the end of the announce phase is a data
packet behind the announces, from B to A. A node that serves data before announces lets it overtake them, and then
duration, rate and CPU of that phase mean nothing; `paths_usable` is right in any case, being the number of announced
destinations that packets reached afterwards, sent slowly and twice.

`stolen_s` is what the host of a virtual machine took away during the phase. Where it is not close to 0, repeat.
"""
import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import socket
import sys
import threading
import time
import typing

import numpy
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

FLAG = 0x7E
TRUNCATED = 16
# First octets of packets: header 1 or 2, and the type in the two low bits.
DATA, ANNOUNCE, LINK_REQUEST, PROOF = range(4)
HEADER_2 = 0x40
TRANSPORTED_DATA, TRANSPORTED_LINK_REQUEST = 0x50, 0x52
LINK_DATA, LINK_PROOF, PLAIN_DATA = 0x0C, 0x0F, 0x08
CONTEXT_NONE, CONTEXT_LINK_PROOF = b"\x00", b"\xff"
# MTU 500 and AES-256-CBC, as a link request or its proof carries them.
SIGNALLING = bytes([0x20, 0x01, 0xF4])
now = time.monotonic


def sha256(octets):
    return hashlib.sha256(octets).digest()


PATH_REQUEST_DESTINATION = sha256(sha256(b"rnstransport.path.request")[:10])[:TRUNCATED]


def escaped(octets):
    return octets.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e")


def unescaped(octets):
    return octets.replace(b"\x7d\x5e", b"\x7e").replace(b"\x7d\x5d", b"\x7d")


def framed(packet):
    return b"\x7e" + escaped(packet) + b"\x7e"


def public_octets(private_key):
    return private_key.public_key().public_bytes_raw()


class Destination:
    """A destination that can announce itself and answer link requests."""

    NAME = sha256(b"bench.relay")[:10]

    def __init__(self):
        self.signing = Ed25519PrivateKey.generate()
        self.signing_public = public_octets(self.signing)
        self.public = public_octets(X25519PrivateKey.generate()) + self.signing_public
        self.hash = sha256(self.NAME + sha256(self.public)[:TRUNCATED])[:TRUNCATED]

    def announce(self, app_data=b"bench"):
        blob = os.urandom(5) + int(time.time()).to_bytes(5, "big")
        signature = self.signing.sign(self.hash + self.public + self.NAME + blob + app_data)
        return framed(bytes([ANNOUNCE, 0]) + self.hash + CONTEXT_NONE + self.public + self.NAME + blob + signature + app_data)


class Client:
    """A connection to the node. Counts the frames that come out, and shows each to `watch` while that is set.

    Only counting costs this program as good as nothing, so the phases that are about rates do not watch.
    """

    def __init__(self, address):
        self.stream = socket.create_connection(address)
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.flags, self.last_heard, self.rest, self.watch = 0, now(), b"", None
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while octets := self.receive():
            self.flags += int(numpy.count_nonzero(numpy.frombuffer(octets, numpy.uint8) == FLAG))
            self.last_heard = now()
            if watch := self.watch:
                *frames, self.rest = (self.rest + octets).split(b"\x7e")
                for inside in filter(None, frames):
                    watch(unescaped(inside))

    def receive(self):
        try:
            return self.stream.recv(1 << 20)
        except OSError:
            return b""

    @property
    def frames(self):
        return self.flags // 2

    def send(self, octets):
        self.stream.sendall(octets)

    def watch_with(self, watch):
        self.rest, self.watch = b"", watch

    def quiet_for(self):
        return now() - self.last_heard

    def wait_quiet(self, quiet, limit):
        end = now() + limit
        while now() < end and self.quiet_for() < quiet:
            time.sleep(0.05)


@dataclasses.dataclass
class Expense:
    """CPU seconds and resident kB of a process, and seconds that the host has taken from this machine, until now."""

    cpu: float
    resident: int
    stolen: float

    TICKS: typing.ClassVar[int] = os.sysconf("SC_CLK_TCK")

    @classmethod
    def of(cls, pid):
        stolen = int(pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) / cls.TICKS
        if not pid:
            return cls(0.0, 0, stolen)
        # Fields after the name in parentheses: user and system time are the 12th and 13th of them.
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        resident = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
        return cls((int(fields[11]) + int(fields[12])) / cls.TICKS, resident, stolen)

    def since(self, before):
        return Expense(self.cpu - before.cpu, self.resident - before.resident, self.stolen - before.stolen)

    def cpu_us(self, count, digits):
        return round(1e6 * self.cpu / max(count, 1), digits)


def pump(client, frames, window, arrived, limit, quiet=1.0):
    """Sends frames with at most `window` of them on their way; all at once if that is 0. arrived() counts arrivals.

    After `quiet` seconds without an arrival all that are on their way count as lost.
    """
    if not window:
        client.send(b"".join(frames))
        return
    at_start, began, progressed = arrived(), now(), now()
    sent = most = lost = 0
    while sent < len(frames) and now() - began < limit:
        count = arrived() - at_start
        if count > most:
            most, progressed = count, now()
        room = window - (sent - count - lost)
        if room >= max(1, window // 8):
            client.send(b"".join(frames[sent:sent + room]))
            sent += room
        elif now() - progressed > quiet:
            lost, progressed = sent - count, now()
        else:
            time.sleep(0.0002)


class Bench:
    """The two clients, the destinations behind B, and what has been seen come out."""

    WARM = 16

    def __init__(self, options):
        self.options = options
        self.addresses = [(host, int(port)) for host, port in (text.rsplit(":", 1) for text in (options.a, options.b))]
        self.transport_id = None
        self.markers, self.marker_hash = [], None
        self.proofs = 0
        self.requests, self.requests_lock = [], threading.Lock()
        self.reached = set()
        self.a, self.b = map(Client, self.addresses)
        self.a.watch_with(self.seen_on_a)
        self.b.watch_with(self.seen_on_b)

    def expense(self):
        return Expense.of(self.options.pid)

    def seen_on_a(self, packet):
        if len(packet) < 19:
            return
        kind = packet[0] & 3
        if kind == ANNOUNCE and packet[0] & HEADER_2:
            self.transport_id = packet[2:18]
        elif kind == PROOF:
            self.proofs += 1
        elif kind == DATA and packet[2:18] == self.marker_hash:
            self.markers.append(now())

    def seen_on_b(self, packet):
        if len(packet) <= 19:
            return
        kind = packet[0] & 3
        if kind == LINK_REQUEST:
            with self.requests_lock:
                self.requests.append(packet)
        elif kind == DATA:
            self.reached.add(packet[18:34] if packet[0] & HEADER_2 else packet[2:18])

    def data_to(self, destination_hash, payload):
        """A data packet in transport, with this node as the next hop."""
        return framed(bytes([TRANSPORTED_DATA, 0]) + self.transport_id + destination_hash + CONTEXT_NONE + payload)

    def probe(self, destination):
        return self.data_to(destination.hash, os.urandom(24))

    # -- phases

    def warm_up(self):
        """Announces the destinations of the later phases on B, and learns the node's transport id from what A hears."""
        self.warm = [Destination() for _ in range(self.WARM)]
        for destination in self.warm:
            self.b.send(destination.announce())
            time.sleep(0.02)
        began = now()
        while not self.transport_id and now() - began < 20:
            self.a.send(framed(bytes([PLAIN_DATA, 0]) + PATH_REQUEST_DESTINATION + CONTEXT_NONE + self.warm[0].hash + os.urandom(16)))
            time.sleep(1.2)
        if not self.transport_id:
            sys.exit("the node never answered with its transport id")
        self.a.wait_quiet(1.5, 20)

    def announces(self):
        options = self.options
        marker = Destination()
        self.a.send(marker.announce())
        time.sleep(1.5)
        self.a.wait_quiet(1.0, 20)
        destinations = [Destination() for _ in range(options.announces)]
        frames = [destination.announce() for destination in destinations]
        mark = self.data_to(marker.hash, b"marker" + os.urandom(16))
        everything = b"".join(frames) + mark
        self.markers.clear()
        self.marker_hash = marker.hash

        before, began = self.expense(), now()
        if options.announce_window:
            stuck, ended = self.announce_in_groups(destinations, frames, began)
        else:
            stuck = 0
            self.b.send(everything)
            while not self.markers and now() - began < options.limit:
                time.sleep(0.002)
            ended = self.markers[0] if self.markers else now()
        after = self.expense()

        self.a.wait_quiet(2.0, 90)
        self.b.wait_quiet(2.0, 40)
        settled = self.expense()
        usable = self.count_usable(destinations)
        self.a.wait_quiet(2.0, 40)
        self.b.wait_quiet(2.0, 20)
        spent, took = after.since(before), ended - began
        return {
            "n": options.announces, "marked": None if options.announce_window else bool(self.markers), "s": round(took, 3),
            "per_s": round(options.announces / took), "groups_stuck": stuck, "paths_usable": usable,
            "cpu_s": round(spent.cpu, 2), "cpu_us_each": spent.cpu_us(options.announces, 1), "rss_kb": after.resident,
            "rss_growth_kb": spent.resident, "rss_growth_settled_kb": settled.since(before).resident,
            "stolen_s": round(spent.stolen, 2),
        }

    def announce_in_groups(self, destinations, frames, began):
        """The closed loop: four groups on their way, and probes for the last of the oldest until one comes out.

        The pause between probes follows the time that groups take, so that probes stay a small part of the load.
        Returns how many groups were given up after a second, and the time of the end.
        """
        group = max(1, self.options.announce_window // 4)
        waiting, sent, stuck, pause, last_done = [], 0, 0, 0.002, began
        while (sent < len(frames) or waiting) and now() - began < self.options.limit:
            while sent < len(frames) and len(waiting) < 4:
                self.b.send(b"".join(frames[sent:sent + group]))
                sent += group
                waiting.append(destinations[min(sent, len(destinations)) - 1])
            oldest = waiting[0]
            self.a.send(self.probe(oldest))
            asked = now()
            while oldest.hash not in self.reached and now() - asked < pause:
                time.sleep(0.0002)
            usable = oldest.hash in self.reached
            if usable or now() - last_done > 1.0:
                stuck += not usable
                waiting.pop(0)
                pause = min(0.02, max(0.0005, (now() - last_done) / 8))
                last_done = now()
        return stuck, now()

    def count_usable(self, destinations):
        """How many of them packets reach, sent with 32 in flight, and once more to those that were not reached."""
        self.reached.clear()
        for _ in range(2):
            left = [destination for destination in destinations if destination.hash not in self.reached]
            if left:
                pump(self.a, list(map(self.probe, left)), 32, lambda: len(self.reached), 120, quiet=0.3)
                self.b.wait_quiet(1.0, 10)
        return len(self.reached & {destination.hash for destination in destinations})

    def relay_to_b(self, frames):
        """Sends frames on A and counts what comes out on B; the figures that forwarding and links have in common."""
        self.a.watch_with(None)
        self.b.watch_with(None)
        count, limit = len(frames), self.options.limit
        # In the open loop joining the frames is not part of the measured time.
        ready = frames if self.options.window else [b"".join(frames)]
        at_start, before = self.b.frames, self.expense()
        began = self.b.last_heard = now()
        pump(self.a, ready, self.options.window, lambda: self.b.frames - at_start, limit)
        while self.b.frames - at_start < count and now() - began < limit and self.b.quiet_for() < 5:
            time.sleep(0.001)
        out, took = self.b.frames - at_start, max(self.b.last_heard - began, 1e-9)
        after = self.expense()
        spent = after.since(before)
        return {
            "sent": count, "out": out, "s": round(took, 3), "per_s": round(out / took),
            "MB_s": round(out * self.options.size / took / 1e6, 2), "cpu_us_each": spent.cpu_us(out, 2),
            "rss_kb": after.resident, "stolen_s": round(spent.stolen, 2),
        }

    def forwarding(self):
        body = os.urandom(self.options.size - 27)
        return self.relay_to_b([
            self.data_to(self.warm[number % self.WARM].hash, number.to_bytes(8, "big") + body)
            for number in range(self.options.packets)])

    def links(self):
        """Requests from A; each that comes out on B is proved at once, and the proofs that reach A are counted."""
        options, owner = self.options, self.warm[0]
        self.a.watch_with(self.seen_on_a)
        self.b.watch_with(self.seen_on_b)
        asks = [framed(bytes([TRANSPORTED_LINK_REQUEST, 0]) + self.transport_id + owner.hash + CONTEXT_NONE
                       + os.urandom(64) + SIGNALLING) for _ in range(options.links)]
        # All links share one ephemeral key of the owner: the node cannot tell, and it saves time here.
        exchange = public_octets(X25519PrivateKey.generate())
        self.link_ids, self.proofs = [], 0
        before = self.expense()
        began = self.a.last_heard = self.b.last_heard = now()
        sent = lost = 0
        while len(self.link_ids) < options.links and now() - began < options.limit:
            room = options.window - (sent - lost - self.proofs) if options.window else options.links
            if sent < options.links and room >= max(1, options.window // 8):
                self.a.send(b"".join(asks[sent:sent + room]))
                sent = min(options.links, sent + room)
            with self.requests_lock:
                arrived, self.requests = self.requests, []
            if arrived:
                self.b.send(b"".join(self.link_proof(owner, exchange, packet) for packet in arrived))
                continue
            quiet = min(self.a.quiet_for(), self.b.quiet_for())
            if quiet > 1 and sent < options.links:
                lost = sent - self.proofs
            elif quiet > 3:
                break
            time.sleep(0.0005)
        out = len(self.link_ids)
        while self.proofs < out and self.a.quiet_for() < 3 and now() - began < options.limit:
            time.sleep(0.002)
        took, spent = max(self.a.last_heard - began, 1e-9), self.expense().since(before)
        return {"sent": options.links, "requests_out": out, "proofs_out": self.proofs, "s": round(took, 3),
                "per_s": round(self.proofs / took), "cpu_us_each": spent.cpu_us(out, 1), "stolen_s": round(spent.stolen, 2)}

    def link_proof(self, owner, exchange, request):
        """The proof of a link request as it came out; the link's id is a hash over it without header 2 and signalling."""
        at = 18 if request[0] & HEADER_2 else 2
        to_context, payload = request[at:at + 17], request[at + 17:]
        link_id = sha256(bytes([request[0] & 0x0F]) + to_context + payload[:64])[:TRUNCATED]
        self.link_ids.append(link_id)
        signalling = payload[64:67]
        signature = owner.signing.sign(link_id + exchange + owner.signing_public + signalling)
        return framed(bytes([LINK_PROOF, 0]) + link_id + CONTEXT_LINK_PROOF + signature + exchange + signalling)

    def link_data(self):
        body = os.urandom(self.options.size - 27)
        return self.relay_to_b([
            framed(bytes([LINK_DATA, 0]) + self.link_ids[number % len(self.link_ids)] + CONTEXT_NONE + number.to_bytes(8, "big") + body)
            for number in range(self.options.linkpackets)])

    def latency(self, in_flight):
        return Latency(self.addresses, self.transport_id, self.options.latency, in_flight).measure()


class Latency:
    """The time of small packets from A to B, with `in_flight` on their way, over connections of its own and no threads."""

    FIRST_PROBE = 1 << 40

    def __init__(self, addresses, transport_id, count, in_flight):
        self.here, self.there = map(socket.create_connection, addresses)
        for stream in (self.here, self.there):
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.transport_id, self.count, self.in_flight = transport_id, count, in_flight
        self.destination, self.rest = Destination(), b""

    def packet(self, number):
        return framed(bytes([TRANSPORTED_DATA, 0]) + self.transport_id + self.destination.hash + CONTEXT_NONE
                      + number.to_bytes(8, "big") + os.urandom(32))

    def arrivals(self):
        """The numbers of our packets in what one receive call brings; raises TimeoutError if it brings nothing."""
        *frames, self.rest = (self.rest + self.there.recv(1 << 16)).split(b"\x7e")
        packets = map(unescaped, frames)
        return [int.from_bytes(packet[19:27], "big") for packet in packets
                if len(packet) > 26 and packet[0] & (HEADER_2 | 3) == DATA and packet[2:18] == self.destination.hash]

    def drop_what_a_hears(self):
        self.here.setblocking(False)
        try:
            while self.here.recv(1 << 16):
                pass
        except BlockingIOError:
            pass
        self.here.setblocking(True)

    def wait_usable(self):
        """Announces, and sends until something arrives and then nothing more does."""
        self.there.sendall(self.destination.announce())
        self.there.settimeout(0.2)
        began, number, usable = now(), self.FIRST_PROBE, False
        while not usable and now() - began < 10:
            self.here.sendall(self.packet(number))
            number += 1
            try:
                usable = bool(self.arrivals())
            except TimeoutError:
                pass
        self.there.settimeout(0.5)
        try:
            while usable:
                self.arrivals()
        except TimeoutError:
            pass
        return usable

    def measure(self):
        with self.here, self.there:
            if not self.wait_usable():
                return {"error": "the path never became usable"}
            self.there.settimeout(2.0)
            times, lost = self.run()
        if not times:
            return {"error": "nothing came out"}
        p50, p99, p999 = (round(float(value), 1) for value in numpy.percentile(times, [50, 99, 99.9]))
        return {"n": len(times), "lost": lost, "p50": p50, "p99": p99, "p999": p999}

    def run(self):
        on_their_way, times, lost, sent = {}, [], 0, 0
        while sent < self.count or on_their_way:
            while sent < self.count and len(on_their_way) < self.in_flight:
                packet = self.packet(sent)
                on_their_way[sent] = time.perf_counter_ns()
                self.here.sendall(packet)
                sent += 1
            try:
                for number in self.arrivals():
                    if number in on_their_way:
                        times.append((time.perf_counter_ns() - on_their_way.pop(number)) / 1000)
            except TimeoutError:
                lost += len(on_their_way)
                on_their_way.clear()
            if sent % 64 == 0:
                self.drop_what_a_hears()
        return times, lost


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--a", default="127.0.0.1:4001", help="address of the listener that packets are sent to")
    parser.add_argument("--b", default="127.0.0.1:4002", help="address of the listener that packets come out of")
    parser.add_argument("--pid", type=int, default=0, help="process of the node")
    parser.add_argument("--announces", type=int, default=2000)
    parser.add_argument("--packets", type=int, default=20000)
    parser.add_argument("--size", type=int, default=200, help="octets of a data packet without its next hop")
    parser.add_argument("--links", type=int, default=500)
    parser.add_argument("--linkpackets", type=int, default=20000)
    parser.add_argument("--window", type=int, default=0)
    parser.add_argument("--announce-window", type=int, default=0)
    parser.add_argument("--latency", type=int, default=0)
    parser.add_argument("--limit", type=float, default=120, help="seconds after which a phase is given up")
    parser.add_argument("--label", default="")
    return parser.parse_args(arguments)


def main():
    options = options_of(sys.argv[1:])
    bench = Bench(options)
    # The node must have accepted both connections before anything is announced to it.
    time.sleep(0.5)
    bench.warm_up()
    figures = {"label": options.label, "announce": bench.announces(), "forward": bench.forwarding(), "links": bench.links()}
    if bench.link_ids:
        figures["linkdata"] = bench.link_data()
    if options.latency:
        figures["latency"] = {f"in_flight_{count}": bench.latency(count) for count in (1, 16)}
    figures["rss_kb_end"] = bench.expense().resident
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
