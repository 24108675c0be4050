#!/usr/bin/env python3
"""What `fedloom evaluate` costs on a million rows, and how well a model that is trained on synthetic Adult foretells
income in real rows that no run has seen.

usage: evaluate_bench.py PROGRAMS   (the folder of the benchmarks, beside that of the programs); prints a JSON list of
  evaluate.1Mx15.s, evaluate.1Mx15.peak_mb   all figures but those of a task, 10^6 real against 10^6 synthetic rows
  tstr.adult.eps<ε>.none3.auc                trained on the rows of a run without a trusted party, three sites
  tstr.adult.real.auc                        trained on the rows that the run was given

A third of the bundled Adult, chosen by the hash of file and line, is held out of the run. Boosted trees, or logistic
regression where LightGBM's library is not installed. FEDLOOM_BENCH_EPSILON="1,10", FEDLOOM_BENCH_REPEAT=1: runs of each
ε, each with another seed; the figure is their mean.
"""
import hashlib
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
CONFIGS = ROOT / "configs"
SITES = ("office", "trades", "young")
EPSILONS = os.environ.get("FEDLOOM_BENCH_EPSILON", "1,10").split(",")
REPEATS = int(os.environ.get("FEDLOOM_BENCH_REPEAT", "1"))
MILLION = 10 ** 6


def bundled(site):
    return (CONFIGS / f"data/adult-{site}.csv").read_text(encoding="utf-8").splitlines(keepends=True)


def is_held_out(site, line):
    digest = hashlib.sha256(f"adult-{site}:{line}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 3 == 0


def split(folder):
    """Writes the sites' rows for the run, and the rows of all that are held out of it."""
    held_out = bundled(SITES[0])[:1]
    for site in SITES:
        lines = bundled(site)
        kept = [text for line, text in enumerate(lines[1:], 1) if not is_held_out(site, line)]
        held_out += [text for line, text in enumerate(lines[1:], 1) if is_held_out(site, line)]
        (folder / f"{site}.csv").write_text("".join(lines[:1] + kept), encoding="utf-8")
    (folder / "held-out.csv").write_text("".join(held_out), encoding="utf-8")


def called(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def run_at(fedloom, folder, epsilon, seed):
    """A run on the sites' rows. Gives its synthetic rows."""
    text = (CONFIGS / "adult.yaml").read_text(encoding="utf-8")
    for old, new in (("epsilon: 1.0", f"epsilon: {epsilon}"), ("seed: 7", f"seed: {seed}")):
        if text.count(old) != 1:
            raise RuntimeError(f"configs/adult.yaml does not say {old} once")
        text = text.replace(old, new)
    place = folder / f"eps{epsilon}-{seed}"
    place.mkdir()
    (place / "adult.yaml").write_text(text, encoding="utf-8")
    (place / "adult.schema.yaml").write_bytes((CONFIGS / "adult.schema.yaml").read_bytes())
    data = [word for site in SITES for word in ("--data", f"{site}={folder}/{site}.csv")]
    called([fedloom, "demo", "--experiment", place / "adult.yaml", *data, "--dir", place / "demo", "--out", place / "run"])
    return place / "run/public/synthetic.csv"


def tstr(fedloom):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        split(folder)
        tables = [(epsilon, run_at(fedloom, folder, epsilon, 7 + k)) for epsilon in EPSILONS for k in range(REPEATS)]
        words = [word for site in SITES for word in ("--real", f"{site}={folder}/{site}.csv")]
        words += [word for k, (_, table) in enumerate(tables) for word in ("--synthetic", f"s{k}={table}")]
        found = json.loads(called([fedloom, "evaluate", *words, "--schema", CONFIGS / "adult.schema.yaml", "--target",
                                   "income", "--test", folder / "held-out.csv", "--degree", 1, "--no-detection", "--json"]))
    areas = {epsilon: [] for epsilon in EPSILONS}
    for (epsilon, _), sample in zip(tables, found["samples"]):
        areas[epsilon].append(sample["tstr"][0]["auroc"])
    for epsilon, values in areas.items():
        yield {"name": f"tstr.adult.eps{epsilon}.none3.auc", "value": statistics.mean(values), "unit": "AUROC",
               **({"least": {"1": 0.90, "10": 0.91}[epsilon]} if epsilon in ("1", "10") else {})}
    yield {"name": "tstr.adult.real.auc", "value": found["task"]["trained_on_real"][0]["auroc"], "unit": "AUROC"}


def write_million(file, step):
    """10^6 rows of Adult: row k has each column of another row of the bundled files, so that no two tables are alike."""
    rows = [text.rstrip("\n").split(",") for site in SITES for text in bundled(site)[1:]]
    header = bundled(SITES[0])[0]
    columns = list(zip(*rows))
    with file.open("w", encoding="utf-8") as out:
        out.write(header)
        for k in range(MILLION):
            at = step * k
            out.write(",".join([column[(at + (k // len(rows)) * i * i) % len(rows)] for i, column in enumerate(columns)]) + "\n")


def cost(fedloom):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_million(folder / "real.csv", 1)
        write_million(folder / "synthetic.csv", 7)
        begin = time.monotonic()
        called([fedloom, "evaluate", "--real", folder / "real.csv", "--synthetic", folder / "synthetic.csv", "--schema",
                CONFIGS / "adult.schema.yaml", "--json"])
        seconds = time.monotonic() - begin
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield {"name": "evaluate.1Mx15.s", "value": seconds, "unit": "s", "limit": 60}
    yield {"name": "evaluate.1Mx15.peak_mb", "value": peak, "unit": "MB", "limit": 2000}


def main():
    fedloom = pathlib.Path(sys.argv[1]).resolve().parent / "bin/fedloom"
    json.dump([*cost(fedloom), *tstr(fedloom)], sys.stdout)


if __name__ == "__main__":
    main()
