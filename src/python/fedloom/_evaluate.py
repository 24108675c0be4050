"""Synthetic rows set beside real ones. PRIVATE: the figures are exact ones of real rows."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from . import _fedloom
from ._errors import UsageError
from ._frames import frame_of, is_table, names_of, parquet_table
from ._run import Run
from ._schema import Schema, SchemaLike, schema_of


class Evaluation(dict):
    """The figures of docs/evaluation.md, as `fedloom evaluate --json` gives them; a number that is not defined is None.

    PRIVATE: they are exact figures of real rows, without noise. `private`, which is also the first key, says so;
    str() gives the tables for a person.
    """

    def __init__(self, figures: Mapping[str, Any], text: str):
        super().__init__(figures)
        self.text = text

    @property
    def private(self) -> str:
        return self["private"]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        names = ", ".join(sample["name"] for sample in self["samples"])
        return f"<fedloom.Evaluation of {names}; {self.private}>"


def evaluate(real: Any, synthetic: Any, schema: SchemaLike | None = None, *, target: str | None = None,
             test: Any = None, protected: Sequence[str] = (), subgroups: Sequence[str] = (),
             learners: Sequence[str] = (), degree: int = 3, detection: bool = True) -> Evaluation:
    """Compares synthetic with real rows, in this process. Its result is PRIVATE: keep it where the real rows are.

    real, synthetic  a table, several, or several by name: {"north": …, "south": …}. A table is a pandas DataFrame, a
                     mapping of names to columns, or a source as for `fedloom evaluate` ("a.csv", "a.parquet",
                     "postgres:…"); for `synthetic` also a Run. No file is written of what is given as values
    schema           a Schema, or a schema file; of a Run it is the run's own
    target           COLUMN, of two values, or COLUMN=VALUE: train on synthetic rows to foretell it, test on real ones
    test             real rows that no run has seen, for the target; else a third of the real rows
    protected        fairness gaps of the target between these columns' groups
    subgroups        errors among the rows of each value of these columns
    learners         "trees", "logistic"; else those that can be had
    degree           of marginals, 1 to 3
    detection        train models to tell the tables apart
    """
    if schema is None:
        if not isinstance(synthetic, Run):
            raise UsageError("there is no schema; name the one that all tables fit")
        schema = synthetic.schema
    schema = schema_of(schema)
    tables = _fedloom.Tables()
    tables.real = _named(real, "real", schema, outputs=False)
    tables.synthetic = _named(synthetic, "synthetic", schema, outputs=True)
    if test is not None:
        held_out = _named(test, "test", schema, outputs=False)
        if len(held_out) != 1:
            raise UsageError("test is several tables; give one")
        tables.test = held_out[0]
    request = _fedloom.Request()
    request.degree = degree
    request.target = target or ""
    request.protected_columns = _names(protected)
    request.subgroups = _names(subgroups)
    request.learners = _names(learners)
    request.detection = detection
    figures, text = _fedloom.compare(tables, schema._native, request)
    return Evaluation(json.loads(figures), text)


def _names(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _named(tables: Any, word: str, schema: Schema, outputs: bool) -> list[tuple[str, Any]]:
    """Names with sources or frames."""
    if isinstance(tables, (str, os.PathLike, Run)) or is_table(tables):
        tables = [tables]
    if isinstance(tables, Mapping):
        pairs = [(str(name), table) for name, table in tables.items()]
    else:
        tables = list(tables)
        pairs = [(_own_name(table) or name, table) for name, table in zip(names_of(tables, word), tables)]
    if not pairs:
        raise UsageError(f"there are no {word} rows; give a table")
    return [(name, _source_of(name, table, schema, outputs)) for name, table in pairs]


def _own_name(table: Any) -> str:
    if isinstance(table, Run):
        return table.name
    if isinstance(table, (str, os.PathLike)):
        text = os.fspath(table)
        return "query" if text.startswith("postgres") else pathlib.PurePath(text).stem
    return ""


def _source_of(name: str, table: Any, schema: Schema, outputs: bool) -> Any:
    if isinstance(table, Run):
        return str(table.folder / "public" / "synthetic.csv")
    if isinstance(table, (str, os.PathLike)):
        text = os.fspath(table)
        scheme, _, path = text.partition(":")
        if scheme != "parquet" and (not text.endswith(".parquet") or scheme in ("csv", "postgres")):
            return text
        table = parquet_table(path if scheme == "parquet" else text, schema, outputs)
    if not is_table(table):
        raise UsageError(f"{name} is no table; give a DataFrame, a mapping of names to columns, or a file's path")
    return frame_of(name, table, schema, outputs)
