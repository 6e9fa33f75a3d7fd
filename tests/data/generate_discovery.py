#!/usr/bin/env python3
"""Writes discovery.json: how the Python reference publishes interfaces and what it makes of announces.

The real announcer, receiver and store of Discovery.py run, with LXMF's stamps, under a clock that stands still. Only what
lies outside them (threads, the transport, the network) is replaced.

Run with an interpreter that has LXMF: .deps/python/lxmf-1.2.1/bin/python generate_discovery.py > discovery.json
"""
import contextlib
import hashlib
import io
import itertools
import json
import os
import random
import sys
import tempfile
from types import SimpleNamespace

import RNS
import RNS.Discovery as discovery
from LXMF import LXStamper
from RNS.Utilities import rnstatus
from RNS.vendor import umsgpack as msgpack

NOW = 1_790_000_000.5
RANDOM = random.Random(157)
COST = 3


def noise(size):
    return bytes(RANDOM.getrandbits(8) for _ in range(size))


def identity(seed):
    key = hashlib.sha512(seed).digest()
    return RNS.Identity.from_bytes(key)


NODE, NETWORK, OTHER = identity(b"node"), identity(b"network"), identity(b"other")


def quick_stamp(material, stamp_cost, expand_rounds):
    workblock = LXStamper.stamp_workblock(material, expand_rounds=expand_rounds)
    while True:
        stamp = noise(32)
        if LXStamper.stamp_valid(stamp, stamp_cost, workblock):
            return stamp, LXStamper.stamp_value(workblock, stamp)


def stamps():
    out = []
    for _ in range(40):
        material, rounds = noise(RANDOM.choice([16, 32, 100])), RANDOM.choice([1, 2, 20, 25, 130, 300])
        workblock = LXStamper.stamp_workblock(material, expand_rounds=rounds)
        stamp = noise(32)
        value = LXStamper.stamp_value(workblock, stamp)
        out.append({"material": material.hex(), "rounds": rounds, "stamp": stamp.hex(), "value": value,
                    "valid": [cost for cost in range(0, 12) if LXStamper.stamp_valid(stamp, cost, workblock)]})
    return out


def class_named(name):
    return type(name, (SimpleNamespace,), {"__str__": lambda self: name})


def random_text():
    return "".join(RANDOM.choice("abcXYZ 019-_().é/  ") for _ in range(RANDOM.randint(0, 24)))


def maybe(value):
    return value if RANDOM.random() < 0.6 else None


def random_interface(kind):
    fields = dict(
        name="configured", discovery_stamp_value=COST, discovery_location=None, discovery_name=maybe(random_text()),
        discovery_latitude=maybe(RANDOM.uniform(-90, 90)), discovery_longitude=maybe(RANDOM.uniform(-180, 180)),
        discovery_height=maybe(RANDOM.uniform(-100, 5000)), discovery_lxmf_address=maybe(noise(16)),
        discovery_publish_ifac=RANDOM.random() < 0.5, ifac_netname=maybe("net " + str(RANDOM.random())),
        ifac_netkey=maybe("key é" + str(RANDOM.random())), discovery_encrypt=RANDOM.random() < 0.4,
        reachable_on=RANDOM.choice(["10.1.2.3", "relay.example.org", "2001:db8::1", "fe80::1%eth0"]),
        bind_port=RANDOM.choice([1, 4242, 65535]), connectable=True, b32="b" * 52, kiss_framing=True,
        frequency=868_200_000, bandwidth=125_000, sf=8, cr=5, discovery_frequency=maybe(RANDOM.getrandbits(30)),
        discovery_bandwidth=maybe(RANDOM.getrandbits(20)), discovery_channel=None,
        discovery_modulation=maybe("LoRa") if kind != "WeaveInterface" else maybe(RANDOM.randint(0, 9)))
    return class_named(kind)(**fields)


def publish(interface, transport):
    announcer = discovery.InterfaceAnnouncer.__new__(discovery.InterfaceAnnouncer)
    announcer.owner = SimpleNamespace(has_network_identity=lambda: True, network_identity=NETWORK, identity=NODE)
    announcer.stamper, announcer.stamp_cache = SimpleNamespace(generate_stamp=quick_stamp), {}
    RNS.Transport.identity = NODE
    RNS.Reticulum.transport_enabled = staticmethod(lambda: transport)
    return announcer.get_interface_announce_data(interface)


def receive(app_data, required, announcer=NETWORK, sources=None):
    """What the handler makes of it: a record, or None."""
    taken = []
    handler = discovery.InterfaceAnnounceHandler(required_value=required, callback=taken.append)
    RNS.Reticulum.interface_discovery_sources = staticmethod(lambda: sources or [])
    RNS.Transport.hops_to = staticmethod(lambda _: 3)
    RNS.Transport.network_identity = NETWORK
    handler.received_announce(noise(16), announcer, app_data)
    return taken[0] if taken else None


def stored(info, folder, times):
    """The file after it was heard so many times; None if it is not kept."""
    store = discovery.InterfaceDiscovery.__new__(discovery.InterfaceDiscovery)
    store.storagepath, store.discovery_callback = folder, None
    store.autoconnect = lambda _: None
    for _ in range(times):
        store.interface_discovered(dict(info))
    path = os.path.join(folder, RNS.hexrep(info.get("discovery_hash", b""), delimit=False))
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as file:
        return file.read()


def published():
    kinds = discovery.InterfaceAnnouncer.DISCOVERABLE_INTERFACE_TYPES
    kinds = [kind for kind in kinds if kind != "KISSInterface"]
    out = []
    for number in range(120):
        with tempfile.TemporaryDirectory() as folder:
            kind, transport = kinds[number % len(kinds)], RANDOM.random() < 0.7
            interface = random_interface(kind)
            app_data = publish(interface, transport)
            payload = app_data[1:]
            if app_data[0] & 2:
                payload = NETWORK.decrypt(payload)
            packed, stamp = payload[:-32], payload[-32:]
            info = receive(app_data, 1)
            times = RANDOM.randint(1, 3)
            file = stored(info, folder, times)
            out.append({
                "kind": kind, "transport": transport, "sealed": bool(app_data[0] & 2), "app_data": app_data.hex(),
                "map": packed.hex(), "stamp": stamp.hex(), "times": times, "value": info["value"],
                "file": file.hex() if file else None, "interface": {
                    key: value.hex() if isinstance(value, bytes) else value for key, value in vars(interface).items()}})
    return out


VALID = {0x00: ["BackboneInterface", "TCPServerInterface", "RNodeInterface", "WeaveInterface", "I2PInterface",
                "KISSInterface", "TCPClientInterface"],
         0x01: [True, False], 0x02: ["1.2.3.4", "a.b", "::1"], 0x03: [None, 1.5], 0x04: [None, -2.25], 0x05: [None, 3.0],
         0x06: [4242, 0], 0x07: ["net", ""], 0x08: ["key"], 0x09: [868, None], 0x0a: [125, None], 0x0b: [7], 0x0c: [5],
         0x0d: ["LoRa", None], 0x0e: [None, 4], 0xf0: [b"\x01" * 16, None, b"short"], 0xfc: ["1.5.7", None],
         0xfd: ["RNS", "other"], 0xfe: [b"\x02" * 16], 0xff: ["A name", None, "  --x (y) "], 0x33: ["of a later version"]}
INVALID = {0x00: ["PipeInterface", 3, None], 0x01: [None, 1, "yes"], 0x02: ["no host", "1.2.3.999", "", "-a.b", "1.2.3"],
           0x03: [1, "1"], 0x04: [False], 0x05: [7], 0xf0: ["text", 5], 0xfe: [b"\x02" * 15, None],
           0xff: [5, b"bytes"]}
OPTIONAL = [0x07, 0x08, 0xf0, 0xfc, 0xfd, 0x33]


def mutated():
    """Maps in any order, with fields that are wrong or missing."""
    out = []
    for _ in range(400):
        keys = list(VALID)
        RANDOM.shuffle(keys)
        chosen = {key: RANDOM.choice(VALID[key]) for key in keys}
        for key in keys:
            if key in OPTIONAL and RANDOM.random() < 0.5 or RANDOM.random() < 0.01:
                chosen.pop(key)
            elif key in INVALID and RANDOM.random() < 0.03:
                chosen[key] = RANDOM.choice(INVALID[key])
        packed = msgpack.packb(chosen)
        stamp, _ = quick_stamp(RNS.Identity.full_hash(packed), 1, 20)
        info = receive(bytes([0]) + packed + stamp, 1)
        # A record that the reference cannot store, since it makes no configuration entry for it, is taken all the same.
        out.append({"map": packed.hex(), "stamp": stamp.hex(), "info": msgpack.packb(info).hex() if info else None})
    return out


def refused():
    """App data as a whole: too short, too weak, sealed for others, of other announcers."""
    good = publish(random_interface("BackboneInterface"), True)
    while good[0] & 2:
        good = publish(random_interface("BackboneInterface"), True)
    sealed = bytes([2]) + NETWORK.encrypt(good[1:])
    elsewhere = bytes([2]) + OTHER.encrypt(good[1:])
    signed = bytes([1]) + good[1:]
    cases = []
    for name, data, required, announcer, sources in [
            ("open", good, 1, NODE, []), ("sealed", sealed, 1, NODE, []), ("sealed for others", elsewhere, 1, NODE, []),
            ("signed flag", signed, 1, NODE, []), ("strong", good, 30, NODE, []), ("empty", b"", 1, NODE, []),
            ("33 octets", good[:33], 1, NODE, []), ("34 octets", good[:34], 0, NODE, []),
            ("cut", good[:-1], 0, NODE, []), ("from a source", good, 1, NODE, [NODE.hash]),
            ("from another", good, 1, NODE, [OTHER.hash])]:
        taken = receive(data, required, announcer, sources)
        cases.append({"name": name, "app_data": data.hex(), "required": required, "announcer": announcer.hash.hex(),
                      "sources": [one.hex() for one in sources], "taken": taken is not None})
    return cases


def names():
    fixed = ["", "   ", "x", "(y)", "a)", "  a     b   c  d ", "né", "ÅÄÖ", "-name-", "a" + " " * 13 + "b", "***"]
    return [[name, discovery.InterfaceAnnounceHandler.sanitize_name(name)]
            for name in fixed + [random_text() for _ in range(200)]]


def addresses():
    fixed = ["1.2.3.4", "01.2.3.4", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4.", "::", "::1", "1::", "1::2::3", ":1", "1:",
             "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8", ":::",
             "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::ffff:1.2.3.4", "::1.2.3", "1.2.3.4::", "fe80::1%eth0", "fe80::1%",
             "fe80::1%a%b", "200::1", "2ff:1::", "300::1", "1ff::", "a", "a.", "a..", ".a", "a..b", "-a", "a-", "a-b",
             "a_b", "1.2.3.a", "a.1", "a.1b", "x" * 63 + ".y", "x" * 64, "y." * 126 + "y", "y." * 126 + "yy", "é.org",
             "x.onion", "X.ONION", "onion", "127.0.0.1", "127.0.0.2", "0.0.0.0", "example.org", "EXAMPLE.org", "a b", "."]
    alphabet = "0123456789abcdef::::..%-xz"
    drawn = ["".join(RANDOM.choice(alphabet) for _ in range(RANDOM.randint(1, 20))) for _ in range(600)]
    out = []
    for text in fixed + drawn:
        host = discovery.is_hostname(text)
        ip = discovery.is_ip_address(text)
        out.append([text, ip, host, bool(discovery.is_ygg_ipv6(text) or discovery.is_onion_address(text)
                                         or (ip and discovery.is_invalid_ip_address(text)))])
    return out


def versions():
    fixed = ["1.5", "1.5.2", "1.5.2rc1", "1.6.beta", "2", "v1.6", "", ".", "1..9", "1.5.1.9", " 1.5.2", "1.5.2 ", "01.05.02",
             "1.5.02", "99999999999999", "1.5.-2", "1.x.9"]
    drawn = ["".join(RANDOM.choice("0125..x") for _ in range(RANDOM.randint(1, 8))) for _ in range(150)]
    least = discovery.version_tuple(discovery.InterfaceDiscovery.AUTOCONNECT_MIN_V)
    out = []
    for text in fixed + drawn:
        version = discovery.version_tuple(text)
        out.append([text, version is not None and version >= least])
    return out


def listing():
    """Records of any age, as they are listed and removed."""
    with tempfile.TemporaryDirectory() as folder:
        records = []
        for number in range(40):
            interface = random_interface(RANDOM.choice(["BackboneInterface", "RNodeInterface", "TCPServerInterface"]))
            interface.discovery_name = f"Interface {number}"
            info = receive(publish(interface, True), 1, RANDOM.choices([NETWORK, OTHER, NODE], [8, 1, 1])[0])
            info["received"] = NOW - RANDOM.choice([5, 70, 80_000, 86_401, 90_000, 260_000, 604_799, 604_801])
            if RANDOM.random() < 0.1:
                info["transport_id"] = NODE.hash.hex()
            else:
                info["transport_id"] = noise(16).hex()
            info["discovery_hash"] = RNS.Identity.full_hash((info["transport_id"] + info["name"]).encode())
            file = stored(info, folder, 1)
            records.append({"name": RNS.hexrep(info["discovery_hash"], delimit=False), "file": file.hex()})
        store = discovery.InterfaceDiscovery.__new__(discovery.InterfaceDiscovery)
        store.storagepath = folder
        store._InterfaceDiscovery__blackholed = {NODE.hash: {}}
        store.blackholed_updated = NOW
        RNS.Reticulum.interface_discovery_sources = staticmethod(lambda: [NETWORK.hash, NODE.hash])
        listed = store.list_discovered_interfaces()
        left = set(os.listdir(folder))
        return {"now": NOW, "sources": [NETWORK.hash.hex(), NODE.hash.hex()], "blackholed": [NODE.hash.hex()],
                "records": [{**one, "kept": one["name"] in left} for one in records],
                "listed": [[RNS.hexrep(one["discovery_hash"], delimit=False), one["status"], one["status_code"]]
                           for one in listed]}


def texts():
    """What rnstatus prints of records of any type and age."""
    cases, kinds = [], ["BackboneInterface", "TCPServerInterface", "RNodeInterface", "I2PInterface", "WeaveInterface",
                        "TCPClientInterface"]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(24):
            interface = random_interface(kinds[number % len(kinds)])
            interface.discovery_name = "A rather long name of an interface"[:RANDOM.randint(3, 34)] + str(number)
            interface.discovery_frequency, interface.discovery_bandwidth = 433_775_000 + number, 12_500
            interface.discovery_modulation = "LoRa" if number % 2 else None
            info = receive(publish(interface, RANDOM.random() < 0.8), 1, RANDOM.choice([NETWORK, NODE]))
            info["hops"] = RANDOM.choice([1, 2, 7])
            info["received"] = NOW - RANDOM.choice([5, 59, 60, 3_700, 86_399, 90_000, 200_000, 300_000]) - number / 4
            info["impl_name"], info["version"] = RANDOM.choice(
                [("RNS", "1.5.7"), ("Plexus", "0.1.0"), (None, None), ("Some implementation", "12.34.56"), ("RNS", None)])
            stored(info, folder, 1)
        store = discovery.InterfaceDiscovery.__new__(discovery.InterfaceDiscovery)
        store.storagepath = folder
        store._InterfaceDiscovery__blackholed = {OTHER.hash: {}}
        store.blackholed_updated = NOW
        RNS.Reticulum.interface_discovery_sources = staticmethod(lambda: [])
        files = []
        for info in store.list_discovered_interfaces():
            with open(os.path.join(folder, RNS.hexrep(info["discovery_hash"], delimit=False)), "rb") as file:
                files.append(file.read().hex())
        RNS.Discovery.InterfaceDiscovery = lambda discover_interfaces: store
        rnstatus.time = SimpleNamespace(time=lambda: NOW)
        for name_filter in (None, "INTERFACE", "nothing like it"):
            for details, stale, unknown, as_json in itertools.product([False, True], repeat=4):
                if as_json and (details or stale or unknown or name_filter):
                    continue
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    rnstatus.program_setup(None, rns_instance=SimpleNamespace(), name_filter=name_filter, json=as_json,
                                           discovered_interfaces=True, config_entries=details, show_stale=stale,
                                           show_unknown=unknown)
                cases.append({"filter": name_filter or "", "details": details, "stale": stale, "unknown": unknown,
                              "json": as_json, "text": printed.getvalue()})
    return {"now": NOW, "files": files, "cases": cases}


def main():
    discovery.time = SimpleNamespace(time=lambda: NOW, sleep=lambda _: None)
    RNS.loglevel = -1
    json.dump({"now": NOW, "network_key": NETWORK.get_private_key().hex(), "network": NETWORK.hash.hex(),
               "node": NODE.hash.hex(), "stamps": stamps(), "published": published(), "mutated": mutated(),
               "refused": refused(), "names": names(), "addresses": addresses(), "versions": versions(),
               "listing": listing(), "texts": texts()}, sys.stdout, indent=0, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
