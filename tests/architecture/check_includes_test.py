#!/usr/bin/env python3
"""Breaks one rule at a time in a small tree and demands that check_includes.py names it.

Usage: check_includes_test.py CXX
"""
import subprocess
import sys
import tempfile
from pathlib import Path

CHECK = Path(__file__).with_name("check_includes.py")
GOOD = {"messages/a.hpp": "#pragma once\n#include <string>\nstruct a { std::string s; };\n",
        "transport/b.hpp": "#pragma once\n#include \"messages/a.hpp\"\nstruct b { a x; };\n",
        "transport/b.cpp": "#include \"transport/b.hpp\"\n#include <sodium.h>\n// no std::mutex, no ::now() here\n",
        "actors/c.hpp": "#pragma once\n#include <mutex>\n#include \"transport/b.hpp\"\n"}
BAD = {
    "the core must not include <caf/all.hpp>": ("messages/x.hpp", "#pragma once\n#include <caf/all.hpp>\n"),
    "the core must not include <boost/asio.hpp>": ("media/x.cpp", "#include <boost/asio.hpp>\n"),
    "the core must not include <mutex>": ("transport/x.cpp", "#include <mutex>\n"),
    "the core must not include <sys/socket.h>": ("firmware-bridge/x.cpp", "#include <sys/socket.h>\n"),
    "the core must not include <fstream>": ("transport/x.cpp", "#include <fstream>\n"),
    "the core must not use ::now": ("transport/x.cpp", "auto t = clock::now();\n"),
    "the core must not use random_device": ("media/x.cpp", "std::random_device d;\n"),
    "headers of transport must not include <sodium.h>": ("transport/x.hpp", "#pragma once\n#include <sodium.h>\n"),
    "messages must not include transport": ("messages/x.hpp", "#pragma once\n#include \"transport/b.hpp\"\n"),
    "transport must not include actors": ("transport/x.hpp", "#pragma once\n#include \"actors/c.hpp\"\n"),
    "a source includes its own header first": ("transport/b.cpp", "#include <string>\n#include \"transport/b.hpp\"\n"),
    "is no path from the root": ("transport/x.cpp", "#include \"b.hpp\"\n"),
    "has no #pragma once": ("messages/x.hpp", "struct x;\n"),
}


def run(tree, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in tree.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        extra = [*arguments, str(root / "cache")] if arguments else []
        done = subprocess.run([sys.executable, CHECK, root, *extra], capture_output=True, text=True)
        return done.returncode, done.stdout


def main():
    compiler = sys.argv[1]
    failures = []
    if run(GOOD)[0] != 0 or run(GOOD, "--compile", compiler)[0] != 0:
        failures.append("a good tree is refused")
    for sentence, (name, text) in BAD.items():
        code, said = run(GOOD | {name: text})
        if code == 0 or sentence not in said:
            failures.append(f"not named: {sentence}")
    code, said = run(GOOD | {"messages/x.hpp": "#pragma once\nstd::string s;\n"}, "--compile", compiler)
    if code == 0 or "messages/x.hpp does not compile alone" not in said:
        failures.append("a header that does not compile alone is let pass")
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
