#!/usr/bin/env python3
"""Times numpy.bincount over all pairs of 15 columns of 48,842 rows: the peer of bench_measure's all_pairs.

The int64 keys are built beforehand; only bincount is timed. Prints one JSON object.
"""
import itertools
import json
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np

ROWS = 48_842
SIZES = [32, 9, 32, 16, 16, 7, 15, 6, 5, 2, 32, 32, 32, 42, 2]
REPEATS = 30


def main():
    draws = np.random.default_rng(1)
    columns = [(size * draws.random(ROWS) ** 3).astype(np.int64) for size in SIZES]
    pairs = [
        (columns[i] * SIZES[j] + columns[j], SIZES[i] * SIZES[j])
        for i, j in itertools.combinations(range(len(SIZES)), 2)
    ]
    seconds, cpu_seconds = [], []
    for _ in range(REPEATS):
        start, cpu_start = time.perf_counter(), time.process_time()
        for keys, cells in pairs:
            np.bincount(keys, minlength=cells)
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    seconds.sort()
    cpu_seconds.sort()
    print(
        json.dumps(
            {
                "name": "numpy.bincount all pairs",
                "value": seconds[len(seconds) // 2] * 1e3,
                "unit": "ms",
                "peer_of": "^all_pairs/1/",
                "pairs": len(pairs),
                "rows": ROWS,
                "milliseconds_best": seconds[0] * 1e3,
                "cpu_milliseconds_median": cpu_seconds[len(cpu_seconds) // 2] * 1e3,
                "cpu_milliseconds_best": cpu_seconds[0] * 1e3,
                "numpy": np.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
