"""Compares the tree with the module table of docs/architecture.md. Prints one line a fault; exits 1 if there is any.

usage: check_modules.py ROOT
"""
import pathlib
import re
import sys
from dataclasses import dataclass

MAX_LINES = 500
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)
# What may be included only in some folders, by the beginning of the header's name.
THIRD_PARTY = {
    "torch": (("torch/", "ATen/", "c10/"),
              ("src/train", "tests/unit/train", "tests/bench/train")),
    "yaml-cpp": (("yaml-cpp/", "valijson/adapters/yaml_cpp_adapter"), ("src/config", "tests/unit/config")),
    "Boost.Asio and Beast": (("boost/asio", "boost/beast"), ("src/live",)),
    "MPI": (("mpi.h",), ("src/transport", "tests/mpi")),
    "libpq": (("libpq",), ("src/data",)),
    "nanobind": (("nanobind/", "Python.h"), ("src/python",)),
}


# Carries raw counts between the ranks of one site (docs/decisions/0012-ranks-of-one-site.md): who includes it could
# carry them elsewhere. Files, and folders with a slash at the end.
SITE_INTERNAL = "fedloom/boundary/site_internal_sum.hpp"
SITE_INTERNAL_USERS = ("src/boundary/site_internal_sum.cpp", "src/transport/mpi_site_ranks.hpp", "src/site/parts.hpp",
                       "src/apps/site_part.cpp", "tests/support/site_wires.hpp", "tests/unit/", "tests/mpi/")


@dataclass
class Module:
    name: str
    layer: int
    sees_rows: bool
    uses: set


def read_table(text):
    """Rows `| layer | `name`* | … | uses |` of the table."""
    modules = {}
    for layer, name, star, uses in re.findall(r"^\| (\d+) \| `(\w+)`(\*?) \|[^|]*\| ([^|]*) \|$", text, re.MULTILINE):
        modules[name] = Module(name, int(layer), star == "*", set(re.findall(r"\w+", uses)))
    for module in modules.values():
        if module.uses == {"all"}:
            module.uses = set(modules) - {module.name}
    return modules


def closure(modules, name, seen=None):
    """A module and all it may use."""
    seen = set() if seen is None else seen
    if name in modules and name not in seen:
        seen.add(name)
        for used in modules[name].uses:
            closure(modules, used, seen)
    return seen


def check_table(modules):
    if not modules:
        yield "docs/architecture.md: no module table was found"
    for module in modules.values():
        for used in sorted(module.uses):
            if used not in modules:
                yield f"docs/architecture.md: {module.name} uses {used}, which is not in the table"
            elif modules[used].layer >= module.layer:
                yield f"docs/architecture.md: {module.name} (layer {module.layer}) uses {used} of layer " \
                      f"{modules[used].layer}; uses go down only, so that there is no cycle"
    for name in ("coordinator", "report"):
        for used in sorted(closure(modules, name)):
            if modules[used].sees_rows:
                yield f"docs/architecture.md: {name} may reach {used}, which may see rows"


def files_of(root, *folders):
    for folder in folders:
        if (root / folder).is_dir():
            yield from sorted(path for path in (root / folder).rglob("*") if path.is_file())


def includes_of(path):
    if path.suffix in (".cpp", ".hpp", ".h", ".cc"):
        yield from INCLUDE.findall(path.read_text(encoding="utf-8"))


def module_folders(root):
    for parent in ("src", "include/fedloom"):
        if (root / parent).is_dir():
            for folder in sorted((root / parent).iterdir()):
                if folder.is_dir() and any(path.is_file() for path in folder.rglob("*")):
                    yield folder.name, folder


def check_includes(root, modules):
    for name, folder in module_folders(root):
        if name not in modules:
            yield f"{folder.relative_to(root)}: is not in the module table of docs/architecture.md"
            continue
        allowed = closure(modules, name)
        for path in files_of(root, folder.relative_to(root)):
            for _, header in includes_of(path):
                other = re.match(r"fedloom/(\w+)/", header)
                if other and other[1] not in allowed:
                    yield f"{path.relative_to(root)}: includes {header}, but {name} may not use {other[1]}"
                if header.startswith(".") and folder.resolve() not in (path.parent / header).resolve().parents:
                    yield f"{path.relative_to(root)}: includes {header}, past its own module"


def check_third_party(root):
    paths = list(files_of(root, "include", "src", "tests"))
    for library, (beginnings, folders) in THIRD_PARTY.items():
        for path in paths:
            place = path.relative_to(root).as_posix()
            if place.startswith(tuple(folder + "/" for folder in folders)):
                continue
            for _, header in includes_of(path):
                if header.startswith(beginnings):
                    yield f"{place}: includes {header}; {library} stays in {', '.join(folders)}"


def check_site_internal(root):
    for path in files_of(root, "include", "src", "tests"):
        place = path.relative_to(root).as_posix()
        allowed = any(place == user or (user.endswith("/") and place.startswith(user)) for user in SITE_INTERNAL_USERS)
        if not allowed and any(header == SITE_INTERNAL for _, header in includes_of(path)):
            yield f"{place}: includes {SITE_INTERNAL}, which carries raw counts; only the files that this checker lists may"


def check_links(root, modules):
    for name, folder in module_folders(root):
        path = folder / "CMakeLists.txt"
        place = path.relative_to(root)
        if folder.parent.name != "src" or name not in modules:
            continue
        sources = [source.relative_to(folder).as_posix() for source in files_of(root, folder.relative_to(root))
                   if source.suffix == ".cpp"]
        if not path.exists():
            if sources:
                yield f"{place}: is missing, though the folder has sources"
            continue
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        for source in sources:
            if not re.search(rf"(?<![\w/.]){re.escape(source)}(?![\w.])", text):
                yield f"{place}: does not name {source}, so nothing builds it"
        for linked in sorted(set(re.findall(r"fedloom(?:::|_)(\w+)", text)) & (set(modules) | {"torch"})):
            if linked == "torch" and name != "train":
                yield f"{place}: links torch, which only train may"
            elif linked != "torch" and linked not in closure(modules, name):
                yield f"{place}: links {linked}, which {name} may not use"
        if name not in ("apps", "python"):
            yield from check_uses(place, text, modules[name])


def check_uses(place, text, module):
    call = re.search(rf"fedloom_module\(\s*{module.name}\b([^)]*)\)", text)
    if not call:
        yield f"{place}: has no fedloom_module({module.name} …)"
        return
    uses = re.search(r"\bUSES\b((?:\s+(?!SOURCES\b|LIBRARIES\b|PUBLIC_LIBRARIES\b)[\w]+)*)", call[1])
    named = set(uses[1].split()) if uses else set()
    if named != module.uses:
        yield f"{place}: USES {', '.join(sorted(named)) or 'nothing'}, but docs/architecture.md says " \
              f"{', '.join(sorted(module.uses)) or 'nothing'}"


def check_lengths(root):
    for path in files_of(root, "src", "include"):
        lines = path.read_bytes().count(b"\n")
        if lines > MAX_LINES:
            yield f"{path.relative_to(root)}: has {lines} lines; {MAX_LINES} are allowed"


def faults(root):
    modules = read_table((root / "docs/architecture.md").read_text(encoding="utf-8"))
    yield from check_table(modules)
    yield from check_includes(root, modules)
    yield from check_third_party(root)
    yield from check_site_internal(root)
    yield from check_links(root, modules)
    yield from check_lengths(root)


if __name__ == "__main__":
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join(found) if found else "The tree is as docs/architecture.md says.")
    sys.exit(1 if found else 0)
