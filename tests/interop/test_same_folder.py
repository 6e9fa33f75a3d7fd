"""One folder, used by rnsd, then by the relay, then by rnsd again: identity and paths are kept."""
import pathlib

import pytest

from harness import NEWEST, OLDER, UNDER_TEST, free_port, tcp_client, tcp_server, until


@pytest.mark.parametrize("reference", ["rnsd", f"rnsd-{OLDER}"])
def test_a_folder_goes_from_rnsd_to_the_relay_and_back(world, reference):
    # A path outlives a restart only on an interface whose name does, so the relay calls the far node.
    far_port, near_port = free_port(), free_port()
    far = world.peer("far", {"Relay": tcp_server(far_port)}).ready()
    home = far.call("destination")
    relay = world.relay("relay", {"Far": tcp_client(far_port), "Near": tcp_server(near_port)}, kind=reference)

    until(lambda: far_is_up(relay), 20, "the relay has called the far node", every=0.1)
    far.call("announce", at=home["hash"], app_data="c0ffee")
    until(lambda: known(relay, home), 20, "the path in the relay's table", every=0.1)
    identity = transport_identity(relay)
    wire_identity = identity_in_status(relay)
    path = known(relay, home)
    assert path["hops"] == 1

    # What any of the daemons writes must be what the next one reads.
    for number, daemon in enumerate((UNDER_TEST, reference, UNDER_TEST)):
        relay.stop()
        relay = world.again(relay, daemon)
        until(lambda: far_is_up(relay), 20, "the relay has called the far node again", every=0.1)
        assert transport_identity(relay) == identity
        assert identity_in_status(relay) == wire_identity
        kept = known(relay, home)
        assert kept, f"{daemon} does not know the path any more"
        assert {key: kept[key] for key in ("hash", "via", "hops", "interface")} == \
            {key: path[key] for key in ("hash", "via", "hops", "interface")}
        assert abs(kept["expires"] - path["expires"]) < 1.0

        # A stranger asks for the path, and it is the relay that answers, out of what it kept.
        near = world.peer(f"near{number}", {"Relay": tcp_client(near_port)}).ready()
        near.call("wait_online")
        assert near.call("path", to=home["hash"]) == {"hops": 2, "app_data": "c0ffee"}
        assert near.call("send", to=home["hash"], data="aa")["delivered"]
        far.expect("packet", at=home["hash"], data="aa")
        near.stop()

        # A program on the daemon recalls the node's keys from the file that the daemon keeps.
        program = world.client(f"program{number}", relay).ready()
        assert program.call("recall", to=home["hash"])["public_key"] == home["public_key"]
        program.stop()


def far_is_up(relay):
    return any(interface["short_name"] == "Far" and interface["status"]
               for interface in relay.status(version=version_for(relay))["interfaces"])


def version_for(relay):
    """A newer rnstatus does not understand an older daemon."""
    return OLDER if relay.kind.endswith(OLDER) else NEWEST


def known(relay, home):
    return next((path for path in relay.paths(version=version_for(relay)) if path["hash"] == home["hash"]), None)


def transport_identity(relay):
    return pathlib.Path(relay.folder, "storage", "transport_identity").read_bytes()


def identity_in_status(relay):
    return relay.status(version=version_for(relay))["transport_id"]
