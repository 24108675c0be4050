"""A model, and rows from it. Costs no privacy."""

from __future__ import annotations

import csv
import io
import json
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from . import _fedloom
from ._columns import table_of, wants_frame
from ._errors import NoiseWarning, UsageError
from ._schema import Schema

if TYPE_CHECKING:
    from ._run import Run

#: One condition, or several that all must hold: "income=>50K", "age>=60", "race in Black,Other".
Where = Union[str, Sequence[str], None]
#: A file of published shares, or shares by column: {"sex": {"Female": 0.51, "Male": 0.49}}; of several columns
#: together {("sex", "income"): {("Male", ">50K"): 0.15, …}}.
Match = Union[str, "os.PathLike[str]", Mapping[Any, Mapping[Any, float]], None]
#: "outcome=died:5000", several of them, or {"outcome=died": 5000}.
Rare = Union[str, Sequence[str], Mapping[str, int], None]

_MOST_ROWS = 10**12


@dataclass(frozen=True)
class Condition:
    """What a model and its run's released answers let one know of the rows under a condition."""

    condition: str
    mass: float  #: their probability under the model
    effective_components: float  #: 1/Σ w² of the components' weights under it; near 1 the rows are all of one kind
    components: int  #: of the model
    rows: float | None  #: about how many rows of the real tables that is, where it is known
    sigma: float | None  #: noise of the released count of such rows, where one released table holds all columns
    table: str | None  #: that one
    rows_without_noise: float | None  #: so many rows, counted without noise, would tell as much
    noise_hides_them: bool  #: the count is below twice its noise
    words: str = field(repr=False)  #: the same for a person

    def __str__(self) -> str:
        return f"rows with {self.condition}\n{self.words}".rstrip("\n")


class Model:
    """A generator with its schema and privacy statement. Made by load_model()."""

    def __init__(self, source: _fedloom.Source, path: str):
        self._source = source
        self._path = path
        self._schema = Schema(source.schema())

    @property
    def schema(self) -> Schema:
        return self._schema

    @property
    def privacy(self) -> dict[str, Any]:
        """Unit, adjacency, epsilon, delta, trust and what is not covered, as the run's coordinator wrote it."""
        return json.loads(self._source.privacy())

    @property
    def notes(self) -> dict[str, Any]:
        return json.loads(self._source.notes())

    @property
    def config_hash(self) -> str:
        return self._source.config_hash()

    @property
    def components(self) -> int:
        """Products in the mixture."""
        return self._source.components()

    @property
    def seed(self) -> int:
        """Of sample() where none is given."""
        return self._source.seed()

    def marginal(self, columns: str | Sequence[str], where: Where = None) -> np.ndarray:
        """Probabilities of one to three columns' codes together, sum 1, an axis a column in the order asked for.

        Those of the model, exactly: not of drawn rows, and not with the noise of a measurement. `schema[name].labels`
        names the codes. With `where`, among such rows.
        """
        columns = [columns] if isinstance(columns, str) else list(columns)
        if not 1 <= len(columns) <= 3 or len(set(columns)) != len(columns):
            raise UsageError("a marginal is of one to three different columns; name so many")
        answer = self._source.marginal(columns, _texts(where))
        places = {name: place for place, name in enumerate(self._schema.names)}
        ascending = sorted(columns, key=places.__getitem__)
        answer = answer.reshape([self._schema[name].size for name in ascending])
        return answer.transpose([ascending.index(name) for name in columns])

    def condition(self, where: str | Sequence[str]) -> Condition:
        """What ε lets one know of the rows under a condition. Raises UsageError where the model has none."""
        conditions = _texts(where)
        if not conditions:
            raise UsageError("there is no condition; name one such as 'age>=60'")
        return Condition(**self._source.condition(conditions)[-1])

    def sample(self, n: int, where: Where = None, balance: str | None = None, match: Match = None,
               augment_rare: Rare = None, seed: int | None = None, as_frame: bool | None = None) -> Any:
        """Draws `n` rows: a pandas DataFrame, or with `as_frame=False` (or without pandas) a dict of NumPy arrays.

        where         only such rows, by conditioning the model: none is drawn to be thrown away
        balance       as many rows of each of this column's values
        match         published shares to meet, a file or a mapping
        augment_rare  so many rows with a value, on top of the n
        seed          other rows of the same kind; the same seed gives the rows of `fedloom sample --seed`

        Columns have types: integers, reals, datetime64, categories. Where a value may be missing, integers are pandas'
        Int64 and arrays of NumPy are masked. Warns with NoiseWarning where the noise hides what was asked for.
        """
        if not 1 <= n <= _MOST_ROWS:
            raise UsageError(f"{n} rows cannot be drawn; ask for 1 to 10^12")
        if seed is not None and not 0 <= seed < 2**64:
            raise UsageError(f"the seed {seed} is not a number from 0 to 2^64 - 1; choose another")
        frame = wants_frame(as_frame)
        wanted = _fedloom.Wanted(int(n), _texts(where), _rare(augment_rare), balance or "")
        if isinstance(match, (str, os.PathLike)):
            wanted.meet_file(os.fspath(match))
        elif match is not None:
            wanted.meet(_margins(match))
        if seed is not None:
            wanted.seed(int(seed))
        columns, told, _ = self._source.draw(wanted)
        for one in told:
            if one["noise_hides_them"]:
                warnings.warn(f"rows with {one['condition']}: about {one['rows']:.3g} of the real rows, whose released "
                              f"count has noise of +-{one['sigma']:.3g}; epsilon does not let one know whether there "
                              "are such rows at all", NoiseWarning, stacklevel=2)
        return table_of(columns, self._schema, frame)

    def __repr__(self) -> str:
        return f"<fedloom.Model {self._path}: {self.components} components, {len(self._schema)} attributes>"


def load_model(path: str | os.PathLike[str]) -> Model:
    """Of a run's folder, or of a model.safetensors alone, which may be a stranger's: nothing in it is ever run.

    Raises ConfigError where the file is damaged, of another version or no model; UsageError where there is no run.
    """
    return Model(_fedloom.open_source(os.fspath(path)), os.fspath(path))


def sample(source: Model | Run | str | os.PathLike[str], n: int, **asked: Any) -> Any:
    """Model.sample() of a model, a run, or the path of either."""
    if isinstance(source, (str, os.PathLike)):
        source = load_model(source)
    model = source if isinstance(source, Model) else source.model
    return model.sample(n, **asked)


def _texts(where: Where) -> list[str]:
    if where is None:
        return []
    return [where] if isinstance(where, str) else [str(text) for text in where]


def _rare(rare: Rare) -> list[str]:
    if isinstance(rare, Mapping):
        return [f"{value}:{rows}" for value, rows in rare.items()]
    return _texts(rare)


def _margins(match: Mapping[Any, Mapping[Any, float]]) -> str:
    """As a file of margins has them."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["column", "value", "share"])
    for columns, shares in match.items():
        for value, share in shares.items():
            lines.writerow([_joined(columns), _joined(value), repr(float(share))])
    return text.getvalue()


def _joined(names: Any) -> str:
    return names if isinstance(names, str) else "|".join(map(str, names)) if isinstance(names, tuple) else str(names)
