"""cluster/fedloom.sbatch with stand-ins for mpirun, srun and scontrol: what it starts, and when it queues again."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "cluster" / "fedloom.sbatch"
# Writes down its words; with WAIT it stands until USR1 comes, as a run does that then makes its checkpoint.
LAUNCHER = """#!/usr/bin/env bash
printf '%s\\n' "$@" >"$SEEN/$(basename "$0")"
for word in "$@"; do if [ -f "$word" ] && [ "$(basename "$0")" = srun ]; then cp "$word" "$SEEN/tasks"; fi; done
if [ -n "${WAIT:-}" ]; then
  trap 'exit "$CODE"' USR1
  : >"$SEEN/waits"
  while :; do sleep 0.05; done
fi
exit "$CODE"
"""


class Job(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="fedloom-slurm-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.seen = self.root / "seen"
        self.seen.mkdir()
        programs = self.root / "programs"
        programs.mkdir()
        for name in ("mpirun", "srun", "scontrol"):
            (programs / name).write_text(LAUNCHER if name != "scontrol" else LAUNCHER.replace("WAIT", "NEVER")
                                         .replace('exit "$CODE"', "exit 0"))
            (programs / name).chmod(0o755)
        (self.root / "e.yaml").write_text("privacy: {dropouts: 0}\n")
        self.variables = {"PATH": f"{programs}:{os.environ['PATH']}", "SEEN": str(self.seen), "CODE": "0",
                          "FEDLOOM_BIN": "/programs", "SLURM_JOB_ID": "17", "SLURM_CPUS_PER_TASK": "3"}

    def start(self, **more):
        return subprocess.Popen(["bash", SCRIPT, self.root / "e.yaml", self.root / "out", "a.yaml", "b.yaml"],
                                env={**self.variables, **more}, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def run_job(self, **more):
        job = self.start(**more)
        output, errors = job.communicate(timeout=30)
        return job.returncode, output + errors

    def words(self, program="mpirun"):
        return (self.seen / program).read_text().splitlines()

    def apps(self):
        return [app.split("\n") for app in "\n".join(self.words()).split("\n:\n")]

    def warned(self, code):
        """The end of a job that gets the batch system's warning, and whose launcher then ends with `code`."""
        job = self.start(WAIT="1", CODE=str(code))
        end = time.monotonic() + 20
        while not (self.seen / "waits").exists() and time.monotonic() < end:
            time.sleep(0.02)
        job.send_signal(signal.SIGUSR1)
        output, errors = job.communicate(timeout=30)
        return job.returncode, output + errors

    def test_one_task_a_site(self):
        code, said = self.run_job(SLURM_NTASKS="3")
        self.assertEqual(code, 0, said)
        apps = self.apps()
        self.assertEqual(len(apps), 3)
        self.assertIn("/programs/fedloom-coordinator", apps[0])
        for app, policy in zip(apps[1:], ("a.yaml", "b.yaml")):
            self.assertEqual(app, ["-n", "1", "/programs/fedloom-site", "serve", policy, str(self.root / "e.yaml"), "--out",
                                   str(self.root / "out"), "--threads", "3"])

    def test_several_tasks_a_site_are_its_parts(self):
        code, said = self.run_job(SLURM_NTASKS="5", FEDLOOM_RANKS_PER_SITE="2")
        self.assertEqual(code, 0, said)
        self.assertEqual([(app[4], app[-2:]) for app in self.apps()[1:]],
                         [(policy, ["--part", part]) for policy in ("a.yaml", "b.yaml") for part in ("1/2", "2/2")])

    def test_several_tasks_of_the_coordinator_come_first(self):
        (self.root / "out" / "checkpoint").mkdir(parents=True)
        (self.root / "out" / "checkpoint" / "experiment").write_text("")
        code, said = self.run_job(SLURM_NTASKS="5", FEDLOOM_COORDINATOR_RANKS="3")
        self.assertEqual(code, 0, said)
        apps = self.apps()
        self.assertEqual([pathlib.Path(app[app.index("-n") + 2]).name for app in apps],
                         ["fedloom-coordinator"] * 3 + ["fedloom-site"] * 2)
        self.assertEqual([app[-2:] for app in apps[:3]], [["--part", f"{part}/3"] for part in (1, 2, 3)])
        self.assertEqual(["--resume" in app for app in apps[:3]], [True, False, False])
        self.assertNotIn("--part", apps[3])

    def test_a_job_of_another_size_is_refused(self):
        for ranks, fitting, tasks, wanted in (("1", "1", "4", 3), ("2", "1", "3", 5), ("2", "3", "5", 7)):
            code, said = self.run_job(SLURM_NTASKS=tasks, FEDLOOM_RANKS_PER_SITE=ranks,
                                      FEDLOOM_COORDINATOR_RANKS=fitting)
            self.assertEqual(code, 2)
            self.assertIn(f"need --ntasks={wanted}, but the job has {tasks}", said)
        for variable in ("FEDLOOM_RANKS_PER_SITE", "FEDLOOM_COORDINATOR_RANKS"):
            code, said = self.run_job(**{variable: "many"})
            self.assertEqual((code, f"{variable}=many is no number of ranks" in said), (2, True))
        self.assertFalse((self.seen / "mpirun").exists())

    def test_with_gpus_each_task_is_bound_to_one(self):
        code, said = self.run_job(SLURM_NTASKS="5", FEDLOOM_RANKS_PER_SITE="2", SLURM_GPUS_PER_TASK="1")
        self.assertEqual(code, 0, said)
        self.assertIn("--gpu-bind=single:1", self.words("srun"))
        self.assertFalse((self.seen / "mpirun").exists())
        tasks = (self.seen / "tasks").read_text().splitlines()
        self.assertEqual([task.split()[0] for task in tasks], ["0", "1", "2", "3", "4"])
        self.assertIn("fedloom-coordinator run", tasks[0])
        self.assertTrue(tasks[4].endswith("--part 2/2") and " b.yaml " in tasks[4], tasks[4])

    def test_gpus_and_dropouts_do_not_go_together(self):
        (self.root / "e.yaml").write_text("privacy: {dropouts: 1}\n")
        code, said = self.run_job(SLURM_GPUS_PER_TASK="1")
        self.assertEqual(code, 2)
        self.assertIn("privacy.dropouts needs mpirun", said)

    def test_the_time_limit_puts_the_job_back_into_the_queue(self):
        code, said = self.warned(10)
        self.assertEqual(code, 0, said)
        self.assertEqual(self.words("scontrol"), ["requeue", "17"])

    def test_another_failure_does_not(self):
        code, said = self.warned(8)
        self.assertEqual(code, 8, said)
        self.assertFalse((self.seen / "scontrol").exists())
        self.assertEqual(self.run_job(CODE="5")[0], 5)

    def test_a_job_that_starts_again_resumes(self):
        self.run_job()
        self.assertNotIn("--resume", self.words())
        (self.root / "out" / "checkpoint").mkdir(parents=True)
        (self.root / "out" / "checkpoint" / "experiment").write_text("")
        self.run_job()
        self.assertIn("--resume", self.apps()[0])
        self.assertNotIn("--resume", self.apps()[1])


if __name__ == "__main__":
    unittest.main()
