"""The conformance bridge, driven over its line protocol."""
import json
import os
import pathlib
import subprocess
import threading

BUILD = pathlib.Path(os.environ.get("PLEXUS_BUILD", pathlib.Path(__file__).parents[2] / "build" / "debug"))
PROGRAM = os.environ.get("CONFORMANCE_BRIDGE", str(BUILD / "tests" / "bridge" / "conformance_bridge"))


class Refused(Exception):
    """The bridge answered success:false."""


class Bridge:
    def __init__(self, **environment):
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})
        self.number = 0
        self.lock = threading.Lock()
        assert self.process.stdout.readline() == "READY\n"

    def line(self, text):
        """One line as it stands, and the answer to it."""
        with self.lock:
            self.process.stdin.write(text + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

    def __call__(self, command, **params):
        self.number += 1
        answer = self.line(json.dumps({"id": self.number, "command": command, "params": params}))
        assert answer["id"] == self.number
        if not answer["success"]:
            raise Refused(answer["error"])
        return answer["result"]

    def close(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        return code
