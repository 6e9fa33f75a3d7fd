"""Records what the reference's rnstatus and rnpath print for given data, as test vectors for the tools' text.

Run with the Python of an installed RNS 1.5.7; writes tests/data/control/{status,path}_texts.json. JSON has no octets:
{"$bytes": "00ff"} stands for them, {"$map": [[key, value], ...]} for a map whose keys are no texts.
"""
import contextlib
import copy
import datetime
import io
import json
import os
import pathlib
import sys
import time

os.environ["TZ"] = "UTC"
time.tzset()

import RNS  # noqa: E402
from RNS.Utilities import rnpath, rnstatus  # noqa: E402

NOW = 1_780_000_000.25
DATA = pathlib.Path(__file__).parent.parent / "data" / "control"


def to_json(value):
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, (list, tuple)):
        return [to_json(v) for v in value]
    if isinstance(value, dict):
        if all(isinstance(k, str) for k in value):
            return {k: to_json(v) for k, v in value.items()}
        return {"$map": [[to_json(k), to_json(v)] for k, v in value.items()]}
    return value


class frozen_datetime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(NOW)


@contextlib.contextmanager
def frozen_clock():
    real_time, real_datetime = time.time, datetime.datetime
    time.time, datetime.datetime = lambda: NOW, frozen_datetime
    try:
        yield
    finally:
        time.time, datetime.datetime = real_time, real_datetime


def printed(call):
    out, code = io.StringIO(), 0
    with frozen_clock(), contextlib.redirect_stdout(out):
        try:
            call()
        except SystemExit as e:
            code = e.code or 0
    return out.getvalue(), code


def interface(name, **more):
    entry = {"clients": None, "bitrate": 10000000, "rxs": 0, "txs": 0, "arxs": 0, "atxs": 0, "prxs": 0, "ptxs": 0,
             "ifac_signature": None, "ifac_size": None, "ifac_netname": None, "autoconnect_source": None,
             "name": name, "short_name": name.split("[")[-1].rstrip("]").split("/")[0], "hash": bytes(range(32)),
             "type": name.split("[")[0], "mtu": 16384, "rxb": 0, "txb": 0, "arxb": 0, "atxb": 0, "arxc": 0, "atxc": 0,
             "prxb": 0, "ptxb": 0, "prxc": 0, "ptxc": 0, "txdrp": 0, "txdrb": 0, "txstalled": False, "txbuffered": 0,
             "incoming_announce_frequency": 0, "outgoing_announce_frequency": 0, "incoming_pr_frequency": 0,
             "outgoing_pr_frequency": 0, "announce_rate_target": None, "announce_rate_penalty": None,
             "announce_rate_grace": None, "held_announces": 0, "burst_active": False, "burst_activated": 0,
             "burst_count": None, "pr_burst_active": False, "pr_burst_activated": 0, "pr_burst_count": None,
             "status": True, "mode": 1, "gravity": 0, "announces_to_internal": None, "protocol_violations": 0,
             "ifac_violations": 0, "packet_filter_hits": 0}
    entry.update(more)
    return entry


def node(interfaces, **more):
    stats = {"interfaces": interfaces, "rxb": 0, "txb": 0, "rxs": 0, "txs": 0}
    for key in ("arxb", "atxb", "arxs", "atxs", "arxf", "atxf", "prxb", "ptxb", "prxs", "ptxs", "prxf", "ptxf", "rxpps",
                "txpps", "rxqt", "rxqd", "rxqa", "rxqp", "rxqil", "rxqtd", "rxqdd", "rxqad", "rxqpd", "rxqild",
                "tqpressure", "dqpressure", "aqpressure", "pqpressure", "ilqpressure"):
        stats[key] = 0
    stats["txq"] = None
    stats.update(more)
    stats["rss"] = None
    return stats


TRANSPORT = dict(transport_id=bytes(range(16)), network_id=None, transport_uptime=93784.125, probe_responder=None)

BUSY = dict(rxb=123456789, txb=987654, rxs=1234567.5, txs=81234.0, arxs=234567.25, atxs=5000.0, prxs=1200.5, ptxs=811.0,
            arxb=5000000, atxb=40000, prxb=9000, ptxb=1000, arxc=5120, atxc=17, prxc=900, ptxc=4,
            incoming_announce_frequency=3.456789, outgoing_announce_frequency=0.25,
            incoming_pr_frequency=1234.56, outgoing_pr_frequency=12.0)

LISTENER = interface("BackboneInterface[Public/0.0.0.0:4242]", clients=12, bitrate=100000000, mtu=32768, blocked_ips=2,
                     blocked_ip_list=["203.0.113.7", "2001:db8::1"], burst_count=3, pr_burst_count=0,
                     announce_rate_target=3600, announce_rate_penalty=7200.5, announce_rate_grace=5, gravity=3, mode=6,
                     protocol_violations=4, ifac_violations=2, packet_filter_hits=321, announce_queue=1,
                     held_announces=2, txdrp=7, txdrb=3500, txstalled=True, txbuffered=1048576, **BUSY)
SPAWNED = interface("BackboneInterface[Client on Public/198.51.100.9:5555]", parent_interface_name=LISTENER["name"],
                    parent_interface_hash=LISTENER["hash"], txbuffered=512, rxb=999, txb=1000)
SHARED = interface("Shared Instance[rns/default]", clients=2, bitrate=1000000000, mtu=262144, **BUSY)
LOCAL = interface("LocalInterface[rns/default]", bitrate=1000000000, mtu=262144)
AUTO = interface("AutoInterface[Default Interface]", peers=3, mtu=1196, ifac_signature=bytes(range(64)), ifac_size=16,
                 ifac_netname="ümlaut net", **BUSY)
TCP = interface("TCPInterface[Hub/hub.example:4242]", status=False, autoconnect_source="00112233445566778899aabbccddeeff",
                mode=7, announces_to_internal=True, bitrate=None, mtu=None, protocol_violations=0, ifac_violations=3)
TCP_CLIENT = interface("TCPInterface[Client on Server/10.0.0.1:1234]", mode=4)
RNODE = interface("RNodeInterface[LoRa]", bitrate=3125.0, mtu=508, mode=3, airtime_short=0.51, airtime_long=0.0,
                  channel_load_short=12.5, channel_load_long=3, noise_floor=-104, interference=None, cpu_temp=41,
                  interference_last_ts=NOW - 3723.5, interference_last_dbm=-71, battery_state="charging",
                  battery_percent=87, announce_queue=4, **BUSY)
RNODE_NOISY = interface("RNodeInterface[Noisy]", bitrate=1171.875, mtu=508, mode=2, noise_floor=-99.5,
                        interference=-60, cpu_temp=None, battery_percent=50, airtime_short=1.0, airtime_long=2.25)
RNODE_OFF = interface("RNodeInterface[Off]", status=False, noise_floor=None, interference=None, mode=5, bitrate=0)
RNODE_QUIET = interface("RNodeInterface[Quiet]", noise_floor=-110, interference=None)
WEAVE = interface("WeaveInterface[Weave]", peers=1, cpu_load=12.5, cpu_temp=38.5, mem_load=44, switch_id="aa:bb:cc:dd",
                  via_switch_id=None, endpoint_id="01:02:03", bitrate=250000, mtu=1024, **BUSY)
WEAVE_OFF = interface("WeaveInterface[Off]", peers=None, cpu_load=None, cpu_temp=None, mem_load=None, switch_id=None,
                      via_switch_id="ff:00", endpoint_id=None)
I2P = interface("I2PInterface[Hidden]", clients=1, i2p_connectable=True, i2p_b32="abcdef.b32.i2p",
                tunnelstate="Tunnel Active", bitrate=256000, mtu=1064)
I2P_OUT = interface("I2PInterface[Out]", clients=0, i2p_connectable=False, i2p_b32=None)
I2P_PEER = interface("I2PInterfacePeer[Hidden to xyz]", tunnelstate="Creating Tunnel", bitrate=256000, mtu=1064)
BURSTING = interface("TCPInterface[Bursting/host:1]", burst_active=True, burst_activated=NOW - 62.5, pr_burst_active=True,
                     pr_burst_activated=NOW - 7, announce_rate_target=60, **BUSY)
PR_BURST = interface("BackboneInterface[Flooded/host:2]", clients=0, pr_burst_active=True, pr_burst_activated=NOW - 90061,
                     pr_burst_count=2, burst_active=True, burst_activated=NOW - 5, burst_count=1,
                     announce_rate_target=60.5, announce_rate_penalty=0, announce_rate_grace=0, **BUSY)
EVERY = [SHARED, LOCAL, LISTENER, SPAWNED, AUTO, TCP, TCP_CLIENT, RNODE, RNODE_NOISY, RNODE_OFF, RNODE_QUIET, WEAVE,
         WEAVE_OFF, I2P, I2P_OUT, I2P_PEER, BURSTING, PR_BURST]

FULL = node(EVERY, rxb=123456789012, txb=999, rxs=2500000.5, txs=1000.0, arxb=4567890, atxb=12, arxs=500000.0, atxs=0,
            arxf=0.0123, atxf=4567.8, prxb=1000, ptxb=1000000, prxs=12345.0, ptxs=999.5, prxf=1e-7, ptxf=1.5,
            rxpps=1234, txpps=56, rxqt=2100, rxqd=2000, rxqa=80, rxqp=15, rxqil=5, rxqtd=12, rxqad=12,
            tqpressure=0.123456, dqpressure=0.98765, aqpressure=0.05, pqpressure=1.0, ilqpressure=0,
            **dict(TRANSPORT, network_id=b"\xaa" * 16, probe_responder=b"\xbb" * 16))
QUIET = node([SHARED, TCP])
EMPTY = node([], **TRANSPORT)

STATUS_CASES = [
    ("nothing runs", EMPTY, {}, None, None),
    ("two interfaces, no transport", QUIET, {}, None, None),
    ("two interfaces, no transport, links", QUIET, dict(lstats=True), 3, 2),
    ("every interface type", FULL, {}, None, None),
    ("all, with peers and spawned ones", FULL, dict(dispall=True), None, None),
    ("announces", FULL, dict(astats=True), None, None),
    ("path requests", FULL, dict(pstats=True), None, None),
    ("announces and path requests", FULL, dict(astats=True, pstats=True), None, None),
    ("bursts only", FULL, dict(burst_filter=True), None, None),
    ("bursts and a name", FULL, dict(burst_filter=True, name_filter="quiet", astats=True, pstats=True), None, None),
    ("blocked addresses", FULL, dict(blocked_ips=True, name_filter="BACKBONE"), None, None),
    ("links, one entry", EMPTY, dict(lstats=True), 1, 0),
    ("links, many entries", EMPTY, dict(lstats=True), 17, 4),
    ("totals", FULL, dict(traffic_totals=True, name_filter="nothing matches"), None, None),
    ("totals of an idle node", QUIET, dict(traffic_totals=True, astats=True, pstats=True, pps=True), None, None),
    ("totals, all parts", FULL, dict(traffic_totals=True, astats=True, pstats=True, pps=True, name_filter="-"), None, None),
    ("queues", FULL, dict(queue_stats=True, name_filter="shared"), None, None),
    ("queues of an idle node", QUIET, dict(queue_stats=True), None, None),
    ("everything", FULL, dict(dispall=True, astats=True, pstats=True, lstats=True, traffic_totals=True, pps=True,
                              queue_stats=True, blocked_ips=True), 2, 1),
    ("json", FULL, dict(json=True), None, None),
] + [(f"sorted by {key}{', ascending' if up else ''}", FULL, dict(dispall=True, sorting=key, sort_reverse=up), None, None)
     for key, up in (("rx", False), ("TX", True), ("rxs", False), ("txs", True), ("traffic", False), ("announces", False),
                     ("anns", True), ("arx", False), ("atx", True), ("arxc", False), ("atxc", True), ("prx", False),
                     ("ptx", True), ("prxc", False), ("ptxc", True), ("held", False), ("pvs", False), ("ivs", True),
                     ("flt", False), ("gravity", True), ("g", False), ("txdrp", False), ("txdrb", True),
                     ("txbuf", False), ("unknown", False))] + [
    ("sorted by bitrate", node([LISTENER, AUTO, SHARED, RNODE]), dict(sorting="rate"), None, None),
]


class stub:
    """Stands in for an attached Reticulum instance."""

    def __init__(self, **answers):
        self.answers = answers

    def __getattr__(self, name):
        return lambda *a, **k: copy.deepcopy(self.answers[name])


def record_status():
    cases, nodes = [], {}
    for name, stats, options, links, active in STATUS_CASES:
        instance = stub(get_interface_stats=stats, get_link_count=links, get_active_link_count=active)
        options = dict(dict(burst_filter=False), **options)
        text, _ = printed(lambda: rnstatus.program_setup(None, rns_instance=instance, **copy.deepcopy(options)))
        cases.append(dict(name=name, options=options, links=links, active_links=active, node=id(stats), text=text))
        nodes.setdefault(id(stats), to_json(stats))
    order = list(nodes)
    for case in cases:
        case["node"] = order.index(case["node"])
    return dict(now=NOW, nodes=list(nodes.values()), cases=cases)


H = [bytes([n]) * 16 for n in range(8)]
PATHS = [
    {"hash": H[1], "timestamp": NOW - 60, "via": H[2], "hops": 3, "expires": NOW + 604800.75, "interface": "TCPInterface[Hub/h:1]"},
    {"hash": H[3], "timestamp": NOW - 61, "via": H[3], "hops": 1, "expires": int(NOW), "interface": "AutoInterface[A]"},
    {"hash": H[4], "timestamp": NOW - 62, "via": H[2], "hops": 0, "expires": 0, "interface": "TCPInterface[Hub/h:1]"},
    {"hash": H[5], "timestamp": NOW - 63, "via": H[2], "hops": 2, "expires": 1.5e9, "interface": "AutoInterface[A]"},
]
RATES = [
    {"hash": H[1], "last": NOW - 5, "rate_violations": 0, "blocked_until": 0, "timestamps": [NOW - 5]},
    {"hash": H[2], "last": NOW - 65, "rate_violations": 1, "blocked_until": 0, "timestamps": [NOW - 7300, NOW - 65]},
    {"hash": H[3], "last": NOW - 86500, "rate_violations": 4, "blocked_until": NOW + 1800.5, "timestamps": [NOW - 400000, NOW - 200000, NOW - 86500]},
    {"hash": H[4], "last": NOW - 1e6, "rate_violations": 0, "blocked_until": NOW + 5, "timestamps": [NOW - 3e7 - n for n in range(16)]},
    {"hash": H[5], "last": NOW + 50, "rate_violations": 0, "blocked_until": NOW - 5, "timestamps": [NOW - 3600.0, NOW - 4, NOW - 2]},
    {"hash": H[6], "last": NOW - 3e8, "rate_violations": 0, "blocked_until": 0, "timestamps": [NOW - 3e8]},
    {"hash": H[7], "last": NOW - 700000, "rate_violations": 0, "blocked_until": 0, "timestamps": []},
]
BLACKHOLES = {
    H[1]: {"source": H[7], "until": None, "reason": None},
    H[2]: {"source": H[6], "until": NOW + 90061.5, "reason": "spam"},
    H[3]: {"source": H[7], "until": int(NOW) - 50, "reason": "ä" * 70},
    H[4]: {"source": H[5], "until": 0, "reason": ""},
}

PATH_CASES = [
    ("table", dict(table=True), PATHS), ("table, one destination", dict(table=True, destination_hexhash=H[5].hex()), PATHS),
    ("table, none there", dict(table=True, destination_hexhash=H[0].hex()), PATHS), ("empty table", dict(table=True), []),
    ("table as json", dict(table=True, json=True), PATHS),
    ("rates", dict(rates=True), RATES), ("rates, one destination", dict(rates=True, destination_hexhash=H[3].hex()), RATES),
    ("rates, none there", dict(rates=True, destination_hexhash=H[0].hex()), RATES), ("no rates", dict(rates=True), []),
    ("rates as json", dict(rates=True, json=True), RATES),
    ("blackholes", dict(blackholed=True), BLACKHOLES), ("no blackholes", dict(blackholed=True), {}),
    ("blackholes, filtered", dict(blackholed=True, destination_hexhash="spam"), BLACKHOLES),
    ("blackholes, filtered by source", dict(blackholed=True, destination_hexhash=H[5].hex()), BLACKHOLES),
]


def record_path():
    class identity:
        hash = H[7]
    RNS.Transport.identity = identity
    cases = []
    for name, options, content in PATH_CASES:
        instance = stub(get_path_table=content, get_rate_table=content, get_blackholed_identities=content)
        rnpath.RNS.Reticulum, real = (lambda **k: instance), rnpath.RNS.Reticulum
        rnpath.RNS.Reticulum.TRUNCATED_HASHLENGTH = real.TRUNCATED_HASHLENGTH
        arguments = dict(configdir=None, table=False, rates=False, drop=False, destination_hexhash=None, verbosity=0,
                         timeout=1, drop_queues=False, drop_via=False, max_hops=None)
        try:
            text, code = printed(lambda: rnpath.program_setup(**dict(arguments, **options)))
        finally:
            rnpath.RNS.Reticulum = real
        cases.append(dict(name=name, options=options, content=to_json(content), own=H[7].hex(), text=text, exit_code=code))
    return dict(now=NOW, cases=cases)


def main():
    DATA.mkdir(parents=True, exist_ok=True)
    for name, recorded in (("status_texts", record_status()), ("path_texts", record_path())):
        text = json.dumps(recorded, ensure_ascii=False, separators=(",", ":"))
        (DATA / f"{name}.json").write_text(text + "\n")
        print(f"{name}: {len(recorded['cases'])} cases of RNS {RNS.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main()
