"""Python programs that share the relay's instance, on the relay's own configuration."""
import pytest

from conversation import converse, still_works
from harness import NEWEST, OLDER, free_port, tcp_client, tcp_server


@pytest.mark.parametrize("versions", [(NEWEST, NEWEST), (OLDER, NEWEST)], ids=["same", "older"])
def test_two_programs_of_one_daemon_talk_to_each_other(world, versions):
    relay = world.relay("relay", {"Port": tcp_server(free_port())})
    one, other = (world.client(f"program{i}", relay, version=version).ready() for i, version in enumerate(versions))
    assert one.call("info")["shared"] and other.call("info")["shared"]
    its_home, other_home, _ = converse(one, other, resource_size=500_000)
    assert one.call("path", to=other_home["hash"])["hops"] == 0, "programs of one daemon are one node"


@pytest.mark.parametrize("transport", [True, False], ids=["transport", "no-transport"])
def test_a_program_talks_to_a_node_beyond_the_daemon(world, transport):
    port = free_port()
    relay = world.relay("relay", {"Port": tcp_server(port)}, transport=transport)
    program = world.client("program", relay).ready()
    remote = world.peer("remote", {"Relay": tcp_client(port)}).ready()
    remote.call("wait_online")
    assert program.call("info")["shared"]
    its_home, remote_home, _ = converse(program, remote)
    # The way to a program leads over its daemon, which counts as no hop of its own.
    assert program.call("path", to=remote_home["hash"])["hops"] == 1
    assert remote.call("path", to=its_home["hash"])["hops"] == 1


def test_a_program_that_dies_takes_nothing_with_it(world):
    port = free_port()
    relay = world.relay("relay", {"Port": tcp_server(port)})
    remote = world.peer("remote", {"Relay": tcp_client(port)}).ready()
    remote.call("wait_online")
    first = world.client("first", relay).ready()
    still_works(first, remote)
    first.kill()
    second = world.client("second", relay).ready()
    home = second.call("destination", aspect="late")
    second.call("announce", at=home["hash"])
    remote.call("path", to=home["hash"])
    assert remote.call("send", to=home["hash"], aspect="late", data="aa")["delivered"]


def test_a_program_finds_its_daemon_again_after_a_restart(world):
    port = free_port()
    relay = world.relay("relay", {"Port": tcp_server(port)})
    program = world.client("program", relay).ready()
    assert program.call("info")["shared"]
    relay.stop()
    relay = world.again(relay, relay.kind)
    remote = world.peer("remote", {"Relay": tcp_client(port)}).ready()
    remote.call("wait_online")
    program.call("wait_online", timeout=30)
    still_works(program, remote)
