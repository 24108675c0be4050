"""Runs every benchmark and gathers the figures in one JSON list.

For each folder tests/bench/<module>:
- bench_<module> in --programs is a Google Benchmark program. Each case gives its name, its rate (items or bytes a
  second) or else its time, and its counter `limit`, where it has one. Or it prints a JSON list of {"name", "value",
  "unit"} and, where there is one, "limit".
- *_peer.py is run right after it and prints a JSON object {"name", "value", "unit", "peer_of"}, or a list of them: the
  same work done by another library, for the cases whose name the regular expression peer_of finds. With "ratio", how
  many times as fast Fedloom is becomes a figure of that name; "ratio_least" is the least it should be. A peer that is
  not installed ends with status 77, and is left out. Peers are run with the Python that FEDLOOM_PEER_PYTHON names, or
  else with the first that has numpy.
- *_bench.py is run with --programs as its argument and prints a JSON list of {"name", "value", "unit"} and, where
  there is one, "limit".
- With --full, FEDLOOM_BENCH_FULL=1 is in the environment of all of them, and each may take hours: what takes over ten
  minutes in all asks for it.
- *_table.py is given all of the folder's figures as JSON, and prints a table of them.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

TIME_LIMIT = 900
FULL_TIME_LIMIT = 24 * 3600
NOT_INSTALLED = 77
FULL = "FEDLOOM_BENCH_FULL"
ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "tests/bench"


def run(command):
    line = " ".join(os.path.relpath(part, ROOT) if part.startswith(str(ROOT)) else part for part in command)
    print(f"Running {line}", flush=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=FULL_TIME_LIMIT if FULL in os.environ else TIME_LIMIT, cwd=ROOT)
    if done.returncode == NOT_INSTALLED:
        print(f"Left out {line}: {done.stderr.strip()[-500:]}")
        return [], line
    if done.returncode != 0:
        raise RuntimeError(f"{line} ended with status {done.returncode}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout), line


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
    if isinstance(document, list):
        return [{**figure, "command": command} for figure in document]
    entries = []
    for case in document["benchmarks"]:
        if case.get("error_occurred"):
            raise RuntimeError(f"{case['name']}: {case.get('error_message', 'failed')}")
        if case.get("run_type", "iteration") == "iteration" or case.get("aggregate_name") == "median":
            entries.append(figure(case, command))
    return entries


def python_for_peers():
    if "FEDLOOM_PEER_PYTHON" in os.environ:
        return os.environ["FEDLOOM_PEER_PYTHON"]
    for python in ("python3", "/usr/bin/python3"):
        probe = subprocess.run([python, "-c", "import numpy"], capture_output=True)
        if probe.returncode == 0:
            return python
    raise RuntimeError("no Python with numpy was found for the peers; run ./launch/setup")


def compare(entry, peer):
    """Sets a figure beside its peer's. Gives how many times as fast it is."""
    if entry["unit"] != peer["unit"]:
        raise RuntimeError(f"{entry['name']} is in {entry['unit']}, but its peer in {peer['unit']}")
    ratio = entry["value"] / peer["value"]
    faster = ratio if entry["unit"].endswith("/s") else 1 / ratio
    entry["peer"] = {key: peer[key] for key in ("name", "value", "unit")} | {"times_faster": faster}
    return faster


def add_peers(module, entries):
    for script in sorted((BENCHMARKS / module).glob("*_peer.py")):
        peers, command = run([python_for_peers(), str(script)])
        own = list(entries)
        for peer in peers if isinstance(peers, list) else [peers]:
            entries.append({key: peer[key] for key in ("name", "value", "unit")} | {"command": command})
            for entry in (entry for entry in own if re.search(peer["peer_of"], entry["name"])):
                faster = compare(entry, peer)
                if "ratio" in peer:
                    least = {"least": peer["ratio_least"]} if "ratio_least" in peer else {}
                    ratio = {"name": peer["ratio"], "value": faster, "unit": "times"}
                    entries.append({**ratio, **least, "command": command})


def figures_of(module, programs):
    """All figures of one folder of tests/bench."""
    program = programs / f"bench_{module}"
    entries = cases_of(program) if os.access(program, os.X_OK) else []
    add_peers(module, entries)
    for script in sorted((BENCHMARKS / module).glob("*_bench.py")):
        figures, command = run(["python3", str(script), str(programs)])
        entries += [{**figure, "command": command} for figure in figures]
    return entries


def shown(entry):
    against = ""
    if "peer" in entry:
        against = f"  {entry['peer']['times_faster']:.2f} times as fast as {entry['peer']['name']}"
    elif "limit" in entry:
        against = f"  limit {entry['limit']:.6g}"
    elif "least" in entry:
        against = f"  at least {entry['least']:.6g}"
    return f"{entry['name']:<50} {entry['value']:>14.6g} {entry['unit']}{against}"


def print_tables(module, entries):
    for script in sorted((BENCHMARKS / module).glob("*_table.py")):
        subprocess.run(["python3", str(script)], input=json.dumps(entries), text=True, check=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--full", action="store_true", help="also what takes over ten minutes in all")
    parser.add_argument("modules", nargs="*", help="only these folders of tests/bench")
    options = parser.parse_args()
    if options.full:
        os.environ[FULL] = "1"
    known = sorted(path.name for path in BENCHMARKS.iterdir() if path.is_dir() and path.name != "__pycache__")
    unknown = sorted(set(options.modules) - set(known))
    if unknown:
        sys.exit(f"fedloom: there are no benchmarks of {', '.join(unknown)}; there are some of {', '.join(known)}")
    found, failed, tables = [], False, []
    for module in options.modules or known:
        try:
            figures = figures_of(module, options.programs.resolve())
            found += figures
            tables.append((module, figures))
        except (RuntimeError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            print(f"fedloom: benchmarks of {module}: {error}", file=sys.stderr)
            failed = True
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print("\n".join(map(shown, found)), flush=True)
    for module, figures in tables:
        print_tables(module, figures)
    print(f"Wrote {options.out}: {len(found)} figures.")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main())
