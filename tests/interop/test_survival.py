"""A node that is killed at any moment leaves a folder that it and the reference start from."""
import pathlib
import random
import socket
import threading
import time

import pytest

from harness import UNDER_TEST, free_port, tcp_client, tcp_server, until
from wire import announce, frame


class Flood:
    """A neighbour that the relay calls, which announces stranger after stranger."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.announced, self.ended = [], threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while not self.ended.is_set():
            connection, _ = self.listener.accept()
            try:
                while not self.ended.is_set():
                    destination, packet = announce()
                    connection.sendall(frame(packet))
                    self.announced.append(destination.hex())
                    time.sleep(0.001)
            except OSError:
                pass

    def stop(self):
        self.ended.set()


def table_size(relay):
    table = pathlib.Path(relay.folder, "storage", "destination_table")
    return table.stat().st_size if table.exists() else 0


def test_paths_survive_a_clean_end_and_the_reference_reads_them(world):
    far_port, near_port = free_port(), free_port()
    flood = Flood(far_port)
    relay = world.relay("relay", {"Far": tcp_client(far_port), "Near": tcp_server(near_port)})
    until(lambda: len(relay.paths()) >= 50, 30, "fifty paths", every=0.2)
    flood.stop()
    # What was sent last is known when it no longer grows.
    known = set()
    while known != (known := {path["hash"] for path in relay.paths()}):
        time.sleep(0.3)
    for daemon in (UNDER_TEST, "rnsd", UNDER_TEST):
        relay.stop()
        relay = world.again(relay, daemon)
        until(lambda: known <= {path["hash"] for path in relay.paths()}, 20, f"{daemon} knows all paths", every=0.2)


@pytest.mark.skipif(UNDER_TEST != "plexusd", reason="the reference keeps nothing when it is killed")
def test_a_node_killed_again_and_again_leaves_a_folder_for_both(world):
    far_port, near_port = free_port(), free_port()
    flood = Flood(far_port)
    relay = world.relay("relay", {"Far": tcp_client(far_port), "Near": tcp_server(near_port)})
    until(lambda: len(relay.paths()) >= 50, 30, "fifty paths", every=0.2)
    relay.stop()
    kept = {path for path in flood.announced[:50]}
    chance = random.Random(4711)
    for number in range(6):
        relay = world.again(relay, "plexusd")
        until(lambda: relay.log().count("Restored") >= 1 + number, 20, "the state is read", every=0.05)
        if number % 2:  # in the midst of a save
            relay.child.terminate()
            time.sleep(chance.random() * 0.05)
        else:
            time.sleep(chance.random())
        relay.kill()
    flood.stop()
    leftovers = [path.name for path in pathlib.Path(relay.folder, "storage").glob("*.corrupt")]
    assert not leftovers
    for daemon in ("plexusd", "rnsd"):
        relay = world.again(relay, daemon)
        until(lambda: kept <= {path["hash"] for path in relay.paths()}, 20, f"{daemon} knows the paths", every=0.2)
        assert "Traceback" not in relay.log() and "orrupt" not in relay.log(), relay.log()[-3000:]
        relay.kill() if daemon == "plexusd" else relay.stop()


@pytest.mark.skipif(UNDER_TEST != "plexusd", reason="the reference takes up to five minutes")
def test_keys_and_ratchets_are_there_for_programs_before_the_node_ends(world):
    far_port = free_port()
    far = world.peer("far", {"Relay": tcp_server(far_port)}).ready()
    home = far.call("destination", ratchets=str(far.folder / "ratchets-of-home"))
    relay = world.relay("relay", {"Far": tcp_client(far_port)})
    until(lambda: any(i["short_name"] == "Far" and i["status"] for i in relay.status()["interfaces"]), 20, "Far is up",
          every=0.1)
    far.call("announce", at=home["hash"], app_data="c0ffee")
    storage = pathlib.Path(relay.folder, "storage")
    until((storage / "ratchets" / home["hash"]).exists, 20, "the ratchet's file", every=0.1)
    until(lambda: list((storage / "cache" / "announces").iterdir()), 20, "the announce's file", every=0.1)
    until((storage / "known_destinations").exists, 60, "the file of known destinations", every=0.5)
    program = world.client("program", relay).ready()
    recalled = program.call("recall", to=home["hash"])
    assert recalled["public_key"] == home["public_key"]
    program.stop()
