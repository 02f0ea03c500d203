#!/usr/bin/env python3
"""Writes deals of every kind: the templates, filled in as their comments say, now and then with a gap.

usage: kinds.py N OUT

OUT/000000/deal.deal …    one folder a deal, with its parties and assets, so that no name is shared

Of the lines that a template leaves open, one in twelve is left out; of the terms that a text can be silent on, one in
twelve is. Every party is registered under a number of its own. Standard library only; the same N gives the same bytes."""
import os
import random
import re
import sys

TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "templates")
SILENT = {"assignment", "change_of_control", "governing_law", "onward_transfer", "purpose", "survival", "territory",
          "trade_secret_tail", "training"}
KINDS = ["nda", "data_use", "joint_development", "license", "export", "sale", "employment"]


def filled(template, index, draw):
    """The template with its open lines answered, for the deal of this index."""
    lines = []
    for line in template.splitlines():
        code, mark, comment = line.partition("  # ")
        opens = re.match(r"\s*\w+ [\w-]+ \{$", code)
        if mark and (" unknown" in code or opens):
            chance = 1 if opens else draw.random()
            if chance < 1 / 12:
                continue
            if chance < 2 / 12 and code.split()[0] in SILENT:
                line = code.replace("unknown", "silent")
            else:
                line = code[: len(code) - len(code.lstrip())] + comment
        lines.append(line)
    text = "\n".join(lines) + "\n"
    return re.sub(r'(company_no "[^"]*?)(\d+)', lambda found: "%s%d" % (found[1], int(found[2]) + index), text)


def main():
    number, out = int(sys.argv[1]), sys.argv[2]
    templates = [open(os.path.join(TEMPLATES, kind, "deal.deal"), encoding="utf-8").read() for kind in KINDS]
    draw = random.Random(7)
    for index in range(number):
        folder = os.path.join(out, "%06d" % index)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "deal.deal"), "w", encoding="utf-8") as file:
            file.write(filled(templates[index % len(templates)], index, draw))
    open(os.path.join(out, "countersign.toml"), "w").close()


main()
