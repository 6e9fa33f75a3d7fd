"""Just enough of the wire to say wrong things on it: HDLC frames, path requests, announces."""
import hashlib
import os
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

FLAG = b"\x7e"


def sha256(octets):
    return hashlib.sha256(octets).digest()


def frame(octets):
    return FLAG + octets.replace(b"\x7d", b"\x7d\x5d").replace(FLAG, b"\x7d\x5e") + FLAG


def path_request(destination, tag=None):
    """A packet to the plain destination rnstransport.path.request."""
    to = sha256(sha256(b"rnstransport.path.request")[:10])[:16]
    return b"\x08\x00" + to + b"\x00" + destination + (tag or os.urandom(16))


def announce(aspect="interop.stranger", *, forge=False):
    """A valid announce of a fresh identity, or one whose signature is of another text."""
    exchange, signing = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    public = exchange.public_key().public_bytes_raw() + signing.public_key().public_bytes_raw()
    name = sha256(aspect.encode())[:10]
    destination = sha256(name + sha256(public)[:16])[:16]
    blob = os.urandom(5) + int(time.time()).to_bytes(5, "big")
    signature = signing.sign((b"forged" if forge else b"") + destination + public + name + blob)
    return destination, b"\x01\x00" + destination + b"\x00" + public + name + blob + signature
