#!/usr/bin/env python3
"""Codes tables by a Fedloom schema, for programs that want whole numbers (other generators, independent scorers).

usage: code_table.py --schema S.schema.yaml --domain DOMAIN.json OUT.csv TABLE.csv…

Several tables become one. Codes are those of the program: values or bins in order, then `other`, then missing. Written
apart from the program's own encoder, so that a score made from these codes checks that as well. Needs PyYAML.
"""
import argparse
import bisect
import csv
import json
import math
import pathlib

import yaml


def edges_of(column):
    if "edges" in column:
        return column["edges"]
    least, most = column["min"], column["max"]
    if "width" in column:
        count = math.ceil((most - least) / column["width"])
        edges = [least + k * column["width"] for k in range(count)]
        ends_in_one = column["type"] == "integer" and column["width"] == 1
        return edges + ([most, most] if ends_in_one else [most])
    numbers, bins = most - least + 1, column["bins"]
    whole = column["type"] == "integer"
    return [least + (k * numbers // bins if whole else k / bins * (most - least)) for k in range(bins)] + [most]


def coder_of(column):
    """(number of codes, text → code)"""
    missing = column.get("missing", False)
    tokens = [""] if missing is True else missing or []
    if column["type"] == "coded":
        size, plain = column["size"], int
    elif column["type"] == "categorical":
        codes = {str(value): code for code, value in enumerate(column["values"])}
        other = column.get("outside") == "other"
        size = len(codes) + other
        plain = (lambda text: codes.get(text, len(codes))) if other else codes.__getitem__
    else:
        edges = edges_of(column)
        size = len(edges) - 1
        last_of_one = edges[-1] == edges[-2]
        inner = edges[:-1] if last_of_one else edges[1:-1]

        def plain(text):
            found = bisect.bisect_right(inner, float(text)) - last_of_one
            return min(max(found, 0), size - 1)
    return size + bool(tokens), lambda text: size if text in tokens else plain(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schema", type=pathlib.Path, required=True)
    parser.add_argument("--domain", type=pathlib.Path, required=True, help="names and sizes, as JSON")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("tables", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    columns = [column for column in yaml.safe_load(arguments.schema.read_text(encoding="utf-8"))["attributes"]
               if column.get("role") != "id"]
    coders = {column["name"]: coder_of(column) for column in columns}
    arguments.domain.write_text(json.dumps({name: size for name, (size, _) in coders.items()}) + "\n")
    with open(arguments.out, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(coders)
        for table in arguments.tables:
            with open(table, newline="", encoding="utf-8") as lines:
                for row in csv.DictReader(lines):
                    writer.writerow([code(row[name]) for name, (_, code) in coders.items()])


if __name__ == "__main__":
    main()
