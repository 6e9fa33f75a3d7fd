"""Links, requests, resources and channels between the endpoint machines and the Python reference, over a pipe."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

PEER = Path(os.environ.get("PLEXUS_BUILD", Path(__file__).parents[2] / "build" / "core")) / "tests" / "link_peer"

CONFIG = """[reticulum]
enable_transport = no
share_instance = no
[logging]
loglevel = 2
[interfaces]
[[pipe]]
type = PipeInterface
enabled = yes
command = sh -c "exec {peer} {seed} 2>{log}"
"""

COMMON = r"""
import sys, time, threading
import RNS

def counted(size):
    return bytes((i * 7 + i // 251 + (i * i >> 9)) & 255 for i in range(size))

def wait_for(condition, seconds=30):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, "timed out"
        time.sleep(0.01)

RNS.Reticulum(sys.argv[1])

def peer_says(*lines):
    wait_for(lambda: all(line in open(sys.argv[2]).read() for line in lines))

class Announces:
    aspect_filter = "plexus.peer"
    heard = []
    def received_announce(self, destination_hash, announced_identity, app_data):
        self.heard.append((destination_hash, announced_identity))

def link_to_peer():
    handler = Announces()
    RNS.Transport.register_announce_handler(handler)
    wait_for(lambda: handler.heard)
    destination = RNS.Destination(handler.heard[0][1], RNS.Destination.OUT, RNS.Destination.SINGLE, "plexus", "peer")
    # The status turns active before the round trip is told, and until then the far side answers nothing.
    established = threading.Event()
    link = RNS.Link(destination, established_callback=lambda link: established.set())
    assert established.wait(30)
    return link

def ask(link, path, data):
    done = []
    link.request(path, data, response_callback=lambda r: done.append((r.response.read() if r.metadata else r.response, r.metadata)),
                 failed_callback=lambda r: done.append(None))
    wait_for(lambda: done)
    return done[0]
"""

SCRIPTS = {
    "packets": r"""
link = link_to_peer()
got = []
link.set_packet_callback(lambda message, packet: got.append(message))
receipt = RNS.Packet(link, b"hello").send()
wait_for(lambda: got and receipt.status == RNS.PacketReceipt.DELIVERED)
assert got == [b"hello"]
identity = RNS.Identity()
link.identify(identity)
peer_says("identified " + identity.hash.hex())
link.teardown()
peer_says("closed 2")
""",
    "requests": r"""
link = link_to_peer()
for content in (None, "text", [1, 2.5, b"x"], {"a": True}, counted(400), counted(50000)):
    assert ask(link, "/echo", content)[0] == content, content
response, metadata = ask(link, "/file", None)
assert metadata == {"name": "counted"}
assert response == counted(300000)
""",
    "resources": r"""
link = link_to_peer()
link.set_resource_strategy(RNS.Link.ACCEPT_ALL)
back = []
def concluded(resource):
    back.append((resource.status, resource.data.read(), resource.metadata))
link.set_resource_concluded_callback(concluded)
for size, metadata in ((1, None), (464, None), (100000, {"name": "x"}), (1048575, None), (1048576, {"n": 1})):
    for data in (counted(size), b"again " * (size // 6 + 1)):
        sent = []
        RNS.Resource(data, link, metadata=metadata, callback=lambda r: sent.append(r.status))
        wait_for(lambda: sent and back, 120)
        assert sent == [RNS.Resource.COMPLETE]
        assert back.pop() == (RNS.Resource.COMPLETE, data, metadata), size
""",
    "channel": r"""
from RNS.Channel import MessageBase
class Message(MessageBase):
    MSGTYPE = 0x0101
    def __init__(self, data=b""): self.data = data
    def pack(self): return self.data
    def unpack(self, raw): self.data = raw
link = link_to_peer()
channel = link.get_channel()
channel.register_message_type(Message)
got = []
channel.add_message_handler(lambda message: got.append(message.data) or True)
for n in range(300):
    wait_for(channel.is_ready_to_send)
    channel.send(Message(b"%d" % n))
wait_for(lambda: len(got) == 300)
assert got == [b"%d" % n for n in range(300)]
""",
    "called": r"""
identity = RNS.Identity()
destination = RNS.Destination(identity, RNS.Destination.IN, RNS.Destination.SINGLE, "plexus", "python")
destination.set_proof_strategy(RNS.Destination.PROVE_ALL)
destination.register_request_handler("/echo", lambda path, data, request_id, remote, at: data, allow=RNS.Destination.ALLOW_ALL)
got, identified = [], []
def established(link):
    link.set_resource_strategy(RNS.Link.ACCEPT_ALL)
    link.set_remote_identified_callback(lambda link, identity: identified.append(identity))
    link.set_resource_concluded_callback(lambda r: got.append((r.status, r.data.read(), r.metadata)))
destination.set_link_established_callback(established)
wait_for(lambda: RNS.Transport.interfaces[0].online)
destination.announce()
wait_for(lambda: got and identified)
assert got == [(RNS.Resource.COMPLETE, counted(200000), {"name": "counted"})]
peer_says("established", "response short", "response long", "delivered", "resource out 6")
""",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_link(name, tmp_path):
    log = tmp_path / "peer.log"
    (tmp_path / "config").write_text(CONFIG.format(peer=PEER, seed=len(name), log=log))
    done = subprocess.run([sys.executable, "-c", COMMON + SCRIPTS[name], str(tmp_path), str(log)], capture_output=True, text=True,
                          timeout=170)
    said = log.read_text() if log.exists() else ""
    assert done.returncode == 0 and "Traceback" not in done.stderr + done.stdout, done.stdout + done.stderr + said
