#!/usr/bin/env python3
"""Makes the tables of the stroke trial. Python's standard library only.

  stroke_trial.py sites TABLE.csv COLUMNS.yaml   the six stroke-trial-<site>.csv beside this file, from the source
  stroke_trial.py all FOLDER                     the whole trial as one owner has it, with the columns that name
                                                 country and hospital: FOLDER/stroke-trial-all.{yaml,schema.yaml,csv}
  stroke_trial.py codes TABLE.csv FOLDER         each different text of the source as a code of its own, to compare with
                                                 programs that take codes: FOLDER/stroke-trial-codes.{yaml,schema.yaml,
                                                 csv,domain.json}. Its sizes are read from the rows: no public knowledge

The source (README.md) cut numbers into 100 bins of the column's range and wrote, in place of a number, its bin's number
times a rounded width. `sites` turns that back into the smallest whole number of the bin: the number itself where a bin
holds one, as for causes of death and days on the drug. Predicted probabilities keep the bin's number, as the source
does not tell their range. Letters become capitals, as the trial's publication has them. Nothing else is changed.
"""
import argparse
import csv
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SITES = {"UK": "uk", "ITAL": "italy", "SWIT": "switzerland", "POLA": "poland", "NETH": "netherlands"}
OTHERS = "others"
BINNED = ["HOSPNUM", "ONDRUG", "DMAJNCHD", "DSIDED", "DRSISCD", "DRSHD", "DRSUNKD", "DPED", "DALIVED", "DDEADD", "DDEADC",
          "FLASTD", "FDEADD", "FDEADC", "FU1_COMP", "TD", "RSBP"]
LETTERS = ["DASP14", "DDIAGISC", "FAP"]
RANGE = re.compile(r"^(\w+): \{type: integer, min: (\d+), max: (\d+), step: ([\d.]+)", re.M)

# The columns that name a country or a hospital. Table 1 of the publication has the countries' numbers and codes.
NAMING_COLUMNS = """  - name: HOSPNUM            # number of the hospital; the Lancet report of the trial counts 467 of them
    type: integer
    min: 1
    max: 600
    width: 25
  - name: COUNTRY
    type: categorical
    values: [ARGE, AUSL, AUST, BELG, BRAS, CANA, CHIL, CZEC, DENM, EIRE, FINL, FRAN, GREE, HONG, HUNG, INDI, ISRA, ITAL,
             JAPA, NETH, NEW, NORW, POLA, PORT, ROMA, SING, SLOK, SLOV, SOUT, SPAI, SRI, SWED, SWIT, TURK, UK, USA]
    outside: other
  - name: CNTRYNUM           # the same as a number
    type: integer
    min: 1
    max: 44
    width: 1
"""
EXPERIMENT = """# The whole stroke trial at one owner, with country and hospital. Made by stroke_trial.py.
version: 1
name: {name}
schema: {name}.schema.yaml
privacy: {{epsilon: 3.0, delta: 1e-9, trust: central}}
generator:
  workload: {{degree: 2{keep}}}
seed: 7
"""


def read(file):
    with open(file, encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        return table.fieldnames, list(table)


def write(file, header, rows):
    with open(file, "w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, header, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    print(f"{len(rows):6} rows  {file}")


def smallest_in_bin(text, least, most, step):
    """The smallest whole number of the bin that the source wrote as `text`. Whole-number arithmetic: steps are
    hundredths at most."""
    scale = 10000
    bin_number = -(-(int(text) - least) * scale // round(step * scale))
    return str(least - (-bin_number * (most - least + 1) // 100))


def sites(arguments):
    header, rows = read(arguments.table)
    ranges = {name: (int(least), int(most), float(step))
              for name, least, most, step in RANGE.findall(arguments.columns.read_text(encoding="utf-8"))}
    tables = {site: [] for site in [*SITES.values(), OTHERS]}
    for row in rows:
        for name in BINNED:
            if row[name]:
                row[name] = smallest_in_bin(row[name], *ranges[name])
        for name in LETTERS:
            row[name] = row[name].upper()
        tables[SITES.get(row["COUNTRY"], OTHERS)].append(row)
    for site, patients in tables.items():
        write(HERE / f"stroke-trial-{site}.csv", header, patients)


def write_experiment(folder, name, keep):
    (folder / f"{name}.yaml").write_text(EXPERIMENT.format(name=name, keep=keep), encoding="utf-8")


def whole_trial(arguments):
    arguments.folder.mkdir(parents=True, exist_ok=True)
    header, patients = [], []
    for site in [*SITES.values(), OTHERS]:
        header, rows = read(HERE / f"stroke-trial-{site}.csv")
        patients += rows
    write(arguments.folder / "stroke-trial-all.csv", header, patients)
    schema = (HERE.parent / "stroke-trial.schema.yaml").read_text(encoding="utf-8")
    (arguments.folder / "stroke-trial-all.schema.yaml").write_text(schema + NAMING_COLUMNS, encoding="utf-8")
    write_experiment(arguments.folder, "stroke-trial-all", ", keep: [OCCODE]")


def codes(arguments):
    arguments.folder.mkdir(parents=True, exist_ok=True)
    header, rows = read(arguments.table)
    domain, schema = {}, "version: 1\nattributes:\n"
    for name in header:
        found = {text: code for code, text in enumerate(sorted({row[name] for row in rows}))}
        for row in rows:
            row[name] = found[row[name]]
        domain[name] = len(found)
        schema += f"  - {{name: {name}, type: coded, size: {len(found)}}}\n"
    write(arguments.folder / "stroke-trial-codes.csv", header, rows)
    (arguments.folder / "stroke-trial-codes.domain.json").write_text(json.dumps(domain) + "\n", encoding="utf-8")
    (arguments.folder / "stroke-trial-codes.schema.yaml").write_text(schema, encoding="utf-8")
    write_experiment(arguments.folder, "stroke-trial-codes", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("sites", help="six tables from the source")
    command.add_argument("table", type=pathlib.Path)
    command.add_argument("columns", type=pathlib.Path)
    command.set_defaults(do=sites)
    command = commands.add_parser("all", help="one table, schema and experiment from the six tables")
    command.add_argument("folder", type=pathlib.Path)
    command.set_defaults(do=whole_trial)
    command = commands.add_parser("codes", help="one table of codes from the source")
    command.add_argument("table", type=pathlib.Path)
    command.add_argument("folder", type=pathlib.Path)
    command.set_defaults(do=codes)
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    sys.exit(main())
