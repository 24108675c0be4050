#!/usr/bin/env python3
"""Makes the tables and plots of docs/benchmarks.md from what benchmarks have left. Python's standard library only.

usage: make_page.py [PROGRAMS]   after: ./launch/bench --full (PROGRAMS: build/release/bin)

Reads build/bench.json and build/sweeps, writes docs/benchmarks.md and docs/benchmarks/<data>-3-way.svg, which
`fedloom sweep --merge` draws from the points that are there.
"""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
HEAD = """# Benchmarks

Made by `./launch/bench --full`, then `python3 tests/bench/utility/make_page.py`. Anyone can repeat them; times and
memory are those of the machine that made this page, and only their ratios travel. What each figure means is said in
the benchmark that makes it, in `tests/bench`.
"""
UTILITY = re.compile(r"^(utility|cpu_s|peak_mb)\.(.+)\.eps([^.]+(?:\.\d+)?)\.([a-z0-9]+)$")


def utility_tables(entries):
    """{data: {(ε, mode): {utility, cpu_s, peak_mb}}}"""
    tables = collections.defaultdict(lambda: collections.defaultdict(dict))
    for entry in entries:
        found = UTILITY.match(entry["name"])
        if found:
            what, data, epsilon, mode = found.groups()
            tables[data][float(epsilon), mode][what] = entry["value"]
    return tables


def utility_part(tables):
    text = ("\n## Error against ε\n\nMean L1 distance between all 3-way marginals of real and synthetic rows (0: same, 2: "
            "disjoint), mean over\nseeds. `none3`, `none10`: no trusted party, 3 and 10 sites, one of which may collude. "
            "`independent`: only\nsingle columns are measured, the baseline to beat. CPU seconds are of all processes of "
            "a run; memory is of the largest.\n")
    for data, points in sorted(tables.items()):
        text += f"\n### {data}\n\n![{data}: 3-way error against epsilon](benchmarks/{data}-3-way.svg)\n\n"
        text += "| ε | mode | 3-way error | CPU s | peak MB |\n|---|---|---|---|---|\n"
        for (epsilon, mode), figures in sorted(points.items()):
            text += (f"| {epsilon:g} | {mode} | {figures['utility']:.4f} | {figures['cpu_s']:.1f} | "
                     f"{figures['peak_mb']:.0f} |\n")
    return text


def other_part(entries):
    text = "\n## Speed of each stage\n\n| benchmark | value | unit | against |\n|---|---|---|---|\n"
    for entry in entries:
        if UTILITY.match(entry["name"]):
            continue
        against = ""
        if "peer" in entry:
            against = f"{entry['peer']['times_faster']:.2f} × {entry['peer']['name']}"
        elif "limit" in entry:
            against = f"at most {entry['limit']:g}"
        elif "least" in entry:
            against = f"at least {entry['least']:g}"
        text += f"| `{entry['name']}` | {entry['value']:.4g} | {entry['unit']} | {against} |\n"
    return text


def main():
    programs = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/release/bin"
    entries = json.loads((ROOT / "build/bench.json").read_text(encoding="utf-8"))
    tables = utility_tables(entries)
    pictures = ROOT / "docs/benchmarks"
    pictures.mkdir(exist_ok=True)
    for data in tables:
        sweeps = ROOT / "build/sweeps" / data
        words = [word for mode in sorted(sweeps.iterdir()) if (mode / "sweep.json").exists() and mode.name != "all"
                 for word in ("--merge", str(mode))]
        subprocess.run([programs / "fedloom", "sweep", data, "--out", sweeps / "all", *words], check=True,
                       stdout=subprocess.DEVNULL)
        shutil.copy(sweeps / "all/error-3.svg", pictures / f"{data}-3-way.svg")
    (ROOT / "docs/benchmarks.md").write_text(HEAD + utility_part(tables) + other_part(entries), encoding="utf-8")
    print(f"docs/benchmarks.md: {len(entries)} figures, {len(tables)} plots")


if __name__ == "__main__":
    main()
