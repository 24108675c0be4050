"""The extension beside other packages: it brings no LibTorch, Arrow and MPI, shows no symbols of ours, and
minds neither torch nor pyarrow."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import fedloom

import package

EVALUATE = """
import fedloom, numpy
draw = numpy.random.default_rng(1)
table = {{name: draw.integers(0, 3, 500) for name in "ab"}}
found = fedloom.evaluate(table, table, {schema!r}, target="a=1")
assert found["samples"][0]["marginals"][0]["mean_l1"] == 0
"""
TORCH = "import torch; assert (torch.ones(400, 400) @ torch.ones(400, 400)).sum() == 400 ** 3"
PARQUET = """
import io, pyarrow, pyarrow.parquet as parquet
file = io.BytesIO()
parquet.write_table(pyarrow.table({"a": [1, 2, 3]}), file, compression="snappy")
assert parquet.read_table(file)["a"].to_pylist() == [1, 2, 3]
"""


def runs(code):
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr


class Coexistence(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = pathlib.Path(folder.name) / "two.schema.yaml"
        file.write_text("version: 1\nattributes:\n  - {name: a, type: coded, size: 3}\n  - {name: b, type: coded, size: 3}\n")
        self.work = EVALUATE.format(schema=str(file))

    def test_importing_it_loads_no_libtorch_no_arrow_and_no_mpi(self):
        loaded = pathlib.Path("/proc/self/maps").read_text()
        self.assertIn("_fedloom", loaded)
        for library in ("libtorch", "libc10", "libarrow", "libparquet", "libmpi"):
            self.assertNotIn(library, loaded)

    def test_it_shows_one_symbol(self):
        shown = subprocess.run(["nm", "-D", "--defined-only", fedloom._fedloom.__file__], text=True, capture_output=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        own = [line.split()[2] for line in shown.stdout.splitlines() if "fedloom" in line]
        self.assertEqual(own, ["PyInit__fedloom"])

    @unittest.skipUnless(package.has("torch"), "torch is not installed for this Python")
    def test_torch_may_come_before_or_after(self):
        runs(TORCH + "\n" + self.work + TORCH)
        runs(self.work + TORCH + "\n" + self.work)

    @unittest.skipUnless(package.has("pyarrow"), "pyarrow is not installed for this Python")
    def test_pyarrow_may_come_before_or_after(self):
        runs(PARQUET + self.work + PARQUET)
        runs(self.work + PARQUET + self.work)


if __name__ == "__main__":
    unittest.main()
