"""The management socket of the relay, spoken to by Python's own multiprocessing.connection."""
import hashlib
import multiprocessing.connection
import socket
import subprocess

import pytest

from harness import PATIENCE, UNDER_TEST, Relay, config_text, free_port, tcp_server, until

pytestmark = pytest.mark.skipif(UNDER_TEST != "plexusd", reason="what the reference does here is known to differ")
LINK_COUNT, REPLY_ZERO = b"\x81\xa3get\xaalink_count", b"\x00"


def key_of(relay):
    return hashlib.sha256((relay.folder / "storage" / "transport_identity").read_bytes()).digest()


def address_of(relay):
    return f"\0rns/{relay.instance}/rpc"


def ask(address, key, call=LINK_COUNT):
    with multiprocessing.connection.Client(address, authkey=key) as caller:
        caller.send_bytes(call)
        return caller.recv_bytes()


def test_a_call_is_answered_in_the_dialect_that_it_came_in(world):
    relay = world.relay("relay", {})
    assert ask(address_of(relay), key_of(relay)) == REPLY_ZERO
    with multiprocessing.connection.Client(address_of(relay), authkey=key_of(relay)) as caller:
        caller.send({"get": "interface_stats"})
        assert {one["type"] for one in caller.recv()["interfaces"]} == {"LocalServerInterface"}


def test_callers_who_say_nothing_keep_nobody_waiting(world):
    relay = world.relay("relay", {})
    silent = []
    for _ in range(200):  # more than there may be at a time: the oldest are closed
        one = socket.socket(socket.AF_UNIX)
        one.connect(address_of(relay))
        silent.append(one)
    for _ in range(20):
        assert ask(address_of(relay), key_of(relay)) == REPLY_ZERO
    for one in silent:
        one.close()


def test_a_wrong_key_and_an_unknown_call_get_nothing(world):
    relay = world.relay("relay", {})
    with pytest.raises(multiprocessing.AuthenticationError):
        ask(address_of(relay), b"x" * 32)
    for call in (b"\x81\xa3get\xa7secrets", b"\x00", b"", b"\xc1", b"\x81\xa3get"):
        with pytest.raises(EOFError):
            ask(address_of(relay), key_of(relay), call)
    assert ask(address_of(relay), key_of(relay)) == REPLY_ZERO


def test_a_configured_key_and_tcp_are_used(world):
    port = free_port()
    config = config_text({}, transport=True, shared=world.instance("relay"), reticulum={
        "shared_instance_type": "tcp", "shared_instance_port": free_port(), "instance_control_port": port, "rpc_key": "0badcafe"})
    relay = world.keep(Relay(world.folder / "relay", config, wait=False))
    until(lambda: relay.listens_on(port), PATIENCE, "the management port")
    assert ask(("127.0.0.1", port), bytes.fromhex("0badcafe")) == REPLY_ZERO


def test_a_second_relay_for_the_instance_ends_with_a_clear_message(world, tmp_path):
    relay = world.relay("relay", {})
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "config").write_text(relay.config)
    done = subprocess.run([*Relay.program(UNDER_TEST), "--config", tmp_path / "second"], capture_output=True, text=True,
                          timeout=PATIENCE)
    assert done.returncode == 1
    assert f'another program already is the shared instance "{relay.instance}"' in done.stdout + done.stderr
    assert ask(address_of(relay), key_of(relay)) == REPLY_ZERO


def test_interfaces_come_and_go_with_the_configuration(world):
    ports = [free_port() for _ in range(3)]
    relay = world.relay("relay", {"Stays": tcp_server(ports[0]), "Goes": tcp_server(ports[1])})
    client = socket.create_connection(("127.0.0.1", ports[0]))
    (relay.folder / "config").write_text(relay.config.replace("Goes", "Comes").replace(str(ports[1]), str(ports[2])))
    relay.child.send_signal(1)
    until(lambda: relay.listens_on(ports[2]) and not relay.listens_on(ports[1]), PATIENCE, "the new interface")
    client.setblocking(False)
    with pytest.raises(BlockingIOError):  # still connected
        client.recv(1)
    client.close()
    text = relay.tool("rnstatus", "--reload", "Stays").stdout
    assert "eloaded" in text and "ould not" not in text
    until(lambda: relay.listens_on(ports[0]), PATIENCE, "the reloaded interface")
    (relay.folder / "config").write_text("[interfaces\n")
    relay.child.send_signal(1)
    until(lambda: "config:1: expected" in relay.log(), PATIENCE, "the complaint")
    assert relay.listens_on(ports[0]) and relay.listens_on(ports[2])
