#!/usr/bin/env python3
"""Writes gates.json: what the Python reference's interfaces do with random sequences of events.

The real Interface and Transport.outbound run under a clock of our own; only what lies outside them (the wire, threads,
the path table) is replaced. Times are ticks of 1/512 s, which both nanoseconds and binary fractions express exactly.

Run with the reference's interpreter: python generate_gates.py > gates.json
"""
import json
import random
import sys
from types import SimpleNamespace

import RNS
import RNS.Interfaces.Interface as interface_module

TICKS = 512
START = 1_000_000 * TICKS  # keeps the clock away from zero, which the reference uses for "never"
INTERFACE = interface_module.Interface
TRANSPORT_MODULE = sys.modules["RNS.Transport"]


class Clock:
    """Stands in for the modules time and threading of the reference."""

    def __init__(self):
        self.ticks = START
        self.timers = []

    def time(self):
        return self.ticks / TICKS

    def Thread(self, target, **_):
        return SimpleNamespace(start=target)

    def Timer(self, wait, function):
        return SimpleNamespace(start=lambda: self.timers.append((self.time() + wait, function)))


class Named(INTERFACE):
    def __str__(self):
        return "Interface[under test]"


def new_interface(clock):
    interface_module.time = clock
    interface_module.threading = clock
    interface = Named()
    interface.OUT = interface.online = True
    interface.mode = INTERFACE.MODE_FULL
    return interface


class Sequence:
    """Phases of flood and calm, with the interface job every 5 s."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.now = 0
        self.gap = (1, 100)
        self.next_job = self.random.randint(1, 5 * TICKS)

    def step(self):
        if self.random.random() < 0.05:
            self.gap = self.random.choice([(1, 30), (20, 200), (100, 600), (500, 3000), (2000, 12000)])
        due = self.now + self.random.randint(*self.gap)
        if due >= self.next_job:
            self.now, self.next_job = max(self.next_job, self.now + 1), self.next_job + 5 * TICKS
            return "j"
        self.now = due
        return self.random.choices("akpeoq", [8, 2, 6, 2, 2, 1])[0]


def ingress_sequence(seed, length):
    clock, sequence = Clock(), Sequence(seed)
    rnd = sequence.random
    interface = new_interface(clock)
    limits = {
        "new_time": rnd.choice([0, 60, 7200]), "burst_freq_new": rnd.choice([3, 2]), "burst_freq": rnd.choice([10, 5]),
        "pr_burst_freq_new": rnd.choice([3, 1]), "pr_burst_freq": rnd.choice([8, 4]), "burst_hold": rnd.choice([15, 4]),
        "burst_penalty": rnd.choice([15, 2]), "held_release_interval": rnd.choice([5, 9]),
        "max_held_announces": rnd.choice([256, 4, 12]), }
    for key, value in limits.items():
        setattr(interface, "ic_" + key, value)
    interface.egress_control = True
    interface.ec_pr_freq = limits["ec_pr_freq"] = rnd.choice([5, 2, 0.25])
    released = []
    RNS.Transport.inbound = staticmethod(lambda raw, *_, **__: released.append(raw))
    events = []
    for _ in range(length):
        kind = sequence.step()
        clock.ticks = START + sequence.now
        event = [kind, sequence.now]
        if kind == "a":
            destination, hops = rnd.randint(0, 20), rnd.choice([1, 2, 3, 5, 126, 127])
            interface.received_announce(size=100)
            limit = interface.should_ingress_limit()
            if limit:
                interface.hold_announce(SimpleNamespace(hops=hops, destination_hash=destination, raw=len(events),
                                                        receiving_interface=interface))
            event += [destination, hops, int(limit)]
        elif kind == "k":
            interface.received_announce(size=100)
        elif kind == "p":
            interface.received_path_request(size=51)
            event.append(int(interface.should_ingress_limit_pr()))
        elif kind == "o":
            interface.sent_path_request(size=51)
        elif kind == "e":
            event.append(int(interface.should_egress_limit_pr()))
        elif kind == "q":
            interface.incoming_announce_frequency()
            interface.incoming_pr_frequency()
            event.append(round(interface.outgoing_pr_frequency(), 9))
        else:
            interface.should_ingress_limit()
            interface.should_ingress_limit_pr()
            interface.process_held_announces()
            event.append(released.pop() if released else -1)
            event.append(len(interface.held_announces))
        events.append(event)
    return {"limits": limits, "events": events}


def announce(destination, hops, emitted, size, attached=None):
    body = bytes(RNS.Identity.KEYSIZE // 8 + RNS.Identity.NAME_HASH_LENGTH // 8 + 5) + emitted.to_bytes(5, "big")
    return SimpleNamespace(
        hops=hops, packet_type=RNS.Packet.ANNOUNCE, destination=SimpleNamespace(type=RNS.Destination.SINGLE),
        destination_hash=destination, data=body, raw=bytes(size), attached_interface=attached, context=RNS.Packet.NONE,
        header_type=RNS.Packet.HEADER_2, create_receipt=False, packet_hash=bytes(32), is_outbound_pr=False, sent=False)


def outbound(interface, packet, origin=None, local=False):
    transport = RNS.Transport
    transport.interfaces = [interface]
    transport.destinations_map = {packet.destination_hash: packet.destination} if local else {}
    transport.path_table = {}
    if origin:
        path = [None] * 8
        path[TRANSPORT_MODULE.IDX_PT_RVCD_IF] = origin
        transport.path_table[packet.destination_hash] = path
    transport._outbound(packet)


def cap_sequence(seed, length, sent):
    clock, sequence = Clock(), Sequence(seed)
    rnd = sequence.random
    TRANSPORT_MODULE.time = clock
    TRANSPORT_MODULE.threading = clock
    interface = new_interface(clock)
    interface.bitrate = rnd.choice([4096, 16384, 65536])
    interface.announce_cap = rnd.choice([0.25, 0.125, 0.0625])
    interface.announce_allowed_at = 0
    interface.announce_queue = []
    origin = new_interface(clock)
    requests = []
    RNS.Packet.send = lambda _: requests.append(1)
    events = []

    def run_timers(until):
        while True:
            due = sorted((t for t in clock.timers if t[0] * TICKS <= until), key=lambda t: t[0])
            if not due:
                return
            clock.timers.remove(due[0])
            clock.ticks = int(due[0][0] * TICKS)
            assert clock.ticks == due[0][0] * TICKS
            due[0][1]()
            if sent:
                events.append(["d", clock.ticks - START, sent.pop()])

    for number in range(length):
        sequence.step()
        sequence.now += rnd.choice([0, 0, 60])
        run_timers(START + sequence.now)
        clock.ticks = START + sequence.now
        if rnd.random() < 0.15:
            RNS.Transport.request_path(bytes(16), on_interface=interface, tag=bytes(13), recursive=True)
            events.append(["r", sequence.now, 16 + 13 + 19, len(requests)])
            requests.clear()
            continue
        destination, hops, emitted = rnd.randint(0, 12), rnd.choice([1, 1, 2, 3, 7]), rnd.randint(1, 40)
        size = rnd.choice([64, 128, 192, 256])
        packet = announce(destination.to_bytes(16, "big"), hops, emitted, size)
        packet.raw = Marked(packet.raw, number)
        outbound(interface, packet, origin=origin)
        events.append(["a", sequence.now, destination, hops, emitted, size, number, sent.pop() if sent else -1,
                       len(interface.announce_queue)])
    return {"bitrate": interface.bitrate, "share": interface.announce_cap, "events": events}


class Marked(bytes):
    def __new__(cls, value, number):
        self = super().__new__(cls, value)
        self.number = number
        return self


def mode_rules(sent):
    """Every combination of modes and switches, one digit each: 0 block, 1 pass, 2 pass under the cap."""
    clock = Clock()
    rows = []
    for target_mode in range(1, 8):
        for origin_mode in range(0, 8):
            for local in (0, 1):
                for from_internal in (0, 1):
                    for to_internal in (None, 0, 1):
                        for hops in (0, 1):
                            target, origin = new_interface(clock), new_interface(clock)
                            target.mode, origin.mode = target_mode, origin_mode
                            target.announces_from_internal = bool(from_internal)
                            origin.announces_to_internal = None if to_internal is None else bool(to_internal)
                            target.announce_allowed_at, target.announce_queue = 0, []
                            packet = announce(bytes(16), hops, 1, 100)
                            packet.raw = Marked(packet.raw, 0)
                            outbound(target, packet, origin=origin if origin_mode else None, local=bool(local))
                            verdict = 0
                            if sent:
                                verdict = 2 if target.announce_allowed_at else 1
                            sent.clear()
                            rows.append([target_mode, origin_mode, local, from_internal,
                                         -1 if to_internal is None else to_internal, hops, verdict])
    return rows


def main():
    node = object.__new__(RNS.Reticulum)
    for key in ("max_held_announces", "burst_hold", "burst_freq_new", "burst_freq", "pr_burst_freq_new", "pr_burst_freq",
                "new_time", "burst_penalty", "held_release_interval"):
        setattr(node, "_Reticulum__ic_" + key, None)
    node._Reticulum__ec_pr_freq = node._Reticulum__egress_control = None
    RNS.Reticulum._Reticulum__transport_enabled = False
    node.is_connected_to_shared_instance = False
    node.shared_instance_interface = None
    RNS.Reticulum.get_instance = staticmethod(lambda: node)
    RNS.Transport.owner = node
    RNS.loglevel = -1
    sent = []
    RNS.Transport.transmit = staticmethod(lambda _, raw: sent.append(raw.number))
    print(json.dumps({
        "source": "RNS " + RNS.__version__,
        "ingress": [ingress_sequence(seed, 120) for seed in range(220)],
        "cap": [cap_sequence(1000 + seed, 60, sent) for seed in range(100)],
        "rules": mode_rules(sent),
    }, separators=(",", ":")))


if __name__ == "__main__":
    main()
