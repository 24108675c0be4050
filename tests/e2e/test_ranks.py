"""Sites of several ranks, each of which counts a part of its site's rows; a coordinator of several, which fit together."""

import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

import world


def processes_of(part, file):
    """Ids of the processes that were started as this part of a party, with this policy or experiment."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if words[0].endswith(("fedloom-site", "fedloom-coordinator")) and str(file) in words and part in words:
            found.append(int(entry.name))
    return found


def run_and_kill(small, part, file, *options):
    """A run of which that part is killed after the first round; its exit code and what it said."""
    small.experiment.write_text(small.experiment.read_text().replace("tick: 10ms", "tick: 100ms"))
    run = subprocess.Popen([world.BIN / "fedloom", "run", small.experiment, "--out", small.root / "run", *options],
                           env=world.environment(), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
    rounds = small.root / "run" / "public" / "rounds.jsonl"
    end = time.monotonic() + 60
    while time.monotonic() < end and run.poll() is None and not rounds.exists():
        time.sleep(0.02)
    for process in processes_of(part, file):
        os.kill(process, signal.SIGKILL)
    output, errors = run.communicate(timeout=90)
    return run.returncode, output + errors


def pair_shares(rows, first, second):
    """Share of the rows in each cell of two columns; `rows`: lines of a CSV file."""
    header = rows[0].split(",")
    columns = header.index(first), header.index(second)
    cells = collections.Counter(tuple(line.split(",")[column] for column in columns) for line in rows[1:])
    return {cell: count / (len(rows) - 1) for cell, count in cells.items()}


def distance(one, other):
    """Total variation between two tables of shares."""
    return sum(abs(one.get(cell, 0) - other.get(cell, 0)) for cell in {*one, *other}) / 2


class CoordinatorRanks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World(epsilon=10.0)
        cls.results = {ranks: cls.world.run(f"run{ranks}", "--coordinator-ranks", ranks) for ranks in (1, 2)}
        cls.public = {ranks: world.public(cls.world.root / f"run{ranks}") for ranks, done in cls.results.items()
                      if done.returncode == 0}

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def test_the_run_ends_well(self):
        for done in self.results.values():
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_the_rows_are_as_true_as_those_of_one_rank(self):
        held = [line for site in world.SITES for line in self.world.table(site).read_text().splitlines()[1:]]
        true = pair_shares(["colour,size,taste,kind"] + held, "colour", "size")
        independent = {(a, b): sum(v for (x, _), v in true.items() if x == a) * sum(v for (_, y), v in true.items() if y == b)
                       for a, _ in true for _, b in true}
        self.assertGreater(distance(true, independent), 0.15, "the table would not tell a fit from none")
        for ranks, public in self.public.items():
            # Rounding of rows and of counts that are noised a little; the fit of a part alone is as far off as none.
            self.assertLess(distance(true, pair_shares(public["rows"], "colour", "size")), 0.05, ranks)

    def test_the_books_are_those_of_one_rank(self):
        spent = [public["metrics"]["rho_spent"] for public in self.public.values()]
        self.assertEqual(len(spent), 2)
        self.assertAlmostEqual(*spent, places=6)
        for site in world.SITES:
            done = world.command("fedloom", "ledger", "verify", self.world.root / "run2", "--policy",
                                 self.world.policy(site))
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_killed_part_ends_the_run_by_name(self):
        for dropouts in (0, 1):
            small = world.World(site_names=["a", "b", "c", "d"], rows=60, dropouts=dropouts)
            self.addCleanup(small.remove)
            code, said = run_and_kill(small, "2/2", small.experiment, "--coordinator-ranks", "2")
            self.assertNotEqual(code, 0, said)
            # Without --enable-recovery mpirun kills the first part too, a second later: it may come before the sentence.
            if dropouts:
                self.assertIn("part 2 of 2 of the coordinator: was lost", said)
            resumed = small.resume("run", "--coordinator-ranks", 3)
            self.assertEqual(resumed.returncode, 0, resumed.stdout + resumed.stderr)


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
        for option in ("--ranks-per-site", "--coordinator-ranks"):
            demo = world.command("fedloom", "demo", "--experiment", small.experiment, "--dir", small.root / "world",
                                 "--data", f"owner={small.table('owner')}", option, 2)
            for done in (small.run("run", option, 2), demo):
                self.assertEqual(done.returncode, 2)
                self.assertIn("trust: central runs in one process", done.stderr)

    def test_a_part_that_is_none(self):
        small = world.World()
        self.addCleanup(small.remove)
        for part in ("0/2", "3/2", "1", "a/b", "1/2/3"):
            done = world.command("fedloom-site", "serve", small.policy("north"), small.experiment, "--out",
                                 small.root / "run", "--part", part)
            also = world.command("fedloom-coordinator", "run", small.experiment, "--out", small.root / "run", "--part",
                                 part)
            for refused in (done, also):
                self.assertEqual(refused.returncode, 2, part)
                self.assertIn(f"--part {part} is not I/K", refused.stderr)

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
        return run_and_kill(small, "2/2", small.policy(site), "--ranks-per-site", "2")

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
