"""Starts the reference's daemon in a folder of its own and stops it again."""
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).parents[2]


def python_of(version):
    """The interpreter that has this RNS: RNS_PYTHON_1_5_7 in the environment, or the one that the set-up made."""
    made = ROOT / ".deps" / "python" / f"rns-{version}" / "bin" / "python"
    return os.environ.get("RNS_PYTHON_" + version.replace(".", "_"), str(made))


PYTHONS = {version: python_of(version) for version in ("1.5.7", "1.4.2")}

CONFIG = """[reticulum]
  enable_transport = yes
  share_instance = yes
  instance_name = {instance}
  {extra}

[logging]
  loglevel = 4

[interfaces]
  [[Public]]
    type = BackboneInterface
    enabled = yes
    listen_ip = 127.0.0.1
    listen_port = {port}
    mode = gateway
    network_name = testers
    announce_rate_target = 3600

  [[Uplink]]
    type = TCPClientInterface
    enabled = yes
    target_host = 127.0.0.1
    target_port = {port}

  [[Beacon]]
    type = UDPInterface
    enabled = yes
    listen_ip = 127.0.0.1
    listen_port = {udp_port}
    forward_ip = 127.0.0.1
    forward_port = {udp_port}
"""


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(address):
    """Whether someone greets with the first octets of a challenge there."""
    with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as s:
        s.settimeout(5)
        try:
            s.connect(address)
            return len(s.recv(4)) == 4
        except OSError:
            return False


def rnsd(version, folder, instance):
    return running(version, folder, instance, "", f"\0rns/{instance}/rpc")


@contextlib.contextmanager
def running(version, folder, instance, extra, address):
    """The daemon with `extra` lines in [reticulum], once its management socket answers at `address`."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config").write_text(CONFIG.format(instance=instance, extra=extra, port=free_port(),
                                                 udp_port=free_port(socket.SOCK_DGRAM)))
    log = open(folder / "log", "w")
    daemon = subprocess.Popen([PYTHONS[version], "-c", "from RNS.Utilities.rnsd import main; main()", "--config", folder],
                              stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not answers(address):
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("rnsd did not start: " + (folder / "log").read_text())
            time.sleep(0.05)
        yield folder
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(10)
        except subprocess.TimeoutExpired:
            daemon.kill()
        log.close()
