"""Tables of Python's as rows that the extension reads. The values stay in this process; no file is written."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Iterable

import numpy as np

from . import _fedloom
from ._errors import DataError, EnvironmentError, UsageError
from ._schema import Schema

#: How a truth value may be written: the first pair of which a column has categories, else the first.
_TRUTH = (("False", "True"), ("false", "true"), ("FALSE", "TRUE"), ("0", "1"))


@dataclass(frozen=True)
class _Form:
    """How values of a column are written as texts."""

    date_format: str = ""  #: empty: ISO 8601
    truth: tuple[str, str] = _TRUTH[0]


def is_table(value: Any) -> bool:
    """A DataFrame, or a mapping of names to columns."""
    if isinstance(value, Mapping):
        return not any(isinstance(column, (str, bytes, Mapping)) or hasattr(column, "columns") or
                       hasattr(column, "__fspath__") for column in value.values())
    return hasattr(value, "columns") and hasattr(value, "__getitem__")


def frame_of(name: str, table: Any, schema: Schema, outputs: bool) -> _fedloom.Frame:
    """Those of its columns that the schema reads; of `outputs`, rows that Fedloom wrote, those of its attributes."""
    there = [str(column) for column in (table.keys() if isinstance(table, Mapping) else table.columns)]
    frame = _fedloom.Frame(name, len(table[there[0]]) if there else 0)
    for column, form in _forms(schema, outputs).items():
        if there.count(column) == 1:
            _add(frame, column, table[column], form)
        elif column in there:
            raise UsageError(f"{name}: the column '{column}' is there more than once; give each column its own name")
    return frame


def parquet_table(path: str, schema: Schema, outputs: bool) -> Any:
    """A Parquet file's columns that the schema reads, by the user's own pyarrow: the extension brings no Arrow."""
    try:
        import pandas  # noqa: F401  (what to_pandas() gives)
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise EnvironmentError("Parquet files are read by pyarrow and pandas here, and they are not installed; install "
                               "them (pip install pyarrow pandas), or name a CSV file") from None
    if not os.path.isfile(path):
        raise DataError(f"{path}: there is no such table; check the path of the source")
    try:
        with parquet.ParquetFile(path) as file:
            columns = [name for name in file.schema_arrow.names if name in _forms(schema, outputs)]
            return file.read(columns).to_pandas(integer_object_nulls=True)
    except (OSError, ArrowException):
        raise DataError(f"{path}: the table cannot be read; check that it is Parquet and who may read it") from None


def _forms(schema: Schema, outputs: bool) -> dict[str, _Form]:
    """Of the columns that are read."""
    forms = {}
    for attribute in schema.attributes:
        truth = next((pair for pair in _TRUTH if set(pair) & set(attribute.categories)), _TRUTH[0])
        for column in (attribute.name,) if outputs else attribute.sources:
            forms[column] = _Form(attribute._date_format, truth)
    return forms


def _add(frame: _fedloom.Frame, name: str, column: Any, form: _Form) -> None:
    if _is_categorical(column):
        texts = [_text(value, form) for value in column.cat.categories]
        frame.add_words(name, texts, np.ascontiguousarray(column.cat.codes, dtype=np.int32))
        return
    values, missing = _array_of(column)
    if values.ndim != 1:
        raise UsageError(f"the column '{name}' has {values.ndim} dimensions; give one value a row")
    kind = values.dtype.kind
    if kind in "iu":
        if kind == "u" and values.size and values.max() > np.iinfo(np.int64).max:
            raise UsageError(f"the column '{name}' holds whole numbers of more than 63 bits; give them as texts")
        flags = None if missing is None else np.ascontiguousarray(missing, dtype=np.uint8)
        frame.add_whole(name, np.ascontiguousarray(values, dtype=np.int64), flags)
    elif kind == "f":
        numbers = np.array(values, dtype=np.float64)
        if missing is not None:
            numbers[missing] = np.nan
        frame.add_real(name, numbers)
    elif kind in "bUSO" or kind == "M":
        _add_words(frame, name, values, missing, form)
    else:
        raise UsageError(f"the column '{name}' holds {values.dtype}; give numbers, texts, categories or dates")


def _is_categorical(column: Any) -> bool:
    return hasattr(column, "cat") and hasattr(column.cat, "codes")


def _array_of(column: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Values, and which of them are missing; None: none but what NaN, NaT and None say."""
    if isinstance(column, np.ma.MaskedArray):
        return column.data, np.ma.getmaskarray(column)
    dtype = getattr(column, "dtype", None)
    if dtype is None or isinstance(dtype, np.dtype):
        return np.asarray(column), None
    # One of pandas' own kinds.
    if getattr(dtype, "tz", None) is not None:
        return np.asarray(column.dt.tz_convert("UTC").dt.tz_localize(None)), None
    missing = np.asarray(column.isna(), dtype=bool)
    plain: dict[str, tuple[Any, Any]] = {"i": (np.int64, 0), "u": (np.uint64, 0), "f": (np.float64, np.nan),
                                         "b": (bool, False)}
    wanted, instead = plain.get(getattr(dtype, "kind", "O"), (object, None))
    return column.to_numpy(dtype=wanted, na_value=instead), missing


def _add_words(frame: _fedloom.Frame, name: str, values: np.ndarray, missing: np.ndarray | None,
               form: _Form) -> None:
    if values.dtype.kind == "O":
        words: dict[str, int] = {}
        codes = np.fromiter((_code(value, words, form) for value in values), dtype=np.int32, count=len(values))
        texts = list(words)
    else:
        unique, inverse = np.unique(values, return_inverse=True)
        texts = [_text(value, form) for value in unique]
        codes = np.ascontiguousarray(inverse.reshape(-1), dtype=np.int32)
        if values.dtype.kind == "M":
            codes[np.isnat(values)] = -1
    if missing is not None:
        codes[missing] = -1
    frame.add_words(name, texts, codes)


def _code(value: Any, words: dict[str, int], form: _Form) -> int:
    if value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType"):
        return -1
    return words.setdefault(_text(value, form), len(words))


def _text(value: Any, form: _Form) -> str:
    """As a CSV file would have it."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return form.truth[bool(value)]
    if isinstance(value, np.datetime64):
        if np.isnat(value):
            return ""
        value = value.astype("datetime64[s]").item()
    if isinstance(value, (datetime.date, datetime.datetime)):
        if isinstance(value, datetime.datetime) and value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return value.strftime(form.date_format) if form.date_format else value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            # Python's own error holds the value, which may be a person's.
            raise UsageError("a column holds bytes that are not UTF-8 text; give texts") from None
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def names_of(tables: Iterable[Any], word: str) -> list[str]:
    """`real`, `real 2`, …: of tables that have no name of their own."""
    return [word if number == 1 else f"{word} {number}" for number, _ in enumerate(tables, 1)]
