"""What two nodes say to each other when they can: every service of Reticulum once, in both directions."""
import hashlib


def octets_of(seed, size):
    return hashlib.shake_256(str(seed).encode()).digest(size)


def introduce(*peers):
    """Each peer makes a destination and announces it; returns them once everybody has a path to everybody else."""
    homes = [peer.call("destination") for peer in peers]
    for peer, home in zip(peers, homes):
        peer.call("announce", at=home["hash"], app_data=home["hash"][:8])
    for peer in peers:
        for other, home in zip(peers, homes):
            if other is not peer:
                path = peer.call("path", to=home["hash"])
                assert path["app_data"] == home["hash"][:8]
    return homes


def exchange_packets(one, its_home, other, other_home, count=3, size=200):
    """Single packets both ways, each proved by its receiver."""
    for sender, receiver, home in ((one, other, other_home), (other, one, its_home)):
        for number in range(count):
            data = octets_of(f"{home['hash']}{number}", size).hex()
            assert sender.call("send", to=home["hash"], data=data)["delivered"], "no proof came back"
            receiver.expect("packet", at=home["hash"], data=data)


def open_link(caller, callee, home, aspect="node"):
    """A link, with what both ends agree on."""
    link = caller.call("link", to=home["hash"], aspect=aspect)
    accepted = callee.expect("link", link=link["link"])
    assert accepted["mtu"] == link["mtu"]
    return link


def use_link(caller, its_home, callee, link, *, resource_size=5_000_000, buffer_size=30_000):
    name = link["link"]
    data = octets_of(name, 100).hex()
    sent = caller.call("link_send", link=name, data=data)
    assert sent["delivered"], sent
    callee.expect("link_packet", link=name, data=data)

    assert caller.call("request", link=name, path="/echo", data=[1, "two", None, 3.5])["response"] == [1, "two", None, 3.5]
    assert caller.call("request", link=name, path="/who")["response"] == "nobody"
    caller.call("identify", link=name, as_destination=its_home["hash"])
    callee.expect("identified", link=name, identity=its_home["identity"])
    assert caller.call("request", link=name, path="/who")["response"] == its_home["identity"]
    large = caller.call("request", link=name, path="/octets", data={"seed": 7, "size": 100_000})["response"]
    assert large == {"size": 100_000, "sha256": hashlib.sha256(octets_of(7, 100_000)).hexdigest()}

    texts = [f"message {number}" for number in range(20)]
    assert caller.call("channel", link=name, texts=texts)["answers"] == [text.upper() for text in texts]
    echoed = caller.call("buffer", link=name, size=buffer_size)
    assert echoed["received"] == echoed["sent"]

    send_resource(caller, callee, name, resource_size, metadata={"name": "five"})
    send_resource(callee, caller, name, 200_000, compressible=True)


def send_resource(sender, receiver, link, size, metadata=None, compressible=False):
    sent = sender.call("resource", link=link, size=size, seed=link, metadata=metadata, compressible=compressible)
    assert sent["complete"]
    arrived = receiver.expect("resource", timeout=60, sha256=sent["sha256"])
    assert arrived["complete"] and arrived["size"] == size and arrived["metadata"] == metadata


def hang_up(caller, callee, link):
    caller.call("close", link=link["link"])
    callee.expect("closed", link=link["link"])


def converse(one, other, **sizes):
    """All of the above."""
    its_home, other_home = introduce(one, other)
    exchange_packets(one, its_home, other, other_home)
    link = open_link(one, other, other_home)
    use_link(one, its_home, other, link, **sizes)
    hang_up(one, other, link)
    back = open_link(other, one, its_home)
    use_link(other, other_home, one, back, resource_size=300_000)
    hang_up(other, one, back)
    return its_home, other_home, link


def still_works(one, other):
    """A quick look at whether traffic passes, with fresh destinations."""
    its_home, other_home = (peer.call("destination", aspect="check") for peer in (one, other))
    for peer, home in ((one, its_home), (other, other_home)):
        peer.call("announce", at=home["hash"])
    one.call("path", to=other_home["hash"])
    other.call("path", to=its_home["hash"])
    assert one.call("send", to=other_home["hash"], aspect="check", data="aa" * 100)["delivered"]
    assert other.call("send", to=its_home["hash"], aspect="check", data="bb" * 100)["delivered"]
    link = open_link(one, other, other_home, aspect="check")
    sent = one.call("link_send", link=link["link"], data="cc")
    assert sent["delivered"], sent
    hang_up(one, other, link)
