#!/usr/bin/env python3
"""Writes router_*.json: what the Python reference's Transport sends when it is fed random traffic.

The real Transport._inbound, outbound and jobs run under a clock of our own; interfaces only note what they are told to
send. Traffic comes in rounds of a few packets, each followed by so much time that whatever was started has ended, or
by so much that an announce went out once but not yet twice. So the draw of the rebroadcast window does not matter.

Each round: "events" [[interface, packet, sent at once]], "pause" in seconds, "later": what was sent during the pause.
"sent" is a list of [interface, packet]. Tags of path requests are left out, since most of them are random.

Run with the reference's interpreter: python generate_router.py DIRECTORY
"""
import json
import os
import random
import sys
from types import SimpleNamespace

import RNS
import RNS.Interfaces.Interface as interface_module

START = 1_700_000_000.0
T = RNS.Transport
TRANSPORT_MODULE = sys.modules["RNS.Transport"]
MODES = {"full": 1, "point_to_point": 2, "access_point": 3, "roaming": 4, "boundary": 5, "gateway": 6, "internal": 7}
PATH_REQUEST = bytes.fromhex("6b9f66014d9853faab220fba47d02761")


class Clock:
    """Stands in for time and threading; moves a little whenever it is asked, as a real one does."""

    def __init__(self):
        self.now = START

    def time(self):
        self.now += 1e-6
        return self.now

    def sleep(self, _):
        pass

    def Thread(self, target, **_):
        return SimpleNamespace(start=target)

    def Timer(self, _, function):
        return SimpleNamespace(start=function)


class Recorder(interface_module.Interface):
    def __init__(self, index, name, mode, local, mtu, negotiable, gravity, recursive, from_internal, to_internal, sent):
        super().__init__()
        self.index, self.name, self.sent = index, name, sent
        self.mode, self.HW_MTU, self.AUTOCONFIGURE_MTU = MODES[mode], mtu, negotiable
        self.gravity, self.recursive_prs = gravity, recursive
        self.announces_from_internal, self.announces_to_internal = from_internal, to_internal
        self.OUT = self.online = True
        self.IN = True
        self.bitrate, self.announce_cap = 10**15, 1000.0
        self.ingress_control = self.egress_control = False
        self.ifac_identity, self.ifac_size = None, 0
        self.announce_rate_target = None
        if local:
            ignore = dict.fromkeys("sent_announce received_announce sent_path_request received_path_request".split(),
                                   lambda **_: None)
            self.parent_interface = SimpleNamespace(is_local_shared_instance=True, **ignore)

    def __str__(self):
        return self.name

    def process_outgoing(self, raw):
        self.sent.append([self.index, without_tag(raw)])

    def should_ingress_limit_pr(self):
        return False


def without_tag(raw):
    if raw[0] & 0x40 == 0 and raw[2:18] == PATH_REQUEST:
        raw = raw[: 19 + (32 if len(raw) > 19 + 32 else 16)]
    return raw.hex()


class Destination:
    """One that somebody else announces."""

    def __init__(self, rnd):
        self.identity = RNS.Identity(create_keys=False)
        self.identity.load_private_key(rnd.randbytes(64))
        self.name = rnd.randbytes(10)
        self.hash = RNS.Identity.full_hash(self.name + self.identity.hash)[:16]
        self.announces = []  # (data, context flag)

    def announce(self, rnd, emitted):
        blob = rnd.randbytes(5) + int(emitted).to_bytes(5, "big")
        ratchet = rnd.randbytes(32) if rnd.random() < 0.3 else b""
        app_data = rnd.randbytes(rnd.choice([0, 0, 7, 120]))
        signed = self.hash + self.identity.get_public_key() + self.name + blob + ratchet + app_data
        signature = self.identity.sign(signed)
        data = self.identity.get_public_key() + self.name + blob + ratchet + signature + app_data
        self.announces.append((data, bool(ratchet)))
        return self.announces[-1]


def header(packet_type, destination_type, hops, destination, context=0, transport=None, flag=False):
    flags = packet_type | destination_type << 2 | (0x20 if flag else 0)
    if transport is None:
        return bytes([flags, hops]) + destination + bytes([context])
    return bytes([flags | 0x50, hops]) + transport + destination + bytes([context])


def hash_of(packet):
    start = 18 if packet[0] & 0x40 else 2
    return RNS.Identity.full_hash(bytes([packet[0] & 0x0F]) + packet[start:])


class World:
    def __init__(self, seed):
        self.random = rnd = random.Random(seed)
        self.clock = Clock()
        for module in (TRANSPORT_MODULE, interface_module, sys.modules["RNS.Packet"], sys.modules["RNS.Identity"]):
            module.time = self.clock
        TRANSPORT_MODULE.threading = self.clock
        self.transport_enabled = rnd.random() < 0.85
        self.delta = rnd.choice([0, 0, 3])
        self.sent = []
        self.prepare_reference(rnd)
        clients = rnd.choice([0, 1, 2])
        self.interfaces = []
        for index in range(rnd.randint(4, 6) + clients):
            local = index < clients
            mode = "full" if local else rnd.choice(list(MODES))
            mtu, negotiable = (262144, True) if local else rnd.choice([(500, False), (1064, True), (8192, True), (508, False)])
            self.interfaces.append(Recorder(
                index, f"Recorder[{index}]", mode, local, mtu, negotiable, rnd.choice([0, 0, 1, 2]),
                not local and rnd.random() < 0.2, rnd.random() < 0.8, rnd.choice([None, None, True, False]), self.sent))
        T.interfaces = list(self.interfaces)
        T.local_client_interfaces = self.interfaces[:clients]
        T.prioritize_interfaces()
        self.destinations = [Destination(rnd) for _ in range(14)]
        self.neighbours = [rnd.randbytes(16) for _ in range(4)]
        self.links, self.proofs, self.used, self.announced = [], [], set(), set()

    def prepare_reference(self, rnd):
        for name in ("announce_table path_table reverse_table link_table held_announces tunnels announce_rate_table "
                     "path_requests inflight_path_requests path_states discovery_path_requests "
                     "pending_local_path_requests destinations_map").split():
            setattr(T, name, {})
        for name in "packet_hashlist packet_hashlist_prev discovery_pr_tags discovery_pr_tags_prev".split():
            setattr(T, name, set())
        for name in ("links_last_checked receipts_last_checked announces_last_checked pending_prs_last_checked "
                     "tables_last_culled interface_last_jobs").split():
            setattr(T, name, START)
        for name in "cache_last_cleaned destinations_last_cleaned last_mgmt_announce blackhole_last_checked".split():
            setattr(T, name, START + 10**9)
        T.pending_discovery_prs.clear()
        T.receipts = []
        RNS.Identity.known_destinations = {}
        T.owner = SimpleNamespace(is_connected_to_shared_instance=False)
        T.identity = RNS.Identity(create_keys=False)
        T.identity.load_private_key(rnd.randbytes(64))
        T.ready, T.USE_INBOUND_QUEUE, T.local_hops_delta = True, False, self.delta
        RNS.Reticulum.transport_enabled = staticmethod(lambda: self.transport_enabled)
        defaults = dict.fromkeys(
            "_default_ic_max_held_announces _default_ic_burst_hold _default_ic_burst_freq_new _default_ic_burst_freq "
            "_default_ic_pr_burst_freq_new _default_ic_pr_burst_freq _default_ic_new_time _default_ic_burst_penalty "
            "_default_ic_held_release_interval _default_ec_pr_freq _default_egress_control "
            "_used_destination_data".split(), lambda *_: 0)
        RNS.Reticulum.get_instance = staticmethod(lambda: SimpleNamespace(**defaults))
        RNS.Identity._used_destination_data = staticmethod(lambda *_: None)
        RNS.Identity._remember_ratchet = staticmethod(lambda *_: None)
        cached = {}

        def cache(packet, force_cache=False, packet_type=None):
            cached[packet.get_hash()] = packet.raw

        def get_cached(packet_hash, packet_type=None):
            return RNS.Packet(None, cached[packet_hash]) if packet_hash in cached else None

        T.cache, T.get_cached_packet = staticmethod(cache), staticmethod(get_cached)
        tunnel = RNS.Identity.full_hash(RNS.Identity.full_hash(b"rnstransport.tunnel.synthesize")[:10])[:16]
        T.pr_destination_hash, T.control_hashes = PATH_REQUEST, [PATH_REQUEST, tunnel]
        handler = SimpleNamespace(type=RNS.Destination.PLAIN, proof_strategy=RNS.Destination.PROVE_NONE,
                                  receive=lambda packet: T.path_request_handler(packet.data, packet))
        T.destinations_map = {PATH_REQUEST: handler}

    # Traffic

    def an_interface(self):
        return self.random.choice(self.interfaces)

    def is_local(self, interface):
        return interface in T.local_client_interfaces

    def announce(self):
        rnd, d = self.random, self.random.choice(self.destinations)
        if d.hash in self.used and d.hash not in self.announced:
            d = Destination(rnd)  # an announce would overwrite the answer that waits in the reference's table
            self.destinations.append(d)
        interface = self.an_interface()
        if not d.announces or rnd.random() < 0.5:
            d.announce(rnd, self.clock.now - rnd.choice([0, 0, 0, 40, 200]))
        data, flag = rnd.choice(d.announces[-2:])
        hops = 0 if self.is_local(interface) else rnd.choice([0, 0, 1, 1, 2, 3, 6])
        transport = None if hops == 0 else rnd.choice(self.neighbours)
        # A path response in the middle of a rebroadcast: the reference repeats the old announce, we the new one.
        context = 0x0B if rnd.random() < 0.2 and d.hash not in T.announce_table else 0
        if rnd.random() < 0.05:
            data = data[:-1] + bytes([data[-1] ^ 1])
        return interface, header(1, 0, hops, d.hash, context, transport, flag) + data

    def heard_again(self):
        """A neighbour passes on what is in our table."""
        rnd = self.random
        if not T.announce_table:
            return self.announce()
        destination, entry = rnd.choice(sorted(T.announce_table.items(), key=lambda e: e[0]))
        if destination in self.used:
            return self.announce()
        d = next(d for d in self.destinations if d.hash == destination)
        packet = entry[5]
        interface = rnd.choice([i for i in self.interfaces if not self.is_local(i)])
        hops = entry[4] + rnd.choice([0, 0, 1])
        return interface, header(1, 0, hops, d.hash, 0, rnd.choice(self.neighbours), bool(packet.context_flag)) + packet.data

    def path_request(self):
        rnd, interface = self.random, self.an_interface()
        known = [d.hash for d in self.destinations if d.hash in T.path_table and d.hash not in self.used
                 and d.hash not in T.announce_table]
        destination = rnd.choice(known) if known and rnd.random() < 0.7 else rnd.randbytes(16)
        if destination in known and destination in T.discovery_path_requests:
            destination = rnd.randbytes(16)
        self.used.add(destination)
        requester = rnd.choice([b"", rnd.randbytes(16), rnd.choice(self.neighbours)])
        tag = rnd.randbytes(rnd.choice([16, 16, 5]))
        if destination in T.path_table and rnd.random() < 0.3:
            requester = T.path_table[destination][1]
        return interface, header(0, 2, rnd.choice([0, 0, 1]), PATH_REQUEST) + destination + requester + tag

    def search_and_find(self):
        """Asks for something unknown that is announced later on."""
        rnd, interface = self.random, self.an_interface()
        d = Destination(rnd)
        d.announce(rnd, self.clock.now)
        self.destinations.append(d)
        return interface, header(0, 2, 0, PATH_REQUEST) + d.hash + rnd.randbytes(16) + rnd.randbytes(16)

    def to_destination(self, packet_type, data):
        rnd = self.random
        known = sorted(T.path_table)
        destination = rnd.choice(known) if known and rnd.random() < 0.9 else rnd.randbytes(16)
        interface = self.an_interface()
        entry = T.path_table.get(destination)
        ours = rnd.random() < 0.8
        transport = T.identity.hash if ours else rnd.choice([None, rnd.choice(self.neighbours)])
        if entry and entry[2] == 0 and rnd.random() < 0.5:
            transport = None
        hops = 0 if self.is_local(interface) else rnd.choice([0, 1, 2, 5])
        return interface, entry, header(packet_type, 0, hops, destination, 0, transport) + data

    def data(self):
        rnd = self.random
        interface, entry, packet = self.to_destination(0, rnd.randbytes(rnd.choice([1, 64, 300])))
        if entry:
            self.proofs.append((hash_of(packet)[:16], entry[5], interface))
        return interface, packet

    def proof(self):
        rnd = self.random
        if not self.proofs:
            return self.data()
        proved, outbound, _ = self.proofs.pop(rnd.randrange(len(self.proofs)))
        interface = outbound if rnd.random() < 0.8 else self.an_interface()
        hops = 0 if self.is_local(interface) else rnd.choice([0, 1, 3])
        return interface, header(3, 0, hops, proved) + rnd.randbytes(rnd.choice([64, 96]))

    def link_request(self):
        rnd = self.random
        data = rnd.randbytes(64)
        if rnd.random() < 0.8:
            mtu, mode = rnd.choice([0, 500, 1000, 1064, 8192, 262144]), rnd.choice([1, 1, 1, 1, 0, 5])
            data += (mtu | mode << 21).to_bytes(3, "big")
        interface, entry, packet = self.to_destination(2, data)
        if entry:
            start = 18 if packet[0] & 0x40 else 2
            hashable = bytes([packet[0] & 0x0F]) + packet[start:]
            surplus = max(0, len(data) - 64)
            link = RNS.Identity.full_hash(hashable[: len(hashable) - surplus])[:16]
            hops = packet[1] + (0 if self.is_local(interface) else 1)
            if all(l["id"] != link for l in self.links):
                self.links.append({"id": link, "to": entry[5], "back": interface, "hops": hops, "rem": entry[2],
                                   "destination": packet[start: start + 16], "proved": False})
        return interface, packet

    def raw_hops(self, interface, hops):
        return max(0, hops - (0 if self.is_local(interface) else 1))

    def link_proof(self):
        rnd = self.random
        candidates = [l for l in self.links if not l["proved"]]
        if not candidates:
            return self.link_request()
        link = rnd.choice(candidates)
        link["proved"] = True
        d = next(d for d in self.destinations if d.hash == link["destination"])
        interface = link["to"] if rnd.random() < 0.9 else self.an_interface()
        hops = link["rem"] if rnd.random() < 0.7 else rnd.choice([1, 2, 4])
        public = rnd.randbytes(32)
        signalling = (1064 | 1 << 21).to_bytes(3, "big") if rnd.random() < 0.5 else b""
        signature = d.identity.sign(link["id"] + public + d.identity.get_public_key()[32:] + signalling)
        if rnd.random() < 0.1:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        elif interface is link["to"]:
            link["rem"] = self.raw_hops(interface, hops) + (0 if self.is_local(interface) else 1)
        return interface, header(3, 3, self.raw_hops(interface, hops), link["id"], 0xFF) + signature + public + signalling

    def link_data(self):
        rnd = self.random
        if not self.links:
            return self.link_request()
        link = rnd.choice(self.links[-8:])
        interface, hops = rnd.choice([(link["to"], link["rem"]), (link["back"], link["hops"])])
        if rnd.random() < 0.1:
            interface = self.an_interface()
        if rnd.random() < 0.1:
            hops += 1
        context = rnd.choice([0, 0, 0x0E, 0xFA, 0x01, 0xFE, 0xFC])
        packet_type = rnd.choice([0, 0, 0, 3])
        return interface, header(packet_type, 3, self.raw_hops(interface, hops), link["id"], context) + rnd.randbytes(40)

    def plain(self):
        rnd = self.random
        kind = rnd.choice([1, 2, 2, 2])
        return self.an_interface(), header(0, kind, rnd.choice([0, 0, 1, 2]), rnd.randbytes(16)) + rnd.randbytes(20)

    def again(self):
        return self.random.choice(self.history[-20:]) if self.history else self.announce()

    def malformed(self):
        rnd = self.random
        interface, packet = self.data()
        cut = rnd.choice([packet[: rnd.randint(1, 19)], bytes([packet[0] | 0x80]) + packet[1:],
                          packet[:1] + bytes([200]) + packet[2:], packet + bytes(interface.HW_MTU)])
        return interface, cut

    history = None

    def run(self, rounds):
        self.history = []
        kinds = [(self.announce, 8), (self.heard_again, 3), (self.path_request, 3), (self.search_and_find, 1),
                 (self.data, 6), (self.proof, 4), (self.link_request, 4), (self.link_proof, 4), (self.link_data, 6),
                 (self.plain, 1), (self.again, 1), (self.malformed, 1)]
        written = []
        for _ in range(rounds):
            events = []
            self.used, self.announced = set(), set()
            for _ in range(self.random.randint(1, 8)):
                make = self.random.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
                interface, packet = make()
                is_request = packet[2:18] == PATH_REQUEST
                if not is_request:
                    self.history.append((interface, packet))
                if packet[0] & 3 == 1:
                    self.announced.add(packet[18:34] if packet[0] & 0x40 else packet[2:18])
                    self.used |= self.announced
                self.clock.now += 0.001
                T.inbound(packet, interface)
                events.append([interface.index, packet.hex(), self.take_sent()])
            pause = self.random.choice([3.0, 60.0, 60.0]) if not written or written[-1]["pause"] > 3 else 60.0
            end = self.clock.now + pause
            while self.clock.now < end:
                self.clock.now += 0.25
                T.jobs()
            written.append({"events": events, "pause": pause, "later": self.take_sent()})
        paths = sorted([h.hex(), e[1].hex(), e[2], e[5].index] for h, e in T.path_table.items())
        return {
            "identity": T.identity.hash.hex(), "transport_enabled": self.transport_enabled, "delta": self.delta,
            "interfaces": [{"mode": i.mode, "local": self.is_local(i), "hw_mtu": i.HW_MTU,
                            "negotiable": i.AUTOCONFIGURE_MTU, "gravity": i.gravity, "recursive": i.recursive_prs,
                            "from_internal": i.announces_from_internal, "to_internal": i.announces_to_internal,
                            "violations": i.protocol_violations, "filter_hits": i.packet_filter_hits,
                            "ifac_violations": i.ifac_violations} for i in self.interfaces],
            "rounds": written, "paths": paths,
        }

    def take_sent(self):
        taken = sorted(self.sent)
        self.sent.clear()
        return taken


if __name__ == "__main__":
    RNS.loglevel = int(os.environ.get("LOGLEVEL", -1))
    for seed in range(int(os.environ.get("SEEDS", 8))):
        with open(os.path.join(sys.argv[1], f"router_{seed}.json"), "w") as out:
            json.dump(World(seed).run(int(os.environ.get("ROUNDS", 60))), out, separators=(",", ":"))
