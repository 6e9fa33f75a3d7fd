"""The handshake and the values of the management protocol against real Pythons, old and new, in both roles."""
import json
import os
import pathlib
import socket
import subprocess
import sys

import pytest

BUILD = pathlib.Path(os.environ.get("PLEXUS_BUILD", pathlib.Path(__file__).parents[2] / "build" / "debug"))
PEER = BUILD / "tests" / "authentication_peer"
KEY = bytes(range(32))

# Speaks with the descriptor in argv[1] as argv[2], exchanges every value in both dialects and prints "same" when each
# came back as it went.
SCRIPT = """
import sys
from multiprocessing import connection
descriptor, role, key = int(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3])
conn = connection.Connection(descriptor)
steps = [connection.deliver_challenge, connection.answer_challenge]
for step in steps if role == "listener" else reversed(steps):
    step(conn, key)
values = [None, True, {"get": "interface_stats"}, {"get": "path_table", "max_hops": None}, 2**63, -2**40, 0.25, "ä€",
          b"\\x00\\xff" * 200, [1, [2, {"x": [b"y"]}]], {b"k" * 16: {"until": None}}, "long" * 20000, list(range(300))]
for value in values:
    conn.send(value)
    assert conn.recv() == value
if sys.version_info >= (3, 8):
    conn.send_bytes(b"\\x81\\xa3get\\xafinterface_stats")
    assert conn.recv_bytes() == b"\\x81\\xa3get\\xafinterface_stats"
print("same")
"""


def pythons():
    """Every Python 3 that pyenv or the system has, one a minor version."""
    found = {}
    candidates = [pathlib.Path(sys.executable), pathlib.Path("/usr/bin/python3")]
    candidates += sorted(pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")).glob("versions/3.*/bin/python3"))
    for python in candidates:
        if python.exists():
            version = subprocess.run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                                     capture_output=True, text=True).stdout.strip()
            found.setdefault(version, python)
    return found


PYTHONS = pythons()


def converse(python, python_role, peer_key=KEY, form="named"):
    ours, theirs = socket.socketpair()
    role = "connector" if python_role == "listener" else "listener"
    with ours, theirs:
        peer = subprocess.Popen([PEER, role, peer_key.hex(), form], stdin=ours, stdout=ours, stderr=subprocess.PIPE)
        ours.close()
        script = subprocess.Popen([python, "-c", SCRIPT, str(theirs.fileno()), python_role, KEY.hex()],
                                  pass_fds=[theirs.fileno()], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        theirs.close()
        out, err = script.communicate(timeout=30)
        _, why = peer.communicate(timeout=30)
    return out.decode().strip(), err.decode(), peer.returncode, why.decode().strip()


@pytest.mark.parametrize("form", ["named", "bare"])
@pytest.mark.parametrize("role", ["listener", "connector"])
@pytest.mark.parametrize("version", sorted(PYTHONS))
def test_a_python_of_any_age_and_we_understand_each_other(version, role, form):
    out, err, code, why = converse(PYTHONS[version], role, form=form)
    assert (out, code, why) == ("same", 0, ""), err


@pytest.mark.parametrize("role", ["listener", "connector"])
@pytest.mark.parametrize("version", sorted(PYTHONS))
def test_another_key_is_refused(version, role):
    out, err, code, why = converse(PYTHONS[version], role, peer_key=b"x" * 32)
    assert out == "" and "AuthenticationError" in err
    assert code == 1
    assert why == ("the peer rejected our key" if role == "listener" else "the peer has another key")


def test_old_and_new_pythons_are_there():
    minors = {int(v.split(".")[1]) for v in PYTHONS}
    if not (min(minors) <= 11 and max(minors) >= 12):
        pytest.skip("only one form of the handshake can be tested with " + json.dumps(sorted(PYTHONS)))
