"""A configuration that cannot be meant ends the daemon with the code of the reference, and says where it is wrong."""
import pytest

from harness import UNDER_TEST, Relay, config_text, free_port, tcp_server, until

# Each is the settings of [reticulum], the keys of the interface, the key that is at fault and the exit code.
WRONG = {
    "a boolean of [reticulum]": ({"enable_remote_management": "perhaps"}, {}, "enable_remote_management", 1),
    "a number of [reticulum]": ({"shared_instance_port": "many"}, {}, "shared_instance_port", 1),
    "a boolean of an interface": ({}, {"enabled": "sometimes"}, "enabled", 255),
    "a bitrate": ({}, {"bitrate": "fast"}, "bitrate", 1),
    "a port": ({}, {"listen_port": "front door"}, "listen_port", 255),
}


def start(world, reticulum, keys):
    config = config_text({"Port": {**tcp_server(free_port()), **keys}}, transport=True,
                         shared=world.instance("relay"), reticulum=reticulum)
    return world.keep(Relay(world.folder / "relay", config, wait=False)), config


def line_of(config, key):
    """The number of the last line that sets this key, from 1."""
    return max(number for number, line in enumerate(config.splitlines(), 1) if line.strip().startswith(f"{key} ="))


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_value_is_named_with_file_line_and_key(world, wrong):
    reticulum, keys, key, code = WRONG[wrong]
    relay, config = start(world, reticulum, keys)
    assert relay.child.wait(20) == code, relay.log()
    if UNDER_TEST == "plexusd":
        said = relay.log()
        for expected in (str(relay.folder / "config"), key, f":{line_of(config, key)}"):
            assert expected in said, f"{expected!r} is not in {said!r}"


def test_a_file_that_cannot_be_parsed_is_named_with_its_line(world):
    config = "[reticulum]\n  enable_transport = Yes\n  [[[[\n"
    relay = world.keep(Relay(world.folder / "relay", config, wait=False))
    assert relay.child.wait(20) == 255, relay.log()
    if UNDER_TEST == "plexusd":
        assert f"{relay.folder / 'config'}:3" in relay.log()


def test_a_port_in_use_stops_nothing_else(world):
    port, other = free_port(), free_port()
    world.relay("first", {"Port": tcp_server(port)})
    second = world.keep(Relay(world.folder / "second",
                              config_text({"Taken": tcp_server(port), "Free": tcp_server(other)}, transport=True,
                                          shared=world.instance("second")), wait=False))
    if UNDER_TEST != "plexusd":
        assert second.child.wait(20) == 255, second.log()
        return
    until(lambda: second.listens_on(other) and "Taken" in second.log(), 20, "the other interface")
    assert str(port) in second.log() and second.alive()
