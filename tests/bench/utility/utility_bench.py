#!/usr/bin/env python3
"""Utility against epsilon for each trust mode and 3 and 10 sites, by `fedloom sweep`, and what each run costs.

usage: utility_bench.py PROGRAMS   (the folder of the benchmarks, beside that of the programs); prints a JSON list of
  utility.<data>.eps<ε>.<central|aggregate|none3|none10|independent>   mean 3-way error over the seeds
  cpu_s.<same>, peak_mb.<same>                                         of a run: all processes; the largest one

Without FEDLOOM_BENCH_FULL=1 (launch/bench --full) one run of a few points of the bundled Adult. Each point that is done
is kept in build/sweeps, which is to be removed when the program has changed. From the environment:
  FEDLOOM_BENCH_DATA="adult15=TABLE.csv:DOMAIN.json nltcs=…"   coded tables instead; DOMAIN.json: {"column": size, …}
  FEDLOOM_BENCH_EPSILON="0.1,1,10"   FEDLOOM_BENCH_REPEAT=3   FEDLOOM_BENCH_MODES="central,none3"
  FEDLOOM_BENCH_SWEEPS=FOLDER
A mode whose runs fail is left out, with a word on stderr. Called by hand, it shows each point as it is done.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
FULL = os.environ.get("FEDLOOM_BENCH_FULL") == "1"
SWEEPS = pathlib.Path(os.environ.get("FEDLOOM_BENCH_SWEEPS", ROOT / "build/sweeps"))
REPEATS = os.environ.get("FEDLOOM_BENCH_REPEAT", "3" if FULL else "1")
EPSILONS = os.environ.get("FEDLOOM_BENCH_EPSILON", "0.1,1,10" if FULL else "1")
MODES = {"central": ("central", 1, "gem"), "aggregate": ("aggregate", 3, "gem"), "none3": ("none", 3, "gem"),
         "none10": ("none", 10, "gem"), "independent": ("central", 1, "independent")}
CHOSEN = os.environ.get("FEDLOOM_BENCH_MODES", ",".join(MODES) if FULL else "central,none3,independent").split(",")
EXPERIMENT = """version: 1
name: {name}
schema: {name}.schema.yaml
privacy: {{epsilon: 1.0, delta: 1e-9, trust: central, colluding_sites: 1}}
generator: {{method: gem, workload: {{degree: 3}}}}
seed: 0
"""


def coded(name, table, domain):
    """An experiment for a table of codes. Gives it with the options that name its rows."""
    folder = SWEEPS / name
    folder.mkdir(parents=True, exist_ok=True)
    sizes = json.loads(pathlib.Path(domain).read_text(encoding="utf-8"))
    schema = "version: 1\nattributes:\n" + "".join(
        f"  - {{name: {json.dumps(column)}, type: coded, size: {size}}}\n" for column, size in sizes.items())
    (folder / f"{name}.schema.yaml").write_text(schema, encoding="utf-8")
    (folder / f"{name}.yaml").write_text(EXPERIMENT.format(name=name), encoding="utf-8")
    return folder / f"{name}.yaml", ["--data", str(pathlib.Path(table).resolve())]


def tables():
    for word in os.environ.get("FEDLOOM_BENCH_DATA", "").split():
        name, files = word.split("=", 1)
        yield name, *coded(name, *files.rsplit(":", 1))
    if "FEDLOOM_BENCH_DATA" not in os.environ:
        yield "adult", ROOT / "configs/adult.yaml", []


def sweep(fedloom, name, experiment, rows, mode):
    """All points of one mode, those that are there already included."""
    trust, sites, method = MODES[mode]
    out = SWEEPS / name / mode
    command = [str(fedloom), "sweep", str(experiment), *rows, "--epsilon", EPSILONS, "--trust", trust, "--sites",
               str(sites), "--method", method, "--repeat", REPEATS, "--out", str(out)]
    done = subprocess.run(command, stdout=sys.stderr)
    if done.returncode != 0:
        print(f"left out {name} {mode}: status {done.returncode} of {' '.join(command)}", file=sys.stderr)
        return []
    return json.loads((out / "sweep.json").read_text(encoding="utf-8"))


def figures(name, mode, results):
    runs = collections.defaultdict(list)
    for result in results:
        runs[result["epsilon"]].append(result)
    for epsilon, some in runs.items():
        what = f"{name}.eps{epsilon:g}.{mode}"
        for prefix, key, unit in (("utility", "error_3", "mean L1"), ("cpu_s", "cpu_seconds", "s"),
                                  ("peak_mb", "peak_mb", "MB")):
            yield {"name": f"{prefix}.{what}", "value": sum(run[key] for run in some) / len(some), "unit": unit}


def main():
    fedloom = pathlib.Path(sys.argv[1]).resolve().parent / "bin/fedloom"
    found = []
    for name, experiment, rows in tables():
        for mode in CHOSEN:
            found += figures(name, mode, sweep(fedloom, name, experiment, rows, mode))
    if not found:
        sys.exit("no run came to its end")
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
