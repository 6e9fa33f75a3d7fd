#!/usr/bin/env python3
"""How long a node with many saved paths takes until it has them back, and how traffic fares meanwhile.

    cold_start.py [--build build/release] [--paths 1000000] [--budget 3] [--folder DIR]

Prints one line of JSON. With --budget it ends with 1 when restoring takes longer than so many seconds.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from harness import config_text, free_port, tcp_server, until  # noqa: E402
from wire import announce, frame, path_request  # noqa: E402


def ask_for_path(connection, destination, patience=10.0):
    """Seconds until the answer to a path request came, or nothing."""
    started = time.monotonic()
    connection.sendall(frame(path_request(destination)))
    connection.settimeout(patience)
    heard = b""
    while destination not in heard:
        if not (more := connection.recv(65536)):
            return None
        heard += more
    return time.monotonic() - started


def resident(pid):
    """Octets."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", default="build/release")
    options.add_argument("--paths", type=int, default=1_000_000)
    options.add_argument("--budget", type=float)
    options.add_argument("--folder", help="where to put the state; kept if it is given")
    options = options.parse_args()
    build = pathlib.Path(options.build).resolve()
    folder = pathlib.Path(options.folder or tempfile.mkdtemp(prefix="plexus-cold-"))
    folder.mkdir(exist_ok=True)
    port = free_port()
    config = config_text({"Server": tcp_server(port)}, transport=True)
    (folder / "config").write_text(config + f"[plexus]\n  max_paths = {max(options.paths, 1_000_000)}\n")
    subprocess.run([build / "tests" / "bench" / "state_maker", folder,
                    f"TCPServerInterface[Server/127.0.0.1:{port}]", str(options.paths)], check=True)

    log = open(folder / "log", "wb")
    started = time.monotonic()
    node = subprocess.Popen([os.environ.get("PLEXUSD", build / "bin" / "plexusd"), "--config", folder, "-vvv"], stdout=log)
    read_log = lambda: (folder / "log").read_text(errors="replace")

    def connect():
        try:
            return socket.create_connection(("127.0.0.1", port), 1)
        except OSError:
            return None

    # A neighbour asks another one's address all the while: the node takes no notice of what it is restoring.
    asker, home = until(connect, 10, "the server listens", every=0.001), until(connect, 10, "the server listens")
    listening, empty = time.monotonic() - started, resident(node.pid)
    destination, packet = announce()
    home.sendall(frame(packet))
    waits = []
    restored = None
    while restored is None:
        waits.append(ask_for_path(asker, destination))
        found = re.search(r"Restored (\d+) paths in ([0-9.]+) s", read_log())
        restored = found and (int(found[1]), float(found[2]), time.monotonic() - started)
        assert node.poll() is None, read_log()[-2000:]
        time.sleep(0.05)
    memory = resident(node.pid)
    stopping = time.monotonic()
    node.send_signal(signal.SIGTERM)
    code = node.wait(120)
    stopped = time.monotonic() - stopping
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({
        "paths": restored[0], "listening_s": round(listening, 3), "restored_s": restored[1],
        "restored_since_start_s": round(restored[2], 3), "path_request_worst_ms": round(max(waits) * 1000, 1),
        "memory_mib": round(memory / 2**20), "octets_a_path_resident": round((memory - empty) / restored[0]), "stop_with_save_s": round(stopped, 2), "exit": code,
    }))
    if options.paths != restored[0] or code != 0:
        print(read_log()[-3000:], file=sys.stderr)
        return 1
    if not options.folder:
        shutil.rmtree(folder)
    return 1 if options.budget and restored[2] > options.budget else 0


if __name__ == "__main__":
    sys.exit(main())
