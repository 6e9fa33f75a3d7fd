"""Records handshakes of Python's multiprocessing.connection between the old and the new form, all four pairs.

Usage: record_authentication.py PATH_OF_3.11_CONNECTION_PY PATH_OF_3.12_CONNECTION_PY, run by Python 3.12.
Writes tests/data/control/handshakes.json. The challenges are not random: the listener's octets are 0, 1, 2 ..., the
connector's 100, 101, 102 ...
"""
import importlib.util
import json
import os
import pathlib
import queue
import sys
import threading

KEY = bytes(range(32))


def load(path, name):
    spec = importlib.util.spec_from_file_location(f"multiprocessing.{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class pipe_end:
    def __init__(self, name, incoming, outgoing, transcript):
        self.name, self.incoming, self.outgoing, self.transcript = name, incoming, outgoing, transcript

    def send_bytes(self, message):
        self.transcript.append([self.name, bytes(message).hex()])
        self.outgoing.put(bytes(message))

    def recv_bytes(self, maximum):
        message = self.incoming.get(timeout=5)
        assert len(message) <= maximum
        return message


def main():
    forms = {"bare": load(sys.argv[1], "connection_old"), "named": load(sys.argv[2], "connection_new")}
    recorded = []
    for listening, listener in forms.items():
        for connecting, connector in forms.items():
            transcript, a, b = [], queue.Queue(), queue.Queue()
            start = {}
            os.urandom = lambda n: bytes((start[threading.current_thread().name] + i) % 256 for i in range(n))

            def listen():
                end = pipe_end("listener", a, b, transcript)
                listener.deliver_challenge(end, KEY)
                listener.answer_challenge(end, KEY)

            def connect():
                end = pipe_end("connector", b, a, transcript)
                connector.answer_challenge(end, KEY)
                connector.deliver_challenge(end, KEY)

            threads = [threading.Thread(target=listen, name="l"), threading.Thread(target=connect, name="c")]
            start.update(l=0, c=100)
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            recorded.append(dict(listener=listening, connector=connecting, key=KEY.hex(), transcript=transcript))
    path = pathlib.Path(__file__).parent.parent / "data" / "control" / "handshakes.json"
    path.write_text(json.dumps(recorded, indent=1) + "\n")


main()
