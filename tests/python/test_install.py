"""What `pip install .` puts in place, from the build that is there: the package, its extension and the programs."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import world

SOURCE = world.CONFIGS.parent / "src" / "python" / "fedloom"
CHECK = """
import fedloom, pathlib, sys
from fedloom._programs import find_programs
here = pathlib.Path(fedloom.__file__).parent
assert find_programs() == here / "programs", find_programs()
print(fedloom.__version__, here)
"""


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.prefix = pathlib.Path(cls.folder.name).resolve()
        done = subprocess.run([os.environ["FEDLOOM_CMAKE"], "--install", os.environ["FEDLOOM_BUILD"], "--component",
                               "python", "--prefix", cls.prefix], text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr
        cls.package = cls.prefix / "fedloom"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_every_source_is_installed_and_nothing_else(self):
        sources = {path.name for path in SOURCE.iterdir() if path.is_file()}
        installed = {path.name for path in self.package.iterdir() if path.is_file()}
        extension = {name for name in installed if name.startswith("_fedloom.") and name.endswith(".so")}
        self.assertEqual(len(extension), 1)
        self.assertEqual(installed - extension, sources)

    def test_pip_takes_the_nanobind_that_setup_installs(self):
        root = SOURCE.parent.parent.parent
        pins = [re.findall(r"nanobind==[\d.]+", (root / file).read_text()) for file in ("pyproject.toml", "launch/versions")]
        self.assertEqual(pins[0], pins[1])
        self.assertEqual(len(pins[0]), 1)

    def test_the_package_finds_its_own_programs(self):
        environment = {**os.environ, "PYTHONPATH": f"{self.prefix}:{os.environ['PYTHONPATH'].split(':', 1)[1]}"}
        del environment["FEDLOOM_PROGRAMS"]
        done = subprocess.run([sys.executable, "-c", CHECK], text=True, capture_output=True, env=environment, cwd="/")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(str(self.package), done.stdout)

    def test_the_installed_programs_run(self):
        for name in ("fedloom", "fedloom-site", "fedloom-coordinator"):
            done = subprocess.run([self.package / "programs" / name, "--version"], text=True, capture_output=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(name, done.stdout)


if __name__ == "__main__":
    unittest.main()
