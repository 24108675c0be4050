"""Runs every benchmark and gathers the figures in one JSON list.

A benchmark is a Google Benchmark program bench_* in --programs. From each case come its name, its rate (items or bytes
a second) or else its time, and its counter `limit`, where it has one: the value that it must reach (a rate) or not
pass (a time).

A peer is a script NAME_peer.py in tests/bench/<module>, run right after bench_<module>. It prints a JSON list of
{"name", "value", "unit", "peer_of"}: a figure of the same kind for the case named in peer_of (a regular expression).
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

TIME_LIMIT = 900
ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(command):
    shown = " ".join(os.path.relpath(part, ROOT) if part.startswith(str(ROOT)) else part for part in command)
    print(f"Running {shown}", flush=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, cwd=ROOT)
    if done.returncode != 0:
        raise RuntimeError(f"{shown} ended with status {done.returncode}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout), shown


def figure(case, command):
    """One case of Google Benchmark's JSON as one entry."""
    if "items_per_second" in case:
        entry = {"name": case["name"], "value": case["items_per_second"], "unit": "items/s"}
    elif "bytes_per_second" in case:
        entry = {"name": case["name"], "value": case["bytes_per_second"], "unit": "bytes/s"}
    else:
        entry = {"name": case["name"], "value": case["real_time"], "unit": case["time_unit"]}
    if "limit" in case:
        entry["limit"] = case["limit"]
    entry["command"] = command
    return entry


def cases_of(program):
    document, command = run([str(program), "--benchmark_format=json"])
    entries = []
    for case in document["benchmarks"]:
        if case.get("error_occurred"):
            raise RuntimeError(f"{case['name']}: {case.get('error_message', 'failed')}")
        if case.get("run_type", "iteration") == "iteration" or case.get("aggregate_name") == "median":
            entries.append(figure(case, command))
    return entries


def python_with_numpy():
    for python in (sys.executable, "/usr/bin/python3"):
        probe = subprocess.run([python, "-c", "import numpy"], capture_output=True)
        if probe.returncode == 0:
            return python
    raise RuntimeError("no Python with numpy was found for the peers; run ./launch/setup")


def add_peers(module, entries):
    for script in sorted((ROOT / "tests/bench" / module).glob("*_peer.py")):
        peers, command = run([python_with_numpy(), str(script)])
        for peer in peers:
            of = peer.pop("peer_of", "")
            for entry in entries:
                if of and re.search(of, entry["name"]):
                    entry["peer"] = {**peer, "ratio": round(entry["value"] / peer["value"], 3)}
            entries.append({**peer, "command": command})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", help="only these programs")
    options = parser.parse_args()
    programs = [path.resolve() for path in sorted(options.programs.glob("bench_*"))
                if os.access(path, os.X_OK) and (not options.names or path.name in options.names)]
    unknown = set(options.names) - {path.name for path in programs}
    if unknown or not programs:
        sys.exit(f"fedloom: there is no benchmark {', '.join(sorted(unknown)) or ''} in {options.programs}")
    found, failed = [], False
    for program in programs:
        try:
            entries = cases_of(program)
            add_peers(program.name.removeprefix("bench_"), entries)
            found += entries
        except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
            print(f"fedloom: {error}", file=sys.stderr)
            failed = True
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for entry in found:
        against = f"  peer ratio {entry['peer']['ratio']}" if "peer" in entry else \
            f"  limit {entry['limit']:.6g}" if "limit" in entry else ""
        print(f"{entry['name']:<60} {entry['value']:>14.6g} {entry['unit']}{against}")
    print(f"Wrote {options.out}: {len(found)} figures.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
