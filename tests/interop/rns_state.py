#!/usr/bin/env python3
"""Runs the reference on a storage directory: makes one with every kind of file, or tells what it loads from one.

    rns_state.py make <config directory>    runs a node that hears announces, and lets it save
    rns_state.py load <config directory>    starts a node and prints what it knows, as JSON
"""
import json
import os
import sys
import time

import RNS
from RNS import Identity, Transport

CONFIG = """
[reticulum]
enable_transport = Yes
share_instance = No
[logging]
loglevel = 2
[interfaces]
[[Port]]
type = UDPInterface
enabled = Yes
ingress_control = No
listen_ip = 127.0.0.1
listen_port = 47{0}
forward_ip = 127.0.0.1
forward_port = 48{0}
"""


def start(directory):
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "config"), "w") as file:
        file.write(CONFIG.format(113))
    return RNS.Reticulum(directory)


def wait_for(condition):
    end = time.time() + 10
    while not condition():
        if time.time() > end:
            raise SystemExit("the reference did not get there in time")
        time.sleep(0.01)


def hear_announce(directory, name, ratchet, app_data):
    destination = RNS.Destination(Identity(), RNS.Destination.IN, RNS.Destination.SINGLE, "state", name)
    if ratchet:
        destination.enable_ratchets(os.path.join(directory, name + ".ratchets"))
    packet = destination.announce(app_data=app_data, send=False)
    packet.pack()
    Transport.deregister_destination(destination)
    Transport.inbound(packet.raw, Transport.interfaces[0])
    wait_for(lambda: destination.hash in Transport.path_table)
    return destination.hash


def make(directory):
    start(directory)
    first = hear_announce(directory, "first", True, b"app data")
    hear_announce(directory, "second", False, None)
    third = hear_announce(directory, "third", False, b"")
    ratchet = os.path.join(RNS.Reticulum.storagepath, "ratchets", first.hex())
    wait_for(lambda: os.path.isfile(ratchet))
    Identity.known_destinations[first][4] = 1700000000.25
    Identity._retain_destination_data(third)
    Transport.tunnels[b"t" * 32] = [b"t" * 32, None, {first: Transport.path_table[first][:]}, 1900000000.5]
    Transport.tunnels[b"u" * 32] = [b"u" * 32, Transport.interfaces[0], {third: Transport.path_table[third][:]}, time.time() + 1e6]
    Transport.blackhole_identity(b"b" * 16, until=1900000000.0, reason="noise \u00e9")
    Transport.blackhole_identity(b"c" * 16)
    Transport.save_path_table()
    Transport.save_tunnel_table()
    Transport.save_packet_hashlist()
    Identity.save_known_destinations()
    Identity().to_file(os.path.join(RNS.Reticulum.identitypath, "rncp"))


def shown(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {shown(key): shown(value[key]) for key in value}
    if isinstance(value, (list, tuple)):
        return [shown(one) for one in value]
    if isinstance(value, RNS.Interfaces.Interface.Interface):
        return str(value)
    return value


def load(directory):
    start(directory)
    ratchets = {key: Identity.get_ratchet(bytes.fromhex(key))
                for key in sorted(os.listdir(os.path.join(RNS.Reticulum.storagepath, "ratchets")))}
    announces = {}
    for name in sorted(os.listdir(os.path.join(RNS.Reticulum.cachepath, "announces"))):
        packet = Transport.get_cached_packet(bytes.fromhex(name), packet_type="announce")
        announces[name] = [packet.raw, str(getattr(packet, "receiving_interface", None))]
    print(json.dumps(shown({
        "identity": Transport.identity.hash,
        "known_destinations": Identity.known_destinations,
        "paths": Transport.path_table,
        "tunnels": {key: value[2:] for key, value in Transport.tunnels.items()},
        "packet_hashes": sorted(Transport.packet_hashlist),
        "blackhole": Transport.blackholed_identities,
        "ratchets": ratchets,
        "announces": announces,
    })))
    sys.stdout.flush()


if __name__ == "__main__":
    {"make": make, "load": load}[sys.argv[1]](sys.argv[2])
    os._exit(0)  # the exit handlers of the reference would save again
