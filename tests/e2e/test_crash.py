"""kill -9 at every durable step of a run, then resume: never under-charged, at most one round paid for and lost."""

import itertools
import unittest

import world


def rho_of(entries):
    return sum(entry["cost"] for entry in entries if entry["kind"] == "spend")


class KillNine(unittest.TestCase):
    def crash_everywhere(self, who, steps):
        """Crashes `who` at each of `steps`; ends when a run gets through (all steps were met)."""
        crashed = lost = 0
        for step in steps:
            small = world.World(rows=60)
            try:
                first = small.mpirun("run", crash=(who, step))
                if first.returncode == 0:
                    break
                crashed += 1
                lost += self.resume_and_check(small, step)
            finally:
                small.remove()
        self.assertGreater(crashed, 5)
        return crashed, lost

    def resume_and_check(self, small, step):
        out = small.root / "run"
        begun = (out / "checkpoint" / "experiment").exists()
        resumed = small.mpirun("run", resume=begun) if begun else small.mpirun("again")
        self.assertEqual(resumed.returncode, 0, f"step {step}: {resumed.stdout}{resumed.stderr}")
        out = out if begun else small.root / "again"
        done = world.public(out)
        budget = done["metrics"]["rho_budget"]
        lost = 0
        for site in world.SITES:
            verified = world.command("fedloom", "ledger", "verify", out, "--policy", small.policy(site))
            self.assertEqual(verified.returncode, 0, f"step {step}: {verified.stderr}")
            spends = [entry for entry in small.entries(site) if entry["kind"] == "spend" and entry["run"] == out.name]
            charged = rho_of(spends)
            self.assertLessEqual(charged, budget, f"step {step}")
            self.assertLessEqual(charged, done["ledger"]["rho"] * (1 + 1e-9), f"step {step}: the public ledger tells it all")
            # Every released round is in the site's ledger: never under-charged.
            released = {(entry["round"], entry["attempt"]) for entry in done["ledger"]["entries"] if entry["kind"] == "spend"}
            booked = {(entry["round"], entry["attempt"]) for entry in small.entries(site) if entry["run"] == out.name}
            self.assertLessEqual(released, booked, f"step {step}")
            extra = len(spends) - len({entry["round"] for entry in spends})
            self.assertLessEqual(extra, 1, f"step {step}: at most one round is paid for and lost")
            lost = max(lost, extra)
        return lost

    def test_site_killed_at_every_durable_step(self):
        # Every step of joining and of the first rounds, then every eleventh to the end of the run.
        crashed, lost = self.crash_everywhere("north", itertools.chain(range(1, 27), range(27, 400, 11)))
        print(f"site: {crashed} crashes, {lost} with a round paid for and lost")

    def test_coordinator_killed_at_every_durable_step(self):
        crashed, lost = self.crash_everywhere("coordinator", itertools.chain(range(1, 26), range(26, 400, 11)))
        print(f"coordinator: {crashed} crashes, {lost} with a round paid for and lost")


if __name__ == "__main__":
    unittest.main()
