"""The commands of docs/tutorials work as they are pasted: each page's blocks of `sh`, one after the other, in one shell."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import postgres_server
import world

PAGES = world.CONFIGS.parent / "docs" / "tutorials"


def commands_of(page):
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", (PAGES / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))


class Tutorials(unittest.TestCase):
    def follow(self, page, **variables):
        """Gives the folder that the reader worked in."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="fedloom-tutorial-"))
        self.addCleanup(shutil.rmtree, folder)
        environment = {**world.environment(), "CONFIGS": str(world.CONFIGS), **variables}
        environment["PATH"] = f"{world.BIN}:{environment['PATH']}"
        environment.setdefault("PGCONNECT_TIMEOUT", "20")
        commands = commands_of(page)
        self.assertTrue(commands, page)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=folder, env=environment, text=True,
                              capture_output=True, timeout=600, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
        return folder, done.stdout

    @unittest.skipIf(postgres_server.missing(), postgres_server.missing())
    def test_a_trial_in_three_databases(self):
        server = postgres_server.Server()
        self.addCleanup(server.remove)
        folder, said = self.follow("trial-from-postgresql.md", **server.environment())
        self.assertIn("each paid for by an entry", said)
        self.assertEqual(said.count("approved by hand"), 3)
        self.assertIn("PRIVATE", (folder / "local-evaluation.txt").read_text().splitlines()[0])
        refused = world.command("fedloom", "schema", "check", folder / "draft.schema.yaml", folder / "check-uk.txt")
        self.assertEqual(refused.returncode, 3)
        self.assertRegex(refused.stderr, r"the column 'AGE' leaves 'min' blank \(\d+ more blanks follow\)")

    def test_a_run_on_a_cluster(self):
        folder, said = self.follow("cluster.md")
        self.assertIn("ended with 10", said)
        for run in ("run-1", "run-2", "run-3"):
            self.assertTrue((folder / run / "public" / "synthetic.csv").exists(), run)

    def test_rows_and_what_they_are_worth(self):
        folder, said = self.follow("researcher.md")
        self.assertIn("no fault", said)
        self.assertTrue((folder / "sweep" / "sweep.md").exists())
        self.assertIn("CREATE TABLE", (folder / "rows.sql").read_text())

    def test_every_page_is_followed(self):
        followed = {"trial-from-postgresql.md", "cluster.md", "researcher.md"}
        self.assertEqual({page.name for page in PAGES.glob("*.md")} - {"README.md"}, followed)


if __name__ == "__main__":
    unittest.main()
