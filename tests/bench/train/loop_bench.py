"""Runs bench_loop on the bundled Adult rows, coded here: CPU seconds and peak memory of the whole loop; then bench_fit
on what the run without a trusted party measured: useful flops of the fit beside the machine's sgemm.

usage: loop_bench.py PROGRAMS   (the folder of both); prints a JSON list of {name, value, unit}
"""
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
MOST_CODES = 32
LINE = re.compile(r"rounds (?P<rounds>\d+) .*all with counting (?P<seconds>[\d.]+) \| peak (?P<peak>\d+) MB")


def numbers_first(value):
    return (0, int(value), "") if value.strip().lstrip("-").isdigit() else (1, 0, value)


def coded(column):
    """Values in order as codes; many values in bins of about equal weight."""
    values = sorted(set(column), key=numbers_first)
    if len(values) > MOST_CODES:
        ordered = sorted(column, key=numbers_first)
        edges = {ordered[len(ordered) * k // MOST_CODES] for k in range(MOST_CODES)}
    else:
        edges = set(values)
    codes, code = {}, -1
    for value in values:
        code += value in edges
        codes[value] = code
    return [codes[value] for value in column], code + 1


def write_table(folder):
    rows = []
    for file in sorted((ROOT / "configs/data").glob("adult-*.csv")):
        with open(file, newline="", encoding="utf-8") as stream:
            reader = csv.reader(stream)
            header = next(reader)
            rows += list(reader)
    columns = [coded(column) for column in zip(*rows)]
    (folder / "domain.json").write_text(json.dumps({name: size for name, (_, size) in zip(header, columns)}))
    with open(folder / "table.csv", "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(zip(*(codes for codes, _ in columns)))


def main(programs):
    figures = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_table(folder)
        for trust in ("none", "central"):
            command = [str(programs / "bench_loop"), "--csv", str(folder / "table.csv"), "--domain",
                       str(folder / "domain.json"), "--trust", trust, "--save", str(folder / f"{trust}.jsonl")]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found = LINE.search(output)
            if not found:
                sys.exit(f"bench_loop printed another line than expected: {output.strip()}")
            figures.append({"name": f"loop/{trust}/cpu", "value": float(found["seconds"]), "unit": "s"})
            figures.append({"name": f"loop/{trust}/peak_memory", "value": float(found["peak"]), "unit": "MB"})
            figures.append({"name": f"loop/{trust}/rounds", "value": float(found["rounds"]), "unit": "rounds"})
        fit = subprocess.run([str(programs / "bench_fit"), str(folder / "none.jsonl")], check=True,
                             capture_output=True, text=True).stdout
        figures += [{**figure, "name": figure["name"] + ".adult15"} for figure in json.loads(fit)]
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
