"""Records values as the reference's umsgpack and Python's pickle write them; run with the Python of RNS 1.5.7.

Writes tests/data/control/values.json: for each value its recorded form, its MessagePack and its pickles by protocol.
"""
import json
import pathlib
import pickle

import RNS.vendor.umsgpack as umsgpack
from record_tool_texts import to_json

SHARED = {"hash": b"\x01" * 16}
VALUES = [None, True, False, 0, 1, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63,
          2**64 - 1, -1, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1, -2**63, 0.0, 1.5, -1e300, 1e-7,
          "", "a", "äöü€😀", "x" * 31, "x" * 32, "x" * 255, "x" * 256, "x" * 65536, b"", b"\x00\xff\x80", b"y" * 255,
          b"y" * 256, b"y" * 65536, [], [1, [2, [3]]], list(range(15)), list(range(16)), [None] * 70000, {}, {"a": 1},
          {"get": "interface_stats"}, {"get": "path_table", "max_hops": None}, {n: n for n in range(16)},
          {"get": "next_hop", "destination_hash": bytes(range(16))}, {b"\x07" * 16: {"until": None, "reason": "spam"}},
          {"interfaces": [{"name": "A", "rxb": 2**40, "speed": 0.5}, {"name": "B", "rxb": 0, "speed": 0}], "rss": None},
          [SHARED, SHARED, SHARED], ("a", b"b", (1, 2, 3, 4), ())]


def main():
    recorded = []
    for value in VALUES:
        entry = dict(value=to_json(value), msgpack=umsgpack.packb(value).hex(), pickles={})
        if isinstance(value, (str, bytes, list)) and len(value) > 1000:
            entry["value"] = {"$repeat": [to_json(value[:1] if not isinstance(value, list) else value[0]), len(value)]}
            entry["msgpack"] = entry["msgpack"][:32]
        else:
            entry["pickles"] = {p: pickle.dumps(value, p).hex() for p in (2, 3, 4, 5)}
        recorded.append(entry)
    path = pathlib.Path(__file__).parent.parent / "data" / "control" / "values.json"
    path.write_text(json.dumps(recorded, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
