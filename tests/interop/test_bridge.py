"""The conformance bridge's pure commands against the reference itself, which computes the same in this interpreter."""
import bz2
import hashlib
import json
import os
import pathlib
import random
import subprocess
import time

import pytest
import RNS
from bridge import PROGRAM, Bridge, Refused
from RNS.Cryptography import HMAC, PKCS7, Token, hkdf
from RNS.Cryptography.AES import AES_128_CBC, AES_256_CBC
from RNS.Interfaces import AutoInterface, Interface, TCPInterface
from RNS.vendor import umsgpack as msgpack

RNS.loglevel = RNS.LOG_CRITICAL
CASES = 25
SOURCES = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bridge():
    started = Bridge()
    yield started
    assert started.close() == 0


@pytest.fixture
def chance(request):
    return random.Random(request.node.name)


def octets(chance, most=400):
    return chance.randbytes(chance.choice([0, 1, 15, 16, 17, chance.randrange(most)]))


def refused(bridge, command, **params):
    with pytest.raises(Refused) as error:
        bridge(command, **params)
    return str(error.value)


# The protocol.

def test_what_is_no_request_is_answered_and_the_bridge_goes_on(bridge):
    assert bridge.line("no json")["success"] is False
    assert bridge.line("[1]")["success"] is False
    assert bridge.line('{"id": 7, "command": 3}') | {"error": ""} == {"id": 7, "success": False, "error": ""}
    assert bridge.line('{"id": 8, "command": "sha256", "params": []}')["success"] is False
    assert "unknown command: nothing" in refused(bridge, "nothing")
    assert bridge.line('{"id": "a", "command": "sha256", "params": {"data": ""}}')["id"] == "a"


def test_every_command_of_the_protocol_is_known(bridge):
    """Served, or refused with a reason: never unknown, and never a crash."""
    names = [line.split()[1] for line in (SOURCES / "bridge" / "commands.txt").read_text().splitlines()]
    assert len(names) == len(set(names)) == 269
    for name in names:
        answer = bridge.line(json.dumps({"id": 1, "command": name, "params": {}}))
        assert answer["success"] or ("unknown command" not in answer["error"] and len(answer["error"]) > 10), name


def test_the_profile_must_exist():
    for given, code in (("1.3.1", 0), ("", 0)):
        started = Bridge(PLEXUS_BRIDGE_COMPAT=given)
        assert started.close() == code
    refused_one = subprocess.run([PROGRAM], env={**os.environ, "PLEXUS_BRIDGE_COMPAT": "0.9"}, capture_output=True, text=True, timeout=30)
    assert refused_one.returncode == 1 and refused_one.stdout == "" and "PLEXUS_BRIDGE_COMPAT" in refused_one.stderr


@pytest.mark.parametrize("data", ["0", "xy", 5, None, "00 "])
def test_octets_must_be_hexadecimal(bridge, data):
    assert "data" in refused(bridge, "sha256", data=data)


# 1. Key agreement, signatures, hashes, ciphers.

def test_keys_and_shared_secrets(bridge, chance):
    for _ in range(CASES):
        ours, theirs = chance.randbytes(32), chance.randbytes(32)
        private = RNS.Cryptography.X25519PrivateKey.from_private_bytes(ours)
        public = RNS.Cryptography.X25519PrivateKey.from_private_bytes(theirs).public_key()
        assert bridge("x25519_generate", seed=theirs.hex())["public_key"] == public.public_bytes().hex()
        assert bridge("x25519_public_from_private", private_key=ours.hex())["public_key"] == private.public_key().public_bytes().hex()
        assert bridge("x25519_exchange", private_key=ours.hex(), peer_public_key=public.public_bytes().hex()) == {
            "shared_secret": private.exchange(public).hex()}


def test_a_key_that_shares_no_secret_is_refused(bridge):
    assert "peer_public_key" in refused(bridge, "x25519_exchange", private_key="11" * 32, peer_public_key="00" * 32)


def test_signatures(bridge, chance):
    for _ in range(CASES):
        seed, message = chance.randbytes(32), octets(chance)
        key = RNS.Cryptography.Ed25519PrivateKey.from_private_bytes(seed)
        public = key.public_key().public_bytes().hex()
        signature = key.sign(message)
        assert bridge("ed25519_generate", seed=seed.hex()) == {"private_key": seed.hex(), "public_key": public}
        assert bridge("ed25519_sign", private_key=seed.hex(), message=message.hex()) == {"signature": signature.hex()}
        assert bridge("ed25519_verify", public_key=public, message=message.hex(), signature=signature.hex())["valid"]
        changed = bytearray(signature)
        changed[chance.randrange(64)] ^= 1 << chance.randrange(8)
        assert not bridge("ed25519_verify", public_key=public, message=message.hex(), signature=changed.hex())["valid"]
        assert not bridge("ed25519_verify", public_key=public, message=message.hex(), signature=signature[:-1].hex())["valid"]


def test_hashes_and_derived_keys(bridge, chance):
    for _ in range(CASES):
        data, key, salt, info = (octets(chance) for _ in range(4))
        assert bridge("sha256", data=data.hex())["hash"] == hashlib.sha256(data).hexdigest()
        assert bridge("sha512", data=data.hex())["hash"] == hashlib.sha512(data).hexdigest()
        assert bridge("truncated_hash", data=data.hex()) == {
            "hash": RNS.Identity.truncated_hash(data).hex(), "full_hash": RNS.Identity.full_hash(data).hex()}
        assert bridge("hmac_sha256", key=key.hex(), message=data.hex())["hmac"] == HMAC.new(key, data).hexdigest()
        length = chance.choice([1, 32, 33, 64, 9000])
        derived = hkdf(length=length, derive_from=data or b"x", salt=salt, context=info)
        assert bridge("hkdf", length=length, ikm=(data or b"x").hex(), salt=salt.hex(), info=info.hex())["derived_key"] == derived.hex()
    assert "length" in refused(bridge, "hkdf", length=0, ikm="00")
    assert "ikm" in refused(bridge, "hkdf", length=16, ikm="")


def test_padding_and_ciphers(bridge, chance):
    for mode, cipher, size in (("AES_128_CBC", AES_128_CBC, 16), ("AES_256_CBC", AES_256_CBC, 32)):
        for _ in range(CASES):
            key, iv, plaintext = chance.randbytes(size), chance.randbytes(16), octets(chance)
            padded = PKCS7.pad(plaintext)
            assert bridge("pkcs7_pad", data=plaintext.hex())["padded"] == padded.hex()
            assert bridge("pkcs7_unpad", data=padded.hex())["unpadded"] == plaintext.hex()
            ciphertext = cipher.encrypt(plaintext=padded, key=key, iv=iv)
            given = {"key": key.hex(), "iv": iv.hex()}
            assert bridge("aes_encrypt", mode=mode, plaintext=plaintext.hex(), **given)["ciphertext"] == ciphertext.hex()
            assert bridge("aes_decrypt", mode=mode, ciphertext=ciphertext.hex(), **given)["plaintext"] == plaintext.hex()
            if size == 32:
                assert bridge("aes_256_cbc_encrypt", plaintext=plaintext.hex(), **given)["ciphertext"] == ciphertext.hex()
                assert bridge("aes_256_cbc_decrypt", ciphertext=ciphertext.hex(), **given)["plaintext"] == plaintext.hex()
    assert "data" in refused(bridge, "pkcs7_unpad", data="11" * 15 + "ff")
    assert "data" in refused(bridge, "pkcs7_unpad", data="")
    assert "ciphertext" in refused(bridge, "aes_decrypt", key="00" * 32, iv="00" * 16, ciphertext="00" * 15)


def test_both_names_of_the_back_end_answer_alike(bridge, chance):
    for provider in ("internal", "pyca"):
        seed, message = chance.randbytes(32), octets(chance)
        key = RNS.Cryptography.Ed25519PrivateKey.from_private_bytes(seed)
        signature = bridge("crypto_provider_op", op="ed25519_sign", provider=provider, private_key=seed.hex(), message=message.hex())
        assert signature == {"result": key.sign(message).hex()}
        assert bridge("crypto_provider_op", op="ed25519_verify", provider=provider, message=message.hex(),
                      public_key=key.public_key().public_bytes().hex(), signature=signature["result"]) == {"valid": True}
    assert "provider" in refused(bridge, "crypto_provider_op", op="ed25519_sign", provider="other")
    assert "op" in refused(bridge, "crypto_provider_op", op="other", provider="pyca")


def test_compression(bridge, chance):
    for data in (b"", b"a" * 5000, chance.randbytes(3000), os.urandom(1)):
        compressed = bz2.compress(data)
        made = bridge("bz2_compress", data=data.hex())
        assert (made["compressed"], made["original_size"], made["compressed_size"]) == (compressed.hex(), len(data), len(compressed))
        assert made["ratio"] == pytest.approx(len(compressed) / len(data) if data else 0)
        assert bridge("bz2_decompress", compressed=compressed.hex()) == {"decompressed": data.hex(), "size": len(data)}
    assert "compressed" in refused(bridge, "bz2_decompress", compressed="425a68ff")


WRONG_SIZES = [
    ("x25519_generate", "seed", {}), ("x25519_public_from_private", "private_key", {}),
    ("x25519_exchange", "peer_public_key", {"private_key": "11" * 32}), ("ed25519_generate", "seed", {}),
    ("ed25519_sign", "private_key", {"message": ""}),
    ("ed25519_verify", "public_key", {"message": "", "signature": "00" * 64}),
    ("aes_encrypt", "key", {"plaintext": "", "iv": "00" * 16}), ("aes_decrypt", "iv", {"ciphertext": "00" * 16, "key": "00" * 32}),
    ("token_encrypt", "key", {"plaintext": ""}), ("identity_from_private_key", "private_key", {}),
    ("identity_hash", "public_key", {}), ("identity_sign", "private_key", {"message": ""}),
    ("identity_encrypt", "public_key", {"plaintext": ""}), ("ratchet_id", "ratchet_public", {}),
    ("ratchet_public_from_private", "ratchet_private", {}),
    ("ratchet_encrypt", "ratchet_public", {"public_key": "11" * 64, "plaintext": ""}),
    ("destination_hash", "identity_hash", {"app_name": "a"}),
    ("hash_from_name_and_identity", "identity_hash", {"full_name": "a.b"}),
    ("announce_build", "private_key", {"app_name": "a"}),
]


@pytest.mark.parametrize("command,name,others", WRONG_SIZES)
@pytest.mark.parametrize("size", [0, 1, 15, 17, 31, 33, 63, 65])
def test_a_wrong_length_is_refused(bridge, command, name, others, size):
    assert name in refused(bridge, command, **others, **{name: "01" * size})


# 2. Token.

def test_tokens_open_on_the_other_side(bridge, chance):
    for _ in range(CASES):
        key, plaintext = chance.randbytes(chance.choice([32, 64])), octets(chance)
        token = Token(key).encrypt(plaintext)
        assert bridge("token_decrypt", key=key.hex(), token=token.hex()) == {"plaintext": plaintext.hex()}
        assert bridge("token_verify_hmac", key=key.hex(), token=token.hex()) == {"valid": True}
        made = bytes.fromhex(bridge("token_encrypt", key=key.hex(), plaintext=plaintext.hex())["token"])
        assert Token(key).decrypt(made) == plaintext
        changed = bytearray(token)
        changed[chance.randrange(len(token))] ^= 1
        assert bridge("token_verify_hmac", key=key.hex(), token=changed.hex()) == {"valid": False}
        assert "token" in refused(bridge, "token_decrypt", key=key.hex(), token=changed.hex())
    assert "truncated" in refused(bridge, "token_verify_hmac", key="00" * 64, token="00" * 32)


def test_token_keys(bridge):
    assert len(bridge("token_generate_key")["key"]) == 128
    assert len(bridge("token_generate_key", mode="AES_128_CBC")["key"]) == 64
    assert bridge("token_generate_key") != bridge("token_generate_key")
    assert "mode" in refused(bridge, "token_generate_key", mode="ROT13")


# 3. Identity and ratchet.

def test_identities(bridge, chance):
    for _ in range(CASES):
        secret, message = chance.randbytes(64), octets(chance)
        identity = RNS.Identity.from_bytes(secret)
        public = identity.get_public_key().hex()
        assert bridge("identity_from_private_key", private_key=secret.hex()) == {
            "public_key": public, "hash": identity.hash.hex(), "hexhash": identity.hexhash}
        assert bridge("identity_hash", public_key=public) == {"hash": identity.hash.hex()}
        signature = identity.sign(message)
        assert bridge("identity_sign", private_key=secret.hex(), message=message.hex())["signature"] == signature.hex()
        assert bridge("identity_verify", public_key=public, message=message.hex(), signature=signature.hex())["valid"]
        assert not bridge("identity_verify", public_key=public, message=message.hex() + "00", signature=signature.hex())["valid"]
        assert bridge("identity_decrypt", private_key=secret.hex(), ciphertext=identity.encrypt(message).hex())["plaintext"] == message.hex()
        made = bridge("identity_encrypt", public_key=public, plaintext=message.hex())["ciphertext"]
        assert identity.decrypt(bytes.fromhex(made)) == message
    assert bridge("identity_decrypt", private_key=secret.hex(), ciphertext="00" * 96) == {"plaintext": None}
    assert bridge("identity_random_hash") != bridge("identity_random_hash")


def test_identity_files_go_both_ways(bridge, chance, tmp_path):
    secret = chance.randbytes(64)
    identity = RNS.Identity.from_bytes(secret)
    path = bridge("identity_to_file", private_key=secret.hex())["path"]
    assert RNS.Identity.from_file(path).hash == identity.hash
    identity.to_file(str(tmp_path / "theirs"))
    assert bridge("identity_from_file", path=str(tmp_path / "theirs"))["hash"] == identity.hash.hex()
    assert bridge("identity_from_file", path=str(tmp_path / "none")) == {"found": False}
    (tmp_path / "short").write_bytes(bytes(63))
    assert bridge("identity_from_file", path=str(tmp_path / "short")) == {"found": False}


def test_known_destinations_are_remembered(bridge, chance):
    given = {"packet_hash": chance.randbytes(32).hex(), "destination_hash": chance.randbytes(16).hex()}
    assert bridge("identity_remember", public_key=chance.randbytes(64).hex(), app_data="00ff", **given) == {
        "ok": True, "public_key_len": 64, "recalled": True}
    assert bridge("identity_remember", public_key="00" * 63, **given) == {"ok": False, "error": "TypeError", "public_key_len": 63}


class Receiver:
    latest_ratchet_id = None


def test_ratchets(bridge, chance):
    for _ in range(CASES):
        secret, ratchets, message = chance.randbytes(64), [chance.randbytes(32) for _ in range(3)], octets(chance)
        identity = RNS.Identity.from_bytes(secret)
        publics = [RNS.Identity._ratchet_public_bytes(r) for r in ratchets]
        used = chance.randrange(3)
        name = RNS.Identity._get_ratchet_id(publics[used]).hex()
        assert bridge("ratchet_public_from_private", ratchet_private=ratchets[used].hex())["ratchet_public"] == publics[used].hex()
        assert bridge("ratchet_id", ratchet_public=publics[used].hex())["ratchet_id"] == name
        theirs = identity.encrypt(message, ratchet=publics[used]).hex()
        assert bridge("ratchet_decrypt", private_key=secret.hex(), ciphertext=theirs, ratchet_privates=[r.hex() for r in ratchets]) == {
            "plaintext": message.hex(), "latest_ratchet_id": name}
        assert bridge("ratchet_decrypt", private_key=secret.hex(), ciphertext=theirs)["plaintext"] is None
        ours = bridge("ratchet_encrypt", public_key=identity.get_public_key().hex(), ratchet_public=publics[used].hex(), plaintext=message.hex())
        receiver = Receiver()
        assert identity.decrypt(bytes.fromhex(ours["ciphertext"]), ratchets=ratchets, ratchet_id_receiver=receiver) == message
        assert receiver.latest_ratchet_id.hex() == name
        plain = identity.encrypt(message).hex()
        enforced = bridge("ratchet_decrypt", private_key=secret.hex(), ciphertext=plain, enforce_ratchets=True, ratchet_private=ratchets[0].hex())
        assert enforced == {"plaintext": None, "latest_ratchet_id": None}


# 4. Destinations.

def test_names_and_addresses(bridge, chance):
    for _ in range(CASES):
        identity = RNS.Identity.from_bytes(chance.randbytes(64))
        app, aspects = "app%d" % chance.randrange(99), ["a%d" % chance.randrange(99) for _ in range(chance.randrange(4))]
        name = ".".join([app, *aspects])
        there = RNS.Destination.hash(identity, app, *aspects).hex()
        assert bridge("destination_hash", identity_hash=identity.hash.hex(), app_name=app, aspects=aspects)["destination_hash"] == there
        assert bridge("destination_hash", identity_hash=identity.hash.hex(), app_name=app, aspects=",".join(aspects))["destination_hash"] == there
        assert bridge("hash_from_name_and_identity", identity_hash=identity.hash.hex(), full_name=name)["destination_hash"] == there
        assert bridge("name_hash", name=name)["hash"] == RNS.Identity.full_hash(name.encode())[:10].hex()
        split = RNS.Destination.app_and_aspects_from_name(name)
        assert bridge("app_and_aspects_from_name", full_name=name) == {"app_name": split[0], "aspects": split[1]}
        assert bridge("destination_expand_name", app_name=app, aspects=aspects) == {"name": name}
        assert bridge("destination_expand_name", app_name=app, aspects=aspects, identity_private_key=identity.get_private_key().hex()) == {
            "name": RNS.Destination.expand_name(identity, app, *aspects), "identity_hexhash": identity.hexhash}
    assert "aspects" in refused(bridge, "destination_expand_name", app_name="a", aspects=["b.c"])
    assert "app_name" in refused(bridge, "destination_expand_name", app_name="a.b")
    for odd in ("", ".", "a..b", ".a"):
        split = RNS.Destination.app_and_aspects_from_name(odd)
        assert bridge("app_and_aspects_from_name", full_name=odd) == {"app_name": split[0], "aspects": split[1]}


@pytest.mark.parametrize("kind,number", [("single", RNS.Destination.SINGLE), ("group", RNS.Destination.GROUP), ("plain", RNS.Destination.PLAIN)])
def test_destinations(bridge, chance, kind, number):
    secret = None if kind == "plain" else chance.randbytes(64)
    theirs = RNS.Destination(secret and RNS.Identity.from_bytes(secret), RNS.Destination.OUT, number, "app", "aspect")
    given = {"identity_private_key": secret.hex()} if secret else {}
    for direction, value in (("in", RNS.Destination.IN), ("out", RNS.Destination.OUT)):
        assert bridge("destination_construct", app_name="app", aspects=["aspect"], type=kind, direction=direction, **given) == {
            "destination_hash": theirs.hash.hex(), "name": theirs.name, "name_hash": theirs.name_hash.hex(),
            "proof_strategy": RNS.Destination.PROVE_NONE, "type": number, "direction": value}


def test_a_destination_without_an_identity_gets_one(bridge):
    made = bridge("destination_construct", app_name="app")
    owner = made["auto_identity_hexhash"]
    assert made["destination_hash"] == RNS.Destination.hash(bytes.fromhex(owner), "app", owner).hex()


@pytest.mark.parametrize("given", [
    {"type": "link"}, {"type": 9}, {"direction": "up"}, {"direction": 3}, {"direction": "out"}, {"app_name": "a.b"},
    {"type": "plain", "identity_private_key": "11" * 64}])
def test_impossible_destinations_are_refused(bridge, given):
    refused(bridge, "destination_construct", **{"app_name": "app", **given})


def test_what_only_some_destinations_can_do(bridge):
    assert bridge("destination_announce_attempt", app_name="app")["ok"]
    for given in ({"type": "plain"}, {"type": "group"}, {"direction": "out", "identity_private_key": "11" * 64}):
        refused(bridge, "destination_announce_attempt", app_name="app", **given)
    for strategy in (RNS.Destination.PROVE_NONE, RNS.Destination.PROVE_APP, RNS.Destination.PROVE_ALL):
        assert bridge("destination_set_proof_strategy_raw", app_name="app", strategy_value=strategy) == {"set": True, "proof_strategy": strategy}
    for strategy in (0, 0x20, 0x24, 255):
        assert "strategy_value" in refused(bridge, "destination_set_proof_strategy_raw", app_name="app", strategy_value=strategy)
    assert bridge("destination_rotate_ratchets", app_name="app", enable=True) == {"rotated": True, "has_ratchets": True}
    assert "not enabled" in refused(bridge, "destination_rotate_ratchets", app_name="app")
    made = bridge("destination_group_encrypt", app_name="app", plaintext="00112233", create_keys=True)
    assert made["roundtrip"] == "00112233" and made["has_key"] and made["ciphertext"] != "00112233"
    refused(bridge, "destination_group_encrypt", app_name="app", plaintext="00")
    handler = {"app_name": "app", "path": "/a"}
    assert bridge("destination_register_request_handler_validate", **handler) == {"registered": True, "handler_count": 1}
    for wrong in ({"path": ""}, {"allow": 3}, {"generator_valid": False}):
        refused(bridge, "destination_register_request_handler_validate", **{**handler, **wrong})


def test_application_data_of_announces(bridge):
    assert bridge("destination_default_app_data", app_name="app", default_value="aabb") == {"app_data": "aabb", "default_app_data_set": True}
    assert bridge("destination_default_app_data", app_name="app", default_value="aabb", override_app_data="cc")["app_data"] == "cc"
    assert bridge("destination_default_app_data", app_name="app", default_kind="none") == {"app_data": "", "default_app_data_set": False}


def test_answers_to_a_path_request_are_made_once(bridge):
    for seconds, reused in ((0, True), (29, True), (31, False)):
        made = bridge("destination_path_response_cache", app_name="app", tag="01" * 16, advance_seconds=seconds)
        assert (made["reused"], made["cache_size"], made["pr_tag_window"]) == (reused, 1, RNS.Destination.PR_TAG_WINDOW)
        assert made["first_is_path_response"]
        assert (made["first_announce_data"] == made["second_announce_data"]) == reused


# 5. Packets and announces.

def unpacked(raw):
    packet = RNS.Packet(None, None)
    packet.raw = raw
    return packet if packet.unpack() else None


def described(raw):
    packet = unpacked(raw)
    return {"flags": raw[0], "hops": packet.hops, "header_type": packet.header_type, "context_flag": packet.context_flag,
            "transport_type": packet.transport_type, "destination_type": packet.destination_type, "packet_type": packet.packet_type,
            "destination_hash": packet.destination_hash.hex(), "transport_id": packet.transport_id.hex() if packet.transport_id else None,
            "context": packet.context, "data": packet.data.hex(), "hash": packet.get_hash().hex()}


def test_packets_are_taken_apart_alike(bridge, chance):
    taken = 0
    for _ in range(200):
        raw = chance.randbytes(chance.choice([0, 1, 2, 18, 19, 20, 34, 35, 36, chance.randrange(500)]))
        if len(raw) > 1 and chance.random() < 0.7:
            raw = raw[:1] + bytes([raw[1] % 128]) + raw[2:]
        theirs = unpacked(raw)
        ours = bridge("packet_unpack", raw=raw.hex())
        assert ours["unpacked"] == bool(theirs)
        if theirs:
            taken += 1
            assert ours == {"unpacked": True, **described(raw)}
            assert bridge("packet_hash", raw=raw.hex())["hash"] == theirs.get_hash().hex()
        else:
            refused(bridge, "packet_hash", raw=raw.hex())
    assert taken > 40


def test_packets_are_built(bridge, chance):
    for _ in range(CASES):
        given = {"dest_type": chance.choice(["plain", "single", "group"]), "packet_type": chance.randrange(3), "context": chance.choice([0, 1, 8, 250]),
                 "context_flag": chance.randrange(2), "transport_type": chance.randrange(2), "hops": chance.randrange(128),
                 "data": chance.randbytes(chance.randrange(1, 300)).hex()}
        if given["packet_type"] == RNS.Packet.ANNOUNCE and chance.random() < 0.5:
            given |= {"header_type": chance.choice([2, "2", "HEADER_2"]), "transport_id": chance.randbytes(16).hex()}
        made = bridge("packet_build", **given)
        raw = bytes.fromhex(made.pop("raw"))
        assert made == described(raw)
        assert all(made[name] == given[name] for name in ("packet_type", "context", "context_flag", "transport_type", "hops"))
        sealed = given["packet_type"] == 0 and given["context"] == 0 and given["dest_type"] != "plain"
        assert (made["data"] == given["data"]) == (not sealed)
    plain = bridge("packet_build", data="00")["destination_hash"]
    assert plain == RNS.Destination.hash(None, "conformance", "packet").hex()
    for wrong in ({"dest_type": "link"}, {"hops": 128}, {"packet_type": 4}, {"header_type": 2}, {"header_type": 3}, {"data": "00" * 482},
                  {"header_type": 2, "packet_type": 1, "transport_id": "00" * 15}):
        refused(bridge, "packet_build", **{"data": "00", **wrong})


def test_packets_of_the_second_header(bridge):
    made = bridge("packet_build_raw_header2", data="aabb", transport_id="33" * 16)
    assert made["raw_len"] == 35 + 2 and described(bytes.fromhex(made["raw"]))["transport_id"] == "33" * 16
    assert "transport id" in bridge("packet_build_raw_header2", data="aabb")["error"]


def test_a_packet_that_is_sent_again_is_encrypted_again(bridge):
    for kind, same in (("single", False), ("group", False), ("plain", True)):
        made = bridge("packet_resend_observe", dest_type=kind)
        assert (made["raw_1"] == made["raw_2"]) == same and (made["hash_1"] == made["hash_2"]) == same
        assert made["hash_2"] == unpacked(bytes.fromhex(made["raw_2"])).get_hash().hex()


def test_constants(bridge):
    reticulum, packet, identity = RNS.Reticulum, RNS.Packet, RNS.Identity
    assert bridge("packet_constants") == {
        "mtu": reticulum.MTU, "header_minsize": reticulum.HEADER_MINSIZE, "header_maxsize": reticulum.HEADER_MAXSIZE,
        "mdu": reticulum.MDU, "ifac_min_size": reticulum.IFAC_MIN_SIZE, "packet_mdu": packet.MDU, "packet_plain_mdu": packet.PLAIN_MDU,
        "packet_encrypted_mdu": packet.ENCRYPTED_MDU, "link_mdu": RNS.Link.MDU, "hashlength": identity.HASHLENGTH,
        "siglength": identity.SIGLENGTH, "truncated_hashlength": identity.TRUNCATED_HASHLENGTH, "keysize": identity.KEYSIZE,
        "name_hash_length": identity.NAME_HASH_LENGTH, "token_overhead": identity.TOKEN_OVERHEAD,
        "aes128_blocksize": identity.AES128_BLOCKSIZE}
    contexts = bridge("packet_context_constants")
    assert len(contexts) == 20 and contexts == {name: getattr(packet, name) for name in contexts}
    assert bridge("announce_queue_constants") == {
        "announce_cap": reticulum.ANNOUNCE_CAP, "max_queued_announces": reticulum.MAX_QUEUED_ANNOUNCES,
        "queued_announce_life": reticulum.QUEUED_ANNOUNCE_LIFE}


def valid_there(raw):
    return bool(RNS.Identity.validate_announce(unpacked(raw), only_validate_signature=True))


def test_our_announces_are_valid_there(bridge, chance):
    for ratchets in (False, True):
        for _ in range(8):
            secret, app_data = chance.randbytes(64), octets(chance, 60)
            made = bridge("announce_build", private_key=secret.hex(), app_name="app", aspects=["x"], app_data=app_data.hex(),
                          enable_ratchets=ratchets, emission_ts=1234567.8)
            raw = bytes.fromhex(made["raw"])
            assert valid_there(raw)
            assert made["app_data"] == app_data.hex() and made["has_ratchet"] == ratchets and bool(made["ratchet"]) == ratchets
            assert made["destination_hash"] == RNS.Destination.hash(RNS.Identity.from_bytes(secret), "app", "x").hex()
            assert int.from_bytes(bytes.fromhex(made["random_hash"])[5:], "big") == 1234567
            parts = ("public_key", "name_hash", "random_hash", "ratchet", "signature", "app_data")
            assert "".join(made[part] for part in parts) == made["announce_data"] == unpacked(raw).data.hex()
    late = bridge("announce_build", private_key=secret.hex(), app_name="app")
    assert abs(int.from_bytes(bytes.fromhex(late["random_hash"])[5:], "big") - time.time()) < 30


def test_announces_are_judged_alike(bridge, chance):
    for ratchets in (False, True):
        good = bytes.fromhex(bridge("announce_build", private_key="17" * 64, app_name="a", app_data="0102", enable_ratchets=ratchets)["raw"])
        for case in range(60):
            raw = bytearray(good)
            if case:
                raw[chance.randrange(2, len(raw))] ^= 1 << chance.randrange(8)
            if case % 5 == 4:
                raw = raw[:chance.randrange(19, len(raw))]
            theirs = unpacked(bytes(raw))
            ours = bridge("announce_validate", raw=raw.hex())
            if not theirs:
                assert ours == {"valid": False, "error": "unpack_failed"}
                continue
            assert ours["valid"] == valid_there(bytes(raw))
            assert ours["has_ratchet"] == ratchets and ours["destination_hash"] == theirs.destination_hash.hex()
    assert bridge("announce_validate", raw=bridge("packet_build", data="00")["raw"]) == {"valid": False, "error": "not_an_announce"}


# 6. Framing and interfaces.

def test_hdlc_and_kiss(bridge, chance):
    special = bytes([0x7E, 0x7D, 0xC0, 0xDB, 0x5E, 0xDC])
    for _ in range(CASES):
        data = bytes(chance.choice(special) if chance.random() < 0.4 else chance.randrange(256) for _ in range(chance.randrange(1, 300)))
        escaped = TCPInterface.HDLC.escape(data)
        assert bridge("hdlc_escape", data=data.hex())["escaped"] == escaped.hex()
        framed = bytes([0x7E]) + escaped + bytes([0x7E])
        assert bridge("hdlc_frame", data=data.hex())["framed"] == framed.hex()
        assert bridge("hdlc_deframe", framed=framed.hex())["data"] == data.hex()
        kiss = bytes([0xC0, 0x00]) + TCPInterface.KISS.escape(data) + bytes([0xC0])
        assert bridge("kiss_frame", data=data.hex())["framed"] == kiss.hex()
        assert bridge("kiss_deframe", framed=kiss.hex())["data"] == data.hex()
    for command in ("hdlc_deframe", "kiss_deframe"):
        for broken in ("", "00112233", "7e0011", "c0000011"):
            assert "framed" in refused(bridge, command, framed=broken)
    assert "framed" in refused(bridge, "kiss_deframe", framed="c00600c0")


class Fed:
    """A socket that gives what it holds, then ends."""

    def __init__(self, stream):
        self.left = [stream]

    def recv(self, _):
        return self.left.pop() if self.left else b""


def frames_there(stream, kiss, mtu):
    interface = TCPInterface.TCPClientInterface.__new__(TCPInterface.TCPClientInterface)
    interface.online, interface.detached, interface.initiator = True, False, False
    interface.kiss_framing, interface.socket, interface.HW_MTU, interface.ifac_size = kiss, Fed(stream), mtu, 0
    interface.name, interface.target_ip, interface.target_port = "fed", "127.0.0.1", 1
    frames = []
    interface.process_incoming = frames.append
    interface.teardown = lambda: None
    interface.read_loop()
    return [frame.hex() for frame in frames]


def test_frames_in_a_stream(bridge, chance):
    for _ in range(CASES):
        stream, kiss = b"", b""
        for _ in range(chance.randrange(1, 6)):
            data = chance.randbytes(chance.choice([0, 5, 19, 20, 21, 80]))
            stream += bytes([0x7E]) + TCPInterface.HDLC.escape(data) + bytes([0x7E])
            kiss += bytes([0xC0, 0x00]) + TCPInterface.KISS.escape(data) + bytes([0xC0])
        assert bridge("hdlc_deframe_stream", stream=stream.hex(), hw_mtu=500)["frames"] == frames_there(stream, False, 500)
        assert bridge("kiss_deframe_stream", stream=kiss.hex(), hw_mtu=500)["frames"] == [
            frame for frame in frames_there(kiss, True, 500) if frame]  # the reference hands empty frames on, for Transport to drop


def test_interface_constants(bridge):
    group, address = b"reticulum", "fe80::1c2d:3eff:fe4f:5061"
    assert bridge("auto_discovery_token", group_id=group.hex(), link_local_addr=address)["token"] == RNS.Identity.full_hash(
        group + address.encode()).hex()
    assert bridge("interface_hw_mtu", type="TCPInterface") == {"hw_mtu": TCPInterface.TCPInterface.HW_MTU}
    assert bridge("interface_hw_mtu", type="AutoInterface") == {"hw_mtu": AutoInterface.AutoInterface.HW_MTU}
    assert "error" in bridge("interface_hw_mtu", type="OtherInterface")
    for bitrate in (0, 62499, 62500, 999_999, 1_000_000, 10_000_000, 200_000_001, 1_000_000_000, 10 ** 12):
        theirs = Interface.Interface.__new__(Interface.Interface)
        theirs.AUTOCONFIGURE_MTU, theirs.bitrate = True, bitrate
        theirs.optimise_mtu()
        assert bridge("interface_optimise_mtu", bitrate=bitrate) == {"hw_mtu": theirs.HW_MTU, "unchanged": False}
    assert bridge("interface_optimise_mtu", bitrate=10 ** 9, autoconfigure=False)["unchanged"]
    sizes = bridge("interface_default_ifac_size")
    assert sizes["default_ifac_size"]["TCPServerInterface"] == TCPInterface.TCPServerInterface.DEFAULT_IFAC_SIZE
    assert sizes["default_ifac_size"]["SerialInterface"] == 8 and sizes["ifac_min_size"] == RNS.Reticulum.IFAC_MIN_SIZE


CONFIG = """
[interfaces]
[[one]]
type = TCPServerInterface
enabled = yes
listen_ip = 127.0.0.1
listen_port = 4242
mode = roaming
bitrate = 12000
announce_cap = 50
ifac_size = 64
network_name = net
passphrase = secret
ic_burst_hold = 7.5
[[two]]
type = TCPServerInterface
enabled = no
[[three]]
type = UnheardOfInterface
enabled = yes
discoverable = yes
announce_interval = 10
[[four]]
type = TCPServerInterface
enabled = yes
listen_ip = 127.0.0.1
listen_port = 4242
bitrate = many
"""


def test_an_interface_s_section(bridge):
    one = bridge("config_parse_interface", interface_name="one", config_text=CONFIG)
    expected = {"selected_interface_mode": 4, "mode": 4, "mode_name": "roaming", "configured_bitrate": 12000, "bitrate": 12000,
                "announce_cap": 0.5, "ifac_size": 8, "default_ifac_size": 16, "ifac_netname": "net", "ifac_netkey": "secret",
                "ifac_active": True, "ic_burst_hold": 7.5, "ic_max_held_announces": Interface.Interface.MAX_HELD_ANNOUNCES,
                "ic_burst_freq": Interface.Interface.IC_BURST_FREQ, "discoverable": False, "discovery_announce_interval": None}
    assert {name: one[name] for name in expected} == expected
    assert bridge("config_parse_interface", interface_name="two", config_text=CONFIG) == {
        "selected_interface_mode": None, "configured_bitrate": None}
    three = bridge("config_parse_interface", interface_name="three", config_text=CONFIG)
    assert (three["mode_name"], three["discoverable"], three["discovery_announce_interval"]) == ("gateway", True, 600)
    assert "bitrate" in refused(bridge, "config_parse_interface", interface_name="four", config_text=CONFIG)
    assert "error" in bridge("config_parse_interface", interface_name="five", config_text=CONFIG)
    assert "config_text" in refused(bridge, "config_parse_interface", interface_name="one", config_text="[interfaces")


# 7. Discovery. The reference needs LXMF for its stamps, which this environment has not: the little of it is here.

def workblock(material, rounds):
    return b"".join(hkdf(length=256, derive_from=material, salt=RNS.Identity.full_hash(material + msgpack.packb(n)), context=None)
                    for n in range(rounds))


def stamp_value(block, stamp):
    return 256 - int.from_bytes(RNS.Identity.full_hash(block + stamp), "big").bit_length()


def test_stamps(bridge, chance):
    material = chance.randbytes(32)
    block = workblock(material, 20)
    assert bridge("discovery_stamp", op="workblock", material=material.hex()) == {"workblock": block.hex(), "length": len(block)}
    for _ in range(CASES):
        stamp = chance.randbytes(32)
        value = stamp_value(block, stamp)
        given = {"workblock": block.hex(), "stamp": stamp.hex()}
        assert bridge("discovery_stamp", op="value", **given) == {"value": value}
        for cost in (0, value, value + 1):
            assert bridge("discovery_stamp", op="valid", cost=cost, **given) == {"valid": cost <= value}
    made = bridge("discovery_stamp", op="generate", material=material.hex(), cost=8)
    assert made["value"] == stamp_value(block, bytes.fromhex(made["stamp"])) >= 8
    assert "stamp" in refused(bridge, "discovery_stamp", op="value", workblock=block.hex(), stamp="00" * 31)
    assert "workblock" in refused(bridge, "discovery_stamp", op="value", workblock="00" * 255, stamp="00" * 32)
    assert "op" in refused(bridge, "discovery_stamp", op="other")


def test_the_profile_sets_the_cost_of_stamps(bridge):
    old = Bridge(PLEXUS_BRIDGE_COMPAT="1.3.1")
    for asked, cost in ((bridge, RNS.Discovery.InterfaceAnnouncer.DEFAULT_STAMP_VALUE), (old, 14)):
        assert asked("discovery_stamp", op="default_cost") == {"default_stamp_value": cost, "handler_default_required_value": cost}
    assert old("discovery_receive_announce", app_data="00" * 40, default_required_value=True)["required_value"] == 14
    assert old.close() == 0


TCP = {"interface_type": "TCPServerInterface", "stamp_value": 8, "fields": {"name": " A node\n", "reachable_on": "example.com", "port": 4242}}


def test_what_is_published_of_an_interface(bridge, chance):
    node = RNS.Identity.from_bytes(chance.randbytes(64))
    made = bridge("discovery_build_announce_appdata", transport_enabled=True, transport_identity_priv=node.get_private_key().hex(), **TCP)
    packed = bytes.fromhex(made["packed_info"])
    assert made["app_data"] == "00" + made["packed_info"] + made["stamp"] and made["flags"] == 0
    assert made["infohash"] == RNS.Identity.full_hash(packed).hex()
    assert stamp_value(workblock(RNS.Identity.full_hash(packed), 20), bytes.fromhex(made["stamp"])) >= 8
    info = msgpack.unpackb(packed)
    discovery = RNS.Discovery
    assert info[discovery.INTERFACE_TYPE] == "TCPServerInterface" and info[discovery.TRANSPORT] is True
    assert info[discovery.NAME] == "A node" and info[discovery.REACHABLE_ON] == "example.com" and info[discovery.PORT] == 4242
    assert info[discovery.TRANSPORT_ID] == node.hash
    heard = bridge("discovery_receive_announce", app_data=made["app_data"], required_value=8)
    assert heard["accepted"] and heard["info"]["name"] == "A node" and heard["info"]["reachable_on"] == "example.com"
    assert heard["aspect_filter"] == "rnstransport.discovery.interface"
    for given in ({"required_value": 24}, {"required_value": 8, "discovery_sources": ["11" * 16]}):
        assert not bridge("discovery_receive_announce", app_data=made["app_data"], **given)["accepted"]
    for broken in (made["app_data"][:-2], made["app_data"][:40], ""):
        assert not bridge("discovery_receive_announce", app_data=broken, required_value=8)["accepted"]


def test_published_for_a_network_alone(bridge, chance):
    members, others = chance.randbytes(64).hex(), chance.randbytes(64).hex()
    made = bridge("discovery_build_announce_appdata", encrypt=True, network_identity_priv=members, **TCP)
    assert made["flags"] == 2
    assert bridge("discovery_receive_announce", app_data=made["app_data"], required_value=8, network_identity_priv=members)["accepted"]
    assert not bridge("discovery_receive_announce", app_data=made["app_data"], required_value=8, network_identity_priv=others)["accepted"]
    assert not bridge("discovery_receive_announce", app_data=made["app_data"], required_value=8)["accepted"]
    assert bridge("discovery_build_announce_appdata", encrypt=True, **TCP) == {"aborted": True, "app_data": None}
    for given in ({"interface_type": "UDPInterface"}, {"fields": {"reachable_on": "no address"}}):
        assert bridge("discovery_build_announce_appdata", **{**TCP, **given})["aborted"]


def test_crafted_announces(bridge):
    assert bridge("discovery_receive_announce", app_data=bridge("discovery_craft_announce", **TCP)["app_data"], required_value=8)["accepted"]
    for given in ({"drop_field": 0xFF}, {"drop_field": 0}, {"set_interface_type": "OddInterface"},
                  {"set_fields": [{"key": 6, "kind": "str", "value": "port"}]}, {"set_fields": [{"key": 2, "value": "no address"}]}):
        crafted = bridge("discovery_craft_announce", **TCP, **given)
        assert crafted["stamp_value"] >= 8
        assert not bridge("discovery_receive_announce", app_data=crafted["app_data"], required_value=8)["accepted"], given


def test_addresses_and_names(bridge):
    discovery = RNS.Discovery
    for address in ("10.0.0.1", "10.0.0.256", "::1", "fe80::1%eth0", "200::1", "300::1", "400::1", "example.com", "a.b-c.org", "-a.org", "a_b",
                    "123", "1.2.3", "", "x" * 64 + ".org"):
        assert bridge("discovery_validate_address", address=address) == {
            "is_ip_address": discovery.is_ip_address(address), "is_ygg_ipv6": bool(discovery.is_ygg_ipv6(address)),
            "is_hostname": bool(address) and bool(discovery.is_hostname(address))}, address
    for name in ("A node", "  a   node  ", "*node*", "node (1)", "n\u00e9", "[x]", "a\n"):
        theirs = discovery.InterfaceAnnouncer.__new__(discovery.InterfaceAnnouncer)
        ours = bridge("discovery_sanitize_name", name=name)
        assert ours["sanitize"] == theirs.sanitize(name)
        assert ours["sanitize_name"] == discovery.InterfaceAnnounceHandler.sanitize_name(name)
    assert bridge("discovery_sanitize_name") == {"sanitize_name": None, "sanitize": None}


def test_who_announces_interfaces(bridge, chance):
    network, own = (RNS.Identity.from_bytes(chance.randbytes(64)) for _ in range(2))
    given = {"network_identity_priv": network.get_private_key().hex(), "identity_priv": own.get_private_key().hex()}
    for has_network, chosen in ((True, network), (False, own)):
        answer = bridge("discovery_announce_identity", has_network_identity=has_network, **given)
        assert answer["chosen_identity_hash"] == chosen.hash.hex() and answer["app_name"] == "rnstransport"
        assert answer["discovery_destination_hash"] == RNS.Destination.hash(chosen, "rnstransport", "discovery", "interface").hex()
    defaults = bridge("discovery_feature_defaults")
    assert not any(defaults.values())


def test_records_age(bridge):
    ages = {"young": 60, "older": 2 * 86400, "old": 5 * 86400, "gone": 8 * 86400}
    answer = bridge("discovery_inject_records", records=[{"name": name, "age_seconds": age} for name, age in ages.items()])
    discovery = RNS.Discovery.InterfaceDiscovery
    assert [(one["name"], one["status"], one["status_code"]) for one in answer["listed"]] == [
        ("young", "available", discovery.STATUS_AVAILABLE), ("older", "unknown", discovery.STATUS_UNKNOWN), ("old", "stale", discovery.STATUS_STALE)]
    assert answer["threshold_remove"] == discovery.THRESHOLD_REMOVE and len(answer["requested"]) == 4
    ranked = bridge("discovery_inject_records", records=[{"name": "a%d" % v, "age_seconds": 1, "value": v} for v in (9, 30, 20)])
    assert [one["value"] for one in ranked["listed"]] == [30, 20, 9]


def test_records_are_kept(bridge, chance):
    who = RNS.Identity.from_bytes(chance.randbytes(64))
    given = {"announce_identity_priv": who.get_private_key().hex()}
    once, thrice = bridge("discovery_store_record", **given), bridge("discovery_store_record", repeat=3, **given)
    assert once["stored"] and once["listed_names"] == ["Node"] and once["announce_identity_hash"] == who.hash.hex()
    assert (once["heard_count"], thrice["heard_count"]) == (0, 2)
    assert not bridge("discovery_store_record", recv_sources=["11" * 16], **given)["received"]
    assert bridge("discovery_store_record", list_sources=["11" * 16], **given)["listed_names"] == []
    assert bridge("discovery_store_record", list_sources=[who.hash.hex()], **given)["listed_names"] == ["Node"]
    assert sorted(once["discoverable_interface_types"]) == sorted(RNS.Discovery.InterfaceAnnouncer.DISCOVERABLE_INTERFACE_TYPES)
    assert sorted(once["discoverable_types"]) == sorted(RNS.Discovery.InterfaceDiscovery.DISCOVERABLE_TYPES)
