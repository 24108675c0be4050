"""Runs the bundled trial, three sites under mpirun, as a newcomer does: time, CPU and memory of the whole run.

usage: run_bench.py PROGRAMS   (the folder of the benchmarks, beside that of the programs); prints a JSON list
"""
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

LIMIT_SECONDS = 90


def main(programs):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        command = [str(programs.parent / "bin/fedloom"), "demo", "--dir", str(folder / "demo"), "--out",
                   str(folder / "run")]
        start = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        seconds = time.monotonic() - start
        if done.returncode != 0:
            sys.exit(f"fedloom demo ended with status {done.returncode}: {done.stderr.strip()[-500:]}")
        metrics = json.loads((folder / "run/public/metrics.json").read_text())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    json.dump([
        {"name": "run/adult/time", "value": seconds, "unit": "s", "limit": LIMIT_SECONDS},
        {"name": "run/adult/cpu_of_all_processes", "value": used.ru_utime + used.ru_stime, "unit": "s"},
        {"name": "run/adult/peak_memory_of_one_process", "value": used.ru_maxrss / 1024, "unit": "MB"},
        {"name": "run/adult/budget_spent", "value": metrics["rho_spent"] / metrics["rho_budget"], "unit": "of 1"},
    ], sys.stdout)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
