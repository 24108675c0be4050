#!/usr/bin/env python3
"""Prints the figures of bench_secagg, and of its peer where there are any, as one table. Takes them as JSON.

t: one AES-256-CTR expansion of the same length. In brackets: the time in units of n·t, or with u dropouts of
(n - u + u(n - u))·t.
"""
import json
import re
import sys

COLUMNS = ["n, length, dropouts", "mask ms", "share ms", "unmask ms", "peer: mask", "share", "unmask", "bytes / 8d"]


def main():
    figures = {entry["name"]: entry for entry in json.load(sys.stdin)}

    def value(name, digits=3):
        return f"{figures[name]['value']:.{digits}g}" if name in figures else "–"

    def time(operation, case):
        name = f"secure_sum.{operation}.{case}"
        unit = next((name + end for end in (".over_nt", ".over_formula") if name + end in figures), None)
        return value(name + ".ms") + (f" ({value(unit, 2)})" if unit else "")

    rows = [COLUMNS]
    for name in figures:
        found = re.fullmatch(r"secure_sum\.unmask\.(n(\d+)\.d(\w+))(\.drop(\d+))?\.ms", name)
        if not found:
            continue
        case, sites, length, suffix, dropouts = found.groups()
        full = case + (suffix or "")
        peers = [value(f"flower.{operation}.ms") for operation in (f"mask.{case}", f"share.{case}", f"unmask.{full}")]
        ours = [time("mask", case), time("share", case), time("unmask", full)]
        rows.append([f"{sites}, {length}, {dropouts or 0}", *ours, *peers, value(f"secure_sum.wire.{case}.over_d8", 4)])
    widths = [max(len(row[k]) for row in rows) for k in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    main()
