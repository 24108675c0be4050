"""What the tests of the Python package share."""

import csv
import datetime
import importlib.util
import json
import signal
import subprocess
import sys
import time
import unittest

import numpy as np

import test_sample
import world



def has(package):
    return importlib.util.find_spec(package) is not None


HAS_PANDAS = has("pandas")
needs_pandas = unittest.skipUnless(HAS_PANDAS, "pandas is not installed")


class Visits(test_sample.Visits):
    """With dates, a column computed from one, a moment and codes beside the others."""

    def attributes(self):
        schema = test_sample.SCHEMA.replace("role: id}", 'role: id, pattern: "V-{:05d}"}')
        return schema.replace("constraints:\n", """  - {name: seen, type: date, from: 2020-01-01, to: 2020-12-30, step: month, missing: true}
  - {name: born, type: date, format: "%d.%m.%Y", from: 01.01.1950, to: 31.12.1999, step: year}
  - {name: birth_year, type: integer, column: born, part: year, format: "%d.%m.%Y", min: 1950, max: 1999, width: 5}
  - {name: at, type: datetime, from: "2020-01-01T00:00", to: "2020-01-31T23:59", step: day}
  - {name: ward, type: coded, size: 4}
  - {name: weight, type: real, min: 40, max: 120, width: 20, missing: true}
  - {name: visits, type: integer, min: 0, max: 9, width: 5, missing: true}
constraints:
""")

    def write_table(self, site, rows, seed):
        super().write_table(site, rows, seed)
        lines = self.table(site).read_text().splitlines()
        more = ["seen,born,at,ward,weight,visits"]
        for k in range(len(lines) - 1):
            seen = "" if k % 9 == 0 else f"2020-{k % 12 + 1:02}-{k % 28 + 1:02}"
            more.append(f"{seen},{k % 28 + 1:02}.{k % 12 + 1:02}.{1950 + k % 50},2020-01-{k % 31 + 1:02}T{k % 24:02}:30:00,"
                        f"{k % 4},{'' if k % 7 == 0 else 40 + k % 80},{'' if k % 5 == 0 else k % 10}")
        self.table(site).write_text("\n".join(f"{a},{b}" for a, b in zip(lines, more)) + "\n")


def lines_of(file):
    with open(file, newline="") as lines:
        return list(csv.DictReader(lines))


def expected(rows, schema):
    """Texts of a CSV file as the values that they stand for; None: missing."""
    columns = {}
    for name in [*schema.ids, *schema.names]:
        kind = schema[name].kind if name in schema else "text" if rows and not rows[0][name].isdigit() else "integer"
        columns[name] = [_value(row[name], kind, schema, name) for row in rows]
    return columns


def _value(text, kind, schema, name):
    if name in schema and schema[name].missing and text == "":
        return None
    if kind in ("integer", "coded"):
        return int(text)
    if kind == "real":
        return float(text)
    if kind == "date":
        form = schema[name]._date_format
        return datetime.datetime.strptime(text, form).date() if form else datetime.date.fromisoformat(text)
    return datetime.datetime.fromisoformat(text) if kind == "datetime" else text


def plain(column):
    """A column of a sample as Python's values; None: missing."""
    if hasattr(column, "to_numpy"):
        missing = column.isna()
        return [None if gone else _scalar(value) for value, gone in zip(column, missing)]
    return [None if value is None else _scalar(value) for value in column.tolist()]


def _scalar(value):
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
        return value
    return value.item() if isinstance(value, np.generic) else value


ENDS_EARLY = """
import signal, time
{before}
def work():
    {call}
began = time.monotonic()
work()
whole = time.monotonic() - began
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, whole / 10)
began = time.monotonic()
try:
    work()
except KeyboardInterrupt:
    print(whole, time.monotonic() - began)
"""


def ends_early(test, before, call):
    """A call that is interrupted after a tenth of its time ends long before its end, on any machine."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", ENDS_EARLY.format(before=before, call=call)], text=True,
                          capture_output=True)
    test.assertEqual((done.returncode, done.stderr), (0, ""))
    whole, until = [float(word) for word in done.stdout.split()]
    test.assertGreater(whole, 1, "too short to tell")
    test.assertLess(until, 0.6 * whole)


def interrupted(test, code, limit, after=0, ready=lambda: True):
    """Runs Python that prints a line and then works for long; sends Ctrl-C once it is `ready` and some seconds are over;
    asks that it ends with KeyboardInterrupt within `limit` seconds, and gives what it said."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=world.environment())
    process.stdout.readline()
    deadline = time.monotonic() + 60
    while not ready() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(after)
    test.assertIsNone(process.poll(), "it was done before it could be interrupted")
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    output, errors = process.communicate(timeout=120)
    test.assertIn("KeyboardInterrupt", errors, output + errors)
    test.assertLess(time.monotonic() - began, limit)
    test.assertNotIn("nanobind", errors)
    return errors


def sentence_of(done):
    """What a program of ours said on standard error, without its name."""
    return done.stderr.strip().partition(": ")[2]


def json_of(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
