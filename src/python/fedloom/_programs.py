"""Where Fedloom's three programs are, and how they are started."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys

from ._errors import EnvironmentError

_NAMES = ("fedloom", "fedloom-site", "fedloom-coordinator")
_PACKAGED = pathlib.Path(__file__).parent / "programs"


def find_programs(folder: str | os.PathLike[str] | None = None) -> pathlib.Path:
    """The folder with all three: `folder`, or FEDLOOM_PROGRAMS, or that of the package, or of the path."""
    if folder is not None:
        return _checked(pathlib.Path(folder), "programs")
    named = os.environ.get("FEDLOOM_PROGRAMS")
    if named:
        return _checked(pathlib.Path(named), "FEDLOOM_PROGRAMS")
    if not _missing(_PACKAGED):
        return _PACKAGED
    found = shutil.which("fedloom")
    if found:
        return _checked(pathlib.Path(os.path.realpath(found)).parent, "PATH")
    raise EnvironmentError("fedloom's programs are not installed; build them (./launch/build release programs) and name "
                           "their folder build/release/bin by programs=, FEDLOOM_PROGRAMS or PATH")


def _missing(folder: pathlib.Path) -> list[str]:
    return [name for name in _NAMES if not os.access(folder / name, os.X_OK) or not (folder / name).is_file()]


def _checked(folder: pathlib.Path, by: str) -> pathlib.Path:
    missing = _missing(folder)
    if missing:
        raise EnvironmentError(f"{folder}, which {by} names, does not hold {', '.join(missing)}; name the folder with all "
                               "three programs, such as build/release/bin")
    return folder.resolve()


def main() -> None:
    """The command lines `fedloom`, `fedloom-site` and `fedloom-coordinator` of an installed package."""
    name = pathlib.PurePath(sys.argv[0]).name
    try:
        program = _checked(_PACKAGED, "the package") / name
    except EnvironmentError as error:
        sys.exit(f"{name}: {error}")
    os.execv(program, [str(program), *sys.argv[1:]])
