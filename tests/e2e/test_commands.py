"""Every command of the three programs, as its user types it."""

import collections
import itertools
import json
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

import world

COMMANDS = {
    "fedloom": ["demo", "run", "plan", "sample", "refit", "sweep", "evaluate", "report", "ledger", "ledger show", "ledger verify",
                "schema", "schema check", "doctor"],
    "fedloom-site": ["keygen", "check", "dry-run", "serve", "audit", "receipt"],
    "fedloom-coordinator": ["run"],
}


def files_under(folder):
    """Every file below a folder with its content: equal means that nothing was written."""
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows_of(*files):
    """The rows of pre-coded tables, as tuples of integers."""
    return [tuple(map(int, line.split(","))) for file in files for line in file.read_text().splitlines()[1:]]


def marginal_distance(real, synthetic, columns):
    """L1 distance of two normalised marginals, by its definition."""
    counts = [collections.Counter(tuple(row[column] for column in columns) for row in rows) for rows in (real, synthetic)]
    return sum(abs(counts[0][cell] / len(real) - counts[1][cell] / len(synthetic)) for cell in counts[0] | counts[1])


class Case(unittest.TestCase):
    def ok(self, *words, **options):
        done = world.command(*words, **options)
        self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}{done.stderr}")
        self.assertEqual(done.stderr, "")
        return done.stdout

    def fails(self, code, sentence, *words, **options):
        done = world.command(*words, **options)
        self.assertEqual(done.returncode, code, f"{words}: {done.stdout}{done.stderr}")
        self.assertIn(sentence, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done

    def small_world(self, **options):
        small = world.World(**options)
        self.addCleanup(small.remove)
        return small


class Help(Case):
    def test_each_command_explains_itself_with_an_example(self):
        for program, commands in COMMANDS.items():
            for command in commands:
                with self.subTest(program=program, command=command):
                    text = self.ok(program, *command.split(), "--help")
                    self.assertIn("Example", text)
                    self.assertIn(program + " " + command, text)

    def test_help_of_a_program_lists_all_its_commands(self):
        for program, commands in COMMANDS.items():
            text = self.ok(program, "--help")
            for command in commands:
                self.assertIn("\n  " + command.split()[0] + " ", text)

    def test_version_names_the_program(self):
        versions = {self.ok(program, "--version").split()[1] for program in COMMANDS}
        self.assertEqual(len(versions), 1)
        for program in COMMANDS:
            self.assertEqual(self.ok(program, "--version").split()[0], program)


class BeforeARun(Case):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World()
        cls.schema = cls.world.root / "lead" / "small.schema.yaml"

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def test_doctor_finds_what_a_run_needs(self):
        text = self.ok("fedloom", "doctor")
        for what in ["fedloom-coordinator", "fedloom-site", "mpirun", "LibTorch", "libsodium", "memory"]:
            self.assertIn("ok       " + what, text)

    def test_schema_check_describes_every_attribute(self):
        text = self.ok("fedloom", "schema", "check", self.schema)
        self.assertIn("4 attributes, 14 values", text)
        for name in world.SIZES:
            self.assertIn(name, text)

    def test_schema_check_accepts_a_table_that_fits(self):
        text = self.ok("fedloom", "schema", "check", self.schema, self.world.table("east"))
        self.assertIn("400 rows read", text)
        self.assertTrue(text.endswith("fits\n"))

    def test_schema_check_counts_what_does_not_fit(self):
        table = self.world.root / "unfit.csv"
        table.write_text("colour,size,taste,kind\n0,0,0,0\n7,0,0,0\n1,9,0,0\n1,8,0,1\n")
        done = self.fails(4, "does not fit the schema", "fedloom", "schema", "check", self.schema, table)
        refused = {line.split()[0]: line.split()[-1] for line in done.stdout.splitlines() if line.strip()}
        self.assertEqual((refused["colour"], refused["size"], refused["kind"]), ("1", "2", "0"))
        self.assertIn("\n  refused in colour: line 3\n  refused in size: lines 4, 5\n", done.stdout)
        table.write_text("colour,size,taste,kind\n" + "0,0,0,0\n7,0,0,0\n" * 6)
        done = self.fails(4, "does not fit the schema", "fedloom", "schema", "check", self.schema, table)
        self.assertIn("\n  refused in colour: lines 3, 5, 7, 9, 11 and others\n", done.stdout)
        told = world.command("fedloom", "schema", "check", self.schema, table, "--json")
        self.assertEqual(json.loads(told.stdout)["columns"][0]["refused_at"], [3, 5, 7, 9, 11])

    def test_plan_divides_the_whole_budget(self):
        plan = json.loads(self.ok("fedloom", "plan", self.world.experiment, "--json"))
        self.assertEqual((plan["sites"], plan["contributors"]), (3, 2))
        self.assertAlmostEqual(sum(stage["rho"] for stage in plan["stages"]), plan["rho"], delta=1e-9)
        for stage in plan["stages"]:
            self.assertAlmostEqual(stage["total_sigma"] / stage["site_sigma"], 3 ** 0.5, places=6)

    def test_plan_is_a_table_for_people_too(self):
        text = self.ok("fedloom", "plan", self.world.experiment)
        self.assertIn("site sigma", text)
        self.assertIn("No row was touched", text)

    def test_plan_touches_no_row(self):
        small = self.small_world()
        for site in world.SITES:
            small.table(site).unlink()
        shutil.rmtree(small.sites)
        self.ok("fedloom", "plan", small.experiment)

    def test_dry_run_shows_what_would_leave_and_books_nothing(self):
        plan = self.world.root / "round-1.json"
        self.ok("fedloom", "plan", self.world.experiment, "--write-plan", plan)
        self.fails(2, f"the file {plan} is there already; choose another --write-plan, or add --force", "fedloom", "plan",
                   self.world.experiment, "--write-plan", plan)
        self.ok("fedloom", "plan", self.world.experiment, "--write-plan", plan, "--force")
        before = files_under(self.world.sites)
        text = self.ok("fedloom-site", "dry-run", self.world.policy("north"), self.world.experiment, plan)
        self.assertEqual(files_under(self.world.sites), before)
        self.assertIn("Nothing is sent and nothing is booked", text)
        for name, size in world.SIZES.items():
            self.assertRegex(text, rf"{name}: {size} numbers")
        self.assertIn("15 words", text)

    def test_dry_run_prints_the_same_for_any_rows(self):
        small = self.small_world()
        plan = small.root / "round-1.json"
        self.ok("fedloom", "plan", small.experiment, "--write-plan", plan)
        line = ("fedloom-site", "dry-run", small.policy("north"), small.experiment, plan)
        before = self.ok(*line)
        small.write_table("north", 7, 99)
        self.assertEqual(self.ok(*line), before)

    def test_check_holds_an_experiment_against_policy_and_table(self):
        text = self.ok("fedloom-site", "check", self.world.policy("north"), self.world.experiment)
        self.assertIn("nothing spent yet", text)
        self.assertIn("fits the schema (450 rows read", text)
        self.assertIn("approved automatically", text)

    def test_check_says_the_same_before_an_approval_and_after_it(self):
        small = self.small_world()
        policy = small.policy("north")
        policy.write_text(policy.read_text().replace("approve: automatic", "approve: manual")
                          .replace("class: public", "class: private")
                          .replace("  epsilon_per_run", "  epsilon_lifetime: 3\n  epsilon_per_run")
                          .replace("  columns:", "  columns:\n    - nowhere"))
        before = self.fails(5, "--approve", "fedloom-site", "check", policy, small.experiment).stdout
        after = self.ok("fedloom-site", "check", policy, small.experiment, "--approve")
        self.assertEqual(after, before + "approved by hand\n")
        for pattern in ("columns  colour, size, taste, kind\n", "budget   epsilon 1 at delta 1e-09", "trust    none",
                        "sites    3: east, north, west\n", "roster   fingerprint [0-9a-f]{64}\n",
                        "secrecy  any other site together with the coordinator learns nothing but noisy totals",
                        r"left     100 % of the lifetime budget", r"after it \d+(\.\d+)? % of the lifetime budget left",
                        "warning  allow.columns names 'nowhere'"):
            self.assertRegex(before, pattern)

    def test_check_refuses_what_the_lifetime_budget_cannot_pay(self):
        small = self.small_world(method="independent")
        policy = small.policy("north")
        policy.write_text(policy.read_text().replace("class: public", "class: private")
                          .replace("  epsilon_per_run", "  epsilon_lifetime: 1\n  epsilon_per_run"))
        self.ok("fedloom-site", "check", policy, small.experiment)
        self.assertEqual(small.run("first").returncode, 0)
        done = self.fails(6, "is spent for life", "fedloom-site", "check", policy, small.experiment)
        self.assertIn("after it nothing left for life", done.stdout)


class PrintedLine(Case):
    def test_print_mpirun_prints_a_line_that_runs(self):
        small = self.small_world(method="independent")
        out = small.root / "a folder with spaces"
        line = self.ok("fedloom", "run", small.experiment, "--out", out, "--print-mpirun")
        self.assertFalse(out.exists())
        done = subprocess.run(["sh", "-c", line], env=world.environment(), text=True, capture_output=True, timeout=120,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreater(len(world.public(out)["rows"]), 1000)


class Approval(Case):
    def test_a_manual_policy_refuses_until_the_custodian_approves(self):
        small = self.small_world(method="independent")
        policy = small.policy("north")
        policy.write_text(policy.read_text().replace("approve: automatic", "approve: manual"))
        refused = small.run("refused")
        self.assertEqual(refused.returncode, 5, refused.stdout + refused.stderr)
        self.assertIn("site north refused", refused.stderr)
        self.assertIn("--approve", refused.stderr)
        self.assertFalse((small.site_ledger("north") / "ledger.jsonl").exists())
        self.fails(5, "--approve", "fedloom-site", "check", policy, small.experiment)
        self.assertIn("approved by hand", self.ok("fedloom-site", "check", policy, small.experiment, "--approve"))
        accepted = small.run("accepted")
        self.assertEqual(accepted.returncode, 0, accepted.stderr)
        self.assertEqual(len(small.entries("north")), 1)

    def test_check_warns_of_an_identifier_that_no_unit_names(self):
        small = self.small_world(method="independent")
        schema = small.root / "world" / "small.schema.yaml"
        words = ("fedloom-site", "check", small.policy("north"), small.experiment)
        self.assertNotIn("warning", self.ok(*words))
        schema.write_text(schema.read_text() + "  - {name: patient, role: id}\n")
        self.assertRegex(self.ok(*words), "warning +the schema calls 'patient' an identifier, and unit.column does not name it: "
                                          "if several rows can be of one person, write unit: {column: patient, max_rows")

    def test_an_approval_is_of_one_experiment_only(self):
        small = self.small_world(method="independent")
        policy = small.policy("north")
        policy.write_text(policy.read_text().replace("approve: automatic", "approve: manual"))
        self.ok("fedloom-site", "check", policy, small.experiment, "--approve")
        small.experiment.write_text(small.experiment.read_text().replace("seed: 5", "seed: 6"))
        self.fails(5, "nobody here has approved this experiment", "fedloom-site", "check", policy, small.experiment)


class CustodiansBooks(Case):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World(method="independent")
        done = cls.world.run("run")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def state(self, site):
        return self.world.site_ledger(site).parent

    def events(self, site):
        log = self.state(site) / "audit" / "audit.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()]

    def test_every_site_notes_the_run_and_hands_out_a_receipt(self):
        for site in world.SITES:
            events = self.events(site)
            self.assertEqual([events[0]["event"], events[-2]["event"], events[-1]["event"]],
                             ["joined", "finished", "receipt"])
            answered = [event for event in events if event["event"] == "answered"]
            entries = self.world.entries(site)
            self.assertEqual([event["round"] for event in answered], [entry["round"] for entry in entries])
            self.assertAlmostEqual(answered[-1]["rho"], sum(entry["cost"] for entry in entries), places=12)
            self.assertGreater(events[-2]["sent"]["bytes"], 8 * sum(world.SIZES.values()))
            page = self.state(site) / "runs" / "run" / "receipt.html"
            self.assertEqual(stat.S_IMODE(page.stat().st_mode), 0o600)
            self.assertIn("The run was finished.", page.read_text())

    def test_audit_lists_what_was_noted(self):
        text = self.ok("fedloom-site", "audit", self.world.policy("east"))
        self.assertRegex(text, r"(?m)^\S+Z +joined +run +- +- +experiment small, hash [0-9a-f]{64}$")
        self.assertRegex(text, r"(?m)^\S+Z +finished +run +- +- +sent \d+ messages, [\d,]+ bytes$")
        self.assertIn("chain and signatures sound", text)

    def test_receipt_is_written_again_from_the_books(self):
        page = self.state("west") / "runs" / "run" / "receipt.html"
        def without_time():
            return [line for line in page.read_text().splitlines() if "Written" not in line]
        before = without_time()
        page.unlink()
        for name in ("run", self.world.root / "run"):
            self.assertIn(str(page), self.ok("fedloom-site", "receipt", self.world.policy("west"), name))
            self.assertEqual(without_time(), before)
        self.fails(2, "keeps nothing of a run 'other'", "fedloom-site", "receipt", self.world.policy("west"), "other")

    def test_a_changed_audit_log_is_found_and_no_run_goes_on_behind_it(self):
        small = self.small_world(method="independent")
        self.ok("fedloom-site", "check", small.policy("north"), small.experiment, "--approve")
        log = small.site_ledger("north").parent / "audit" / "audit.jsonl"
        log.write_text(log.read_text().replace("approved", "answered"))
        self.fails(7, "audit.jsonl:1: the line was changed", "fedloom-site", "audit", small.policy("north"))
        done = small.run("run")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("site north", done.stderr)
        self.assertFalse((small.site_ledger("north") / "ledger.jsonl").exists())

    def test_a_single_owner_keeps_the_same_books(self):
        small = self.small_world(method="independent", trust="central")
        self.assertEqual(small.run("run").returncode, 0)
        text = self.ok("fedloom-site", "audit", small.policy("owner"))
        for event in ("joined", "finished", "receipt"):
            self.assertRegex(text, rf"(?m)^\S+Z +{event} +run ")
        page = small.site_ledger("owner").parent / "runs" / "run" / "receipt.html"
        self.assertIn("Nothing: one owner holds all rows", page.read_text())

    def test_a_refusal_is_noted_with_its_reason(self):
        small = self.small_world(method="independent")
        policy = small.policy("north")
        policy.write_text(policy.read_text().replace("approve: automatic", "approve: manual"))
        self.assertEqual(small.run("refused").returncode, 5)
        text = self.ok("fedloom-site", "audit", policy)
        self.assertRegex(text, r"(?m)^\S+Z +refused +refused .*nobody here has approved this experiment yet")


class Keygen(Case):
    def test_key_is_for_its_owner_alone_and_never_overwritten(self):
        small = self.small_world()
        key = small.root / "new.key"
        self.ok("fedloom-site", "keygen", key, "--site", "south")
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        before = key.read_bytes()
        self.fails(9, "new.key", "fedloom-site", "keygen", key, "--site", "south")
        self.assertEqual(key.read_bytes(), before)

    def test_a_bad_site_name_is_refused(self):
        small = self.small_world()
        self.fails(2, "no site name", "fedloom-site", "keygen", small.root / "new.key", "--site", "North Site")
        self.assertFalse((small.root / "new.key").exists())

    def test_printed_lines_make_a_roster_that_runs(self):
        small = self.small_world(method="independent")
        lines = []
        for site in world.SITES:
            (small.sites / f"{site}.key").unlink()
            text = self.ok("fedloom-site", "keygen", small.sites / f"{site}.key", "--site", site)
            lines += [line for line in text.splitlines() if line.strip().startswith("- {site:")]
        self.assertEqual(len(lines), 3)
        (small.root / "world" / "small.roster.yaml").write_text("version: 1\nsites:\n" + "\n".join(lines) + "\n")
        self.assertEqual(small.run("old-fingerprint").returncode, 5)
        for site in world.SITES:
            checked = world.command("fedloom-site", "check", small.policy(site), small.experiment)
            self.assertEqual(checked.returncode, 5)
            shown = next(line for line in checked.stdout.splitlines() if line.startswith("roster"))
            kept = [line for line in small.policy(site).read_text().splitlines() if "roster_fingerprint" not in line]
            at = kept.index("approve: automatic")
            kept.insert(at, f'  roster_fingerprint: "{shown.split()[-1]}"')
            small.policy(site).write_text("\n".join(kept) + "\n")
        done = small.run("run")
        self.assertEqual(done.returncode, 0, done.stderr)


class AfterARun(Case):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World()
        cls.out = cls.world.root / "run"
        done = cls.world.run("run")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def setUp(self):
        self.ledgers = {site: files_under(self.world.site_ledger(site)) for site in world.SITES}

    def tearDown(self):
        for site in world.SITES:
            self.assertEqual(files_under(self.world.site_ledger(site)), self.ledgers[site], "nothing here spends")

    def sample(self, name, rows, *more):
        file = self.world.root / name
        text = self.ok("fedloom", "sample", self.out, "-n", rows, "-o", file, "--force", *more)
        self.assertIn(str(file), text)
        return file.read_bytes()

    def test_sample_draws_as_many_rows_as_asked_for(self):
        lines = self.sample("many.csv", 12345).decode().splitlines()
        self.assertEqual(lines[0], ",".join(world.SIZES))
        self.assertEqual(len(lines), 12346)
        for line in lines[1:]:
            self.assertTrue(all(0 <= int(value) < size for value, size in zip(line.split(","), world.SIZES.values())))

    def test_sample_is_the_same_for_a_seed_and_another_for_another(self):
        first = self.sample("a.csv", 500, "--seed", 3)
        self.assertEqual(self.sample("b.csv", 500, "--seed", 3), first)
        self.assertNotEqual(self.sample("c.csv", 500, "--seed", 4), first)

    def test_sample_follows_the_model(self):
        (self.world.root / "big.csv").write_bytes(self.sample("big.csv", 20000))
        real = rows_of(*(self.world.table(site) for site in world.SITES))
        drawn = rows_of(self.world.root / "big.csv")
        self.assertLess(marginal_distance(real, drawn, [1]), 0.15)

    def test_refit_fits_again_from_what_was_released(self):
        before = files_under(self.out / "public")
        text = self.ok("fedloom", "refit", self.out)
        self.assertIn("nothing spent", text)
        self.assertEqual(files_under(self.out / "public"), before)
        made = (self.out / "refit" / "synthetic.csv").read_text().splitlines()
        self.fails(2, "model.safetensors is there already; choose another --out, or add --force", "fedloom", "refit", self.out)
        self.assertEqual(len(made), len(world.public(self.out)["rows"]))
        other = self.world.root / "other"
        self.ok("fedloom", "refit", self.out, "--seed", 8, "--components", 11, "--out", other)
        self.assertNotEqual((other / "synthetic.csv").read_text().splitlines(), made)

    def test_refit_through_a_network(self):
        out = self.world.root / "through-a-network"
        self.ok("fedloom", "refit", self.out, "--network", "mlp", "--out", out)
        self.assertIn(b'"network.0"', (out / "model.safetensors").read_bytes())
        real = rows_of(*(self.world.table(site) for site in world.SITES))
        self.assertLess(marginal_distance(real, rows_of(out / "synthetic.csv"), [1]), 0.15)

    def evaluate(self, *more):
        reals = itertools.chain.from_iterable(("--real", self.world.table(site)) for site in world.SITES)
        return self.ok("fedloom", "evaluate", *reals, "--synthetic", self.out / "public" / "synthetic.csv", "--schema",
                       self.world.root / "lead" / "small.schema.yaml", *more)

    def test_evaluate_gives_the_distances_by_their_definition(self):
        told = json.loads(self.evaluate("--json"))
        real = rows_of(*(self.world.table(site) for site in world.SITES))
        synthetic = rows_of(self.out / "public" / "synthetic.csv")
        sample = told["samples"][0]
        self.assertEqual((told["rows_real"], sample["rows"]), (len(real), len(synthetic)))
        for found in sample["marginals"]:
            distances = [marginal_distance(real, synthetic, columns)
                         for columns in itertools.combinations(range(len(world.SIZES)), found["degree"])]
            self.assertEqual(found["marginals"], len(distances))
            self.assertAlmostEqual(found["mean_l1"], sum(distances) / len(distances), places=12)
            self.assertAlmostEqual(found["worst_l1"], max(distances), places=12)

    def test_ledger_show_lists_what_was_spent(self):
        shown = json.loads(self.ok("fedloom", "ledger", "show", self.out, "--json"))
        metrics = world.public(self.out)["metrics"]
        self.assertAlmostEqual(sum(entry["rho"] for entry in shown["entries"]), metrics["rho_spent"], places=12)
        self.assertAlmostEqual(shown["epsilon"], metrics["epsilon_spent"], places=9)
        text = self.ok("fedloom", "ledger", "show", self.out)
        for entry in shown["entries"]:
            self.assertRegex(text, rf"(?m)^{entry['round']} +{entry['kind']} +{entry['stage']} ")

    def test_report_is_written_again_the_same(self):
        report = self.out / "public" / "report.html"
        before = report.read_bytes()
        report.unlink()
        self.assertIn(str(report), self.ok("fedloom", "report", self.out))
        self.assertEqual(report.read_bytes(), before)

    def test_commands_on_a_folder_without_a_run_say_so(self):
        for words in (["sample", "-n", 3], ["refit"], ["report"]):
            self.fails(2, "no folder of a finished run", "fedloom", words[0], self.world.root, *words[1:])


class LedgerVerify(Case):
    @classmethod
    def setUpClass(cls):
        cls.worlds = {trust: world.World(trust=trust) for trust in ("none", "central")}
        for small in cls.worlds.values():
            done = small.run("run")
            assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        for small in cls.worlds.values():
            small.remove()

    def verify(self, small, *words):
        return world.command("fedloom", "ledger", "verify", *words)

    def test_sound_books_verify(self):
        for trust, site in (("none", "west"), ("central", "owner")):
            small = self.worlds[trust]
            text = self.ok("fedloom", "ledger", "verify", small.root / "run", "--policy", small.policy(site))
            self.assertIn("as its peers saw it", text)

    def test_what_is_no_run_is_the_command_lines_fault(self):
        root = self.worlds["none"].root
        for command in ("verify", "show"):
            self.fails(2, f"{root / 'nowhere'} is not there; name a folder that `fedloom run` made", "fedloom", "ledger", command,
                       root / "nowhere")
            self.fails(2, f"{root / 'lead'} is no folder of a run; name", "fedloom", "ledger", command, root / "lead")

    def assert_every_flip_shows(self, file, step, *words):
        """Flips one bit of every `step`-th byte, another bit each time."""
        good = file.read_bytes()
        try:
            for turn, at in enumerate(range(0, len(good), step)):
                bad = bytearray(good)
                bad[at] ^= 1 << turn % 8
                file.write_bytes(bad)
                done = world.command("fedloom", "ledger", "verify", *words)
                self.assertEqual(done.returncode, 7, f"byte {at}: {good[at:at + 1]} to {bytes(bad[at:at + 1])}: {done.stdout}{done.stderr}")
                self.assertIn(file.name, done.stderr)
        finally:
            file.write_bytes(good)

    def test_a_changed_byte_of_the_public_ledger_is_found(self):
        for trust, flips in (("none", 24), ("central", 10)):
            run = self.worlds[trust].root / "run"
            file = run / "public" / "ledger.json"
            self.assert_every_flip_shows(file, len(file.read_bytes()) // flips, run)

    def test_a_changed_byte_of_a_sites_ledger_is_found(self):
        small = self.worlds["none"]
        for name, flips in (("ledger.jsonl", 14), ("head.json", 8)):
            file = small.site_ledger("north") / name
            self.assert_every_flip_shows(file, len(file.read_bytes()) // flips, "--policy", small.policy("north"))

    def test_a_cut_tail_of_a_sites_ledger_is_found(self):
        small = self.worlds["none"]
        file = small.site_ledger("north") / "ledger.jsonl"
        good = file.read_bytes()
        lines = good.splitlines(keepends=True)
        try:
            for left in (b"".join(lines[:-1]), b"".join(lines[:1]), b"", good[:-1], good[:-20]):
                file.write_bytes(left)
                self.fails(7, "ledger", "fedloom", "ledger", "verify", "--policy", small.policy("north"))
        finally:
            file.write_bytes(good)

    def test_an_older_copy_of_a_ledger_is_found_by_a_run_that_saw_it_grow(self):
        for trust, site in (("none", "north"), ("central", "owner")):
            small = self.small_world(trust=trust, method="independent")
            self.assertEqual(small.run("first").returncode, 0)
            older = small.root / "older"
            shutil.copytree(small.site_ledger(site), older)
            self.assertEqual(small.run("second").returncode, 0)
            policy = small.policy(site)
            self.ok("fedloom", "ledger", "verify", small.root / "second", "--policy", policy)
            shutil.rmtree(small.site_ledger(site))
            shutil.copytree(older, small.site_ledger(site))
            self.ok("fedloom", "ledger", "verify", small.root / "first", "--policy", policy)
            done = world.command("fedloom", "ledger", "verify", small.root / "second", "--policy", policy)
            self.assertEqual(done.returncode, 7, f"{trust}: {done.stdout}")
            self.assertIn("ledger", done.stderr)

    def test_nothing_to_verify_is_a_usage_error(self):
        self.fails(2, "nothing to verify", "fedloom", "ledger", "verify")


class Demo(Case):
    def test_prepare_only_keeps_the_keys_of_an_earlier_call(self):
        small = self.small_world()
        before = {site: (small.sites / f"{site}.key").read_bytes() for site in world.SITES}
        words = itertools.chain.from_iterable(("--data", f"{site}={small.table(site)}") for site in world.SITES)
        self.ok("fedloom", "demo", "--prepare-only", "--experiment", small.root / "lead" / "small.yaml", "--dir",
                small.root / "world", *words)
        self.assertEqual({site: (small.sites / f"{site}.key").read_bytes() for site in world.SITES}, before)

    def test_a_columns_name_may_hold_any_sign(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="fedloom-e2e-"))
        self.addCleanup(shutil.rmtree, root)
        name = 'the "size", \\ of # it: {x}'
        (root / "a schema.yaml").write_text(
            "version: 1\nattributes:\n  - {name: " + json.dumps(name) + ", type: coded, size: 3}\n")
        (root / "odd.yaml").write_text("version: 1\nname: odd\nschema: a schema.yaml\n"
                                       "privacy: {epsilon: 1, delta: 1e-9, trust: central}\ngenerator: {method: independent, workload: {degree: 1}}\n")
        table = root / "the 'table'.csv"
        table.write_text('"' + name.replace('"', '""') + '"\n' + "0\n1\n2\n" * 50)
        self.ok("fedloom", "demo", "--experiment", root / "odd.yaml", "--dir", root / "world", "--out", root / "run",
                "--data", f"one={table}")
        policy = (root / "world" / "sites" / "one.policy.yaml").read_text()
        self.assertIn("    - " + json.dumps(name) + "\n", policy)
        self.ok("fedloom-site", "check", root / "world" / "sites" / "one.policy.yaml", root / "world" / "odd.yaml")


if __name__ == "__main__":
    unittest.main()
