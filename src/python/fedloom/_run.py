"""A run, and what it left."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import secrets
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from . import _fedloom
from ._columns import table_of, wants_frame
from ._errors import UsageError, error_of
from ._model import Model, load_model
from ._programs import find_programs
from ._schema import Schema


@dataclass(frozen=True)
class Measurement:
    """One released, noised answer: public."""

    columns: tuple[str, ...]
    values: np.ndarray = field(repr=False)  #: noised counts; of a marginal an axis a column, of a sketch one axis
    sigma: float  #: standard deviation of the noise of each
    round: int
    kind: str  #: marginal, or sketch: random signed sums of a marginal's cells
    #: For each column the bin that each of the schema's codes is in, or None where the axis is of the codes themselves.
    bins: tuple[np.ndarray | None, ...] = field(repr=False)
    look: bool  #: of the coarse look that came before the choice of marginals


class Run:
    """A finished run's folder. All that is read here is public."""

    def __init__(self, folder: str | os.PathLike[str]):
        self.folder = pathlib.Path(folder)
        self.schema = Schema(_fedloom.schema_of_run(os.fspath(folder)))

    @property
    def name(self) -> str:
        """The run's id."""
        return self.folder.resolve().name

    @cached_property
    def metrics(self) -> dict[str, Any]:
        return self._json("metrics.json")

    @cached_property
    def ledger(self) -> Any:
        """Every number that was released, and what it cost. `fedloom ledger verify` checks it."""
        return self._json("ledger.json")

    @cached_property
    def measurements(self) -> tuple[Measurement, ...]:
        told = _fedloom.measurements(str(self.folder / "public" / "measurements.jsonl"), self.schema._native)
        return tuple(_measurement(one) for one in told)

    @cached_property
    def model(self) -> Model:
        return load_model(self.folder)

    @cached_property
    def synthetic(self) -> Any:
        """The run's synthetic rows: a DataFrame where pandas is there, else a dict of arrays."""
        return self.read_synthetic()

    def read_synthetic(self, as_frame: bool | None = None) -> Any:
        """The same, as Model.sample() gives rows."""
        frame = wants_frame(as_frame)
        columns = _fedloom.read_rows(str((self.folder / "public" / "synthetic.csv").resolve()), self.schema._native)
        return table_of(columns, self.schema, frame)

    def sample(self, n: int, **asked: Any) -> Any:
        """More rows: Model.sample()."""
        return self.model.sample(n, **asked)

    def _json(self, file: str) -> Any:
        try:
            return json.loads((self.folder / "public" / file).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise UsageError(f"{self.folder} has no public/{file} that can be read; name a finished run") from None

    def __repr__(self) -> str:
        return f"<fedloom.Run {self.folder}>"


def _measurement(told: dict[str, Any]) -> Measurement:
    values = told["values"].reshape(told["shape"]) if told["kind"] == "marginal" else told["values"]
    return Measurement(tuple(told["columns"]), values, told["sigma"], told["round"], told["kind"], tuple(told["bins"]),
                       told["look"])


def load_run(folder: str | os.PathLike[str]) -> Run:
    """Raises UsageError where no finished run is there."""
    return Run(folder)


def run(experiment: str | os.PathLike[str], sites: str | os.PathLike[str] | None = None,
        out: str | os.PathLike[str] | None = None, *, resume: str | os.PathLike[str] | None = None,
        ranks_per_site: int = 1, coordinator_ranks: int = 1, gpu: bool = False,
        programs: str | os.PathLike[str] | None = None, tell: Callable[[str], Any] | None = None) -> Run:
    """Makes synthetic rows: `fedloom run`, which starts all sites of the roster under one mpirun.

    experiment  the experiment file
    sites       folder with one *.policy.yaml a site; else sites/ beside the experiment
    out         new folder for the run; else runs/<name>-<time>-<id>
    resume      in place of `out`: go on with the run in this folder, spending nothing twice
    programs    folder of the three programs; else FEDLOOM_PROGRAMS, the package's own, or those of PATH
    tell        called with each line of progress, such as print

    Raises the error that the run ended with, with its sentence. Ctrl-C stops the run cleanly, after a checkpoint.
    """
    folder = _folder_of(experiment, out, resume)
    words = [str(find_programs(programs) / "fedloom"), "run", os.fspath(experiment),
             "--out" if resume is None else "--resume", str(folder), "--ranks-per-site", str(ranks_per_site),
             "--coordinator-ranks", str(coordinator_ranks)]
    if sites is not None:
        words += ["--sites", os.fspath(sites)]
    if gpu:
        words.append("--gpu")
    code, complaints = _watched(words, tell)
    if code != 0:
        raise error_of(code, _sentence(complaints, code))
    return Run(folder)


def _folder_of(experiment: Any, out: Any, resume: Any) -> pathlib.Path:
    if resume is not None:
        if out is not None:
            raise UsageError("out and resume name two folders; give resume alone")
        return pathlib.Path(resume)
    name = _fedloom.experiment_name(os.fspath(experiment))
    if out is not None:
        return pathlib.Path(out)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-%H%M%S")
    return pathlib.Path("runs") / f"{name}-{now}-{secrets.token_hex(4)}"


def _watched(words: list[str], tell: Callable[[str], Any] | None) -> tuple[int, list[str]]:
    """Exit code, and what was said on standard error. In a session of its own, so that a terminal's Ctrl-C reaches this
    process alone, which then asks for a clean stop."""
    complaints: list[str] = []
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          encoding="utf-8", errors="replace", start_new_session=True) as process:
        assert process.stdout is not None and process.stderr is not None
        listener = threading.Thread(target=complaints.extend, args=(process.stderr,), daemon=True)
        listener.start()
        try:
            for line in process.stdout:
                if tell is not None:
                    tell(line.rstrip("\n"))
            code = process.wait()
        except BaseException as stopped:
            process.send_signal(signal.SIGTERM)
            for _ in process.stdout:  # a pipe that nobody reads would end it before its checkpoint
                pass
            code = process.wait()
            listener.join(10)
            if isinstance(stopped, KeyboardInterrupt) and code == 10:
                raise KeyboardInterrupt(_sentence(complaints, code)) from None
            raise
        listener.join(10)
    return code, complaints


def _sentence(complaints: list[str], code: int) -> str:
    """The first sentence of a program of ours: mpirun and the others say what followed from it."""
    for line in complaints:
        program, colon, sentence = line.strip().partition(": ")
        if colon and program in ("fedloom", "fedloom-site", "fedloom-coordinator"):
            return sentence
    said = " ".join(line.strip() for line in complaints if line.strip())
    return said or f"fedloom run ended with {code} without a word; see the local log in the run's folder"
