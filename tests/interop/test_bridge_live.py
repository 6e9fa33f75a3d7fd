"""The bridge's live node with the Python reference at the other end of a TCP connection, both ways, and with another
bridge for what can be seen at both ends."""
import hashlib
import os
import random
import time

import pytest
from bridge import Bridge, Refused
from harness import tcp_client
from peer import octets_of
from RNS import Identity

APP = {"app_name": "interop", "aspects": ["node"]}


@pytest.fixture(params=[{}, {"network_name": "net", "passphrase": "secret"}], ids=["open", "closed"])
def pair(request, world):
    """A bridge that listens, and a peer of the reference that is connected to it."""
    bridge = Bridge()
    started = bridge("wire_start_tcp_server", **request.param)
    peer = world.peer("python", {"up": tcp_client(started["port"], **request.param)}).ready()
    peer.call("wait_online")
    yield bridge, started["handle"], peer
    assert bridge("wire_stop", handle=started["handle"]) == {"stopped": True}
    assert bridge.close() == 0


def announced(bridge, handle, peer):
    """A destination of the peer that the bridge knows."""
    there = peer.call("destination")
    peer.call("announce", at=there["hash"], app_data="aabb")
    assert bridge("wire_poll_path", handle=handle, destination_hash=there["hash"]) == {"found": True, "hops": 1}
    return there


def test_announces_go_both_ways(pair):
    bridge, handle, peer = pair
    there = announced(bridge, handle, peer)
    assert bridge("wire_identity_recall", handle=handle, destination_hash=there["hash"]) == {
        "found": True, "app_data": "aabb", "public_key": there["public_key"], "hash": there["identity"]}
    by_owner = bridge("wire_identity_recall", handle=handle, destination_hash=there["identity"], from_identity_hash=True)
    assert by_owner["hash"] == there["identity"]
    ours = bridge("wire_announce", handle=handle, app_name="interop", aspects=["bridge"], app_data="1234")
    known = peer.call("path", to=ours["destination_hash"], request=False)
    assert known == {"hops": 1, "app_data": "1234"}
    entry = bridge("wire_read_path_entry", handle=handle, destination_hash=there["hash"])
    assert entry["found"] and entry["hops"] == 1 and entry["next_hop"] == there["hash"]
    assert abs(entry["timestamp"] / 1000 - time.time()) < 60
    heard = bridge("wire_get_received_packets")
    announces = [packet for packet in heard["packets"] if packet["destination_hash_hex"] == there["hash"] and packet["packet_type"] == 1]
    masked = [packet for packet in heard["packets"] if int(packet["raw_hex"][:2], 16) & 0x80]
    assert announces or masked, "the tap is before the access code"
    assert bridge("wire_get_received_packets", since_seq=heard["highest_seq"])["packets"] == []
    assert bridge("wire_tx_bytes", handle=handle)["tx_bytes"] > 0


def test_packets_and_their_proofs(pair):
    bridge, handle, peer = pair
    there = announced(bridge, handle, peer)
    sent = bridge("wire_send_packet_with_proof_request", handle=handle, destination_hash=there["hash"], data="beef", **APP)
    assert sent["delivered"] and sent["proof_is_implicit"] and sent["hops"] == 1
    assert peer.expect("packet", at=there["hash"])["data"] == "beef"
    identity = Identity(create_keys=False)
    identity.load_public_key(bytes.fromhex(there["public_key"]))
    assert identity.validate(bytes.fromhex(sent["proof_data"]), bytes.fromhex(sent["proved_packet_hash"]))
    ours = bridge("wire_listen", handle=handle, proof_strategy="all", **APP)
    peer.call("path", to=ours["destination_hash"])
    assert peer.call("send", to=ours["destination_hash"], data="cafe")["delivered"]
    assert bridge("wire_opportunistic_poll", handle=handle, destination_hash=ours["destination_hash"])["packets"] == ["cafe"]
    sent = bridge("wire_send_packet", handle=handle, destination_hash=there["hash"], data="01", **APP)
    status = bridge("wire_packet_receipt_status", handle=handle, receipt_id=sent["receipt_id"], timeout_ms=5000)
    assert status == {"status": 2, "status_name": "DELIVERED", "delivered": True, "proved": True}


def test_a_link_to_the_reference(pair, chance):
    bridge, handle, peer = pair
    there = announced(bridge, handle, peer)
    link = bridge("wire_link_open", handle=handle, destination_hash=there["hash"], **APP)["link_id"]
    accepted = peer.expect("link")
    assert accepted["link"] == link
    status = bridge("wire_link_status", handle=handle, link_id=link)
    assert (status["status_name"], status["mtu"], status["remote_identified"]) == ("ACTIVE", accepted["mtu"], False)
    on = {"handle": handle, "link_id": link}
    sent = bridge("wire_send_link_data", **on, data="0102")
    assert peer.expect("link_packet")["data"] == "0102"
    me = bridge("wire_identity_keypair")
    assert bridge("wire_link_identify", **on, private_key=me["private_key"])["identity_hash"] == me["hash"]
    assert peer.expect("identified")["identity"] == me["hash"]
    payload = chance.randbytes(100_000)
    resource = bridge("wire_resource_send", **on, data=payload.hex())
    assert resource["success"] and resource["status"] == 6 and not resource["has_metadata"] and resource["size"] == len(payload)
    there_now = peer.expect("resource", timeout=20)
    assert there_now["sha256"] == hashlib.sha256(payload).hexdigest()
    answer = bridge("wire_link_request", **on, path="/echo", data="00ff")
    assert (answer["status"], answer["response"]) == ("ready", "00ff")
    large = bridge("wire_link_request_large", **on, path="/echo", data=chance.randbytes(5000).hex(), timeout_ms=20000)
    assert large["status"] == "ready" and len(large["response"]) == 10000
    text = bridge("wire_channel_send", **on, data=b"words".hex())
    assert text["delivered"] and text["tries"] == 1 and text["sequence"] == 0
    assert bridge("wire_link_teardown", **on) == {"torn_down": True}
    assert peer.expect("closed")["reason"] == 2
    assert bridge("wire_link_status", **on)["teardown_reason_name"] == "INITIATOR_CLOSED"
    assert bridge("wire_send_over_closed_link", **on, data="00") == {
        "link_status": 4, "link_status_name": "CLOSED", "sent": False, "bytes_transmitted": 0}
    assert sent["sent"]


def test_a_link_from_the_reference(pair):
    bridge, handle, peer = pair
    ours = bridge("wire_listen", handle=handle, proof_strategy="all", **APP)["destination_hash"]
    at = {"handle": handle, "destination_hash": ours}
    bridge("wire_register_request_handler", **at, path="/echo", response="c0ffee")
    bridge("wire_register_request_handler", **at, path="/none", response_none=True, allow="none")
    peer.call("path", to=ours)
    link = peer.call("link", to=ours)
    status = bridge("wire_listener_link_status", **at, timeout_ms=5000)
    assert status["found"] and status["status_name"] == "ACTIVE" and status["mtu"] == link["mtu"]
    assert peer.call("link_send", link=link["link"], data="0304")["delivered"]
    assert bridge("wire_link_poll", **at)["packets"][0] == "0304"
    peer.call("resource", link=link["link"], size=50_000, seed=3)
    assert bridge("wire_resource_poll", **at)["resources"] == [octets_of(3, 50_000).hex()]
    assert bridge("wire_resource_receiver_status", **at)["status_name"] == "COMPLETE"
    assert peer.call("request", link=link["link"], path="/echo", data="asked")["response"]["size"] == 3
    log = bridge("wire_get_request_log", **at, path="/echo")
    assert log["count"] >= 1 and log["entries"][0]["link_id"] == link["link"]
    assert bridge("wire_deregister_request_handler", **at, path="/echo") == {"deregistered": True}
    assert bridge("wire_deregister_request_handler", **at, path="/echo") == {"deregistered": False}
    me = peer.call("destination", aspect="me")
    peer.call("identify", link=link["link"], as_destination=me["hash"])
    end = time.monotonic() + 10
    while not (status := bridge("wire_listener_link_status", **at))["remote_identified"] and time.monotonic() < end:
        time.sleep(0.02)
    assert status["remote_identity_hash"] == me["identity"]
    peer.call("close", link=link["link"])
    closed = bridge("wire_link_await_status", handle=handle, link_id=link["link"], target_status="CLOSED")
    assert closed["reached"] and closed["teardown_reason_name"] == "INITIATOR_CLOSED"


@pytest.fixture
def chance(request):
    return random.Random(request.node.name)


@pytest.fixture
def two(chance):
    """Two bridges with a connection between them, and a link from the second to the first."""
    one, other = Bridge(), Bridge()
    server = one("wire_start_tcp_server")
    client = other("wire_start_tcp_client", target_host="127.0.0.1", target_port=server["port"])
    listening = one("wire_listen", handle=server["handle"], enable_ratchets=True, **APP)
    assert other("wire_poll_path", handle=client["handle"], destination_hash=listening["destination_hash"])["found"]
    yield one, {"handle": server["handle"], "destination_hash": listening["destination_hash"]}, other, client["handle"]
    assert one.close() == other.close() == 0


def test_streams_between_bridges(two, chance):
    one, at, other, handle = two
    link = other("wire_link_open", handle=handle, destination_hash=at["destination_hash"], **APP)["link_id"]
    data = chance.randbytes(20_000) + bytes(20_000)
    written = other("wire_buffer_stream", handle=handle, link_id=link, data=data.hex())
    assert written["written"] == len(data) and written["eof"] and written["tx_ring_after"] == 0
    assert one("wire_buffer_received", **at) == {"data": data.hex(), "eof": True, "aborted": False, "error": None}
    for number in range(20):
        assert other("wire_channel_send", handle=handle, link_id=link, data="%04x" % number)["sequence"] >= number
    assert one("wire_channel_received", handle=at["handle"], link_id=link)["messages"] == ["%04x" % n for n in range(20)]
    described = other("wire_resource_send", handle=handle, link_id=link, data=data.hex(), metadata="0a0b")
    assert described["success"] and described["has_metadata"] and not described["split"]
    there = one("wire_resource_receiver_status", **at)
    assert (there["status_name"], there["data"], there["metadata"]) == ("COMPLETE", data.hex(), "0a0b")
    window = other("wire_channel_window", handle=handle, link_id=link)
    assert window["window_max"] >= window["window"] > 2 and window["tx_ring"] == 0
    assert one("wire_listener_channel_rx", **at)["next_rx_sequence"] == window["next_sequence"]
    slow = other("wire_channel_profile", handle=handle, link_id=link, rtt=2.0)
    assert (slow["window"], slow["window_max"], slow["window_flexibility"]) == (1, 1, 1)
    formula = other("wire_channel_timeout_formula", handle=handle, link_id=link, rtt=0.5, tries=3, ring_depth=2)
    assert formula["timeout"] == pytest.approx(1.5 ** 2 * 0.5 * 2.5 * (2 + 1.5))


def test_ratchets_between_bridges(two):
    one, at, other, handle = two
    to = at["destination_hash"]
    current = one("wire_read_ratchets", **at)["current_ratchet_id"]
    assert other("wire_get_adopted_ratchet", destination_hash=to)["ratchet_id"] == current
    sealed = other("wire_encrypt_to_remote", destination_hash=to, plaintext="5555")
    assert sealed["used_ratchet"] and sealed["ratchet_id"] == current
    assert one("wire_destination_decrypt", **at, ciphertext=sealed["ciphertext"]) == {
        "decrypted": True, "plaintext": "5555", "latest_ratchet_id": current}
    turned = one("wire_rotate_ratchet", **at, last_rotation_ago_s=3600)
    assert turned["rotated"] and turned["after_count"] == 2 and turned["previous_ratchet_id"] == current
    assert not one("wire_rotate_ratchet", **at)["rotated"]
    assert one("wire_destination_decrypt", **at, ciphertext=sealed["ciphertext"])["latest_ratchet_id"] == current
    assert one("wire_set_retained_ratchets", **at, n=1)["ratchet_count"] == 1
    assert not one("wire_destination_decrypt", **at, ciphertext=sealed["ciphertext"])["decrypted"]
    trip = one("wire_ratchet_file_roundtrip", **at)
    assert trip["reload_ok"] and trip["roundtrip_match"] and len(trip["ratchet_ids"]) == 1
    latest = one("wire_destination_latest_ratchet_id", **at, data="77")
    assert latest["match"] and latest["plaintext"] == "77"


def test_forged_proofs_prove_nothing(two):
    one, at, other, handle = two
    sent = other("wire_send_packet", handle=handle, destination_hash=at["destination_hash"], data="01", **APP)
    for variant in ("forged_implicit", "forged_explicit", "wrong_hash_explicit", "wrong_length_short", "wrong_length_mid",
                    "wrong_length_long"):
        answer = other("wire_inject_crafted_proof", handle=handle, receipt_id=sent["receipt_id"], variant=variant)
        assert not answer["validated"] and answer["status_name"] == "SENT"


def test_forged_link_packets_change_nothing(two):
    one, at, other, handle = two
    link = other("wire_link_open", handle=handle, destination_hash=at["destination_hash"], **APP)["link_id"]
    assert one("wire_listener_link_status", **at, timeout_ms=5000)["found"]
    on = {"handle": at["handle"], "link_id": link}
    for variant in ("forged_signature", "wrong_signed_data", "wrong_length", "valid"):
        answer = one("wire_inject_crafted_link_identify", **on, variant=variant)
        assert answer["adopted"] == (variant == "valid") and not answer["initiator"]
    for corruption, unpacked in (("ciphertext", True), ("hmac", True), ("truncate", True), ("foreign_interface", True), ("none", True)):
        answer = one("wire_inject_tampered_link_data", **on, data="0102", corruption=corruption)
        assert answer == {"corruption": corruption, "unpacked": unpacked, "delivered": corruption == "none", "link_active": True,
                          "status_name": "ACTIVE"}
    assert not one("wire_send_forged_link_close", **on, forged_id="11" * 16)["torn_down"]
    injected = one("wire_channel_inject", **on, envelopes=[{"sequence": 1, "data": "bb"}, {"sequence": 0, "data": "aa"}])
    assert injected == {"injected": [1, 0]}
    assert one("wire_channel_received", **on)["messages"] == ["aa", "bb"]
    assert one("wire_inject_closed_link_data", **on)["delivered"] is False
    assert one("wire_link_status", **on)["status_name"] == "CLOSED"


def test_link_requests_and_proofs_as_they_should_not_be(two):
    one, at, _, _ = two
    on = {"handle": at["handle"]}
    for variant, accepted in (("valid64", True), ("valid67", True), ("size_63", False), ("size_66", False), ("size_0", False), ("bad_mode", False)):
        answer = one("wire_inject_crafted_link_request", **on, variant=variant, hops=3)
        assert answer["accepted"] == accepted, variant
        assert (answer["establishment_timeout"] == pytest.approx(3 * 6 + 360)) if accepted else answer["mtu"] is None
    for variant in ("valid", "forged_signature", "wrong_signed_data", "non_pending", "wrong_size", "mode_mismatch"):
        assert one("wire_inject_crafted_lrproof", **on, variant=variant)["activated"] == (variant == "valid"), variant
    for accepts in (True, False):
        assert one("wire_link_accept_gate", **on, accepts=accepts, app_name="gate%d" % accepts)["link_created"] == accepts
    payload = one("wire_link_request_payload", **on)
    assert payload["request_data_hex"] == payload["pub_bytes"] + payload["sig_pub_bytes"] + payload["signalling_bytes"]
    assert (payload["len"], payload["mtu"], payload["mode"]) == (67, 500, 1)
    proof = one("wire_capture_lrproof_frame", **on)
    assert proof["raw"][4:36] == proof["link_id"] and (proof["packet_type"], proof["context"], proof["flags"]) == (3, 0xFF, 0x0F)


def test_keepalives_and_ends(two):
    one, at, other, handle = two
    link = other("wire_link_open", handle=handle, destination_hash=at["destination_hash"], **APP)["link_id"]
    assert one("wire_listener_link_status", **at, timeout_ms=5000)["found"]
    on = {"handle": at["handle"], "link_id": link}
    answer = one("wire_send_keepalive_probe", **on)
    assert (answer["answered"], answer["last_inbound_advanced"], answer["last_data_advanced"]) == (False, True, False), (
        "as in the reference, nobody answers who sent something within the keepalive interval")
    assert one("wire_last_keepalive", **on) == {"payload": None}
    assert not one("wire_send_keepalive_probe", **on, value="fe")["answered"]
    assert other("wire_link_set_rtt", handle=handle, link_id=link, rtt=0.25)["rtt"] == 0.25
    key = other("wire_identity_keypair")["private_key"]
    pending = other("wire_link_identify_pending", handle=handle, destination_hash=at["destination_hash"], private_key=key, **APP)
    assert (pending["identify_packet_sent"], pending["status_name"]) == (False, "PENDING")
    ended = other("wire_link_teardown_emission", handle=handle, link_id=link)
    assert (ended["pending_linkclose_emitted"], ended["active_linkclose_emitted"], ended["active_status_before"]) == (0, 1, "ACTIVE")
    for variant in ("valid_explicit", "valid_implicit", "forged_explicit", "wrong_hash_explicit"):
        answer = other("wire_inject_single_proof_format", handle=handle, variant=variant)
        assert answer["validated"] == variant.startswith("valid"), variant


def test_resources_part_by_part(two):
    _, at, other, handle = two
    link = other("wire_link_open", handle=handle, destination_hash=at["destination_hash"], **APP)["link_id"]
    on = {"handle": handle, "link_id": link}
    made = other("wire_resource_create", **on, data="61" * 2000, force_sdu=200, auto_compress=False)
    assert made["num_parts"] == len(made["parts"]) == -(-made["size"] // 200) and made["sdu"] == 200 and not made["compressed"]
    for part, mapped in zip(made["parts"], range(0, len(made["hashmap"]), 8)):
        wanted = hashlib.sha256(bytes.fromhex(part)[19:] + bytes.fromhex(made["random_hash"])).hexdigest()[:8]
        assert made["hashmap"][mapped:mapped + 8] == wanted
    payload = bytes.fromhex("61" * 2000)
    assert made["hash"] == hashlib.sha256(payload + bytes.fromhex(made["random_hash"])).hexdigest()
    assert made["expected_proof"] == hashlib.sha256(payload + bytes.fromhex(made["hash"])).hexdigest()
    assert other("wire_resource_create", **on, data="61" * 2000)["compressed"]
    half = other("wire_resource_progress", **on)
    assert half["received_count"] == half["fed"] and 0 == half["progress_initial"] < half["progress_mid"] < 1
    state = other("wire_resource_receiver_request_state", **on, n=2)
    assert (state["window"], state["window_min"], state["window_max"]) == (4, 2, 10)
    assert (state["consecutive_height_initial"], state["consecutive_height_after"], state["received_count"]) == (-1, 1, 2)
    counted = other("wire_resource_receiver_proof_count", **on)
    assert (counted["proofs_before_final"], counted["proofs_after_assembly"], counted["complete"]) == (0, 1, True)
    for variant in ("valid", "beyond_window", "duplicate_filled", "forged_map_hash"):
        assert other("wire_inject_crafted_resource_part", **on, variant=variant)["accepted"] == (variant == "valid"), variant
    for variant in ("valid", "corrupt"):
        answer = other("wire_inject_corrupt_assembled_resource", **on, variant=variant)
        assert answer["complete"] == answer["proof_sent"] == (variant == "valid") == (not answer["corrupt"])
    update = other("wire_inject_hashmap_update", **on)
    assert update["grew_on_first"] and not update["grew_on_duplicate"] and update["height_after_advert"] == 74
    window = other("wire_resource_window_inheritance", **on)
    assert window["completed_1"] and window["window2_initial"] == window["window_after_complete"] == window["link_last_window"]
    for variant in ("garbage", "missing_key"):
        assert not other("wire_inject_malformed_resource_adv", **on, variant=variant)["inbound_started"]


def test_raw_frames(chance):
    started = [Bridge(), Bridge(), Bridge()]
    closed = {"network_name": "net", "passphrase": "secret"}
    for bridge, other, keys in ((started[0], started[1], closed), (started[0], started[2], {})):
        server = bridge("wire_start_tcp_server", **keys)
        client = other("wire_start_tcp_client", target_host="127.0.0.1", target_port=server["port"], **keys)["handle"]
        if keys:
            for variant, learned in (("masked_full", True), ("masked_short", False), ("plain_on_ifac", False), ("min_short", False)):
                assert other("wire_inject_raw_frame", handle=client, variant=variant)["learned"] == learned, variant
            built = other("wire_inject_raw_frame", handle=client, variant="build_masked")
            assert built["ifac_size"] == 16 and int(built["raw"][:2], 16) & 0x80
            code = other("wire_ifac_compute", handle=client, packet_data="0102")
            assert code["signature"].endswith(code["ifac"]) and len(code["ifac"]) == 32
            assert other("wire_ifac_signature", handle=client)["ifac_key"] == code["ifac_key"]
        else:
            assert other("wire_inject_raw_frame", handle=client, variant="plain_on_open")["learned"]
            outside = other("wire_inject_raw_frame", handle=client, variant="inject_external", raw=built["raw"], dest_hash=built["dest_hash"])
            assert not outside["learned"]
    for bridge in started:
        assert bridge.close() == 0


def test_what_is_refused(two):
    one, at, other, handle = two
    for command, given, why in [
            ("wire_link_status", {"handle": handle, "link_id": "00" * 16}, "no such link"),
            ("wire_link_open", {"handle": handle, "destination_hash": "00" * 16, **APP}, "no announce"),
            ("wire_send_packet", {"handle": handle, "destination_hash": at["destination_hash"][:-2], **APP}, "16 octets"),
            ("wire_link_poll", {"handle": handle, "destination_hash": "00" * 16, "timeout_ms": 1}, "nobody listens"),
            ("wire_start_tcp_server", {"share_instance": True}, "share_instance"),
            ("wire_ifac_signature", {"handle": handle}, "no access code"),
            ("wire_poll_path", {"handle": "none", "destination_hash": "00" * 16}, "no such node")]:
        with pytest.raises(Refused, match=why):
            other(command, **given)
    sent = other("wire_send_packet", handle=handle, destination_hash=at["destination_hash"], data="00" * 383, **APP)
    assert sent["sent"]
    with pytest.raises(Refused, match="data"):
        other("wire_send_packet", handle=handle, destination_hash=at["destination_hash"], data="00" * 384, **APP)


def test_pure_parts_of_the_live_chapters(two, chance):
    _, _, bridge, handle = two
    for mtu, mode, encoded in ((500, 1, "2001f4"), (262144, 1, "240000"), (500, 0, None), (500, 9, None)):
        answer = bridge("wire_link_signalling_bytes", mtu=mtu, mode=mode)
        assert (answer["signalling_bytes"], answer["raised"]) == (encoded, encoded is None)
    assert (answer["mtu_bytemask"], answer["mode_bytemask"], answer["enabled_modes"]) == (0x1FFFFF, 0xE0, [1])
    assert bridge("wire_channel_envelope_pack", msgtype=0x101, sequence=7, data="aabb")["raw"] == "010100070002aabb"
    piece = bridge("wire_buffer_pack", stream_id=5, data="aabb", eof=True)
    assert piece == {"raw": "8005aabb", "msgtype": 0xFF00}
    assert bridge("wire_buffer_pack", stream_id=0, unpack_raw="8005aabb") == {
        "stream_id": 5, "eof": True, "compressed": False, "data": "aabb"}
    assert "error" in bridge("wire_buffer_pack", stream_id=0x4000)
    group = bridge("wire_group_create", handle=handle, app_name="group")
    sealed = bridge("wire_group_encrypt", handle=handle, destination_hash=group["destination_hash"], plaintext="0102")
    assert bridge("wire_group_decrypt", handle=handle, destination_hash=group["destination_hash"], ciphertext=sealed["ciphertext"]) == {
        "plaintext": "0102", "decrypted": True}
    assert bridge("wire_plain_encrypt", handle=handle, app_name="a", plaintext="0102") == {"ciphertext": "0102", "passthrough": True}
    keys, ratchet = bridge("wire_identity_keypair"), bridge("wire_ratchet_keypair")
    sealed = bridge("wire_identity_encrypt", public_key=keys["public_key"], plaintext="33", ratchet_pub=ratchet["public_key"])
    assert bridge("wire_identity_decrypt", private_key=keys["private_key"], ciphertext=sealed["ciphertext"],
                  ratchets=[ratchet["private_key"]]) == {"plaintext": "33", "decrypted": True}


def test_pipes_and_a_relay_between_them(world, tmp_path):
    fifos = [str(tmp_path / name) for name in ("there", "back")]
    for fifo in fifos:
        os.mkfifo(fifo)
    end, relay, far = Bridge(), Bridge(), Bridge()
    one = end("wire_start_pipe_peer", read_fifo=fifos[1], write_fifo=fifos[0])["handle"]
    middle = relay("wire_start_pipe_tcp_relay", read_fifo=fifos[0], write_fifo=fifos[1])
    other = far("wire_start_tcp_client", target_host="127.0.0.1", target_port=middle["port"])["handle"]
    ours = end("wire_listen", handle=one, proof_strategy="all", **APP)["destination_hash"]
    far("wire_request_path", handle=other, destination_hash=ours)
    assert far("wire_poll_path", handle=other, destination_hash=ours, timeout_ms=15000) == {"found": True, "hops": 2}
    link = far("wire_link_open", handle=other, destination_hash=ours, **APP)["link_id"]
    assert far("wire_link_mtu", handle=other, link_id=link)["mtu"] == 500
    far("wire_link_send", handle=other, link_id=link, data="0909")
    assert end("wire_link_poll", handle=one, destination_hash=ours)["packets"] == ["0909"]
    for each in (end, relay, far):
        assert each.close() == 0
