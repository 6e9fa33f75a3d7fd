#!/usr/bin/env python3
"""Takes vectors for links, resources, channels, streams and ratchets from the Python reference.

  generate_endpoint.py > endpoint.json       with RNS 1.5.7 importable

Randomness and encryption are replaced by fixed octets, so that the output is the same each time.
"""
import hashlib
import json
import os
import tempfile
from types import SimpleNamespace
from unittest import mock

import RNS
from RNS.Buffer import RawChannelWriter, StreamDataMessage
from RNS.Channel import Channel
from RNS.Resource import Resource, ResourceAdvertisement
from RNS.vendor import umsgpack


def stretch(seed, size):
    """Octets that any language can make again: SHA-256 over seed and a counter, one block after another."""
    blocks = (hashlib.sha256(f"{seed}/{n}".encode()).digest() for n in range(size // 32 + 1))
    return b"".join(blocks)[:size]


class FixedRandom:
    """random octets 0, 1, 2, … in runs of four, as they are asked for."""

    def __init__(self):
        self.drawn = 0

    def __call__(self):
        self.drawn += 1
        return bytes([self.drawn] * 4) + bytes(12)


class FakeLink(SimpleNamespace):
    def __init__(self, mtu):
        super().__init__(mtu=mtu, mdu=431, rtt=0.1, traffic_timeout_factor=6, hash=bytes(16), link_id=bytes(16),
                         type=RNS.Destination.LINK, status=RNS.Link.ACTIVE)
        self.plaintext = None

    def encrypt(self, plaintext):
        self.plaintext = plaintext
        return plaintext


def resources():
    for name, data, metadata, mtu, request_id, is_response in [
        ("one octet", b"a", None, 500, None, False),
        ("repetitive", b"the same words again and again, " * 100, None, 500, None, False),
        ("noise", stretch("noise", 40000), None, 500, None, False),
        ("noise over a wide link", stretch("noise", 40000), None, 8192, None, False),
        ("metadata", stretch("file", 1000), {"name": "file.bin", "size": 1000}, 500, None, False),
        ("request", stretch("request", 600), None, 500, bytes(range(16)), False),
        ("response", stretch("response", 600), None, 500, bytes(range(16)), True),
    ]:
        link = FakeLink(mtu)
        with mock.patch.object(RNS.Identity, "get_random_hash", FixedRandom()), \
                mock.patch.object(RNS, "Packet", mock.MagicMock()):
            resource = Resource(data, link, metadata=metadata, advertise=False, request_id=request_id,
                                is_response=is_response)
            advertisement = ResourceAdvertisement(resource).pack()
        yield {"name": name, "data": data.hex(), "metadata": umsgpack.packb(metadata).hex() if metadata else None,
               "mtu": mtu, "request_id": request_id.hex() if request_id else None, "is_response": is_response,
               "plaintext": link.plaintext.hex(), "hash": resource.hash.hex(), "proof": resource.expected_proof.hex(),
               "hashmap": resource.hashmap.hex(), "advertisement": advertisement.hex(),
               "compressed": resource.compressed, "parts": resource.total_parts}


def segments():
    """How the reference cuts a logical resource."""
    for data_size, metadata in [(1048575, None), (1048576, None), (3000000, None), (1048570, {"n": "a"}),
                                (2097150, {"n": "a"})]:
        data = stretch("segments", data_size)
        sizes = []
        packed = len(umsgpack.packb(metadata)) + 3 if metadata else 0
        segment, count, original = 1, 1, None
        while segment <= count:
            link = FakeLink(500)
            source = tempfile.NamedTemporaryFile()
            source.write(data)
            source.flush()
            with open(source.name, "rb") as file, \
                    mock.patch.object(RNS.Identity, "get_random_hash", lambda: os.urandom(16)), \
                    mock.patch.object(RNS, "Packet", mock.MagicMock()):
                resource = Resource(file, link, metadata=metadata if segment == 1 else None, advertise=False,
                                    segment_index=segment, original_hash=original, auto_compress=False,
                                    sent_metadata_size=packed if segment > 1 else 0)
            count = resource.total_segments
            original = resource.original_hash
            sizes.append(len(link.plaintext) - 4 - (packed if segment == 1 else 0))
            segment += 1
        yield {"data_size": data_size, "metadata_size": packed, "sizes": sizes, "total": resource.total_size}


def streams():
    for name, data, end, mdu in [
        ("short", b"streamdata", True, 425),
        ("noise", stretch("stream", 20000), False, 425),
        ("repetitive", b"the same words again and again, " * 1000, False, 425),
        ("half compressible", b"0" * 300 + stretch("half", 300), False, 425),
        ("third compressible", b"0" * 400 + stretch("third", 1200), False, 425),
        ("wide", stretch("wide", 20000), False, 8105),
        ("empty", b"", True, 425),
    ]:
        sent = []
        channel = SimpleNamespace(mdu=mdu, send=lambda message: sent.append(message.pack()))
        writer = RawChannelWriter(0x0102, channel)
        writer._eof = end
        consumed = writer.write(data)
        yield {"name": name, "data": data.hex(), "end": end, "mdu": mdu, "message": sent[0].hex(), "consumed": consumed}


def channel_timeouts():
    for rtt in (0.001, 0.1, 2.0):
        for outstanding in (1, 2, 48):
            for tries in range(1, 6):
                channel = SimpleNamespace(_outlet=SimpleNamespace(rtt=rtt), _tx_ring=[None] * outstanding)
                yield {"rtt": rtt, "outstanding": outstanding, "tries": tries,
                       "timeout": Channel._get_packet_timeout_time(channel, tries)}


def ratchets():
    identity = RNS.Identity.from_bytes(bytes(range(64)))
    keys = [bytes([n]) * 32 for n in (3, 2, 1)]
    packed = umsgpack.packb(keys)
    file = umsgpack.packb({"signature": identity.sign(packed), "ratchets": packed})
    return {"identity": bytes(range(64)).hex(), "keys": [k.hex() for k in keys], "file": file.hex()}


def timing():
    for mtu in (211, 255, 500, 508, 564, 1064, 1196, 8192, 16384, 262144):
        link = SimpleNamespace(mtu=mtu)
        RNS.Link.update_mdu(link)
        yield {"mtu": mtu, "mdu": link.mdu, "part": mtu - RNS.Reticulum.HEADER_MAXSIZE - RNS.Reticulum.IFAC_MIN_SIZE}


def keepalives():
    for rtt in (0.0, 0.001, 0.02, 0.025, 0.1, 1.0, 1.75, 3.0):
        link = SimpleNamespace(rtt=rtt)
        RNS.Link._Link__update_keepalive(link)
        yield {"rtt": rtt, "keepalive": link.keepalive, "stale": link.stale_time}


def messages():
    path = RNS.Identity.truncated_hash(b"/status")
    request = umsgpack.packb([1700000000.25, path, [True, "text", b"\x00\x01", None]])
    return {"path": "/status", "path_hash": path.hex(), "request": request.hex(),
            "resource_id": RNS.Identity.truncated_hash(request).hex(),
            "response": umsgpack.packb([bytes(range(16)), {"a": 1.5}]).hex()}


json.dump({"resources": list(resources()), "segments": list(segments()), "streams": list(streams()),
           "channel_timeouts": list(channel_timeouts()), "ratchets": ratchets(), "timing": list(timing()),
           "keepalives": list(keepalives()), "messages": messages()}, os.sys.stdout, indent=0)
