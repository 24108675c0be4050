"""Holds the reference in docs/ against the code: every key of our YAML files is told of in docs/configuration.md, and
every exit code stands in docs/errors.md with its name and has tests that end with it. Prints one line a fault; exits 1 if
there is any.

usage: check_reference.py ROOT
"""
import json
import pathlib
import re
import sys


def keys_of(schema, place=""):
    """Every key that a file may have, as (path, key)."""
    for key, part in schema.get("properties", {}).items():
        yield f"{place}{key}", key
        yield from keys_of(part, f"{place}{key}.")
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from keys_of(schema[word], place)
    for word in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(word, []):
            yield from keys_of(part, place)


def faults(root):
    text = (root / "docs/configuration.md").read_text(encoding="utf-8")
    told = set(re.findall(r"[\w-]+", " ".join(re.findall(r"```.*?```|`[^`]+`", text, re.DOTALL))))
    schemas = sorted((root / "src/config/schemas").glob("*.schema.json"))
    if not schemas:
        yield "src/config/schemas: no JSON Schema was found"
    for file in schemas:
        kind = file.name.split(".")[0]
        for path, key in keys_of(json.loads(file.read_text(encoding="utf-8"))):
            if key not in told:
                yield f"docs/configuration.md: says nothing of the key {path} of a file of kind {kind}"
    codes = re.findall(r"^  (\w+) = (\d+),?\s*///<", (root / "include/fedloom/base/error.hpp").read_text(encoding="utf-8"),
                       re.MULTILINE)
    rows = re.findall(r"^\| (\d+) \| (\w+) \|", (root / "docs/errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    known = {("0", "ok")} | {(number, name) for name, number in codes}
    for number, name in sorted(known - set(rows)):
        yield f"docs/errors.md: has no line '{number} | {name}'"
    for number, name in sorted(set(rows) - known):
        yield f"docs/errors.md: tells of {number} | {name}, which include/fedloom/base/error.hpp does not have"


def untested_codes(root):
    """Each code through the function that ends a program, and through whole programs but for 0 and 1: a defect cannot be
    called up."""
    unit = (root / "tests/unit/apps/program_test.cpp").read_text(encoding="utf-8")
    whole = "\n".join(file.read_text(encoding="utf-8") for file in sorted((root / "tests/e2e").glob("test_*.py")))
    header = (root / "include/fedloom/base/error.hpp").read_text(encoding="utf-8")
    for name, number in re.findall(r"^  (\w+) = (\d+),?\s*///<", header, re.MULTILINE):
        if not re.search(rf"\{{{number}, \[\] \{{ throw", unit):
            yield f"tests/unit/apps/program_test.cpp: nothing ends with exit code {number} ({name})"
        ends = rf"(?:fails\(|check\(done, \"fedloom\", |refuses\(|returncode, |run_fails\(small, {{(?:\d+, )*){number}\b"
        if int(number) > 1 and not re.search(ends, whole):
            yield f"tests/e2e: no program ends with exit code {number} ({name})"


def main():
    root = pathlib.Path(sys.argv[1])
    found = list(faults(root)) + list(untested_codes(root))
    for fault in found:
        print(fault)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
