#!/usr/bin/env python3
"""Writes the bench's agreements as .deal files.

usage: emit.py IN OUT     IN: all.json of the bench's gen.py, or its folder of one JSON file an agreement

OUT/deal-000000.deal …    one file an agreement, with its parties and assets
OUT/countersign.toml      names the pack beside this script

Standard library only; the same IN gives the same bytes."""
import json
import os
import sys

PACK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pack")


def agreements(path):
    if os.path.isfile(path):
        return json.load(open(path))
    return [json.load(open(os.path.join(path, name))) for name in sorted(os.listdir(path)) if name.endswith(".json")]


def member(word):
    """A value of the bench as a member of an enum: market-value -> market_value, ICC -> icc."""
    return word.lower().replace("-", "_")


def quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def yes(flag):
    return "yes" if flag else "no"


# What stands after the key of each clause of the bench.
CLAUSES = {
    "governing_law": lambda c: quoted(c["jurisdiction"]),
    "arbitration": lambda c: "{ forum %s; seat %s }" % (member(c["forum"]), quoted(c["seat"])),
    "escrow": lambda c: "{ agent %s; release %s }" % (quoted(c["agent"]), member(c["release"])),
    "liquidated_damages": lambda c: "{ amount %d; basis %s }" % (c["amount"], member(c["basis"])),
    "permitted_purposes": lambda c: ", ".join(map(member, c)) or "none",
    "retention": lambda c: "{ days %d }" % c["days"],
    "deletion": lambda c: "{ protocol %s; certificate %s }" % (c["protocol"], yes(c["certificate"])),
    "export_licence": lambda c: "{ number %s }" % c["number"],
    "stewardship": lambda c: "{ months %d }" % c["months"],
}


def party_name(deal, party):
    return "%s-%s" % (deal["id"], party["name"].split()[0].lower())


def parties(deal):
    return ["party %s %s { country %s }" % (party_name(deal, party), quoted(party["name"]), party["country"])
            for party in deal["parties"]]


def asset(a):
    lines = [("type", member(a["type"])), ("hash", "sha256:" + a["sha256"]), ("class", member(a["class"]))]
    if "license" in a:
        lines.append(("license", a["license"]))
    return braced("bench_asset", a["id"], a["name"], lines)


def braced(kind, name, title, lines):
    """A block as `countersign fmt` lays it out: values stand in one column, after keys of at most 16 letters."""
    width = max(len(key) for key, _ in lines if len(key) <= 16)
    head = ["", "%s %s %s {" % (kind, name, quoted(title))]
    return head + ["  %-*s %s" % (width, key, value) for key, value in lines] + ["}"]


def block(deal):
    roles = ["%s %s" % (party_name(deal, party), party["role"]) for party in deal["parties"]]
    lines = [("kind", member(deal["kind"])), ("effective_date", deal["effective"]),
             ("restricted", yes(deal["restricted"])), ("parties", "{ %s }" % "; ".join(roles)),
             ("assets", ", ".join(a["id"] for a in deal["assets"]))]
    lines += [(key.replace("licence", "license"), CLAUSES[key](clause)) for key, clause in deal["clauses"].items()]
    if "ownership_total" in deal:
        lines.append(("ownership_total", deal["ownership_total"]))
    return braced("bench_deal", deal["id"], deal["title"], lines)


def text(deal):
    assets = [line for a in deal["assets"] for line in asset(a)]
    return "\n".join(parties(deal) + assets + block(deal)) + "\n"


def main():
    source, out = sys.argv[1:3]
    os.makedirs(out, exist_ok=True)
    for deal in agreements(source):
        with open(os.path.join(out, deal["id"] + ".deal"), "w") as file:
            file.write(text(deal))
    with open(os.path.join(out, "countersign.toml"), "w") as file:
        file.write("packs = [%s]\n" % json.dumps(PACK))


main()
