"""The public description of a table."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any, Iterator, Union

import numpy as np

from . import _fedloom


@dataclass(frozen=True)
class Attribute:
    """One column of the synthetic rows."""

    name: str
    kind: str  #: categorical, hierarchical, coded, integer, real, date or datetime
    size: int  #: how many codes it has, `other` and missing included: the length of its axis in a marginal
    labels: tuple[str, ...]  #: of its codes, in order
    categories: tuple[str, ...]  #: of a categorical or hierarchical one: what its cells may hold
    missing: bool  #: whether a row may have no value; that is then the last code
    edges: np.ndarray | None = field(repr=False, compare=False)  #: of bins; of dates in days or seconds since 1970
    sources: tuple[str, ...]  #: the columns of a real table that it is made of
    _date_format: str = field(default="", repr=False)  #: of dates in those; empty: ISO 8601


class Schema:
    """A schema: `schema["age"]` is an Attribute, `schema.names` their names in order."""

    def __init__(self, native: _fedloom.Schema):
        self._native = native
        self._attributes = {
            told["name"]: Attribute(told["name"], told["kind"], told["size"], tuple(told["labels"]),
                                    tuple(told["categories"]), told["missing"], told["edges"], tuple(told["sources"]),
                                    told["date_format"])
            for told in native.attributes()
        }

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        return tuple(self._attributes.values())

    @property
    def names(self) -> list[str]:
        return list(self._attributes)

    @property
    def kinds(self) -> dict[str, str]:
        return {attribute.name: attribute.kind for attribute in self.attributes}

    @property
    def categories(self) -> dict[str, tuple[str, ...]]:
        """Of the categorical and hierarchical columns."""
        return {attribute.name: attribute.categories for attribute in self.attributes if attribute.categories}

    @property
    def ids(self) -> list[str]:
        """Columns of identifiers: synthetic rows number them, and nothing of the real ones enters."""
        return list(self._native.ids())

    @property
    def constraints(self) -> list[str]:
        """What no synthetic row breaks."""
        return list(self._native.constraints())

    @property
    def hash(self) -> str:
        return self._native.hash()

    def yaml(self) -> str:
        """As a schema file."""
        return self._native.yaml()

    def sdv_metadata(self, table: str = "synthetic", single_table: bool = False) -> dict[str, Any]:
        """As sdv_metadata()."""
        return json.loads(self._native.sdv_metadata(table, single_table))

    def __getitem__(self, name: str) -> Attribute:
        return self._attributes[name]

    def __contains__(self, name: object) -> bool:
        return name in self._attributes

    def __iter__(self) -> Iterator[str]:
        return iter(self._attributes)

    def __len__(self) -> int:
        return len(self._attributes)

    def __repr__(self) -> str:
        return f"<fedloom.Schema of {len(self)} attributes: {', '.join(self.names[:6])}{', …' if len(self) > 6 else ''}>"


#: A Schema, or the path of a schema file.
SchemaLike = Union[Schema, str, "os.PathLike[str]"]


def load_schema(path: str | os.PathLike[str]) -> Schema:
    """Reads a schema file. Raises ConfigError with file, line and remedy."""
    return Schema(_fedloom.load_schema(os.fspath(path)))


def schema_of(schema: SchemaLike) -> Schema:
    return schema if isinstance(schema, Schema) else load_schema(schema)


def sdv_metadata(schema: SchemaLike, table: str = "synthetic", single_table: bool = False) -> dict[str, Any]:
    """A schema as the metadata of SDV (the Synthetic Data Vault), a function of the public schema alone.

    The form is `V1`, which SDV's `Metadata.load_from_dict` and SDMetrics' reports read; `single_table` gives
    `SINGLE_TABLE_V1`, for SDMetrics before it knew tables by name. The same as `fedloom schema metadata`.
    """
    return schema_of(schema).sdv_metadata(table, single_table)
