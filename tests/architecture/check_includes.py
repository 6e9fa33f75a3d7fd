#!/usr/bin/env python3
"""Checks how the rooms depend on each other.

  check_includes.py SOURCE_DIR                            what sources include and call
  check_includes.py SOURCE_DIR --compile CXX CACHE_DIR    each header of messages/ and transport/ compiles alone

The core (messages, transport, media, firmware-bridge) is sans I/O: no actors, sockets, files, clocks, random devices,
threads or locks. Includes point one way. Headers of messages/ and transport/ do not show the cryptographic libraries.
"""
import hashlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CORE = ("messages", "transport", "media", "firmware-bridge")
MAY_INCLUDE = {
    "messages": {"messages"},
    "transport": {"messages", "transport"},
    "media": {"messages", "media"},
    "firmware-bridge": {"messages", "firmware-bridge"},
    "storage": {*CORE, "storage"},
    "actors": {*CORE, "storage", "actors"},
    "apps": {*CORE, "storage", "actors", "apps"},
}
STANDALONE = ("messages", "transport")

BANNED_INCLUDES = re.compile(
    r"^(caf/|boost/(asio|beast|filesystem|process|thread|random|uuid|interprocess)|spdlog/|prometheus/|uv|sqlite3"
    r"|(sys|netinet|arpa|net|linux)/|(unistd|fcntl|poll|termios|netdb|ifaddrs|dirent|pthread|sched|time|stdio)\.h$"
    r"|(fstream|filesystem|iostream|istream|ostream|iomanip|cstdio|syncstream"
    r"|thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token"
    r"|random|ctime)$)")
BANNED_CALLS = re.compile(
    r"::now\s*\(|\brandom_device\b|\bgetrandom\b|\barc4random|\brandombytes_|\bRAND_(priv_)?bytes\b"
    r"|\bstd::(rand|srand|time|cout|cerr|clog|this_thread|thread|mutex|ofstream|ifstream)\b"
    r"|\b(steady|system|high_resolution)_clock\b|\b(clock_gettime|gettimeofday|localtime|usleep|nanosleep)\b")
CRYPTO_HEADERS = re.compile(r"^(openssl/|sodium)")

INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")', re.MULTILINE)
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def sources(root, room):
    return sorted(p for p in (root / room).rglob("*") if p.suffix in (".hpp", ".cpp"))


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def without_noise(text):
    """Comments and literals blanked out, line numbers kept."""
    return NOISE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def check_file(root, room, path):
    """Yields one sentence for each rule that the file breaks."""
    text = path.read_text()
    name = path.relative_to(root)
    own = str(name.with_suffix(".hpp"))
    first = True
    for match in INCLUDE.finditer(text):
        where = f"{name}:{line_of(text, match.start(1))}"
        system, local = match.group(2), match.group(3)
        if local:
            top = local.split("/")[0]
            if not (root / local).is_file():
                yield f"{where}: includes \"{local}\", which is no path from the root"
            elif top not in MAY_INCLUDE[room]:
                yield f"{where}: {room} must not include {top}"
        elif room in CORE and BANNED_INCLUDES.match(system):
            yield f"{where}: the core must not include <{system}>"
        elif room in STANDALONE and path.suffix == ".hpp" and CRYPTO_HEADERS.match(system):
            yield f"{where}: headers of {room} must not include <{system}>"
        if first and path.suffix == ".cpp" and (root / own).is_file() and local != own:
            yield f"{where}: a source includes its own header first"
        first = False
    if room in CORE:
        code = without_noise(text)
        for match in BANNED_CALLS.finditer(code):
            yield f"{name}:{line_of(code, match.start())}: the core must not use {match.group().strip('( ')}"
    if path.suffix == ".hpp" and "#pragma once" not in text:
        yield f"{name}: has no #pragma once"


def closure(root, path, seen):
    """The header and every header of ours that it includes."""
    if path not in seen and path.is_file():
        seen.add(path)
        for match in INCLUDE.finditer(path.read_text()):
            if match.group(3):
                closure(root, root / match.group(3), seen)
    return seen


def compile_alone(root, compiler, cache, header):
    """Returns what the compiler says against the header; remembers which texts it had nothing against."""
    key = hashlib.sha256(compiler.encode())
    for part in sorted(closure(root, header, set())):
        key.update(part.read_bytes())
    stamp = cache / key.hexdigest()
    if stamp.exists():
        return ""
    command = [compiler, "-std=c++20", "-fsyntax-only", "-w", "-x", "c++", f"-I{root}", "-include", str(header),
               "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return f"{header.relative_to(root)} does not compile alone:\n{done.stderr}"
    stamp.touch()
    return ""


def main():
    root = Path(sys.argv[1]).resolve()
    complaints = []
    if "--compile" in sys.argv:
        compiler, cache = sys.argv[3], Path(sys.argv[4])
        cache.mkdir(parents=True, exist_ok=True)
        # A header with a source of the same name is compiled alone by the build: the source includes it first.
        headers = [p for room in STANDALONE for p in sources(root, room)
                   if p.suffix == ".hpp" and not p.with_suffix(".cpp").exists()]
        with ThreadPoolExecutor(2) as pool:
            said = pool.map(lambda h: compile_alone(root, compiler, cache, h), headers)
            complaints = [s for s in said if s]
    else:
        for room in MAY_INCLUDE:
            for path in sources(root, room):
                complaints += check_file(root, room, path)
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
