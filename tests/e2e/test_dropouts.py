"""Runs that survive the loss of one of four sites: kill -9 of real processes under mpirun, at every step."""

import itertools
import time
import unittest

import world

SITES = ["a", "b", "c", "d"]
#: `fedloom-coordinator` resumes at once; joining takes a public tick or two.
RESUME_SECONDS = 5


def small_world():
    return world.World(site_names=SITES, dropouts=1, rows=60, reply_limit="5s")


def spends_of(small, site, run):
    return [entry for entry in small.entries(site) if entry["kind"] == "spend" and entry["run"] == run]


class Dropouts(unittest.TestCase):
    def check_books(self, small, out):
        """What was released is booked at each site that is in it, and the public list costs no less than any site's."""
        done = world.public(small.root / out)
        self.assertLessEqual(done["ledger"]["rho"], done["metrics"]["rho_budget"])
        for site in [entry["site"] for entry in done["ledger"]["sites"]]:  # who was lost before joining is not in it
            verified = world.command("fedloom", "ledger", "verify", small.root / out, "--policy", small.policy(site))
            self.assertEqual(verified.returncode, 0, verified.stderr)
            charged = sum(entry["cost"] for entry in spends_of(small, site, out))
            self.assertLessEqual(charged, done["ledger"]["rho"] * (1 + 1e-9))
        return done

    def test_a_site_killed_at_every_step_does_not_end_the_run(self):
        crashed = finished = 0
        for step in itertools.chain(range(1, 34), range(34, 400, 13)):
            small = small_world()
            try:
                run = small.mpirun("run", crash=("b", step))
                self.assertEqual(run.returncode, 0, f"step {step}: {run.stdout}{run.stderr}")
                done = self.check_books(small, "run")
                lost = [site["site"] for site in done["ledger"]["sites"] if site["acknowledged"] is None]
                gone = lost == ["b"] or all(site["site"] != "b" for site in done["ledger"]["sites"])
                finished += 1
                if not gone:
                    break  # it got through: every step was met
                crashed += 1
                self.assertIn("site b", run.stdout + run.stderr, f"step {step}: the loss is named")
            finally:
                small.remove()
        self.assertGreater(crashed, 20)
        print(f"site: {crashed} crashes, {finished} runs finished")

    def test_the_coordinator_killed_at_every_step_resumes(self):
        crashed = lost = 0
        slowest = 0.0
        for step in itertools.chain(range(1, 20), range(20, 500, 17)):
            small = small_world()
            try:
                first = small.mpirun("run", crash=("coordinator", step))
                if first.returncode == 0:
                    break
                crashed += 1
                begun = (small.root / "run" / "checkpoint" / "experiment").exists()
                out = "run" if begun else "again"
                started = time.monotonic()
                resumed = small.mpirun(out, resume=begun)
                slowest = max(slowest, time.monotonic() - started)
                self.assertEqual(resumed.returncode, 0, f"step {step}: {resumed.stdout}{resumed.stderr}")
                self.check_books(small, out)
                spends = spends_of(small, "a", out)
                lost = max(lost, len(spends) - len({entry["round"] for entry in spends}))
                self.assertLessEqual(lost, 1, f"step {step}")
            finally:
                small.remove()
        self.assertGreater(crashed, 15)
        print(f"coordinator: {crashed} crashes, slowest resumed run {slowest:.1f} s, at most {lost} rounds lost")

    def test_one_site_more_than_may_be_lost_ends_the_run_by_name_and_it_resumes(self):
        small = small_world()
        try:
            run = small.mpirun("run", crash=[("b", 25), ("c", 25)])
            self.assertEqual(run.returncode, 8, run.stdout + run.stderr)
            self.assertIn("only 2 of 4 sites are left, and 3 are needed", run.stdout + run.stderr)
            started = time.monotonic()
            resumed = small.mpirun("run", resume=True)
            self.assertEqual(resumed.returncode, 0, resumed.stdout + resumed.stderr)
            self.assertLess(time.monotonic() - started, 4 * RESUME_SECONDS)
            self.check_books(small, "run")
        finally:
            small.remove()


if __name__ == "__main__":
    unittest.main()
