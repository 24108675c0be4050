"""What goes wrong: the exceptions of docs/errors.md, each with one sentence that says where, what, and what to do."""

from __future__ import annotations


class Error(RuntimeError):
    """Any error of Fedloom; `code` is the exit code that the programs end with. This class itself: a defect (1)."""

    code = 1


class UsageError(Error, ValueError):
    """What was asked for cannot be."""

    code = 2


class ConfigError(Error):
    """An experiment, policy, roster, schema or model file is wrong."""

    code = 3


class DataError(Error):
    """A table cannot be read, or does not fit its schema."""

    code = 4


class RefusedError(Error):
    """A site's policy does not allow the plan."""

    code = 5


class BudgetError(Error):
    """The privacy budget does not allow it."""

    code = 6


class LedgerError(Error):
    """A ledger is damaged or was changed."""

    code = 7


class PeerError(Error):
    """Another party is missing, late, or sent something wrong."""

    code = 8


class EnvironmentError(Error):
    """Disk, memory, MPI, a missing program or package."""

    code = 9


class Interrupted(Error):
    """Stopped on a signal, after a checkpoint; `fedloom.run(…, resume=FOLDER)` goes on."""

    code = 10


class AuditError(Error):
    """An audit found that a claim does not hold."""

    code = 11


class NoiseWarning(UserWarning):
    """The noise is larger than what was asked for: epsilon does not let one know whether there are such rows at all."""


_BY_CODE = {kind.code: kind for kind in (Error, UsageError, ConfigError, DataError, RefusedError, BudgetError,
                                         LedgerError, PeerError, EnvironmentError, Interrupted, AuditError)}

for _kind in (*_BY_CODE.values(), NoiseWarning):
    _kind.__module__ = "fedloom"  # where people find it


def error_of(code: int, sentence: str) -> Error:
    """The exception of an exit code."""
    return _BY_CODE.get(code, Error)(sentence)
