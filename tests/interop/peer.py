"""A Reticulum program on a lead: one instance of the Python reference that does what lines of JSON tell it.

    {"id": 1, "do": "link", "to": "<hex>"}      one command a line on standard input
    {"id": 1, "result": {...}}                  its result, or "error" with a text
    {"event": "packet", ...}                    what happened without having been asked for

Commands run side by side, each in a thread of its own, and wait inside for what they are about (a path, a proof, a
link), so that a test never sleeps. Octets travel as hex. The end of standard input ends the program.
"""
import argparse
import hashlib
import json
import os
import queue
import sys
import threading
import time

import RNS
from RNS.Channel import MessageBase

APP = "interop"
# Tries of a packet or a request, and seconds for each.
ATTEMPTS, PATIENCE = 3, 5
output = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
output_lock = threading.Lock()


def say(**line):
    with output_lock:
        output.write(json.dumps(line) + "\n")


def event(kind, **fields):
    say(event=kind, **fields)


def until(condition, timeout, what):
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} within {timeout} s")
        time.sleep(0.005)
    return value


def octets_of(seed, size):
    """Octets that do not compress, the same for the same seed."""
    return hashlib.shake_256(str(seed).encode()).digest(size)


class Text(MessageBase):
    MSGTYPE = 0x0101

    def __init__(self, text=""):
        self.text = text

    def pack(self):
        return self.text.encode()

    def unpack(self, raw):
        self.text = raw.decode()


class Peer:
    """Destinations that answer everything, and links from both of their ends."""

    def __init__(self, reticulum):
        self.reticulum = reticulum
        self.destinations = {}
        self.identities = {}
        self.links = {}
        self.channels = {}
        self.channel_texts = {}
        self.text_answers = {}
        self.buffers = {}
        self.buffer_lock = threading.Lock()

    # -- what a test asks for

    def do_info(self):
        return {
            "version": RNS.__version__,
            "shared": self.reticulum.is_connected_to_shared_instance,
            "interfaces": [{"name": str(i), "online": bool(i.online), "mtu": i.HW_MTU} for i in RNS.Transport.interfaces],
        }

    def do_wait_online(self, timeout=15):
        """Every interface is up; a listener counts once it has somebody to talk to."""
        until(lambda: all(i.online for i in RNS.Transport.interfaces), timeout, "all interfaces online")
        return self.do_info()

    def do_wait_spawned(self, prefix, count=1, timeout=20):
        """Interfaces whose name begins like that exist, as an AutoInterface's peers do once they have met."""
        found = until(
            lambda: n if len(n := [str(i) for i in RNS.Transport.interfaces if str(i).startswith(prefix)]) >= count else None,
            timeout, f"{count} interfaces {prefix}")
        return {"interfaces": found}

    def do_destination(self, aspect="node", private_key=None, proofs="all", ratchets=None):
        identity = RNS.Identity.from_bytes(bytes.fromhex(private_key)) if private_key else RNS.Identity()
        destination = RNS.Destination(identity, RNS.Destination.IN, RNS.Destination.SINGLE, APP, aspect)
        if ratchets:
            destination.enable_ratchets(ratchets)
        destination.set_proof_strategy(RNS.Destination.PROVE_ALL if proofs == "all" else RNS.Destination.PROVE_NONE)
        destination.set_packet_callback(
            lambda data, packet: event("packet", at=destination.hash.hex(), data=data.hex(), hops=packet.hops))
        destination.set_link_established_callback(self.link_accepted)
        destination.register_request_handler("/echo", response_generator=self.answer_echo, allow=RNS.Destination.ALLOW_ALL)
        destination.register_request_handler("/octets", response_generator=self.answer_octets, allow=RNS.Destination.ALLOW_ALL)
        destination.register_request_handler("/who", response_generator=self.answer_who, allow=RNS.Destination.ALLOW_ALL)
        self.destinations[destination.hash.hex()] = destination
        self.identities[destination.hash.hex()] = identity
        return {"hash": destination.hash.hex(), "identity": identity.hash.hex(),
                "public_key": identity.get_public_key().hex(), "private_key": identity.get_private_key().hex()}

    def do_announce(self, at, app_data=""):
        """The data is also the default, which an answer to a path request carries."""
        self.destinations[at].set_default_app_data(bytes.fromhex(app_data) or None)
        self.destinations[at].announce()

    def do_path(self, to, timeout=20, request=True):
        """Waits for a path, asking the network for it as programs do."""
        to = bytes.fromhex(to)
        asked = 0.0

        def known():
            nonlocal asked
            if RNS.Transport.has_path(to) and RNS.Identity.recall(to):
                return True
            if request and time.monotonic() - asked > 5:
                RNS.Transport.request_path(to)
                asked = time.monotonic()
            return False

        until(known, timeout, "a path")
        return {"hops": RNS.Transport.hops_to(to), "app_data": (RNS.Identity.recall_app_data(to) or b"").hex()}

    def do_has_path(self, to):
        return {"known": RNS.Transport.has_path(bytes.fromhex(to))}

    def do_recall(self, to):
        """The keys of a node as they stand in memory and files, without asking the network."""
        identity = RNS.Identity.recall(bytes.fromhex(to))
        return {"public_key": identity and identity.get_public_key().hex()}

    def do_send(self, to, data, aspect="node"):
        """A single packet; true when its proof came back."""
        destination = self.outgoing(to, aspect)
        return self.proved(lambda: RNS.Packet(destination, bytes.fromhex(data)))

    def do_link(self, to, aspect="node", timeout=20):
        established = threading.Event()
        link = RNS.Link(self.outgoing(to, aspect), established_callback=lambda _: established.set())
        if not established.wait(timeout):
            raise TimeoutError(f"no link within {timeout} s, status {link.status}")
        self.adopt(link)
        return {"link": link.link_id.hex(), "mtu": link.mtu, "mdu": link.mdu}

    def do_identify(self, link, as_destination):
        self.links[link].identify(self.identities[as_destination])

    def do_link_send(self, link, data):
        return self.proved(lambda: RNS.Packet(self.links[link], bytes.fromhex(data)))

    @staticmethod
    def proved(make_packet):
        """Sends a packet until its proof comes, at most three times.

        The reference notes what it waits for only after it has sent (Transport.py: outbound; Link.py: request), so on a
        loaded machine an answer that comes within a fraction of a millisecond is now and then not recognised.
        """
        for attempt in range(1, ATTEMPTS + 1):
            receipt = make_packet().send()
            if not receipt:
                raise RuntimeError("no interface took the packet")
            delivered = threading.Event()
            receipt.set_timeout(PATIENCE)
            receipt.set_delivery_callback(lambda _, delivered=delivered: delivered.set())
            if receipt.status == RNS.PacketReceipt.DELIVERED or delivered.wait(PATIENCE):
                return {"delivered": True, "attempts": attempt}
        return {"delivered": False, "attempts": ATTEMPTS, "status": receipt.status}

    def do_resource(self, link, size, seed=0, metadata=None, compressible=False, timeout=60):
        data = b"plexus " * (size // 7 + 1) if compressible else octets_of(seed, size)
        data, done = data[:size], threading.Event()
        resource = RNS.Resource(data, self.links[link], metadata=metadata, callback=lambda _: done.set())
        if not done.wait(timeout):
            raise TimeoutError(f"the resource took more than {timeout} s, progress {resource.get_progress()}")
        return {"complete": resource.status == RNS.Resource.COMPLETE, "sha256": hashlib.sha256(data).hexdigest()}

    def do_request(self, link, path, data=None):
        """A request, repeated for the reason that proved() gives."""
        for _ in range(ATTEMPTS):
            done = threading.Event()
            receipt = self.links[link].request(path, data, response_callback=lambda _, done=done: done.set(),
                                               failed_callback=lambda _, done=done: done.set(), timeout=PATIENCE)
            if receipt and done.wait(PATIENCE + 5) and receipt.get_status() == RNS.RequestReceipt.READY:
                break
        else:
            raise TimeoutError(f"no answer to {ATTEMPTS} requests")
        response = receipt.get_response()
        if isinstance(response, bytes):
            response = {"size": len(response), "sha256": hashlib.sha256(response).hexdigest()}
        return {"response": response}

    def do_channel(self, link, texts, timeout=30):
        """Sends texts on the channel; the far end answers each in capitals, and the answers are the result."""
        answers = self.channel_texts[link] = []
        channel = self.channel_of(link)
        for text in texts:
            until(channel.is_ready_to_send, timeout, "a free place in the channel's window")
            channel.send(Text(text))
        until(lambda: len(answers) >= len(texts), timeout, f"{len(texts)} answers on the channel")
        return {"answers": answers}

    def do_buffer(self, link, size, seed=0, timeout=60):
        """Writes octets to a buffer; the far end writes each back, and what comes back is hashed."""
        received, enough = bytearray(), threading.Event()
        channel = self.channel_of(link)

        def readable(count):
            with self.buffer_lock:
                received.extend(self.buffers[link].read(count) or b"")
                if len(received) >= size:
                    enough.set()

        self.buffers[link] = RNS.Buffer.create_bidirectional_buffer(1, 0, channel, readable)
        data = octets_of(seed, size)
        for start in range(0, size, 4096):
            self.buffers[link].write(data[start:start + 4096])
            self.buffers[link].flush()
        if not enough.wait(timeout):
            raise TimeoutError(f"{len(received)} of {size} octets came back")
        return {"sent": hashlib.sha256(data).hexdigest(), "received": hashlib.sha256(bytes(received)).hexdigest()}

    def do_close(self, link):
        self.links[link].teardown()

    # -- what the other side of a link finds here

    def outgoing(self, to, aspect):
        identity = RNS.Identity.recall(bytes.fromhex(to))
        if identity is None:
            raise RuntimeError(f"{to} is not known")
        destination = RNS.Destination(identity, RNS.Destination.OUT, RNS.Destination.SINGLE, APP, aspect)
        assert destination.hash.hex() == to, "the aspect does not belong to this hash"
        return destination

    def link_accepted(self, link):
        self.adopt(link)
        name = link.link_id.hex()
        channel = self.channel_of(name)
        # The stream of a buffer is open from the start, so that nothing written early is lost.
        self.buffers[name] = RNS.Buffer.create_bidirectional_buffer(0, 1, channel, lambda count: self.echo_buffer(name, count))
        event("link", link=name, mtu=link.mtu, at=link.destination.hash.hex())

    def adopt(self, link):
        name = link.link_id.hex()
        self.links[name] = link
        # A receipt on a link gives up after a few round trips, 5 ms on loopback: too soon for a loaded machine.
        link.traffic_timeout_factor = 20 / max(link.rtt or 0.0, 1e-4)
        link.set_resource_strategy(RNS.Link.ACCEPT_ALL)
        link.set_resource_concluded_callback(self.resource_received)
        link.set_packet_callback(lambda data, packet: self.link_packet(name, data, packet))
        link.set_link_closed_callback(lambda l: event("closed", link=name, reason=l.teardown_reason))
        link.set_remote_identified_callback(lambda l, identity: event("identified", link=name, identity=identity.hash.hex()))

    def channel_of(self, link):
        if link not in self.channels:
            channel = self.channels[link] = self.links[link].get_channel()
            channel.register_message_type(Text)
            channel.add_message_handler(lambda message: self.text_received(link, message))
        return self.channels[link]

    def text_received(self, link, message):
        if not isinstance(message, Text):
            return False
        if link in self.channel_texts:
            self.channel_texts[link].append(message.text)
        else:
            self.answer_queue(link).put(message.text.upper())
        return True

    def answer_queue(self, link):
        """Texts to be answered in order, by a thread, since a callback must not wait for the channel."""
        if link not in self.text_answers:
            self.text_answers[link] = queue.Queue()
            threading.Thread(target=self.answer_texts, args=(link,), daemon=True).start()
        return self.text_answers[link]

    def answer_texts(self, link):
        while text := self.text_answers[link].get():
            until(self.channels[link].is_ready_to_send, 30, "a free place in the channel's window")
            self.channels[link].send(Text(text))

    def echo_buffer(self, link, count):
        """Called on a thread of its own for each part that arrived, hence the lock."""
        with self.buffer_lock:
            if data := self.buffers[link].read(count):
                self.buffers[link].write(data)
                self.buffers[link].flush()

    def link_packet(self, link, data, packet):
        if self.links[link].initiator:
            packet.prove()
        event("link_packet", link=link, data=data.hex())

    def resource_received(self, resource):
        complete = resource.status == RNS.Resource.COMPLETE
        data = resource.data.read() if complete else b""
        event("resource", complete=complete, size=len(data), sha256=hashlib.sha256(data).hexdigest(),
              metadata=resource.metadata)

    @staticmethod
    def answer_echo(path, data, request_id, link_id, remote_identity, requested_at):
        return data

    @staticmethod
    def answer_octets(path, data, request_id, link_id, remote_identity, requested_at):
        return octets_of(data["seed"], data["size"])

    @staticmethod
    def answer_who(path, data, request_id, link_id, remote_identity, requested_at):
        return remote_identity.hash.hex() if remote_identity else "nobody"


class Announces:
    aspect_filter = None
    receive_path_responses = True

    def received_announce(self, destination_hash, announced_identity, app_data):
        event("announce", of=destination_hash.hex(), app_data=(app_data or b"").hex(),
              hops=RNS.Transport.hops_to(destination_hash))


def run(peer, command):
    number, action = command.pop("id"), command.pop("do")
    try:
        say(id=number, result=getattr(peer, f"do_{action}")(**command))
    except Exception as error:
        say(id=number, error=f"{type(error).__name__}: {error}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--config", required=True)
    arguments.add_argument("--shared", action="store_true", help="be a client of the instance that runs on this configuration")
    options = arguments.parse_args()
    reticulum = RNS.Reticulum(options.config, loglevel=RNS.LOG_DEBUG, logdest=RNS.LOG_STDOUT,
                              **({"require_shared_instance": True} if options.shared else {}))
    peer = Peer(reticulum)
    RNS.Transport.register_announce_handler(Announces())
    event("ready", version=RNS.__version__)
    for line in sys.stdin:
        threading.Thread(target=run, args=(peer, json.loads(line)), daemon=True).start()
    RNS.exit(0)


if __name__ == "__main__":
    main()
