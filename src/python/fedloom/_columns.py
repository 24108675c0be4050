"""Columns of the extension as NumPy arrays, or as a pandas DataFrame."""

from __future__ import annotations

import importlib.util
from typing import Any, Iterable, Tuple

import numpy as np

from ._errors import EnvironmentError
from ._schema import Schema

#: Name, kind, values, and flags of missing values or None, as the extension gives them.
RawColumn = Tuple[str, str, np.ndarray, "np.ndarray | None"]


def wants_frame(as_frame: bool | None) -> bool:
    """None: where pandas is there."""
    if as_frame is False:
        return False
    there = importlib.util.find_spec("pandas") is not None
    if as_frame and not there:
        raise EnvironmentError("pandas is not installed; install it (pip install pandas), or ask with as_frame=False")
    return there


def table_of(columns: Iterable[RawColumn], schema: Schema, frame: bool) -> Any:
    """A DataFrame, or a dict of arrays."""
    if not frame:
        return {name: _array(kind, values, missing, schema, name) for name, kind, values, missing in columns}
    import pandas
    return pandas.DataFrame({name: _series(kind, values, missing, schema, name)
                             for name, kind, values, missing in columns})


def _dates(kind: str, values: np.ndarray, missing: np.ndarray | None) -> np.ndarray:
    moments = values.view("datetime64[D]" if kind == "date" else "datetime64[s]")
    if missing is not None:
        moments[missing] = np.datetime64("NaT")
    return moments


def _array(kind: str, values: np.ndarray, missing: np.ndarray | None, schema: Schema, name: str) -> np.ndarray:
    """A masked array where values may be missing."""
    if kind == "text":
        return np.array(values, dtype=str)
    if kind == "categorical":
        # One more text, which the code −1 of a missing value names.
        texts = np.array([*schema[name].categories, ""], dtype=str)
        values = texts[values]
    elif kind in ("date", "datetime"):
        values = _dates(kind, values, missing)
    return values if missing is None else np.ma.MaskedArray(values, mask=missing)


def _series(kind: str, values: np.ndarray, missing: np.ndarray | None, schema: Schema, name: str) -> Any:
    import pandas
    if kind == "categorical":
        return pandas.Categorical.from_codes(values, categories=list(schema[name].categories))
    if kind in ("date", "datetime"):
        return pandas.Series(_dates(kind, values, missing))
    if kind == "integer" and missing is not None:
        return pandas.arrays.IntegerArray(values, missing)
    return values
