"""`make bench`: puts the same load on Plexus, rnsd and rns-rs in one run, and compares the figures with the budgets.

Each relay runs two TCP listeners with transport on and ingress control off. It is loaded twice, by relay_load.py: at
full blast, and with a bounded number of packets on their way (for relays that shed load rather than push back).
plexusd-1 is plexusd with a single shard, as the budgets for a packet's cost want it. The floor of the machine comes from relay_limit, the cost of a signature from libsodium, both in the same run.

The comparison is a table on standard output; all figures go to a JSON file. rns-rs is looked for in RNS_RS_RNSD and in
.deps/rns-rs, and installed there if cargo is at hand; without it the budgets that name it cannot be judged.
"""
import argparse
import ctypes
import ctypes.util
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "interop"))

import harness  # noqa: E402

RNS_RS_VERSION = "0.7.1"
# Packets, link packets, announces and links for each relay: enough CPU time to measure, little enough to wait for.
LOADS = {
    "plexusd-1": {"packets": 1_000_000, "linkpackets": 1_000_000, "announces": 20_000, "links": 20_000},
    "plexusd": {"packets": 1_000_000, "linkpackets": 1_000_000, "announces": 20_000, "links": 20_000},
    "rns-rs": {"packets": 500_000, "linkpackets": 500_000, "announces": 4_000, "links": 5_000},
    "rnsd": {"packets": 50_000, "linkpackets": 50_000, "announces": 2_000, "links": 500},
}
# Latency is measured in rounds, relay after relay in each, and the median counts: the quantiles of one run wander.
LATENCY_ROUNDS = 3
LATENCY_LOAD = {"packets": 100, "linkpackets": 100, "announces": 100, "links": 10}
# A phase is measured again if the host took more than this share of it.
STOLEN_SHARE_MAX, ATTEMPTS = 0.05, 3
WINDOW, ANNOUNCE_WINDOW = 512, 64


class Subject(harness.Relay):
    """A relay of which the harness need not know the kind."""

    def __init__(self, folder, command, config):
        self.command = command
        super().__init__(folder, config, kind="subject", name="bench")

    def program(self, _):
        return self.command


def rns_rs():
    """The rnsd of rns-rs, or nothing."""
    prefix = ROOT / ".deps" / "rns-rs"
    given = os.environ.get("RNS_RS_RNSD")
    executable = pathlib.Path(given) if given else prefix / "bin" / "rnsd"
    if not given and not executable.exists() and shutil.which("cargo"):
        print(f"installing rns-rs {RNS_RS_VERSION} in {prefix}", file=sys.stderr)
        subprocess.run(["cargo", "install", "--quiet", "--root", prefix, "rns-cli", "--version", RNS_RS_VERSION], check=False)
    return executable if executable.exists() else None


def commands(build, names):
    plexusd = [pathlib.Path(os.environ.get("PLEXUSD", build / "bin" / "plexusd"))]
    found = {"plexusd": plexusd, "plexusd-1": plexusd,
             "rns-rs": [rns_rs()] if "rns-rs" in names else [None],
             "rnsd": [harness.python_of(harness.NEWEST), harness.tool_of(harness.NEWEST, "rnsd")]}
    missing = [name for name in names if not found[name][0] or not found[name][0].exists()]
    for name in missing:
        print(f"{name} is not there and will not be measured", file=sys.stderr)
    return {name: [str(part) for part in found[name]] for name in names if name not in missing}


def signature_cost(seconds=1.0):
    """CPU microseconds of one Ed25519 verification by libsodium on one core, of a text as long as an announce's."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
    sodium.sodium_init()
    public, secret, signature = (ctypes.create_string_buffer(size) for size in (32, 64, 64))
    text = os.urandom(16 + 64 + 10 + 10 + 5)
    length = ctypes.c_ulonglong(len(text))
    sodium.crypto_sign_keypair(public, secret)
    sodium.crypto_sign_detached(signature, None, text, length, secret)
    cpu = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    count, began = 0, cpu()
    while cpu() - began < seconds:
        for _ in range(100):
            assert sodium.crypto_sign_verify_detached(signature, text, length, public) == 0
        count += 100
    return (cpu() - began) / count * 1e6


def load(name, command, sizes, latency=0, windowed=False):
    """One relay, one load: starts the relay on a fresh folder, and returns the figures of relay_load.py."""
    ports = harness.free_port(), harness.free_port()
    config = harness.config_text({name: harness.tcp_server(port) for name, port in zip("AB", ports)}, transport=True, loglevel=2)
    config += "[plexus]\n  shards = 1\n" if name == "plexusd-1" else ""
    options = [f"--{name}={value}" for name, value in sizes.items()]
    options += [f"--window={WINDOW}", f"--announce-window={ANNOUNCE_WINDOW}"] if windowed else []
    options += [f"--latency={latency}"] if latency else []
    with tempfile.TemporaryDirectory() as folder:
        relay = Subject(pathlib.Path(folder) / "relay", command, config)
        try:
            done = subprocess.run(
                [sys.executable, str(HERE / "relay_load.py"), f"--a=127.0.0.1:{ports[0]}", f"--b=127.0.0.1:{ports[1]}",
                 f"--pid={relay.child.pid}", *options], capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"{command[0]}: {done.stderr}\n{relay.log()[-2000:]}")
            return json.loads(done.stdout)
        finally:
            relay.kill()


def latencies(commands_by_name, count):
    """For each relay and number of packets in flight the medians of the quantiles over all rounds."""
    rounds = [{name: load(name, command, LATENCY_LOAD, latency=count)["latency"] for name, command in commands_by_name.items()}
              for _ in range(LATENCY_ROUNDS)]
    return {name: {flight: {quantile: statistics.median(one[name][flight].get(quantile, float("inf")) for one in rounds)
                            for quantile in ("p50", "p99")}
                   for flight in rounds[0][name]} for name in commands_by_name}


def disturbed(figures):
    return any(phase["stolen_s"] > STOLEN_SHARE_MAX * max(phase["s"], 0.2)
               for phase in figures.values() if isinstance(phase, dict) and "stolen_s" in phase)


def undisturbed_load(name, *arguments):
    for attempt in range(1, ATTEMPTS + 1):
        figures = load(name, *arguments)
        if not disturbed(figures):
            break
        print(f"{name}: the host took CPU time away from a measurement (attempt {attempt} of {ATTEMPTS})", file=sys.stderr)
    return figures


def resolved(cost, count):
    """A CPU cost, or nothing if the whole phase took less than ten ticks of the kernel's accounting."""
    return cost if cost * count * 1e-6 >= 10 / os.sysconf("SC_CLK_TCK") else None


def judge(results, latency, floor, signature):
    """The budgets: what is measured, its value, the limit, and whether it holds.

    That is None where a peer is missing or the phase was too short: nothing holds for want of a measurement.
    """
    mine, alone = results["plexusd"], results["plexusd-1"]
    peers = {name: figures for name, figures in results.items() if not name.startswith("plexusd")}
    rows = []

    def at_most(figure, value, limit, unit):
        rows.append((figure, value, "≤", limit, unit, None if limit is None or value is None else value <= limit))

    def at_least(figure, value, limit, unit):
        rows.append((figure, value, "≥", limit, unit, None if limit is None or value is None else value >= limit))

    def comparable(figures, loop, phase):
        """A relay that loses announces, or passes link proofs on unchecked, does another job than ours."""
        if phase == "announce":
            return figures[loop][phase]["paths_usable"] == figures[loop][phase]["n"]
        return phase != "links" or figures[loop][phase]["cpu_us_each"] >= signature

    def of_peers(best, loop, phase, key):
        found = [figures[loop][phase].get(key) for figures in peers.values() if phase in figures[loop] and comparable(figures, loop, phase)]
        return best((value for value in found if value), default=None)

    for phase, stage, factor in (("forward", "full", 1.5), ("linkdata", "route", 2.0)):
        blast = alone["open"][phase]
        cost = resolved(blast["cpu_us_each"], blast["out"])
        rival = peers.get("rns-rs", {}).get("open", {}).get(phase, {}).get("cpu_us_each")
        at_most(f"{phase}, one shard: CPU a packet, to {factor} x the floor ({stage})", cost, factor * floor[stage]["cpu_us_each"], "µs")
        at_most(f"{phase}, one shard: CPU a packet, to half of rns-rs", cost, rival and rival / 2, "µs")
        at_least(f"{phase}, one shard: rate at full blast", blast["per_s"], 1_000_000, "/s")
        at_least(f"{phase}, one shard: came out at full blast", blast["out"], blast["sent"], "packets")
    # Where the marker overtakes the announces, their cost and rate say nothing: fewer signatures than announces fit in.
    announced = {name: figures["open"]["announce"] for name, figures in (("alone", alone), ("mine", mine))}
    whole = {name: a if a["cpu_us_each"] >= 0.8 * signature else {} for name, a in announced.items()}
    at_most("announce, one shard: CPU each, to one signature / 0.85", whole["alone"].get("cpu_us_each"), signature / 0.85, "µs")
    if os.cpu_count() == 2:
        at_least("announce, two cores: rate, to 1.8 x 85 % of one core's signatures", whole["mine"].get("per_s"), 1.8 * 0.85e6 / signature, "/s")
    at_least("announce: paths usable after full blast", announced["mine"]["paths_usable"], announced["mine"]["n"], "paths")
    at_most("link: CPU each, to one signature / 0.85", resolved(alone["open"]["links"]["cpu_us_each"], alone["open"]["links"]["proofs_out"]), signature / 0.85, "µs")
    for flight, own in latency["plexusd"].items():
        for quantile, value in own.items():
            theirs = min((figures[flight][quantile] for name, figures in latency.items() if name in peers), default=None)
            at_most(f"latency {flight}: {quantile}, to the best peer", value, theirs, "µs")
    for loop in ("open", "windowed"):
        for phase in ("announce", "forward", "links", "linkdata"):
            at_least(f"{loop} {phase}: rate, to the best peer", mine[loop][phase]["per_s"], of_peers(max, loop, phase, "per_s"), "/s")
            at_most(f"{loop} {phase}: CPU each, to the best peer", mine[loop][phase]["cpu_us_each"], of_peers(min, loop, phase, "cpu_us_each"), "µs")
    return rows


def number(value):
    if value is None:
        return "?"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.2f}"


def print_tables(results, latency, floor, signature, rows):
    print("floor, CPU a packet: " + ", ".join(f"{name} {stage['cpu_us_each']:.3f} µs" for name, stage in floor.items())
          + f"; one Ed25519 verification {signature:.1f} µs\n")
    columns = [("loop", lambda f: ""), ("forward/s", lambda f: f["forward"]["per_s"]), ("µs", lambda f: f["forward"]["cpu_us_each"]),
               ("lost", lambda f: f["forward"]["sent"] - f["forward"]["out"]), ("linkdata/s", lambda f: f["linkdata"]["per_s"]),
               ("µs", lambda f: f["linkdata"]["cpu_us_each"]), ("links/s", lambda f: f["links"]["per_s"]), ("µs", lambda f: f["links"]["cpu_us_each"]),
               ("announces/s", lambda f: f["announce"]["per_s"]), ("µs", lambda f: f["announce"]["cpu_us_each"]),
               ("usable %", lambda f: 100 * f["announce"]["paths_usable"] / f["announce"]["n"])]
    print(f"{'relay':10}" + "".join(f"{title:>12}" for title, _ in columns))
    for name, figures in results.items():
        for loop, measured in figures.items():
            cells = [loop] + [number(view(measured)) if "linkdata" in measured or "linkdata" not in title else "-" for title, view in columns[1:]]
            print(f"{name:10}" + "".join(f"{cell:>12}" for cell in cells))
    for name, flights in latency.items():
        print(f"{name:10}" + "  ".join(f"latency {flight}: " + ", ".join(f"{key} {value} µs" for key, value in values.items())
                                       for flight, values in flights.items()))
    if rows:
        print(f"\n{'budget':58}{'measured':>14}{'limit':>16}")
        for figure, value, relation, limit, unit, holds in rows:
            verdict = {True: "holds", False: "MISSED", None: "not comparable: no peer, or too short"}[holds]
            print(f"{figure:58}{number(value):>14}{relation + ' ' + number(limit):>16} {unit:8}{verdict}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--relays", default="plexusd-1,plexusd,rns-rs,rnsd", help="which to measure")
    parser.add_argument("--latency", type=int, default=3000)
    parser.add_argument("--latency-alone", action="store_true", help="measure nothing else")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the load, for a quick look")
    parser.add_argument("--json", type=pathlib.Path, help="where the figures go (default: bench/relay.json in the build)")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a budget is missed")
    options = parser.parse_args()

    floor = json.loads(subprocess.run([options.build / "tests" / "bench" / "relay_limit", "--json"], check=True,
                                      capture_output=True, text=True).stdout)
    signature = signature_cost()
    found = commands(options.build, options.relays.split(","))
    if options.latency_alone:
        print(json.dumps(latencies({name: command for name, command in found.items() if name != "plexusd-1"}, options.latency)))
        return
    results = {}
    for name, command in found.items():
        sizes = {key: max(100, int(value * options.scale)) for key, value in LOADS[name].items()}
        results[name] = {loop: undisturbed_load(name, command, sizes, windowed=loop == "windowed")
                         for loop in ("open", "windowed")}
    latency = latencies({name: command for name, command in found.items() if name != "plexusd-1"}, options.latency)
    rows = judge(results, latency, floor, signature) if {"plexusd", "plexusd-1"} <= results.keys() else []
    print_tables(results, latency, floor, signature, rows)

    target = options.json or options.build / "bench" / "relay.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    budgets = [dict(zip(("figure", "measured", "relation", "limit", "unit", "holds"), row)) for row in rows]
    target.write_text(json.dumps({"floor": floor, "signature_us": signature, "relays": results, "latency": latency, "budgets": budgets}, indent=1))
    if options.strict and any(row[-1] is False for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
