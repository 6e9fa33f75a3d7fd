"""A daemon that is told to end finishes what it has begun: what waits for a peer, and what it has learned."""
import signal
import socket
import struct
import threading

import pytest

from harness import PATIENCE, UNDER_TEST, free_port, tcp_client, tcp_server, until
from wire import FLAG, announce, frame


def data_through(relay, destination, number):
    """A data packet of 200 octets for the relay to pass on."""
    packet = b"\x50\x00" + relay + destination + b"\x00" + struct.pack(">Q", number)
    return packet + b"\x42" * (200 - len(packet))


class Reader(threading.Thread):
    """Reads until the far side closes, and keeps the numbers that came."""

    def __init__(self, connection, destination):
        super().__init__(daemon=True)
        self.connection, self.destination, self.numbers = connection, destination, []

    def run(self):
        stream = b""
        while octets := self.connection.recv(1 << 20):
            stream += octets
        for packet in stream.split(FLAG):
            packet = packet.replace(b"\x7d\x5e", FLAG).replace(b"\x7d\x5d", b"\x7d")
            if len(packet) > 26 and packet[2:18] == self.destination:  # one hop is left: no transport id
                self.numbers.append(struct.unpack(">Q", packet[19:27])[0])


@pytest.mark.skipif(UNDER_TEST != "plexusd", reason="the reference lets go of what waits")
def test_a_daemon_told_to_end_sends_what_waits_and_saves_what_it_knows(world):
    near_port, far_port = free_port(), free_port()
    # A path outlives a restart on an interface whose name does: the relay calls the far side.
    listener = socket.create_server(("127.0.0.1", far_port))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    relay = world.relay("relay", {"Near": tcp_server(near_port), "Far": tcp_client(far_port)})
    near = socket.create_connection(("127.0.0.1", near_port))
    far, _ = listener.accept()
    known = lambda: {path["hash"] for path in relay.paths()}
    destination, packet = announce()
    far.sendall(frame(packet))
    until(lambda: destination.hex() in known(), PATIENCE, "the path to the far side", every=0.1)

    # 3 MB: more than the sockets hold, less than the relay may keep for a peer.
    count = 15000
    identity = bytes.fromhex(relay.status()["transport_id"])
    near.sendall(b"".join(frame(data_through(identity, destination, number)) for number in range(count)))
    last, packet = announce()  # behind them all
    near.sendall(frame(packet))
    until(lambda: last.hex() in known(), PATIENCE, "the announce behind the data", every=0.1)

    reader = Reader(far, destination)
    relay.child.send_signal(signal.SIGTERM)
    reader.start()
    assert relay.child.wait(PATIENCE) == 0, relay.log()[-3000:]
    reader.join(PATIENCE)
    assert reader.numbers == list(range(count)), f"{len(reader.numbers)} of {count}"
    relay = world.again(relay, UNDER_TEST)
    again, _ = listener.accept()
    until(lambda: destination.hex() in known(), PATIENCE, "the path after the restart", every=0.1)
    again.close()
