#!/usr/bin/env python3
"""Counting at scale: all pairs of the stroke trial beside numpy.bincount, and all pairs of 10^7 rows.

Called with the folder of the benchmark programs; prints a JSON list of figures. Both sides of a ratio are run in turn,
with one thread, and their CPU seconds are compared: median over all turns.

- count.pairs.stroke.vs_numpy: times numpy's bincount on ready int64 keys. The table is the trial in configs/data, each
  column coded by its distinct values; numpy's keys of the pairs of one column are made before the clock is started.
- count.pairs.10m.rows_marginals_per_s: rows × pairs / seconds, 10^7 rows of 30 columns of adult's sizes.
- count.pairs.10m.bandwidth_fraction: useful bytes / seconds / the machine's rate of reading memory in the same run, where
  useful bytes are rows × Σ over pairs of the bytes of their two codes. It passes 1 where columns are read less often
  than once for each pair.
- *.beside_table_mb: memory beside the table, at most, with what is counted.
With FEDLOOM_BENCH_FULL (launch/bench --full) also 110 columns, and 1,000 triples of them.
"""
import csv
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
try:
    import numpy as np
except ImportError:
    python = os.environ.get("FEDLOOM_PEER_PYTHON", "/usr/bin/python3")
    if os.path.abspath(python) == os.path.abspath(sys.executable):  # a virtual environment links to another
        sys.exit("pairs_bench.py needs numpy; run ./launch/setup")
    os.execv(python, [python, *sys.argv])

DATA = pathlib.Path(__file__).resolve().parents[3] / "configs/data"
TURNS = 3
LEAST_TIMES = 6


def coded_trial():
    """Codes, column by column."""
    header, columns = None, None
    for path in sorted(DATA.glob("stroke-trial-*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            lines = csv.reader(file)
            names = next(lines)
            if header is None:
                header, columns = names, [[] for _ in names]
            if names != header:
                raise RuntimeError(f"{path.name} has other columns than the trial's other files")
            for line in lines:
                for column, value in zip(columns, line):
                    column.append(value)
    if not columns:
        raise RuntimeError(f"the stroke trial is not in {DATA}")
    return [np.unique(np.array(column), return_inverse=True)[1].astype(np.int64) for column in columns]


def write_table(path, columns, sizes):
    """As bench_pairs reads it."""
    shape = np.array([len(columns[0]), len(columns), *sizes], dtype="<u4")
    codes = np.stack(columns, axis=1).astype("<u4")
    path.write_bytes(shape.tobytes() + codes.tobytes())


def fedloom(program, *options):
    done = subprocess.run([str(program), *map(str, options)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def numpy_seconds(columns, sizes):
    taken = 0
    for i in range(len(columns)):
        keys = [(columns[i] * sizes[j] + columns[j], sizes[i] * sizes[j]) for j in range(i + 1, len(columns))]
        start = time.process_time()
        for key, cells in keys:
            np.bincount(key, minlength=cells)
        taken += time.process_time() - start
    return taken


def trial_figures(program):
    columns = coded_trial()
    sizes = [int(column.max()) + 1 for column in columns]
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder) / "trial.bin"
        write_table(table, columns, sizes)
        for _ in range(TURNS):
            answer = fedloom(program, "--file", table, "--threads", 1, "--repeats", 5)
            ours += answer["cpu_seconds"]
            theirs.append(numpy_seconds(columns, sizes))
    assert answer["marginals"] == len(list(itertools.combinations(sizes, 2)))
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    return [
        {"name": "count.pairs.stroke.cpu_ms", "value": ours * 1e3, "unit": "ms"},
        {"name": "count.pairs.stroke.numpy_cpu_ms", "value": theirs * 1e3, "unit": "ms"},
        {"name": "count.pairs.stroke.vs_numpy", "value": theirs / ours, "unit": "times", "least": LEAST_TIMES},
        {"name": "count.pairs.stroke.beside_table_mb", "value": answer["peak_mb"] - answer["table_mb"], "unit": "MB"},
    ]


def made_figures(program, name, *options):
    answer = fedloom(program, "--bandwidth", 1, *options)
    seconds = statistics.median(answer["cpu_seconds"])
    fraction = answer["column_bytes"] / seconds / answer["bandwidth"]
    return [
        {"name": f"{name}.rows_marginals_per_s", "value": answer["rows"] * answer["marginals"] / seconds, "unit": "1/s"},
        {"name": f"{name}.bandwidth_fraction", "value": fraction, "unit": "times"},
        {"name": f"{name}.beside_table_mb", "value": answer["peak_mb"] - answer["table_mb"], "unit": "MB"},
    ]


def main():
    program = pathlib.Path(sys.argv[1]) / "bench_pairs"
    figures = trial_figures(program)
    figures += made_figures(program, "count.pairs.10m", "--rows", 10**7, "--columns", 30)
    if os.environ.get("FEDLOOM_BENCH_FULL"):
        figures += made_figures(program, "count.pairs.10m110", "--rows", 10**7, "--columns", 110)
        figures += made_figures(program, "count.triples.10m110", "--rows", 10**7, "--columns", 110, "--triples", 1000)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
