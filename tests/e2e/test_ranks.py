"""Sites of several ranks: each counts a part of its site's rows."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

import world


def processes_of(part, policy):
    """Ids of the processes that were started as this part of the policy's site."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if words[0].endswith("fedloom-site") and str(policy) in words and part in words:
            found.append(int(entry.name))
    return found


class RanksPerSite(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World()
        cls.result = cls.world.run("run", "--ranks-per-site", 2)
        cls.out = cls.world.root / "run"

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def test_the_run_ends_well_with_about_as_many_rows_as_there_are(self):
        self.assertEqual(self.result.returncode, 0, self.result.stdout + self.result.stderr)
        self.assertAlmostEqual(len(world.public(self.out)["rows"]) - 1, 1350, delta=200)

    def test_each_site_books_once_whatever_its_ranks(self):
        spends = world.public(self.out)["ledger"]["entries"]
        for site in world.SITES:
            booked = [entry["round"] for entry in self.world.entries(site) if entry["kind"] == "spend"]
            self.assertEqual(booked, [spend["round"] for spend in spends])
            done = world.command("fedloom", "ledger", "verify", self.out, "--policy", self.world.policy(site))
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_rows_of_a_rank_are_in_its_own_log_only(self):
        for index, site in enumerate(world.SITES):
            log = (self.out / "local" / f"{site}.part2.log.jsonl").read_text().splitlines()
            held = [json.loads(line)["rows_of_this_part"] for line in log if "rows_of_this_part" in line]
            self.assertEqual(held, [str((400 + 50 * index) // 2)])
            self.assertNotRegex(self.result.stdout + self.result.stderr, rf"\b{held[0]}\b.*rows")
        self.assertNotIn("rows_of_this_part", self.result.stdout + self.result.stderr)


class Refusals(unittest.TestCase):
    def test_one_owner_runs_in_one_process(self):
        small = world.World(trust="central")
        self.addCleanup(small.remove)
        done = small.run("run", "--ranks-per-site", 2)
        self.assertEqual(done.returncode, 2)
        self.assertIn("trust: central runs in one process", done.stderr)

    def test_a_part_that_is_none(self):
        small = world.World()
        self.addCleanup(small.remove)
        for part in ("0/2", "3/2", "1", "a/b", "1/2/3"):
            done = world.command("fedloom-site", "serve", small.policy("north"), small.experiment, "--out",
                                 small.root / "run", "--part", part)
            self.assertEqual(done.returncode, 2, part)
            self.assertIn(f"--part {part} is not I/K", done.stderr)

    def test_a_world_that_lacks_a_part(self):
        small = world.World()
        self.addCleanup(small.remove)
        printed = small.run("run", "--ranks-per-site", 2, "--print-mpirun").stdout.replace("\\\n", " ")
        without = [app for app in printed.split(" : ") if not ("north.policy" in app and "2/2" in app)]
        self.assertEqual(len(without), 6)
        done = subprocess.run(["sh", "-c", " : ".join(without)], env=world.environment(), text=True,
                              capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 9, done.stdout + done.stderr)
        self.assertIn("was started as part 1 of 2, but only 1 of these were started", done.stderr)


class KilledRank(unittest.TestCase):
    def killed(self, small, site):
        """A run whose second rank of `site` is killed after the first round."""
        small.experiment.write_text(small.experiment.read_text().replace("tick: 10ms", "tick: 100ms"))
        run = subprocess.Popen([world.BIN / "fedloom", "run", small.experiment, "--out", small.root / "run",
                                "--ranks-per-site", "2"], env=world.environment(), text=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        rounds = small.root / "run" / "public" / "rounds.jsonl"
        end = time.monotonic() + 60
        while time.monotonic() < end and run.poll() is None and not rounds.exists():
            time.sleep(0.02)
        for process in processes_of("2/2", small.policy(site)):
            os.kill(process, signal.SIGKILL)
        output, errors = run.communicate(timeout=90)
        return run.returncode, output + errors

    def test_ends_its_run_by_name(self):
        small = world.World()
        self.addCleanup(small.remove)
        code, said = self.killed(small, "north")
        self.assertNotEqual(code, 0, said)
        self.assertRegex(said, r"fedloom-site \[north\]: withdrew: part 2 of 2 of this site: was lost|site north")
        resumed = small.resume("run")
        self.assertEqual(resumed.returncode, 0, resumed.stdout + resumed.stderr)

    def test_loses_its_site_where_a_site_may_be_lost(self):
        small = world.World(site_names=["a", "b", "c", "d"], dropouts=1, rows=60)
        self.addCleanup(small.remove)
        code, said = self.killed(small, "b")
        self.assertEqual(code, 0, said)
        self.assertTrue(re.search(r"site b\b", said) and "part 2 of 2 of this site: was lost" in said, said)


if __name__ == "__main__":
    unittest.main()
