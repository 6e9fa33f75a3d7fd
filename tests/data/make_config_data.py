#!/usr/bin/env python3
"""Executes the reference's ConfigObj on texts that try every corner of its grammar, and records what it reads.

Usage: <python with RNS 1.5.7> make_config_data.py > config_grammar.json
"""
import itertools
import json
import random
import sys

from RNS.vendor.configobj import ConfigObj, Section


def tree(section):
    """Keys with interpolated values, or the kind of error that reading them gives."""
    out = {"keys": [], "sections": []}
    for key in section.scalars:
        try:
            out["keys"].append([key, section[key]])
        except Exception:
            out["keys"].append([key, None])
    for name in section.sections:
        out["sections"].append([name, tree(dict.__getitem__(section, name))])
    return out


def record(text):
    lines = [line + b"\n" for line in text.encode("utf-8", "surrogateescape").split(b"\n")]
    try:
        config = ConfigObj(lines)
    except Exception as error:
        line = error.errors[0].line_number if hasattr(error, "errors") else None
        return {"text": text, "error_line": line}
    return {"text": text, "tree": tree(config)}


CHOSEN = [
    "", "\n\n", "# only a comment", "a = 1", "a=1", "  a   =   1  ", "a = ", "a =", "a = # c", "a = 1 # c", "a = 1#c",
    "a = '1'", "a = \"1\"", "a = '1' # c", "a = '1'x", "a = 'x", "a = x'", "a = it's", "a = 'a\"b'", "a = \"#no\"",
    "a = 1, 2", "a = 1,2,3", "a = 1,", "a = ,", "a = , 1", "a = 1,,2", "a = 1, ,2", "a = '1', \"2\", 3 # c",
    "a = 'x,y', z", "a = x'y, z", "a = 'x' y, z", "a = a b c", "a = [1]", "a = 1 = 2", "a b = c", "'a b' = c",
    "\"a\" = b", "'a' 'b' = c", "'a = b", "= b", "  = b", "\t= b", "=", "a", "a\nb = 1", "a = 1\na = 2",
    "[s]", "[s] # c", "[ s ]", "[s]x", "[[s]]", "[s]\n[[t]]\n[[[u]]]", "[s]\n[[[u]]]", "[s]\n[s]", "[s]\n[[s]]",
    "[s\n]", "[]", "[ ]", "['s']", "[\"s t\"] # c", "[s]]", "[[s]", "[a]b]", "[[]", "[']", "['']", "[' ']", "[a # b]",
    "[a]\nk = 1\n[[b]]\nk = 2\n[c]\nk = 3", "a = 1\n[a]\nb = 2", "[s]\nk = 1\n[[k]]", "[s]\n[[k]]\n[t]\n[[k]]",
    "[s]\n[[k]]\nx = 1\n[[l]]\ny = 2\n[[[m]]]\nz = 3\n[[n]]\nw = 4", "[s]\n[[t]]\n[[t]]", "[s]\n  [[t]]\n    a = 1",
    "a = '''x'''", "a = '''x''' # c", "a = '''x'''y", "a = '''x\ny'''", "a = '''x\n# no\n y ''' # c\nb = 1",
    "a = '''x\ny", "a = \"\"\"x 'y' \"z\"\n\"\"\"", "a = '''x''''", "a = ''''x'''", "a = '''\n'''\nb = 2", "a = ''", "a = ''''''",
    "a = %(b)s\nb = 1", "b = 1\na = x%(b)sy%(b)s", "a = %(a)s", "a = %(b)s\nb = %(a)s", "a = %(none)s", "a = %b", "a = %(b",
    "a = %(b)d\nb = 1", "a = 100%", "a = %(b)s, %(c)s\nb = 1\nc = 2", "a = %(b)s\nb = 1, 2", "b = 1\n[s]\na = %(b)s",
    "[DEFAULT]\nb = 1\n[s]\na = %(b)s", "b = 0\n[s]\na = %(b)s\nb = 1", "[s]\na = %(b)s\n[[DEFAULT]]\nb = 5",
    "b = %(c)s\nc = 3\n[s]\nc = 4\na = %(b)s", "a = %()s", "a = %(%(b)s)s\nb = 1", "[t]\nb = 1\n[s]\na = %(t)s",
    "passphrase = \"with, comma\"", "passphrase = a, b", "passphrase = a#b", "passphrase = 'a#b'", "a = \\n", "a = \u00e9\u00df\u4e2d\U0001f600",
    "a\u00a0=\u00a0b\u00a0", "a = b\u2003# c", "\ufeffa = 1", "a = 1\r\nb = 2\r", "a = x\x0by", "a = \x0cx", "a = 'x' , 'y'", "a = x , y",
    "a = \"x\" \"y\"", "a = \"x\" \"y\", z", "a = 'a', 'b' 'c', d", "a = x, 'y' # c, d", "a = x # c, d", "a = x, y # c",
    "a = ,,", "a = , ,", "a = x, #", "a = '', ''", "a = ''x, y", "a = x y, 'z'", "a = x, y z'w", "a = [x, y]", "a = 'it''s'",
    "a.b = 1", "a:b = 1", "a=b=c", "a==b", "[s] = 1", "[s = 1]", "[s] [t]", "  [s]", "\t[s]\n\ta = 1", "a = 1\n   # c\n b = 2",
]


def main():
    seed = 20240607
    chance = random.Random(seed)
    cases = [record(text) for text in CHOSEN]
    value_letters = ["a", " ", ",", "'", '"', "#", "x"]
    for size in range(1, 6):
        for letters in itertools.product(value_letters[:6], repeat=size):
            if size < 4 or chance.random() < 0.12:
                cases.append(record("k = " + "".join(letters)))
    line_letters = ["a", " ", "=", "[", "]", "'", '"', "#", "%(a)s", ",", "\n", "'''"]
    for _ in range(2500):
        cases.append(record("".join(chance.choice(line_letters) for _ in range(chance.randint(1, 14)))))
    seen = set()
    out = []
    for case in cases:
        if case["text"] not in seen:
            seen.add(case["text"])
            out.append(case)
    print('{"seed": %d, "cases": [' % seed)
    print(",\n".join(json.dumps(case) for case in out))
    print("]}")


main()
