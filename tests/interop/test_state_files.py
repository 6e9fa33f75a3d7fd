"""State files go from the reference through Plexus and back without a difference.

Needs RNS 1.5.7 in the Python that runs it, and PLEXUS_STATE_TOOL naming the state_tool executable.
"""
import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
BUILT = sorted(HERE.parent.parent.glob("build/*/tests/state_tool"))
TOOL = os.environ.get("PLEXUS_STATE_TOOL") or (str(BUILT[0]) if BUILT else None)

pytestmark = pytest.mark.skipif(not TOOL, reason="state_tool is not built")


def reference(command, directory):
    done = subprocess.run([sys.executable, str(HERE / "rns_state.py"), command, str(directory)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def storages(tmp_path_factory):
    """The reference's own storage, and a copy that Plexus read and wrote."""
    base = tmp_path_factory.mktemp("state")
    reference("make", base / "reference")
    subprocess.run([TOOL, "copy", base / "reference", base / "plexus"], check=True)
    return base / "reference", base / "plexus"


def files_below(directory):
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_every_file_is_written_octet_for_octet_as_the_reference_writes_it(storages):
    theirs, ours = (files_below(one / "storage") for one in storages)
    assert len(theirs) >= 11
    assert ours == theirs


def test_the_reference_loads_the_same_from_both(storages):
    theirs, ours = (json.loads(reference("load", one)) for one in storages)
    assert len(theirs["paths"]) == 3 and len(theirs["tunnels"]) == 2 and len(theirs["blackhole"]) == 2
    assert ours == theirs


def test_the_reference_reads_the_default_configuration(tmp_path):
    text = subprocess.run([TOOL, "exampleconfig"], check=True, capture_output=True, text=True).stdout
    from RNS.vendor.configobj import ConfigObj

    config = ConfigObj(text.splitlines())
    assert config["reticulum"].as_bool("enable_transport") and config["reticulum"].as_bool("share_instance")
    assert config["interfaces"]["Default Interface"]["type"] == "AutoInterface"
    assert config["interfaces"]["Local TCP"]["listen_ip"] == "127.0.0.1"
    (tmp_path / "config").write_text(text.replace("listen_port = 4242", "listen_port = 0")
                                     .replace("instance_name = default", "instance_name = state-%d" % os.getpid()))
    script = ("import os, RNS; r = RNS.Reticulum(%r); t = RNS.Reticulum.transport_enabled();"
              "n = [i.name for i in RNS.Transport.interfaces]; print(t, n, flush=True); os._exit(0)" % str(tmp_path))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Local TCP" in done.stdout and "True" in done.stdout
