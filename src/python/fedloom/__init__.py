"""Differentially private synthetic rows from several sites, from Python.

    import fedloom
    model = fedloom.load_model("runs/adult-1")               # a run's folder, or a model.safetensors alone
    rows = model.sample(5000, where=["income=>50K", "age>=60"], seed=1)
    model.marginal(["sex", "income"])                        # probabilities, as a NumPy array

    fedloom.evaluate(real="adult.csv", synthetic=rows, schema="adult.schema.yaml")   # PRIVATE: keep it where the rows are
    run = fedloom.run("adult.yaml", sites="sites", out="runs/adult-2")               # starts mpirun

Everything here that is not of `evaluate` is of released values and costs no privacy. docs/python.md has the reference.
"""

from __future__ import annotations

from ._errors import (AuditError, BudgetError, ConfigError, DataError, EnvironmentError, Error, Interrupted, LedgerError,
                      NoiseWarning, PeerError, RefusedError, UsageError)
from ._evaluate import Evaluation, evaluate
from ._fedloom import version as __version__
from ._model import Condition, Model, load_model, sample
from ._run import Measurement, Run, load_run, run
from ._schema import Attribute, Schema, load_schema, sdv_metadata

__all__ = [
    "Attribute", "AuditError", "BudgetError", "Condition", "ConfigError", "DataError", "EnvironmentError", "Error",
    "Evaluation", "Interrupted", "LedgerError", "Measurement", "Model", "NoiseWarning", "PeerError", "RefusedError",
    "Run", "Schema", "UsageError", "evaluate", "load_model", "load_run", "load_schema", "run", "sample", "sdv_metadata",
]
