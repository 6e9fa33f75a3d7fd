"""Our client of the management protocol against the reference's daemons."""
import hashlib
import json
import multiprocessing.connection
import os
import pathlib
import socket
import subprocess
import threading

import pytest
from rnsd_fixture import PYTHONS, free_port, rnsd, running

BUILD = pathlib.Path(os.environ.get("PLEXUS_BUILD", pathlib.Path(__file__).parents[2] / "build" / "debug"))
CLIENT = BUILD / "tests" / "rpc_call"


def ask(kind, where, key, request, dialect="msgpack"):
    done = subprocess.run([CLIENT, kind, str(where), key.hex(), dialect, request if isinstance(request, str) else request.hex()],
                          capture_output=True, text=True, timeout=30, env={**os.environ, "TZ": "UTC"})
    return done.returncode, done.stdout, done.stderr.strip()


def packed(request):
    """The few shapes of requests, without a library: texts, nil and 16 octets."""
    def one(v):
        if v is None:
            return b"\xc0"
        if isinstance(v, bytes):
            return bytes([0xC4, len(v)]) + v
        return bytes([0xA0 | len(v)]) + v.encode()
    return bytes([0x80 | len(request)]) + b"".join(one(k) + one(v) for k, v in request.items())


@pytest.fixture(scope="module", params=sorted(PYTHONS))
def daemon(request, tmp_path_factory):
    if not os.path.exists(PYTHONS[request.param]):
        pytest.skip("no RNS " + request.param)
    instance = "client" + str(os.getpid()) + request.param.replace(".", "")
    with rnsd(request.param, tmp_path_factory.mktemp("rnsd"), instance) as folder:
        key = hashlib.sha256((folder / "storage" / "transport_identity").read_bytes()).digest()
        yield request.param, folder, instance, key


def test_the_status_of_a_real_daemon_is_read(daemon):
    version, _, instance, key = daemon
    code, out, err = ask("unix", instance, key, packed({"get": "interface_stats"}))
    assert (code, err) == (0, "")
    stats = json.loads(out)
    assert {i["short_name"] for i in stats["interfaces"]} >= {"Public", "Uplink", "Beacon"}
    assert ("txpps" in stats) == (version == "1.5.7")


def test_the_text_equals_that_of_rnstatus(daemon):
    version, folder, instance, key = daemon
    if version != "1.5.7":
        pytest.skip("the layout is that of 1.5.7")
    def stable(text):
        return [line for line in text.splitlines() if "Traffic" not in line and "↓" not in line
                and "Uptime" not in line and "Serving" not in line]
    theirs = subprocess.run([PYTHONS[version], "-c", "from RNS.Utilities.rnstatus import main; main()", "--config", folder],
                            capture_output=True, text=True, timeout=60, env={**os.environ, "TZ": "UTC"}).stdout
    code, ours, _ = ask("unix", instance, key, "status")
    assert code == 0
    assert stable(ours) == stable(theirs)
    assert "BackboneInterface[Public/127.0.0.1:" in ours


@pytest.mark.parametrize("request_map, answer", [
    ({"get": "path_table", "max_hops": None}, []),
    ({"get": "rate_table"}, []),
    ({"get": "link_count"}, 0),
    ({"get": "next_hop", "destination_hash": b"\1" * 16}, None),
    ({"get": "next_hop_if_name", "destination_hash": b"\1" * 16}, "None"),
    ({"get": "blackholed_identities"}, {}),
    ({"get": "is_blackholed", "identity_hash": b"\2" * 16}, False),
    ({"drop": "path", "destination_hash": b"\1" * 16}, False),
    ({"drop": "all_via", "destination_hash": b"\1" * 16}, 0),
    ({"drop": "announce_queues"}, None),
    ({"blackhole_identity": b"\3" * 16, "until": None, "reason": "test"}, True),
    ({"blackhole_identity": b"\3" * 16, "until": None, "reason": "test"}, None),
    ({"unblackhole_identity": b"\3" * 16}, True),
    ({"unblackhole_identity": b"\3" * 16}, None),
])
def test_calls_are_answered(daemon, request_map, answer):
    _, _, instance, key = daemon
    code, out, err = ask("unix", instance, key, packed(request_map))
    assert (code, err) == (0, "")
    assert json.loads(out) == answer


def test_an_unknown_call_is_closed_without_an_answer(daemon):
    _, _, instance, key = daemon
    assert ask("unix", instance, key, packed({"get": "secrets"}))[0::2] == (
        1, "the shared instance closed the connection without an answer")


def test_another_key_is_refused(daemon):
    _, _, instance, _ = daemon
    assert ask("unix", instance, b"x" * 32, packed({"get": "link_count"}))[0::2] == (1, "the shared instance has another key")


def test_a_tcp_socket_serves_as_well(tmp_path):
    if not os.path.exists(PYTHONS["1.5.7"]):
        pytest.skip("no RNS 1.5.7")
    control = free_port()
    settings = f"shared_instance_type = tcp\n  shared_instance_port = {free_port()}\n  instance_control_port = {control}"
    with running("1.5.7", tmp_path / "rnsd", "tcp" + str(os.getpid()), settings, ("127.0.0.1", control)) as folder:
        key = hashlib.sha256((folder / "storage" / "transport_identity").read_bytes()).digest()
        code, out, err = ask("tcp", control, key, packed({"get": "link_count"}))
        assert (code, out, err) == (0, "0\n", "")


def test_a_daemon_that_speaks_pickle_is_understood():
    key, instance = b"k" * 32, f"pickle{os.getpid()}"
    reply = {"interfaces": [{"name": "A", "hash": b"\1" * 32}], "rss": None, "rxs": 0.5}
    heard = []
    with multiprocessing.connection.Listener(f"\0rns/{instance}/rpc", family="AF_UNIX", authkey=key) as listener:
        def serve():
            with listener.accept() as conn:
                heard.append(conn.recv())
                conn.send(reply)
        thread = threading.Thread(target=serve)
        thread.start()
        code, out, _ = ask("unix", instance, key, packed({"get": "interface_stats"}), "pickle")
        thread.join()
    assert heard == [{"get": "interface_stats"}]
    assert code == 0
    assert json.loads(out) == {"interfaces": [{"name": "A", "hash": "01" * 32}], "rss": None, "rxs": 0.5}


def test_nobody_there_is_told_at_once():
    assert ask("unix", f"nobody{os.getpid()}", b"k", packed({"get": "link_count"}))[0::2] == (
        1, "no shared instance is running")


def test_a_daemon_that_is_silent_is_given_up():
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0rns/silent{os.getpid()}/rpc")
        listener.listen()
        assert ask("unix", f"silent{os.getpid()}", b"k", packed({"get": "link_count"}))[0::2] == (
            1, "the shared instance did not answer in time")
