"""The bridge's transport core behind fake interfaces: packets that the reference makes, and what comes of them."""
import random
import time

import pytest
import RNS
from bridge import Bridge, Refused
from RNS.Cryptography import hkdf

RNS.loglevel = RNS.LOG_CRITICAL
PATH_REQUEST = RNS.Destination.hash(None, "rnstransport", "path", "request")


@pytest.fixture(scope="module")
def bridge():
    started = Bridge()
    yield started
    assert started.close() == 0


class Core:
    """One transport core; its commands without their prefix."""

    def __init__(self, bridge, **given):
        self.bridge = bridge
        started = bridge("behavioral_start", **given)
        self.handle, self.identity = started["handle"], bytes.fromhex(started["identity_hash"])

    def __call__(self, command, **params):
        return self.bridge("behavioral_" + command, handle=self.handle, **params)

    def attach(self, name, **given):
        return self("attach_mock_interface", name=name, **given)["iface_id"]

    def inject(self, interface, raw):
        assert self("inject", iface_id=interface, raw=raw.hex()) == {}

    def drain(self, interface):
        return [bytes.fromhex(raw) for raw in self("drain_tx", iface_id=interface)["packets"]]

    def sent_within(self, interface, seconds, wanted=lambda packet: True):
        """The first such packet that leaves, of those that may take their time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for raw in self.drain(interface):
                if wanted(unpacked(raw)):
                    return unpacked(raw)
            time.sleep(0.02)
        return None


@pytest.fixture
def core(bridge):
    started = Core(bridge)
    yield started
    assert bridge("behavioral_stop", handle=started.handle) == {"stopped": True}


@pytest.fixture
def chance(request):
    return random.Random(request.node.name)


def unpacked(raw):
    packet = RNS.Packet(None, None)
    packet.raw = raw
    assert packet.unpack()
    return packet


class Announced:
    """A destination of somebody else, announced by the reference's own rules."""

    def __init__(self, chance, name="app.aspect", emitted=None, app_data=b"data"):
        self.identity = RNS.Identity.from_bytes(chance.randbytes(64))
        name_hash = RNS.Identity.full_hash(name.encode())[:10]
        self.hash = RNS.Identity.full_hash(name_hash + self.identity.hash)[:16]
        self.blob = chance.randbytes(5) + int(emitted or time.time()).to_bytes(5, "big")
        public = self.identity.get_public_key()
        signature = self.identity.sign(self.hash + public + name_hash + self.blob + app_data)
        self.data = public + name_hash + self.blob + signature + app_data

    def packet(self, hops=0, via=None, context=0):
        if via:
            return bytes([0x51, hops]) + via + self.hash + bytes([context]) + self.data
        return bytes([0x01, hops]) + self.hash + bytes([context]) + self.data


def data_for(destination, data, hops=0, via=None):
    return (bytes([0x50, hops]) + via if via else bytes([0x00, hops])) + destination + b"\x00" + data


def test_a_core_has_the_identity_that_it_is_given(bridge, chance):
    secret = chance.randbytes(64)
    core = Core(bridge, identity_seed=secret.hex())
    assert core.identity == RNS.Identity.from_bytes(secret).hash
    assert bridge("behavioral_stop", handle=core.handle) == {"stopped": True}
    assert bridge("behavioral_stop", handle=core.handle) == {"stopped": False}
    with pytest.raises(Refused, match="no such transport core"):
        core("read_tunnels")
    with pytest.raises(Refused, match="identity_seed"):
        Core(bridge, identity_seed="00" * 63)
    with pytest.raises(Refused, match="connected_to_shared_instance"):
        Core(bridge, connected_to_shared_instance=True)


def test_an_announce_makes_a_path(core, chance):
    west, heard = core.attach("west"), Announced(chance)
    raw = heard.packet(hops=3, via=chance.randbytes(16))
    core.inject(west, raw)
    path = core("read_path_table", dest=heard.hash.hex())
    assert path["found"] and path["hops"] == 4 and path["next_hop"] == raw[2:18].hex()
    assert path["random_blobs"] == [heard.blob.hex()] and path["receiving_interface"] == "MockInterface[west]"
    assert path["receiving_interface_hash"] == RNS.Identity.full_hash(b"MockInterface[west]").hex()
    assert path["packet_hash"] == unpacked(raw).get_hash().hex()
    assert abs(path["timestamp"] - time.time()) < 5 and path["expires"] - path["timestamp"] == pytest.approx(7 * 86400, abs=1)
    assert core("read_path_table", dest="00" * 16) == {"found": False}


@pytest.mark.parametrize("break_it", [
    lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), lambda raw: raw[:2] + bytes([raw[2] ^ 1]) + raw[3:], lambda raw: raw[:60],
    lambda raw: raw[:1] + b"\x80" + raw[2:]])
def test_a_broken_announce_makes_none(core, chance, break_it):
    west, heard = core.attach("west"), Announced(chance)
    raw = break_it(heard.packet())
    core.inject(west, raw)
    assert core("read_path_table", dest=raw[2:18].hex()) == {"found": False}


def test_an_announce_is_passed_on_after_a_while(core, chance):
    west, east, heard = core.attach("west"), core.attach("east"), Announced(chance)
    core.inject(west, heard.packet())
    waiting = core("read_announce_table", dest=heard.hash.hex())
    assert waiting["found"] and (waiting["retries"], waiting["hops"], waiting["attached_interface"]) == (0, 1, None)
    assert waiting["received_from"] == heard.hash.hex() and -1 < waiting["retransmit_timeout"] - time.time() < 1
    again = core.sent_within(east, 5)
    assert (again.header_type, again.hops, again.transport_id, again.data) == (1, 1, core.identity, heard.data)
    assert core("read_announce_table", dest=heard.hash.hex())["retries"] == 1


def test_time_can_be_put_forward(core, chance):
    west, east, heard = core.attach("west"), core.attach("east"), Announced(chance)
    core.inject(west, heard.packet())
    assert core.sent_within(east, 5)
    assert core("set_announce_timestamp", dest=heard.hash.hex(), retransmit_timeout=time.time()) == {"set": True}
    assert core.sent_within(east, 2), "the repetition is due in five seconds, but for the command"
    assert core("set_announce_timestamp", dest="00" * 16, retransmit_timeout=0) == {"set": False}


@pytest.mark.parametrize("enable_transport", [True, False])
def test_data_for_others_is_passed_on_by_transport_nodes(bridge, chance, enable_transport):
    core = Core(bridge, enable_transport=enable_transport)
    west, east, heard = core.attach("west"), core.attach("east"), Announced(chance)
    core.inject(east, heard.packet(hops=2, via=b"\x07" * 16))
    core.drain(west), core.drain(east)
    packet = data_for(heard.hash, b"payload" * 5, via=core.identity)
    core.inject(west, packet)
    sent = core.drain(east)
    if not enable_transport:
        assert sent == [] and core("read_reverse_table") == {"entries": []}
        return
    forwarded = unpacked(sent[0])
    assert (forwarded.hops, forwarded.transport_id, forwarded.data) == (1, b"\x07" * 16, b"payload" * 5)
    key = unpacked(packet).get_hash()[:16]
    back = core("read_reverse_table", dest=key.hex())
    assert back["found"] and (back["received_if"], back["outbound_if"]) == (west, east)
    assert (back["received_if_name"], back["outbound_if_name"]) == ("west", "east")
    proof = bytes([0x03, 0x00]) + key + b"\x00" + bytes(64)
    core.inject(east, proof)
    assert unpacked(core.drain(west)[0]).destination_hash == key
    assert core("read_reverse_table", dest=key.hex()) == {"found": False}
    core.inject(west, packet)
    assert core.drain(east) == [], "heard before"


def test_a_link_request_makes_an_entry(core, chance):
    west, east, heard = core.attach("west"), core.attach("east"), Announced(chance)
    core.inject(east, heard.packet())
    request = bytes([0x52, 0x00]) + core.identity + heard.hash + b"\x00" + chance.randbytes(64)
    core.inject(west, request)
    link = unpacked(request).get_hash()[:16]
    entry = core("read_link_table", link_id=link.hex())
    assert entry["found"] and (entry["next_hop_if"], entry["received_if"], entry["validated"]) == (east, west, False)
    assert (entry["hops"], entry["remaining_hops"], entry["destination_hash"]) == (1, 1, heard.hash.hex())
    assert 5 < entry["proof_timeout"] - time.time() < 8
    assert [one["link_id"] for one in core("read_link_table")["entries"]] == [link.hex()]
    assert core("read_link_table", link_id="00" * 16) == {"found": False}


def test_planted_entries_work_like_learned_ones(core):
    west, east = core.attach("west"), core.attach("east")
    link, key = "a1" * 16, "b2" * 16
    assert core("seed_link_table", dest=link, nh_iface_id=east, rcvd_iface_id=west, hops=1, rem_hops=1)["seeded"]
    core.inject(west, bytes([0x0C, 0x00]) + bytes.fromhex(link) + b"\x00" + b"over the link")
    assert unpacked(core.drain(east)[0]).data == b"over the link"
    assert core("seed_reverse_table", key=key, rcvd_iface_id=west, outb_iface_id=east) == {"seeded": True, "key": key}
    core.inject(east, bytes([0x03, 0x00]) + bytes.fromhex(key) + b"\x00" + bytes(64))
    assert len(core.drain(west)) == 1
    core("seed_link_table", dest="c3" * 16, nh_iface_id=east, rcvd_iface_id=west, timestamp_age_s=1000)
    core("seed_reverse_table", key="d4" * 16, rcvd_iface_id=west, outb_iface_id=east, timestamp_age_s=481)
    assert core("read_link_table", link_id="c3" * 16)["found"]
    assert core("force_cull") == {"culled": True}
    assert core("read_link_table", link_id="c3" * 16) == {"found": False}
    assert core("read_link_table", link_id=link)["found"]
    assert core("read_reverse_table", dest="d4" * 16) == {"found": False}


def test_old_paths_are_culled(core, chance):
    west = core.attach("west")
    old, young = Announced(chance), Announced(chance)
    for one in (old, young):
        core.inject(west, one.packet())
    then = time.time() - 7 * 86400 - 60
    assert core("set_path_timestamp", dest=old.hash.hex(), timestamp=then) == {"set": True}
    assert core("read_path_table", dest=old.hash.hex())["timestamp"] == pytest.approx(then, abs=0.01)
    core("force_cull")
    assert core("read_path_table", dest=old.hash.hex()) == {"found": False}
    assert core("read_path_table", dest=young.hash.hex())["found"]
    core("detach_interface", iface_id=west)
    core("force_cull")
    assert core("read_path_table", dest=young.hash.hex()) == {"found": False}
    for command, given in (("set_path_timestamp", {"timestamp": 1}), ("set_path_expires", {"expires": 1})):
        assert core(command, dest=old.hash.hex(), **given) == {"set": False}


@pytest.mark.parametrize("spoiled", [False, True])
def test_a_silent_path_gives_way_to_a_longer_one(core, chance, spoiled):
    west, heard = core.attach("west"), Announced(chance)
    core.inject(west, heard.packet(hops=1, via=b"\x01" * 16))
    if spoiled:
        assert core("mark_path_unresponsive", dest=heard.hash.hex()) == {"marked": True}
    core.inject(west, heard.packet(hops=5, via=b"\x02" * 16))
    assert core("read_path_table", dest=heard.hash.hex())["hops"] == (6 if spoiled else 2)
    assert core("mark_path_unresponsive", dest="00" * 16) == {"marked": False}


def test_the_filter(core, chance):
    west = core.attach("west")
    packet = data_for(chance.randbytes(16), b"data")
    for remember, accepted in ((False, True), (True, True), (True, False)):
        answer = core("packet_filter", raw=packet.hex(), remember=remember)
        assert (answer["accepted"], answer["packet_hash"]) == (accepted, unpacked(packet).get_hash().hex())
    foreign = data_for(chance.randbytes(16), b"data", via=b"\x09" * 16)
    assert not core("packet_filter", raw=foreign.hex())["accepted"]
    plain = bytes([0x08, 2]) + chance.randbytes(16) + b"\x00data"
    assert not core("packet_filter", raw=plain.hex())["accepted"]
    other = data_for(chance.randbytes(16), b"data")
    heard = core("inbound_remembered", iface_id=west, raw=other.hex())
    assert heard["hashlist_grew"] and heard["in_hashlist"] and heard["unpackable"]
    assert not core("inbound_remembered", iface_id=west, raw="0011")["unpackable"]


def masked(raw, name, key, size):
    """As Transport.transmit does it."""
    origin = b"".join(RNS.Identity.full_hash(part.encode()) for part in (name, key) if part is not None)
    ifac_key = hkdf(length=64, derive_from=RNS.Identity.full_hash(origin), salt=RNS.Reticulum.IFAC_SALT, context=None)
    code = RNS.Identity.from_bytes(ifac_key).sign(raw)[-size:]
    mask = hkdf(length=len(raw) + size, derive_from=code, salt=ifac_key, context=None)
    whole = bytes([raw[0] | 0x80, raw[1]]) + code + raw[2:]
    return bytes(b if 2 <= i < 2 + size else (b ^ mask[i]) | (0x80 if i == 0 else 0) for i, b in enumerate(whole))


@pytest.mark.parametrize("name,key,size", [("net", "secret", 16), ("net", None, 8), (None, "secret", 64)])
def test_access_codes(core, chance, name, key, size):
    answer = core("attach_mock_interface", name="closed", ifac_netname=name, ifac_netkey=key, ifac_size=size)
    closed, heard = answer["iface_id"], Announced(chance)
    assert answer["ifac_size"] == size
    frame = masked(heard.packet(), name, key, size)
    assert core("ifac_mask", iface_id=closed, raw=heard.packet().hex())["masked"] == frame.hex()
    core.inject(closed, heard.packet())
    core.inject(closed, frame[:-1] + bytes([frame[-1] ^ 1]))
    assert core("read_path_table", dest=heard.hash.hex()) == {"found": False}
    core.inject(closed, frame)
    assert core("read_path_table", dest=heard.hash.hex())["found"]
    with pytest.raises(Refused, match="no access code"):
        core("ifac_mask", iface_id=core.attach("open"), raw=heard.packet().hex())


@pytest.mark.parametrize("strategy", [None, "all"])
def test_packets_for_our_own_destinations_are_opened_and_proved(core, chance, strategy):
    west, secret = core.attach("west"), chance.randbytes(64)
    identity = RNS.Identity.from_bytes(secret)
    given = {"proof_strategy": strategy} if strategy else {}
    ours = core("register_destination", app_name="app", aspects=["in"], identity_seed=secret.hex(), **given)["destination_hash"]
    assert ours == RNS.Destination.hash(identity, "app", "in").hex()
    packet = data_for(bytes.fromhex(ours), identity.encrypt(b"hello"))
    core.inject(west, packet)
    core.inject(west, data_for(bytes.fromhex(ours), bytes(100)))
    assert core("read_destination_deliveries", dest=ours) == {"count": 1, "deliveries": [b"hello".hex()]}
    proofs = core.drain(west)
    assert len(proofs) == (1 if strategy else 0)
    if strategy:
        proof = unpacked(proofs[0])
        assert proof.destination_hash == unpacked(packet).get_hash()[:16]
        assert identity.validate(proof.data, unpacked(packet).get_hash())


def test_path_requests_are_sent_and_answered(core, chance):
    west, secret = core.attach("west"), chance.randbytes(64)
    ours = core("register_destination", app_name="app", identity_seed=secret.hex())["destination_hash"]
    asked = core("request_path", iface_id=west, dest="12" * 16, tag="34" * 16)
    request = unpacked(core.drain(west)[0])
    assert asked == {"tag": "34" * 16} and request.destination_hash == PATH_REQUEST
    assert request.data == b"\x12" * 16 + core.identity + b"\x34" * 16
    core.inject(west, bytes([0x08, 0]) + PATH_REQUEST + b"\x00" + bytes.fromhex(ours) + chance.randbytes(16))
    answer = core.sent_within(west, 3, lambda packet: packet.packet_type == RNS.Packet.ANNOUNCE)
    assert answer.destination_hash.hex() == ours and answer.context == RNS.Packet.PATH_RESPONSE
    assert RNS.Identity.validate_announce(answer, only_validate_signature=True)


def test_listeners_hear_what_they_want(core, chance):
    west = core.attach("west")
    every = core("register_announce_handler", num_params=4)["handler_id"]
    some = core("register_announce_handler", aspect_filter="app.aspect")["handler_id"]
    eager = core("register_announce_handler", receive_path_responses=True)["handler_id"]
    assert core("register_announce_handler", omit_aspect_filter=True)["registered"] is False
    wanted, other, answer = Announced(chance), Announced(chance, name="app.other"), Announced(chance)
    core.inject(west, wanted.packet())
    core.inject(west, other.packet())
    core.inject(west, answer.packet(context=RNS.Packet.PATH_RESPONSE))
    calls = {name: core("read_announce_handler_calls", handler_id=name)["calls"] for name in (every, some, eager)}
    assert [call["destination_hash"] for call in calls[every]] == [wanted.hash.hex(), other.hash.hex()]
    assert calls[every][0]["announce_packet_hash"] == unpacked(wanted.packet()).get_hash().hex()
    assert calls[some] == [{"destination_hash": wanted.hash.hex(), "announced_identity_hash": wanted.identity.hash.hex(),
                            "app_data": b"data".hex()}]
    assert [call["destination_hash"] for call in calls[eager]] == [one.hash.hex() for one in (wanted, other, answer)]


def test_announce_rates(bridge, chance):
    core = Core(bridge, announce_rate_target=3600, announce_rate_grace=0, announce_rate_penalty=60)
    west = core.attach("west")
    first = Announced(chance, emitted=time.time())
    core.inject(west, first.packet())
    rate = core("read_announce_rate", dest=first.hash.hex())
    assert rate["found"] and rate["rate_violations"] == 0 and len(rate["timestamps"]) == 1
    assert abs(rate["last"] - time.time()) < 5
    assert core("read_announce_rate", dest="00" * 16) == {"found": False}


def test_tunnels(core, bridge, chance):
    other = Core(bridge)
    over, west = other.attach("uplink"), core.attach("west")
    made = other("synthesize_tunnel", iface_id=over)
    request = other.drain(over)[0]
    assert len(unpacked(request).data) == 64 + 32 + 16 + 64
    core.inject(west, request)
    tunnel = core("read_tunnels")["tunnels"][0]
    assert (tunnel["tunnel_id"], tunnel["interface_id"], tunnel["num_paths"]) == (made["tunnel_id"], west, 0)
    heard = Announced(chance)
    core.inject(west, heard.packet())
    assert core("read_tunnels")["tunnels"][0]["num_paths"] == 1


def test_held_announces_leave_fewest_hops_first(core, chance):
    west = core.attach("west")
    far, near = Announced(chance), Announced(chance)
    answer = core("hold_and_release_announce", iface_id=west,
                  announces=[far.packet(hops=5, via=b"\x01" * 16).hex(), near.packet(hops=1, via=b"\x01" * 16).hex()])
    assert sorted(answer["held_before"]) == sorted([far.hash.hex(), near.hash.hex()])
    assert answer["released"] == [near.hash.hex()] and answer["held_after"] == [far.hash.hex()]
    assert answer["hops"] == {far.hash.hex(): 5, near.hash.hex(): 1}
    assert core("read_path_table", dest=near.hash.hex())["hops"] == 2


def test_local_clients_do_not_count_as_a_hop(core, chance):
    client, west, heard = core.attach("client", local_client=True), core.attach("west"), Announced(chance)
    core.inject(client, heard.packet())
    assert core("read_path_table", dest=heard.hash.hex())["hops"] == 0
    assert core.sent_within(west, 3).destination_hash == heard.hash


def test_blackholed_identities(core, chance):
    west, heard = core.attach("west"), Announced(chance)
    core.inject(west, heard.packet())
    who = heard.identity.hash.hex()
    assert core("blackhole_identity", identity_hash=who, until=time.time() + 100, reason="loud") == {"blackholed": True}
    assert core("blackhole_identity", identity_hash=who) == {"blackholed": False}
    table = core("read_blackhole_table")
    assert table["count"] == 1 and table["entries"][0]["source"] == core.identity.hex()
    assert (table["entries"][0]["identity_hash"], table["entries"][0]["reason"]) == (who, "loud")
    assert core("read_path_table", dest=heard.hash.hex()) == {"found": False}
    core.inject(west, heard.packet())
    assert core("read_path_table", dest=heard.hash.hex()) == {"found": False}
    files = core("blackhole_storage_files")["files"]
    assert [file["name"] for file in files] == ["local"]
    with open(core("blackhole_storage_files")["dir"] + "/local", "rb") as file:
        stored = RNS.vendor.umsgpack.unpackb(file.read())
    assert stored[heard.identity.hash]["reason"] == "loud"
    core("blackhole_clear")
    assert core("read_blackhole_table")["count"] == 0
    assert core("blackhole_reload") == {"count": 1}
    source = chance.randbytes(16).hex()
    core("blackhole_rename_storage", src="local", dst=source)
    core("blackhole_clear")
    assert core("blackhole_reload") == {"count": 0}
    assert core("blackhole_set_sources", sources=[source]) == {"count": 1}
    assert core("blackhole_reload") == {"count": 1}
    assert core("read_blackhole_table")["entries"][0]["source"] == source
    assert core("blackhole_clear_storage") == {"removed": 1}
    core("blackhole_clear")
    core.inject(west, heard.packet())
    assert core("unblackhole_identity", identity_hash=who) == {"lifted": False}
    with pytest.raises(Refused, match="identity_hash"):
        core("blackhole_identity", identity_hash="00" * 15)
