"""Proves from the programs' symbols that the coordinator links no code that can open rows.

The positive control: the same search finds such code in the site's program and in `fedloom`, and finds the
coordinator's own code in the coordinator, so a stripped binary or a wrong search cannot pass.

usage: check_symbols.py NM COORDINATOR SITE FEDLOOM
"""
import re
import subprocess
import sys

ROW_CODE = ("data", "measure", "site", "evaluate")


def modules_in(nm, program):
    """Names m of every fedloom::m:: that a symbol defined in the program mentions."""
    listing = subprocess.run([nm, "--demangle", "--defined-only", program], check=True, capture_output=True, text=True)
    return set(re.findall(r"\bfedloom::(\w+)::", listing.stdout))


def faults(coordinator, site, fedloom):
    for name in ROW_CODE:
        if name in coordinator:
            yield f"fedloom-coordinator holds code of fedloom::{name}, which may open rows"
    if "coordinator" not in coordinator:
        yield "no code of fedloom::coordinator was found in fedloom-coordinator, so the search proves nothing"
    for name in ("data", "measure", "site"):
        if name not in site:
            yield f"no code of fedloom::{name} was found in fedloom-site, so the search proves nothing"
    if "evaluate" not in fedloom:
        yield "no code of fedloom::evaluate was found in fedloom, so the search proves nothing"


if __name__ == "__main__":
    found = list(faults(*(modules_in(sys.argv[1], program) for program in sys.argv[2:5])))
    print("\n".join(found) if found else "The coordinator links no code that can open rows; the site does.")
    sys.exit(1 if found else 0)
