"""Every exit code of docs/errors.md but 10 (test_resume.py), through the real programs, each with its sentence."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import unittest

import world

# A value that stands nowhere else, so that finding it in an output means that it leaked.
SECRET = "8647"


def edit(file, old, new):
    text = file.read_text()
    assert text.count(old) == 1, (file, old, text)
    file.write_text(text.replace(old, new))


def make_private(policy, lifetime=5, approve="automatic"):
    edit(policy, "class: public", "class: private")
    edit(policy, "  delta: 1e-09\n", f"  delta: 1e-09\n  epsilon_lifetime: {lifetime}\n")
    edit(policy, "approve: automatic", f"approve: {approve}")


def process_of(word, deadline=10):
    """The number of the one process of ours that has `word` on its command line, and is no launcher."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        for folder in pathlib.Path("/proc").iterdir():
            try:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0") if folder.name.isdigit() else []
            except OSError:
                continue
            if words and words[0].endswith("fedloom-site") and str(word) in words:
                return int(folder.name)
        time.sleep(0.02)
    raise AssertionError(f"no process of {word}")


class Case(unittest.TestCase):
    def world(self, **options):
        small = world.World(**options)
        self.addCleanup(small.remove)
        return small

    def fails(self, code, pattern, *words, **options):
        """The program ends with `code` and one line on standard error that fits `pattern`."""
        return self.check(world.command(*words, **options), words[0], code, pattern)

    def check(self, done, program, code, pattern):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith(program + ": "), lines[0])
        self.assertRegex(lines[0], pattern)
        self.assertIn("; ", lines[0], "says what to do")
        self.assertLess(len(lines[0]), 500)

    def run_fails(self, small, codes, pattern, out="run"):
        """A run ends with one of `codes`, and the coordinator's line fits `pattern`."""
        done = small.run(out)
        self.assertIn(done.returncode, codes, done.stdout + done.stderr)
        self.assertRegex("\n".join(line for line in done.stderr.splitlines() if line.startswith("fedloom-coordinator: ")),
                         pattern, done.stderr)
        self.assertFalse((small.root / out / "public" / "synthetic.csv").exists())
        return done

    def mpirun(self, *apps, timeout=60):
        """mpirun of these programs, one process each."""
        line = ["mpirun", "-q", "--map-by", ":OVERSUBSCRIBE", "--bind-to", "none"]
        for index, app in enumerate(apps):
            line += ([":"] if index else []) + ["-n", "1", str(world.BIN / app[0])] + [str(word) for word in app[1:]]
        return subprocess.run(line, env=world.environment(), text=True, capture_output=True, timeout=timeout,
                              stdin=subprocess.DEVNULL)

    def apps(self, small, out, experiments=None):
        """Coordinator and sites of a run; `experiments`: another file for some sites."""
        run = ("--out", small.root / out, "--threads", 1)
        return [("fedloom-coordinator", "run", small.experiment, *run)] + [
            ("fedloom-site", "serve", small.policy(site), (experiments or {}).get(site, small.experiment), *run)
            for site in world.SITES]


class Usage(Case):
    """2"""

    def test_unknown_option(self):
        for program, command in (("fedloom", "plan"), ("fedloom-site", "check"), ("fedloom-coordinator", "run")):
            self.fails(2, "bogus.*--help", program, command, "x", "--bogus", *(["--out", "y"] if command == "run" else []))

    def test_unknown_command(self):
        for program in ("fedloom", "fedloom-site", "fedloom-coordinator"):
            self.fails(2, "frobnicate.*--help", program, "frobnicate")

    def test_no_command_and_missing_argument(self):
        self.fails(2, "subcommand is required", "fedloom")
        self.fails(2, "experiment is required", "fedloom", "plan")
        self.fails(2, "--out is required", "fedloom-coordinator", "run", "x.yaml")

    def test_number_out_of_range(self):
        for rows in ("0", "-3", "many"):
            self.fails(2, "--rows", "fedloom", "sample", "x", "-n", rows)

    def test_two_folders_for_one_run(self):
        small = self.world()
        self.fails(2, "--out and --resume", "fedloom", "run", small.experiment, "--out", "a", "--resume", "b")

    def test_resume_of_a_folder_without_a_run(self):
        done = self.world().resume("nothing")
        self.assertEqual(done.returncode, 2)
        self.assertIn("holds no run to resume", done.stderr)

    def test_central_experiment_has_no_processes(self):
        small = self.world(trust="central")
        self.fails(2, "trust: central.*fedloom run", "fedloom-coordinator", "run", small.experiment, "--out", small.root / "run")
        self.fails(2, "trust: central.*fedloom run", "fedloom-site", "serve", small.policy("owner"), small.experiment, "--out", small.root / "run")

    def test_demo_data_without_a_name_or_a_file(self):
        for data, pattern in (("a.csv", "NAME=FILE"), ("North=a.csv", "NAME=FILE"), ("north=/nowhere.csv", "no file /nowhere.csv")):
            self.fails(2, pattern, "fedloom", "demo", "--prepare-only", "--data", data)

    def test_schema_draft_and_check_that_cannot_be_done(self):
        small = self.world()
        table, schema = small.table("east"), small.root / "lead" / "small.schema.yaml"
        self.fails(2, "source is required", "fedloom", "schema", "draft")
        self.fails(2, "is there already; choose another --out, or add --force", "fedloom", "schema", "draft", table, "--out", schema)
        self.fails(3, "no such code book.*check the path", "fedloom", "schema", "draft", table, "--from-codebook", "none.csv")
        self.fails(4, "there is no such table; check the path", "fedloom", "schema", "draft", "none.csv")
        self.fails(4, "keep user, password and address in libpq's own places", "fedloom", "schema", "draft",
                   f"postgres:password={SECRET}")
        self.fails(2, "--json needs a table to report on", "fedloom", "schema", "check", schema, "--json")
        (small.root / "rows.csv").write_text(f"{SECRET},2\n1,2\n")
        self.fails(4, "a name in the first line is a number or a date; is it a header", "fedloom", "schema", "draft",
                   small.root / "rows.csv")
        draft = world.command("fedloom", "schema", "draft", table)
        self.assertEqual(draft.returncode, 0, draft.stderr)
        (small.root / "draft.yaml").write_text(draft.stdout)
        self.fails(3, r"draft.yaml:\d+:\d+: the column 'colour' leaves 'min' blank \(7 more blanks follow\); fill it in",
                   "fedloom", "schema", "check", small.root / "draft.yaml")


class Config(Case):
    """3"""

    def test_unknown_key_with_its_line_and_the_nearest_key(self):
        small = self.world()
        edit(small.experiment, "epsilon: 1.0", "epsilom: 1.0")
        line = next(k for k, text in enumerate(small.experiment.read_text().splitlines(), 1) if "epsilom" in text)
        self.fails(3, rf"small\.yaml:{line}:\d+: .*'epsilom'.*did you mean 'epsilon'", "fedloom", "plan", small.experiment)
        edit(small.policy("east"), "min_sites", "min_site")
        self.fails(3, r"east\.policy\.yaml:\d+:\d+: .*'min_site'.*'min_sites'", "fedloom-site", "check", small.policy("east"))

    def test_missing_files_are_named(self):
        small = self.world()
        self.fails(3, "nowhere.yaml", "fedloom", "plan", small.root / "nowhere.yaml")
        self.fails(3, "nowhere.yaml", "fedloom-site", "check", small.root / "nowhere.yaml")
        self.fails(3, "no site policies", "fedloom", "run", small.experiment, "--sites", small.root)
        (small.root / "world" / "small.schema.yaml").unlink()
        self.fails(3, r"small\.schema\.yaml", "fedloom", "plan", small.experiment)

    def test_roster_and_policies_that_do_not_match(self):
        small = self.world()
        policy = small.policy("north").read_text()
        small.policy("north").unlink()
        self.fails(3, "no policy of site 'north'", "fedloom", "run", small.experiment, "--out", small.root / "run")
        small.policy("north").write_text(policy.replace("site: north", "site: south"))
        self.fails(3, "'south' is not in the roster", "fedloom", "run", small.experiment, "--out", small.root / "run")
        small.policy("north").write_text(policy)
        (small.sites / "again.policy.yaml").write_text(policy)
        self.fails(3, "second policy of site 'north'", "fedloom", "run", small.experiment, "--out", small.root / "run")

    def test_a_key_that_others_can_read(self):
        small = self.world()
        (small.sites / "north.key").chmod(0o644)
        self.fails(3, "north.key", "fedloom-site", "check", small.policy("north"))

    def test_impossible_values(self):
        small = self.world()
        text = small.experiment.read_text()
        for old, new in (("epsilon: 1.0", "epsilon: -1"), ("delta: 1e-9", "delta: 2"), ("trust: none", "trust: blind"),
                         ("colluding_sites: 1", "colluding_sites: 3"), ("components: 20", "components: 0"), ("seed: 5", "seed: five")):
            small.experiment.write_text(text.replace(old, new))
            self.fails(3, r"small\.yaml(:\d+:\d+)?: ", "fedloom", "plan", small.experiment)


    def test_a_model_whose_schema_is_wrong(self):
        """The texts of its header; its numbers and their hash are as they were."""
        small = self.world(method="independent", trust="central")
        self.assertEqual(small.run("run").returncode, 0)
        file, bad = small.root / "run" / "public" / "model.safetensors", small.root / "bad.safetensors"
        data = file.read_bytes()
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8:8 + length])
        schema = header["__metadata__"]["schema"]
        for text, pattern in (("", "the model has no schema, as in a checkpoint; use the model.safetensors of a finished run"),
                              ("version: 1\n", r":1:1: the file lacks 'attributes'"),
                              ("version: 1: 2\n", r":1:\d+: this is not valid YAML"),
                              (schema.replace("size: 3", "size: 2"), "the model's schema is not that of its weights"),
                              (schema.replace("colour", "color"), "the model's schema is not that of its weights")):
            header["__metadata__"]["schema"] = text
            changed = json.dumps(header).encode()
            bad.write_bytes(len(changed).to_bytes(8, "little") + changed + data[8 + length:])
            self.fails(3, r"bad\.safetensors.*" + pattern, "fedloom", "sample", bad, "-n", 3)


class Data(Case):
    """4"""

    def spoil(self, small, site):
        lines = small.table(site).read_text().splitlines()
        lines[41] = f"0,{SECRET},0,0"
        small.table(site).write_text("\n".join(lines) + "\n")

    def local_log(self, small, site, out="run"):
        return (small.root / out / "local" / f"{site}.log.jsonl").read_text()

    def shared_text(self, done, small):
        """All that others than the custodian can read after a run."""
        text = done.stdout + done.stderr
        for folder in ("public", "checkpoint"):
            text += "".join(path.read_text(errors="replace") for path in (small.root / "run" / folder).rglob("*") if path.is_file())
        return text

    def test_a_private_site_says_only_that_it_withdrew(self):
        small = self.world(rows=4321)
        make_private(small.policy("north"))
        self.spoil(small, "north")
        done = self.run_fails(small, {5, 8}, "site north withdrew; ask its custodian")
        place = str(small.root / "run" / "local" / "north.log.jsonl")
        line = next(line for line in done.stderr.splitlines() if line.startswith("fedloom-site [north]"))
        self.assertEqual(line, f"fedloom-site [north]: withdrew; the custodian finds the reason in {place}")
        shared = self.shared_text(done, small).replace(str(small.root), "")
        self.assertNotIn(SECRET, shared)
        for words in ("row", ":42", "line 42", "size", "4371", "4,371", "north.csv"):
            self.assertNotIn(words, shared)
        log = self.local_log(small, "north")
        self.assertNotIn(SECRET, log)
        self.assertRegex(json.loads(log.splitlines()[-1])["reason"], r"north\.csv:42: .*column 2 \('size'\)")
        self.assertFalse((small.site_ledger("north") / "ledger.jsonl").exists(), "nothing was booked")

    def test_a_public_site_shows_the_sentence(self):
        small = self.world()
        self.spoil(small, "north")
        done = self.run_fails(small, {4, 8}, "site north withdrew")
        self.assertRegex(done.stderr, r"fedloom-site \[north\]: withdrew: .*north\.csv:42: .*column 2")
        self.assertNotIn(SECRET, done.stdout + done.stderr + self.local_log(small, "north"))

    def test_check_and_a_central_run_say_where(self):
        small = self.world(trust="central")
        self.spoil(small, "owner")
        self.fails(4, r"owner\.csv:42: .*column 2", "fedloom-site", "check", small.policy("owner"), small.experiment)
        done = small.run("run")
        self.assertEqual(done.returncode, 4)
        self.assertRegex(done.stderr, r"(?m)^fedloom: .*owner\.csv:42: .*column 2")
        self.assertNotIn(SECRET, done.stderr)

    def test_a_missing_table_and_a_missing_column(self):
        small = self.world()
        edit_columns = small.table("east").read_text().replace("taste", "smell")
        small.table("east").write_text(edit_columns)
        self.fails(4, "'taste'", "fedloom-site", "check", small.policy("east"), small.experiment)
        small.table("east").unlink()
        self.fails(4, r"east\.csv: there is no such table", "fedloom-site", "check", small.policy("east"), small.experiment)


class Refused(Case):
    """5"""

    def refusals(self):
        """What the custodian changes, or the lead, and the sentence about it."""
        return [('    - "taste"\n', "", r"allow\.columns: .*'taste'"),
                ("trust: [none]", "trust: [central]", r"allow\.trust: .*trust: none"),
                ("min_sites: 3", "min_sites: 4", r"allow\.min_sites: .*3 sites.*at least 4"),
                ("min_colluding_sites: 1", "min_colluding_sites: 2", r"allow\.min_colluding_sites: .*at least 2"),
                ("epsilon_per_run: 1", "epsilon_per_run: 0.5", r"allow\.epsilon_per_run: .*allows 0\.5"),
                ("delta: 1e-09", "delta: 1e-12", r"allow\.delta: "),
                ("column: null, max_rows: 1", "column: colour, max_rows: 2", r"unit\.max_rows: .*2 rows"),
                ("max_sites: 1}", "max_sites: 2}", r"unit\.max_sites: .*2 sites"),
                ("approve: automatic", "approve: manual", r"approve: manual: .*--approve")]

    def test_check_names_the_field_of_the_policy(self):
        small = self.world()
        good = small.policy("north").read_text()
        for old, new, pattern in self.refusals():
            with self.subTest(pattern):
                small.policy("north").write_text(good)
                edit(small.policy("north"), old, new)
                self.fails(5, r"north\.policy\.yaml: " + pattern, "fedloom-site", "check", small.policy("north"), small.experiment)

    def test_a_run_is_refused_by_the_site_and_the_coordinator_names_it(self):
        small = self.world()
        edit(small.policy("north"), "min_sites: 3", "min_sites: 4")
        done = self.run_fails(small, {5}, "site north refused the plan: its policy does not allow it")
        self.assertRegex(done.stderr, r"fedloom-site \[north\]: refused \(policy\): .*allow\.min_sites")

    def test_a_private_sites_reason_stays_in_its_own_log(self):
        small = self.world()
        make_private(small.policy("north"))
        text = small.policy("north").read_text()
        small.policy("north").write_text(re.sub('roster_fingerprint: "....', 'roster_fingerprint: "0000', text))
        done = self.run_fails(small, {5}, "site north refused the roster.*compare fingerprints")
        self.assertRegex(done.stderr, r"fedloom-site \[north\]: refused \(roster\); the custodian finds the reason in ")
        self.assertNotIn("roster_fingerprint", done.stderr)
        self.assertIn("roster_fingerprint", (small.root / "run" / "local" / "north.log.jsonl").read_text())

    def test_a_key_that_is_not_the_rosters(self):
        small = self.world()
        (small.sites / "north.key").unlink()
        world.command("fedloom-site", "keygen", small.sites / "north.key", "--site", "north")
        self.fails(5, "does not belong to site 'north'", "fedloom-site", "check", small.policy("north"), small.experiment)
        self.run_fails(small, {5}, "endpoint 2 .*not in the roster")


class Budget(Case):
    """6"""

    def test_a_federated_run_past_a_sites_lifetime_budget(self):
        small = self.world(method="independent")
        make_private(small.policy("north"), lifetime=1.2)
        self.assertEqual(small.run("first").returncode, 0)
        before = small.entries("north")
        done = self.run_fails(small, {6}, "site north refused the plan: over its lifetime budget", out="second")
        self.assertEqual(small.entries("north"), before)
        self.assertNotIn("rho", "".join(line for line in done.stderr.splitlines() if "[north]" in line))

    def test_a_central_run_past_the_lifetime_budget(self):
        small = self.world(trust="central", method="independent")
        make_private(small.policy("owner"), lifetime=1.2)
        self.assertEqual(small.run("first").returncode, 0)
        before = small.entries("owner")
        done = small.run("second")
        self.check(done, "fedloom", 6, "is spent for life, and the rest does not pay for this run")
        self.assertEqual(small.entries("owner"), before)
        self.assertFalse((small.root / "second" / "public" / "synthetic.csv").exists())

    def test_a_deleted_run_gives_no_budget_back(self):
        small = self.world(trust="central", method="independent")
        make_private(small.policy("owner"), lifetime=1.2)
        self.assertEqual(small.run("first").returncode, 0)
        shutil.rmtree(small.root / "first")
        self.check(small.run("second"), "fedloom", 6, "is spent for life, and the rest does not pay for this run")
        self.assertNotEqual(small.run("first").returncode, 0)


class Ledger(Case):
    """7"""

    def damage(self, small, site):
        file = small.site_ledger(site) / "ledger.jsonl"
        edit_at = file.read_bytes()
        file.write_bytes(edit_at.replace(b'"round":1', b'"round":2', 1))
        self.assertNotEqual(file.read_bytes(), edit_at)

    def test_a_site_with_a_damaged_ledger_withdraws(self):
        small = self.world(method="independent")
        make_private(small.policy("north"))
        self.assertEqual(small.run("first").returncode, 0)
        self.damage(small, "north")
        done = self.run_fails(small, {5, 8}, "site north withdrew", out="second")
        self.assertNotIn("ledger.jsonl", done.stderr)
        self.assertIn("ledger", (small.root / "second" / "local" / "north.log.jsonl").read_text())
        self.fails(7, "ledger.*1", "fedloom", "ledger", "verify", "--policy", small.policy("north"))
        self.fails(7, "ledger.*1", "fedloom-site", "check", small.policy("north"))

    def test_a_central_run_with_a_damaged_ledger(self):
        small = self.world(trust="central", method="independent")
        self.assertEqual(small.run("first").returncode, 0)
        self.damage(small, "owner")
        done = small.run("second")
        self.check(done, "fedloom", 7, "ledger")


class Peer(Case):
    """8"""

    def test_a_site_with_another_experiment_is_named(self):
        small = self.world()
        other = small.experiment.with_name("other.yaml")
        other.write_text(small.experiment.read_text().replace("seed: 5", "seed: 6"))
        done = self.mpirun(*self.apps(small, "run", {"north": other}))
        self.assertEqual(done.returncode, 8, done.stderr)
        self.assertRegex(done.stderr, "fedloom-coordinator: site north's experiment or schema files differ.*; give every site the same files")

    def test_the_same_site_twice_is_named(self):
        small = self.world()
        apps = self.apps(small, "run")
        done = self.mpirun(*apps[:3], apps[2])
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, "fedloom-coordinator: .*north")

    def test_a_site_that_dies_before_it_joins_ends_the_run(self):
        small = self.world()
        apps = self.apps(small, "run")
        apps[2] = ("fedloom-site", "check", small.root / "nowhere.yaml")
        done = self.mpirun(*apps)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("nowhere.yaml", done.stderr)

    def test_a_site_that_falls_silent_is_named_when_the_deadline_passes(self):
        small = self.world()
        text = small.experiment.read_text().replace("tick: 10ms", "tick: 300ms").replace("reply_limit: 20s", "reply_limit: 3s")
        small.experiment.write_text(text)
        run = subprocess.Popen([world.BIN / "fedloom", "run", small.experiment, "--out", small.root / "run"], text=True,
                               env=world.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        site = process_of(small.policy("north"))
        rounds = small.root / "run" / "public" / "rounds.jsonl"
        while run.poll() is None and not rounds.exists():
            time.sleep(0.02)
        os.kill(site, signal.SIGSTOP)
        try:
            output, errors = run.communicate(timeout=40)
        finally:
            try:
                os.kill(site, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.assertEqual(run.returncode, 8, output + errors)
        self.assertRegex(errors, "fedloom-coordinator: site north did not answer in time.*--resume")


class Environment(Case):
    """9"""

    def test_a_world_that_is_not_the_roster(self):
        small = self.world()
        apps = self.apps(small, "run")
        for some, number in ((apps[:3], 3), (apps + [apps[1]], 5)):
            done = self.mpirun(*some)
            self.assertEqual(done.returncode, 9, done.stderr)
            self.assertRegex(done.stderr, f"fedloom-(coordinator|site): mpirun: started {number} processes, but the roster needs 4")
        self.assertFalse((small.root / "run" / "public").exists())

    def test_programs_started_alone(self):
        small = self.world()
        for app in self.apps(small, "run")[:2]:
            self.fails(9, "started 1 processes, but the roster needs 4", *app)

    def test_a_coordinator_that_is_not_first(self):
        small = self.world()
        apps = self.apps(small, "run")
        done = self.mpirun(apps[1], apps[0], *apps[2:])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("must be rank 0; name it first on the mpirun line", done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "only root is asked")
    def test_root_is_told_what_open_mpi_wants(self):
        small = self.world()
        variables = {name: value for name, value in world.environment().items() if not name.startswith("OMPI_ALLOW")}
        for command in ("run", "doctor"):
            done = subprocess.run([world.BIN / "fedloom", command] + ([small.experiment, "--out", small.root / "run"] if command == "run" else []),
                                  env=variables, text=True, capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 9)
            self.assertIn("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", done.stdout + done.stderr)

    def test_no_mpirun_on_the_path(self):
        small = self.world()
        done = subprocess.run([world.BIN / "fedloom", "run", small.experiment, "--out", small.root / "run"],
                              env=dict(world.environment(), PATH=str(small.root)), text=True, capture_output=True, timeout=30,
                              stdin=subprocess.DEVNULL)
        self.check(done, "fedloom", 9, "mpirun: cannot be started.*install Open MPI")

    def test_an_output_folder_that_cannot_be_made(self):
        small = self.world()
        blocked = small.table("east") / "run"
        for words in (("fedloom-coordinator", "run", small.experiment, "--out", blocked),):
            done = self.mpirun(words, *[("fedloom-site", "serve", small.policy(site), small.experiment, "--out", small.root / "run")
                                        for site in world.SITES])
            self.assertEqual(done.returncode, 9, done.stderr)
            self.assertRegex(done.stderr, "fedloom-coordinator: .*cannot be created.*choose another --out folder")

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_an_output_folder_that_may_not_be_written(self):
        small = self.world(trust="central")
        closed = small.root / "closed"
        closed.mkdir(mode=0o500)
        done = small.run("closed/run")
        self.check(done, "fedloom", 9, "cannot be created.*choose another --out folder")

    def test_an_output_file_that_cannot_be_written(self):
        small = self.world(method="independent", trust="central")
        self.assertEqual(small.run("run").returncode, 0)
        self.fails(9, "nowhere", "fedloom", "sample", small.root / "run", "-n", 3, "-o", small.root / "nowhere" / "rows.csv")

    def test_two_runs_at_once_on_one_data_set(self):
        small = self.world()
        slow = small.experiment.read_text()
        small.experiment.write_text(slow.replace("tick: 10ms", "tick: 400ms"))
        first = subprocess.Popen([world.BIN / "fedloom", "run", small.experiment, "--out", small.root / "first"], text=True,
                                 env=world.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        rounds = small.root / "first" / "public" / "rounds.jsonl"
        while first.poll() is None and not rounds.exists():
            time.sleep(0.02)
        small.experiment.write_text(slow)
        done = small.run("second")
        self.assertIn(done.returncode, {8, 9}, done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"fedloom-site \[(east|north|west)\]: withdrew: .*ledger\.jsonl: is in use by another run; wait")
        self.assertEqual(first.wait(timeout=60), 0, first.communicate())


if __name__ == "__main__":
    unittest.main()
