#!/usr/bin/env python3
"""Writes the reference vectors of tests/data/*.json by executing the Python reference (RNS 1.5.7).

Usage: PYTHON_WITH_RNS tests/data/generate.py

Everything random comes from one seed, so that running it again writes the same files.
"""
import hashlib
import hmac
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

chance = random.Random(20260401)
os.urandom = lambda n: chance.randbytes(n)
time.time = lambda: 1700000000.0

import RNS  # noqa: E402
from RNS.Cryptography.AES import AES_256_CBC  # noqa: E402
from RNS.Cryptography.Token import Token  # noqa: E402
from RNS.Cryptography.Proxies import Ed25519PrivateKeyProxy, X25519PrivateKeyProxy  # noqa: E402
from RNS.Interfaces import TCPInterface  # noqa: E402
from RNS.Interfaces.Interface import Interface  # noqa: E402
from RNS.Interfaces.util import HDLC  # noqa: E402

HERE = Path(__file__).parent
CASES = 200

RNS.loglevel = -1
RNS.log = lambda *a, **k: None
RNS.trace_exception = lambda *a, **k: None
for proxy in (X25519PrivateKeyProxy, Ed25519PrivateKeyProxy):
    proxy.generate = classmethod(lambda cls: cls.from_private_bytes(os.urandom(32)))
RNS.Transport.register_destination = staticmethod(lambda destination: None)

sent = []


def capture(packet):
    packet.pack()
    sent.append(packet)


RNS.Packet.send = capture


def octets(low, high):
    return chance.randbytes(chance.randint(low, high))


def write(name, value):
    text = "[\n" + ",\n".join(json.dumps(v, default=lambda b: b.hex(), separators=(",", ":")) for v in value) + "\n]\n"
    (HERE / f"{name}.json").write_text(text)
    print(f"{name}: {len(value)} cases, {len(text)} octets")


def unpacked(raw):
    packet = RNS.Packet(None, raw)
    return packet if packet.unpack() else None


def digests():
    out = []
    for i in range(CASES):
        data = octets(0, 300)
        out.append({"data": data, "sha256": RNS.Identity.full_hash(data)})
    write("sha256", out)
    out = []
    for i in range(CASES):
        key, message = octets(0, 150), octets(0, 150)
        macs = {n: hmac.new(key, message, n).digest() for n in ("md5", "sha256", "sha384", "sha3_256", "sha3_384")}
        out.append({"key": key, "message": message, **macs})
    write("hmac", out)


def derivation():
    out = []
    for i in range(CASES):
        length = chance.randint(1, 400) if i < CASES - 24 else chance.randint(8100, 20000)
        salt = None if i % 7 == 0 else octets(0, 100)
        context = None if i % 3 else octets(0, 60)
        ikm = octets(1, 100)
        derived = RNS.Cryptography.hkdf(length=length, derive_from=ikm, salt=salt, context=context)
        case = {"length": length, "input": ikm, "salt": salt or b"", "context": context or b""}
        # Long outputs are compared by their hash, and by the octets after the counter wrapped.
        case |= {"out": derived} if length <= 400 else {"hash": hashlib.sha256(derived).digest(), "tail": derived[-40:]}
        out.append(case)
    write("hkdf", out)


def tokens():
    out = []
    for i in range(CASES):
        key = os.urandom(64 if i % 4 else 32)
        plaintext = octets(0, 200)
        token = Token(key).encrypt(plaintext)
        out.append({"key": key, "plaintext": plaintext, "iv": token[:16], "token": token})
    write("tokens", out)

    # Rightly signed tokens with any padding at all, some cut, some damaged: what does the reference make of them?
    out = []
    for i in range(CASES):
        key = os.urandom(64)
        body = octets(0, 40) if i % 3 == 0 else chance.randbytes(chance.randint(0, 4) * 16 + 15) + bytes([i % 20])
        iv = os.urandom(16)
        if len(body) % 16:
            signed = iv[: chance.randint(0, 16)] + body
        else:
            signed = iv + (AES_256_CBC.encrypt(body, key[32:], iv) if body else b"")
        token = signed + hmac.new(key[:32], signed, "sha256").digest()
        if i % 10 == 9:
            token = token[: chance.randint(0, len(token))]
        try:
            plaintext = Token(key).decrypt(token)
        except Exception:
            plaintext = None
        out.append({"key": key, "token": token, "plaintext": plaintext})
    write("tokens_odd", out)


def identities():
    out = []
    for i in range(CASES):
        identity = RNS.Identity()
        ratchets = [os.urandom(32) for _ in range(chance.randint(1, 3))] if i % 2 else []
        target = chance.choice(ratchets) if i % 4 == 1 else None
        target_public = RNS.Identity._ratchet_public_bytes(target) if target else None
        plaintext = octets(0, 120)
        state = chance.getstate()
        message = identity.encrypt(plaintext, ratchet=target_public)
        after = chance.getstate()
        chance.setstate(state)
        drawn = chance.randbytes(32) + chance.randbytes(16)
        chance.setstate(after)
        assert identity.decrypt(message, ratchets=ratchets) == plaintext
        enforced = identity.decrypt(message, ratchets=ratchets, enforce_ratchets=True) is not None
        signed = octets(0, 120)
        signature = identity.sign(signed)
        out.append({
            "private": identity.get_private_key(), "public": identity.get_public_key(), "hash": identity.hash,
            "ratchets": ratchets, "target": target_public,
            "target_id": RNS.Identity._get_ratchet_id(target_public) if target else None,
            "plaintext": plaintext, "drawn": drawn, "message": message, "opens_enforced": enforced,
            "signed": signed, "signature": signature,
        })
    write("identities", out)


def words(low, high):
    letters = "abcdefghijklmnopqrstuvwxyz0123456789_-é漢"
    return ["".join(chance.choice(letters) for _ in range(chance.randint(1, 9))) for _ in range(chance.randint(low, high))]


def destinations():
    out = []
    for i in range(CASES):
        names = words(1, 5)
        owner = None if i % 3 == 0 else os.urandom(16)
        dotted = RNS.Destination.expand_name(None, *names)
        out.append({"name": dotted, "parts": names, "owner": owner,
                    "name_hash": RNS.Identity.full_hash(dotted.encode("utf-8"))[:10],
                    "hash": RNS.Destination.hash(owner, *names)})
    write("destinations", out)


def packets():
    out = []
    for i in range(CASES):
        destination = SimpleNamespace(hash=os.urandom(16), type=chance.randint(0, 3), link_id=os.urandom(16), mtu=500,
                                      encrypt=lambda data: data)
        header_2 = i % 2 == 1
        # The reference packs announces alone with the longer header; relays make the others by hand.
        kind = RNS.Packet.ANNOUNCE if header_2 else chance.randint(0, 3)
        packet = RNS.Packet(destination, octets(1, 200), packet_type=kind,
                            context=chance.choice([0, 1, 5, 8, 9, 11, 14, 0xFA, 0xFE]),
                            transport_type=chance.randint(0, 1), header_type=int(header_2),
                            transport_id=os.urandom(16) if header_2 else None, context_flag=chance.randint(0, 1))
        packet.hops = chance.randint(0, 127)
        packet.pack()
        out.append(packet.raw)
    for i in range(CASES):
        raw = bytearray(os.urandom(2) + octets(0, 80))
        if i % 8:
            raw[1] &= 0x7F
        if i % 2:
            raw = raw[: chance.choice([0, 1, 2, 17, 18, 19, 20, 33, 34, 35, 36])]
        out.append(bytes(raw))
    cases = []
    for raw in out:
        packet = unpacked(raw)
        cases.append({"raw": raw} | ({} if packet is None else {
            "header_type": packet.header_type, "context_flag": packet.context_flag,
            "transport_type": packet.transport_type, "destination_type": packet.destination_type,
            "packet_type": packet.packet_type, "hops": packet.hops, "transport_id": packet.transport_id,
            "destination": packet.destination_hash, "context": packet.context, "data": packet.data,
            "hash": packet.get_hash()}))
    write("packets", cases)


def announces():
    out = []
    with tempfile.TemporaryDirectory() as folder:
        RNS.Identity._remember_ratchet = staticmethod(lambda *a: None)
        for i in range(CASES):
            identity = RNS.Identity()
            destination = RNS.Destination(identity, RNS.Destination.IN, RNS.Destination.SINGLE, *words(1, 4))
            if i % 2:
                destination.ratchets_path = os.path.join(folder, str(i))
                destination.ratchets = [os.urandom(32)]
                destination.latest_ratchet_time = time.time()
            app_data = chance.choice([None, b"", octets(1, 120)])
            packet = destination.announce(app_data=app_data, path_response=i % 5 == 0, send=False)
            packet.pack()
            raw = bytearray(packet.raw)
            damage = chance.randint(19, len(raw) - 1) if i % 4 == 3 else None
            if damage is not None:
                raw[damage] ^= 1 << chance.randint(0, 7)
            if i % 16 == 7:
                raw = raw[: chance.randint(20, len(raw) - 1)]
            if i % 16 == 11:
                raw[0] ^= 0x20
            remembered = []
            RNS.Identity.remember = staticmethod(lambda *a: remembered.append(a))
            received = unpacked(bytes(raw))
            valid = RNS.Identity.validate_announce(received)
            case = {"raw": bytes(raw), "valid": valid is True}
            if case["valid"]:
                case |= {"private": identity.get_private_key(), "owner": identity.hash,
                         "name_hash": destination.name_hash, "app_data": remembered[0][3],
                         "ratchet": RNS.Identity._ratchet_public_bytes(destination.ratchets[0]) if i % 2 else None,
                         "emitted": int.from_bytes(received.data[79:84], "big")}
            out.append(case)
    write("announces", out)


def path_requests():
    out = []
    asked = []
    RNS.Transport.path_request = staticmethod(lambda destination, local, interface, requestor_transport_id, tag,
                                              ingress_limited: asked.append((destination, requestor_transport_id, tag)))
    RNS.Transport.from_local_client = staticmethod(lambda packet: False)
    RNS.Transport.identity = RNS.Identity()
    transport_enabled = RNS.Reticulum.transport_enabled
    for i in range(CASES):
        if i % 2:
            relay = i % 4 == 1
            RNS.Reticulum.transport_enabled = staticmethod(lambda: relay)
            sent.clear()
            RNS.Transport.request_path(os.urandom(16), tag=octets(1, 20) if i % 8 > 3 else None)
            raw, data = sent[0].raw, sent[0].data
        else:
            raw, data = None, octets(0, 60)
        asked.clear()
        RNS.Transport.path_request_handler(data, SimpleNamespace(receiving_interface=None, traffic_class=0))
        case = {"raw": raw, "data": data}
        if asked:
            case |= {"destination": asked[0][0], "requester": asked[0][1], "tag": asked[0][2]}
        out.append(case)
    RNS.Reticulum.transport_enabled = transport_enabled
    write("path_requests", out)


def links():
    out = []
    for i in range(CASES):
        destination = SimpleNamespace(hash=os.urandom(16), type=RNS.Destination.SINGLE)
        responder = RNS.Identity()
        request_keys = os.urandom(64)
        mtu = chance.choice([0, 500, 1064, 8192, 262144, 0x1FFFFF, 0x200001, chance.randint(0, 0x1FFFFF)])
        signalled = i % 3 != 0
        signalling = RNS.Link.signalling_bytes(mtu, RNS.Link.MODE_AES256_CBC) if signalled else b""
        data = request_keys + signalling
        if i % 10 == 9:
            data = octets(1, 100)
        if i % 10 == 8:
            data = request_keys + os.urandom(3)
        request = RNS.Packet(destination, data, packet_type=RNS.Packet.LINKREQUEST)
        request.pack()
        raw = request.raw
        if i % 4 == 3:  # as a relay makes it
            raw = bytes([raw[0] | 0x50, raw[1] + 3]) + os.urandom(16) + raw[2:]
        request = unpacked(raw)
        link_id = RNS.Link.link_id_from_lr_packet(request)

        ephemeral = X25519PrivateKeyProxy.generate()
        link = SimpleNamespace(link_id=link_id, hash=link_id, type=RNS.Destination.LINK, mtu=mtu,
                               mode=RNS.Link.MODE_AES256_CBC, pub_bytes=ephemeral.public_key().public_bytes(),
                               sig_pub_bytes=responder.sig_pub_bytes, owner=SimpleNamespace(identity=responder),
                               establishment_cost=0, had_outbound=lambda: None)
        link.mtu = max(mtu, 500)
        sent.clear()
        RNS.Link.prove(link)
        proof = bytearray(sent[0].raw)
        damaged = i % 5 == 4
        if damaged:
            proof[chance.randint(19, len(proof) - 1)] ^= 1 << chance.randint(0, 7)
        proof = bytes(proof)

        packet = unpacked(proof)
        valid = False
        try:
            again = RNS.Link.signalling_bytes(RNS.Link.mtu_from_lp_packet(packet), RNS.Link.mode_from_lp_packet(packet))
            valid = responder.validate(packet.data[:64], link_id + packet.data[64:96] + responder.sig_pub_bytes + again)
        except TypeError:
            pass

        # The session key, from both ends.
        initiator = X25519PrivateKeyProxy.generate()
        end = SimpleNamespace(status=RNS.Link.PENDING, prv=initiator, peer_pub=ephemeral.public_key(),
                              mode=RNS.Link.MODE_AES256_CBC, get_salt=lambda: link_id, get_context=lambda: None)
        RNS.Link.handshake(end)
        out.append({"raw": raw, "data": data, "link_id": link_id, "mtu": RNS.Link.mtu_from_lr_packet(request),
                    "mode": RNS.Link.mode_from_lr_packet(request), "proof": proof, "valid": valid,
                    "proof_mtu": RNS.Link.mtu_from_lp_packet(packet), "proof_mode": RNS.Link.mode_from_lp_packet(packet),
                    "responder_private": responder.get_private_key(), "responder_key": responder.sig_pub_bytes,
                    "responder_ephemeral": link.pub_bytes, "initiator_secret": initiator.private_bytes(),
                    "shared": end.shared_key, "derived": end.derived_key})
    write("links", out)


def proofs():
    out = []
    for i in range(CASES):
        identity = RNS.Identity()
        packet = unpacked(bytes([0, 0]) + os.urandom(17) + octets(1, 60))
        RNS.Reticulum.should_use_implicit_proof = staticmethod(lambda: i % 2 == 0)
        sent.clear()
        packet.receiving_interface = None
        identity.prove(packet)
        raw = bytearray(sent[0].raw)
        if i % 4 == 3:
            raw[chance.randint(19, len(raw) - 1)] ^= 1 << chance.randint(0, 7)
        if i % 16 == 6:
            raw = raw[: chance.randint(20, len(raw) - 1)]
        raw = bytes(raw)
        receipt = SimpleNamespace(hash=packet.packet_hash, callbacks=SimpleNamespace(delivery=None),
                                  destination=SimpleNamespace(identity=identity))
        out.append({"packet": packet.raw, "hash": packet.packet_hash, "private": identity.get_private_key(), "raw": raw,
                    "valid": RNS.PacketReceipt.validate_proof(receipt, raw[19:])})
    write("proofs", out)


def escapish(low, high):
    special = [0x7E, 0x7D, 0x5E, 0x5D, 0xC0, 0xDB, 0xDC, 0xDD, 0x00]
    often = chance.choice([0, 0.02, 0.5])
    return bytes(chance.choice(special) if chance.random() < often else chance.randrange(256)
                 for _ in range(chance.randint(low, high)))


def cut(stream):
    chunks = []
    while stream:
        n = chance.randint(1, max(1, chance.choice([3, 40, 400])))
        chunks.append(stream[:n])
        stream = stream[n:]
    return chunks


def hdlc():
    out = []
    for i in range(CASES):
        data = escapish(0, 150)
        out.append({"data": data, "frame": bytes(HDLC.HDLC.frame(data))})
    write("hdlc_frames", out)
    out = []
    for i in range(CASES):
        stream = b"".join(chance.choice([
            lambda: bytes(HDLC.HDLC.frame(escapish(0, 60))),
            lambda: b"\x7e" + escapish(15, 60),
            lambda: b"\x7e" * chance.randint(1, 3),
            lambda: escapish(0, 300) if i % 5 == 0 else b"",
        ])() for _ in range(chance.randint(1, 8)))
        # Octets before the first flag are given up with the frame that follows them or without it, so none stand there.
        stream = b"\x7e" + stream
        frames, invalid = [], []
        mtu = 100
        buffer = HDLC.ReceiveBuffer(mtu, 19, mtu + 16, frames.append, invalid.append)
        chunks = cut(stream)
        for chunk in chunks:
            buffer.feed(chunk)
        out.append({"chunks": chunks, "frames": frames, "invalid": invalid, "mtu": mtu, "max": mtu + 16})
    write("hdlc_streams", out)


def kiss():
    out = []
    for i in range(CASES):
        data = escapish(1, 150)
        stream = bytes([0xC0, 0x00]) + TCPInterface.KISS.escape(data) + bytes([0xC0])
        out.append({"data": data, "frame": stream})
    write("kiss_frames", out)
    out = []
    for i in range(CASES):
        def piece():
            kind = chance.randrange(5)
            if kind < 2:
                return bytes([0xC0, chance.choice([0x00, 0x10, 0xF0])]) + TCPInterface.KISS.escape(escapish(0, 60)) + b"\xc0"
            if kind == 2:
                return bytes([0xC0, chance.choice([0x01, 0x06, 0x1F])]) + TCPInterface.KISS.escape(escapish(0, 20)) + b"\xc0"
            if kind == 3:
                return b"\xc0" * chance.randint(1, 3)
            return escapish(0, 30) + b"\x11"
        stream = b"".join(piece() for _ in range(chance.randint(1, 8)))
        # An escape just before the end of a frame reaches into the next one in the reference, a defect.
        while b"\xdb\xc0" in stream:
            stream = stream.replace(b"\xdb\xc0", b"\x11\xc0")
        chunks = cut(stream)
        waiting = list(chunks)
        frames = []
        interface = SimpleNamespace(
            socket=SimpleNamespace(recv=lambda n: waiting.pop(0) if waiting else b""), kiss_framing=True, HW_MTU=1000,
            process_incoming=lambda data: frames.append(bytes(data)) if data else None, initiator=False, detached=True,
            online=True, teardown=lambda: None)
        TCPInterface.TCPClientInterface.read_loop(interface)
        out.append({"chunks": chunks, "frames": frames})
    write("kiss_streams", out)


def access_codes():
    class Fake(Interface):
        DEFAULT_IFAC_SIZE = 16

        def __init__(self):
            self.violations = 0
            self.bitrate = 1

        def optimise_mtu(self):
            pass

        def final_init(self):
            pass

        def ifac_violation(self, why=None):
            self.violations += 1

    owner = SimpleNamespace(is_connected_to_shared_instance=False, _default_gravity=lambda: 0,
                            ifac_salt=RNS.Reticulum.IFAC_SALT)
    RNS.Transport.add_interface = staticmethod(lambda interface: None)
    out = []
    for i in range(CASES):
        name = None if i % 3 == 1 else words(1, 1)[0]
        key = None if i % 3 == 2 else words(1, 1)[0]
        size = chance.choice([1, 2, 8, 16, 16, 32, 63, 64])
        interface = Fake()
        RNS.Reticulum._add_interface(owner, interface, ifac_size=size, ifac_netname=name, ifac_netkey=key)
        raw = bytes([chance.randrange(128), chance.randrange(128)]) + octets(18, 150)
        if i == 7:
            raw += chance.randbytes(9000)
        masked = RNS.Transport.handle_outgoing_ifac(interface, raw)
        damaged = bytearray(masked)
        damaged[chance.randrange(1, len(damaged))] ^= 1 << chance.randint(0, 7)
        damaged = bytes(damaged)
        valid, again = RNS.Transport.handle_ifac(damaged, interface)
        out.append({"name": name, "passphrase": key, "size": size, "key": interface.ifac_key,
                    "signature": interface.ifac_signature, "raw": raw, "masked": masked, "damaged": damaged,
                    "damaged_passes": valid})
    write("access_codes", out)


def tunnels():
    out = []
    for i in range(CASES):
        RNS.Transport.identity = RNS.Identity()
        interface = SimpleNamespace(get_hash=lambda: digest, wants_tunnel=True, protocol_violation=lambda why: None)
        digest = os.urandom(32)
        sent.clear()
        RNS.Transport.synthesize_tunnel(interface)
        data = bytearray(sent[0].data)
        if i % 4 == 3:
            data[chance.randrange(len(data))] ^= 1 << chance.randint(0, 7)
        if i % 16 == 6:
            data = data[: chance.randint(0, len(data) - 1)]
        data = bytes(data)
        handled = []
        RNS.Transport.handle_tunnel = staticmethod(lambda tunnel, via: handled.append(tunnel))
        RNS.Transport.tunnel_synthesize_handler(data, SimpleNamespace(receiving_interface=interface))
        out.append({"private": RNS.Transport.identity.get_private_key(), "interface": digest, "raw": sent[0].raw,
                    "data": data, "tunnel": handled[0] if handled else None})
    write("tunnels", out)


def round_trips():
    from RNS.vendor import umsgpack
    out = []
    for i in range(CASES):
        value = chance.choice([chance.random() * 10, chance.random() * 1e-3, chance.randint(0, 127),
                               chance.randint(-32, -1), chance.randint(-2**40, 2**40), chance.randint(0, 2**64 - 1),
                               chance.randint(-200, 70000)])
        out.append({"value": float(value), "is_float": isinstance(value, float), "packed": umsgpack.packb(value)})
    write("round_trips", out)


if __name__ == "__main__":
    if RNS.__version__ != "1.5.7":
        sys.exit(f"needs RNS 1.5.7, found {RNS.__version__}")
    for family in (digests, derivation, tokens, identities, destinations, packets, announces, path_requests, links,
                   proofs, hdlc, kiss, access_codes, tunnels, round_trips):
        chance.seed(f"plexus {family.__name__}")
        family()
