"""Whole runs on wide tables: three sites under mpirun, trust none, epsilon 1, all pairs as workload.

usage: wide_bench.py PROGRAMS   (the folder of the benchmarks, beside that of the programs); prints a JSON list of
  wide.<columns>.s, .mb, .cpu_s   100,000 rows of wide_table.py: time, the largest process' peak memory, CPU of all
  wide.towns.s, .mb, .cpu_s       12 columns and one of 50,000 categories, 30,000 rows

Without FEDLOOM_BENCH_FULL=1 (launch/bench --full) 100 columns only. FEDLOOM_BENCH_WIDE="100 200 500 1000 towns" chooses.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
FULL = os.environ.get("FEDLOOM_BENCH_FULL") == "1"
CHOSEN = os.environ.get("FEDLOOM_BENCH_WIDE", "100 200 500 1000 towns" if FULL else "100").split()
MEMORY = {"1000": 4096, "towns": 1024}
SITES = "abc"


def table(name, folder):
    shape = (["--columns", "12", "--rows", "30000", "--towns", "50000"] if name == "towns"
             else ["--columns", name, "--rows", "100000"])
    subprocess.run([sys.executable, HERE / "wide_table.py", *shape, "--sites", str(len(SITES)), "--out", folder],
                   check=True)


def measured(command, folder):
    """Runs the command; gives its wall time and what it and all its children used."""
    with open(folder / "log", "w", encoding="utf-8") as log:
        start = time.monotonic()
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[1]} of {folder.name} failed: {(folder / 'log').read_text(encoding='utf-8')[-500:]}")
    return seconds, used


def figures(programs, name):
    with tempfile.TemporaryDirectory(prefix="fedloom-wide-") as place:
        folder = pathlib.Path(place)
        table(name, folder)
        data = [word for site in SITES for word in ("--data", f"{site}={folder / site}.csv")]
        seconds, used = measured([str(programs.parent / "bin/fedloom"), "demo", "--experiment",
                                  str(folder / "wide.yaml"), "--dir", str(folder / "demo"), "--out",
                                  str(folder / "run"), *data], folder)
    memory = {"name": f"wide.{name}.mb", "value": used.ru_maxrss / 1024, "unit": "MB"}
    if name in MEMORY:
        memory["limit"] = MEMORY[name]
    return [{"name": f"wide.{name}.s", "value": seconds, "unit": "s"}, memory,
            {"name": f"wide.{name}.cpu_s", "value": used.ru_utime + used.ru_stime, "unit": "s"}]


def main(programs):
    json.dump([entry for name in CHOSEN for entry in figures(programs, name)], sys.stdout)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
