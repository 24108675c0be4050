"""The examples of docs/python.md and of the tutorial for researchers run as they are pasted."""

import contextlib
import doctest
import io
import os
import pathlib
import re
import shutil
import tempfile
import unittest
import warnings

import package
import world

DOCS = world.CONFIGS.parent / "docs"


@package.needs_pandas
class Docs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="fedloom-docs-"))
        os.environ.update(world.environment())
        done = world.command("fedloom", "demo", "--out", "run-1", cwd=cls.folder)
        assert done.returncode == 0, done.stderr
        for site in ("office", "trades", "young"):
            shutil.copy(world.CONFIGS / "data" / f"adult-{site}.csv", cls.folder)
        os.chdir(cls.folder)

    @classmethod
    def tearDownClass(cls):
        os.chdir("/")
        shutil.rmtree(cls.folder)

    def test_the_reference(self):
        text = (DOCS / "python.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```\n(>>> .*?)^```", text, re.DOTALL | re.MULTILINE)
        self.assertGreater(len(blocks), 5)
        names = {}
        for example in (example for block in blocks for example in doctest.DocTestParser().get_examples(block)):
            with self.subTest(example.source.strip()):
                self.follow(example, names)

    def follow(self, example, names):
        """Figures differ from run to run; that there is an answer, and of which kind an error is, does not."""
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                exec(compile(example.source, "docs", "single"), names)
        except names["fedloom"].Error as error:
            self.assertTrue(example.want.startswith(f"fedloom.{type(error).__name__}: {error}"), error)
            return
        self.assertFalse(example.want.startswith("fedloom."), "the page says that this is an error")
        self.assertEqual(bool(example.want), bool(said.getvalue() or warned), said.getvalue())
        for line in filter(None, example.want.splitlines()[:1]):
            if not re.search(r"\d|…", line):
                self.assertEqual(said.getvalue().splitlines()[0].split(), line.split())

    def test_the_tutorial(self):
        blocks = re.findall(r"^```python\n(.*?)^```", (DOCS / "tutorials" / "researcher.md").read_text(encoding="utf-8"),
                            re.DOTALL | re.MULTILINE)
        self.assertEqual(len(blocks), 1)
        said = io.StringIO()
        with contextlib.redirect_stdout(said), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(blocks[0], {"CONFIGS": world.CONFIGS})
        few, many = [float(line.split()[1]) for line in said.getvalue().splitlines() if re.match(r"1000 |40000 ", line)]
        self.assertLess(many, few)


if __name__ == "__main__":
    unittest.main()
