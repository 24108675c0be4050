"""Stopping on a signal, and going on."""

import os
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

    def test_sigterm_makes_a_checkpoint_and_resume_spends_nothing_twice(self):
        self.stop_and_resume(signal.SIGTERM)

    def test_sigusr1_the_batch_systems_warning_does_the_same(self):
        self.stop_and_resume(signal.SIGUSR1)

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
