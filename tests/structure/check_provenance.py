"""Holds the structs that the public report and the live page are drawn from against the table in docs/reports.md: each
field of each has one source there. Prints one line a fault; exits 1 if there is any.

usage: check_provenance.py ROOT
"""
import pathlib
import re
import sys

HEADERS = {"report": ["src/report"], "live": ["include/fedloom/live"]}
# Structs that hold no facts of a run.
OF_DRAWING = {"report::StageCost", "report::HeatMapText", "report::SvgText"}
SOURCE = re.compile(r"`(?:config\.resolved\.yaml|ledger\.json|measurements\.jsonl|metrics\.json|model\.safetensors|"
                    r"roster\.yaml|rounds\.jsonl|schema\.yaml|synthetic\.csv)`|the files beside the page|"
                    r"the coordinator's clock|the program$|the structs below|what the coordinator prints")
STRUCT = re.compile(r"^struct (\w+) \{$(.*?)^\};$", re.MULTILINE | re.DOTALL)


def fields_of(body):
    """The names of a plain struct's members: `type a = 0, b{};`."""
    text = re.sub(r"//.*", "", body)
    for statement in text.split(";"):
        while re.search(r"<[^<>]*>", statement):
            statement = re.sub(r"<[^<>]*>", "", statement)
        statement = re.sub(r"\{[^{}]*\}", "", statement)
        if "(" in statement or not statement.strip():
            continue
        first, *more = [re.sub(r"=.*", "", part, flags=re.DOTALL).strip() for part in statement.split(",")]
        yield first.split()[-1]
        yield from more


def structs_of(root):
    for module, folders in HEADERS.items():
        for folder in folders:
            for header in sorted((root / folder).glob("*.hpp")):
                for name, body in STRUCT.findall(header.read_text(encoding="utf-8")):
                    yield f"{module}::{name}", list(fields_of(body))


def told_in(text):
    """(struct, field) → source, of the table's lines."""
    told, struct = {}, ""
    for name, fields, source in re.findall(r"^\| (?:`(\w+::\w+)`)? ?\| ([\w, ]+) \| (.+?) \|$", text, re.MULTILINE):
        struct = name or struct
        for field in fields.split(", "):
            told[struct, field] = source
    return told


def faults(root):
    told = told_in((root / "docs/reports.md").read_text(encoding="utf-8"))
    there = {(struct, field) for struct, fields in structs_of(root) for field in fields if struct not in OF_DRAWING}
    if not there:
        yield "no struct was found that a page is drawn from"
    for struct, field in sorted(there - set(told)):
        yield f"docs/reports.md: says nothing of where {struct}::{field} comes from"
    for struct, field in sorted(key for key in set(told) - there if "::" in key[0]):
        yield f"docs/reports.md: tells of {struct}::{field}, which is not there"
    for (struct, field), source in sorted(told.items()):
        if "::" in struct and not SOURCE.search(source):
            yield f"docs/reports.md: {struct}::{field} comes from '{source}', which is nothing that a run releases"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    for fault in found:
        print(fault)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
