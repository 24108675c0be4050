"""Stopping on a signal, and going on."""

import os
import shutil
import signal
import subprocess
import time
import unittest

import world


class Resume(unittest.TestCase):
    def stop_and_resume(self, number):
        small = world.World()
        self.addCleanup(small.remove)
        text = small.experiment.read_text().replace("tick: 10ms", "tick: 300ms")
        small.experiment.write_text(text)
        out = small.root / "run"
        process = subprocess.Popen([world.BIN / "fedloom", "run", small.experiment, "--out", out], env=world.environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        rounds = out / "public" / "rounds.jsonl"
        while time.monotonic() < deadline and not (rounds.exists() and len(rounds.read_text().splitlines()) >= 2):
            time.sleep(0.05)
        os.kill(process.pid, number)
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 10, output + errors)
        self.assertIn("--resume", errors)
        self.assertFalse((out / "public" / "synthetic.csv").exists())
        resumed = small.resume("run")
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        done = world.public(out)
        self.assertLessEqual(done["metrics"]["rho_spent"], done["metrics"]["rho_budget"])
        self.assertGreaterEqual(done["metrics"]["rho_spent"], (1 - 1e-6) * done["metrics"]["rho_budget"])
        for site in world.SITES:
            rounds_paid = [entry["round"] for entry in small.entries(site) if entry["kind"] == "spend"]
            self.assertEqual(len(rounds_paid), len(set(rounds_paid)), "nothing is spent twice")
            verified = world.command("fedloom", "ledger", "verify", out, "--policy", small.policy(site))
            self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertNotIn("lost", {spend["kind"] for spend in done["ledger"]["entries"]})

    def test_sigterm_makes_a_checkpoint_and_resume_spends_nothing_twice(self):
        self.stop_and_resume(signal.SIGTERM)

    def test_sigusr1_the_batch_systems_warning_does_the_same(self):
        self.stop_and_resume(signal.SIGUSR1)

    def test_resuming_a_finished_run_gives_the_same_rows(self):
        small = world.World()
        self.addCleanup(small.remove)
        self.assertEqual(small.run("run").returncode, 0)
        rows = world.public(small.root / "run")["rows"]
        resumed = small.resume("run")
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assertEqual(world.public(small.root / "run")["rows"], rows)

    def test_the_name_of_a_deleted_run_is_not_used_again(self):
        small = world.World(method="independent")
        self.addCleanup(small.remove)
        self.assertEqual(small.run("run").returncode, 0)
        shutil.rmtree(small.root / "run")
        again = small.run("run")
        self.assertEqual(again.returncode, 2, again.stderr)
        self.assertIn("stands in the sites' ledgers already", again.stderr)

    def test_a_stop_before_all_have_joined_ends_at_once(self):
        small = world.World()
        self.addCleanup(small.remove)
        process = subprocess.Popen([world.BIN / "fedloom", "run", small.experiment, "--out", small.root / "run"],
                                   env=world.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   stdin=subprocess.DEVNULL)
        time.sleep(0.6)
        began = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
        self.assertLess(time.monotonic() - began, 10)
        self.assertNotEqual(process.returncode, 0, output + errors)

    def test_a_run_of_another_experiment_is_not_resumed(self):
        small = world.World(method="independent")
        self.addCleanup(small.remove)
        self.assertEqual(small.run("run").returncode, 0)
        small.experiment.write_text(small.experiment.read_text().replace("seed: 5", "seed: 6"))
        refused = small.resume("run")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("another experiment", refused.stderr)


if __name__ == "__main__":
    unittest.main()
