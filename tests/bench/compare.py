#!/usr/bin/env python3
"""Compares what a checker found with the oracle; no number counts before this says ok.

usage: compare.py REPORT EXPECTED [PEER]     REPORT: output of countersign --format json, or of the PEER cfn-guard or regorus

Prints `ok N` for N pairs of agreement and check, else DIFF with the first pairs that differ, and exits with 1."""
import json
import os
import sys


def countersign(report):
    """The subject of a finding begins with the agreement; the same gap elsewhere stands under `elsewhere`."""
    if report["not_assessed"] or report["summary"]["undecided"]:
        sys.exit("DIFF not assessed %s, undecided rules %d" % (report["not_assessed"], report["summary"]["undecided"]))
    for finding in report["findings"]:
        for place in [finding] + finding["elsewhere"]:
            yield (place["subject"] or ["?"])[0], finding["code"] or finding["message"]


def cfn_guard(report):
    for file in report:
        for found in file["not_compliant"]:
            yield os.path.splitext(os.path.basename(file["name"]))[0], found["Rule"]["name"]


def regorus(report):
    for deal, check, _ in report["result"][0]["expressions"][0]["value"]:
        yield deal, check


def main():
    report, expected = (json.load(open(path)) for path in sys.argv[1:3])
    read = {"countersign": countersign, "cfn-guard": cfn_guard, "regorus": regorus}
    found = set(read[sys.argv[3] if len(sys.argv) > 3 else "countersign"](report))
    wanted = {(deal, check) for deal, check, _ in expected}
    if found != wanted:
        sys.exit("DIFF missing %d, extra %d: %s" % (len(wanted - found), len(found - wanted), sorted(found ^ wanted)[:3]))
    print("ok %d" % len(found))


main()
