"""The pages about a run, and what `ledger verify` finds in a run that was tampered with."""

import json
import re
import shutil
import socket
import stat
import subprocess
import unittest
import urllib.error
import urllib.request

import world


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World()
        cls.out = cls.world.root / "run"
        done = world.command("fedloom", "run", cls.world.experiment, "--sites", cls.world.sites, "--out", cls.out)
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def copy(self):
        folder = self.world.root / self.id().rsplit(".", 1)[1]
        shutil.copytree(self.out, folder)
        return folder

    def fails(self, code, pattern, *words):
        done = world.command("fedloom", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertRegex(done.stderr, pattern)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.stderr

    def real(self):
        return [word for site in world.SITES for word in ("--real", self.world.table(site))]

    def test_a_run_that_nobody_changed_verifies(self):
        done = world.command("fedloom", "ledger", "verify", self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"measurements +[\d,]+ with [\d,]+ noisy numbers, each paid for")
        self.assertRegex(done.stdout, r"report +is the page that the files give, byte for byte")

    def test_a_run_of_other_sites_than_those_known_is_found(self):
        done = world.command("fedloom", "ledger", "verify", self.out)
        fingerprint = re.search(r"roster +fingerprint ([0-9a-f]{64})", done.stdout).group(1)
        done = world.command("fedloom", "ledger", "verify", self.out, "--roster-fingerprint", fingerprint)
        self.assertEqual(done.returncode, 0, done.stderr)
        other = "0" * 64
        self.fails(7, r"roster is not the one of fingerprint 0+; .+", "ledger", "verify", self.out,
                   "--roster-fingerprint", other)
        self.fails(7, r"not signed by an owner of key 0+; .+", "ledger", "verify", self.out, "--key", other)

    def test_an_epsilon_edited_in_metrics_or_report_is_found(self):
        run = self.copy()
        metrics = run / "public" / "metrics.json"
        good = metrics.read_text()
        metrics.write_text(re.sub(r'"epsilon_spent": [0-9.]+', '"epsilon_spent": 0.5', good))
        self.fails(7, r"metrics\.json: its epsilon_spent is not the one that ledger\.json gives; .+", "ledger", "verify", run)
        metrics.write_text(good)
        page = run / "public" / "report.html"
        text = page.read_text()
        for forged in (re.sub(r'ε = [0-9.]+', 'ε = 0.1', text), re.sub(r'"epsilon": [0-9.]+', '"epsilon": 0.1', text)):
            self.assertNotEqual(forged, text)
            page.write_text(forged)
            self.fails(7, r"report\.html: is not the page that the files beside it give.+; .+", "ledger", "verify", run)

    def test_a_measurement_added_or_a_model_swapped_is_found(self):
        run = self.copy()
        file = run / "public" / "measurements.jsonl"
        good = file.read_text()
        file.write_text(good + good.splitlines(keepends=True)[-1])
        self.fails(7, r"measurements\.jsonl: holds \d+ measurements of round \d+, but .+; .+", "ledger", "verify", run)
        file.write_text(good)
        rows = run / "public" / "synthetic.csv"
        rows.write_text(rows.read_text() + rows.read_text().splitlines(keepends=True)[-1])
        self.fails(7, r"report\.html: is not the page that the files beside it give.+; .+", "ledger", "verify", run)

    def test_a_ledger_of_another_run_of_the_same_experiment_is_found(self):
        other = self.world.root / "other-run"
        done = world.command("fedloom", "run", self.world.experiment, "--sites", self.world.sites, "--out", other)
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.copy()
        shutil.copy(other / "public" / "ledger.json", run / "public" / "ledger.json")
        self.fails(7, r"metrics\.json: its run_id is not the one that ledger\.json gives; .+", "ledger", "verify", run)

    def test_the_public_report_depends_on_the_released_files_only(self):
        run = self.copy()
        page = run / "public" / "report.html"
        before = page.read_bytes()
        tables = [self.world.table(site) for site in world.SITES]
        kept = [table.read_bytes() for table in tables]
        try:
            for table in tables:
                table.write_text("colour,size,taste,kind\n0,0,0,0\n")
            shutil.rmtree(run / "local")
            shutil.rmtree(run / "checkpoint")
            page.unlink()
            done = world.command("fedloom", "report", run, "--public")
            self.assertEqual(done.returncode, 0, done.stderr)
        finally:
            for table, content in zip(tables, kept):
                table.write_bytes(content)
        self.assertEqual(page.read_bytes(), before)

    def test_the_local_report_compares_with_real_rows_and_says_so(self):
        run = self.copy()
        done = world.command("fedloom", "report", run, "--local", *self.real())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("NOT PRIVATE", done.stdout)
        file = run / "local" / "report.html"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        page = file.read_text()
        body = page[page.index("<body>"):]
        self.assertLess(body.index("NOT PRIVATE"), 120)
        self.assertIn("NOT PRIVATE", page[:page.index("</title>")])
        self.assertIn("Compared with real rows", page)
        self.assertNotIn('id="claims"', page)
        self.assertNotIn("Compared with real rows", (run / "public" / "report.html").read_text())

    def test_the_local_report_takes_an_evaluation_that_was_made_before(self):
        run = self.copy()
        found = world.command("fedloom", "evaluate", *self.real(), "--synthetic", run / "public" / "synthetic.csv",
                              "--schema", run / "public" / "schema.yaml", "--degree", "2", "--no-detection", "--json")
        self.assertEqual(found.returncode, 0, found.stderr)
        file = run / "evaluation.json"
        file.write_text(found.stdout)
        done = world.command("fedloom", "report", run, "--local", "--evaluation", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        sample = json.loads(found.stdout)["samples"][0]
        self.assertIn(f"<td class=\"n\">{sample['marginals'][0]['mean_l1']:.4g}</td>",
                      (run / "local" / "report.html").read_text())

    def test_reports_that_cannot_be_made(self):
        run = self.copy()
        self.fails(2, "needs either --real or --evaluation", "report", run, "--local")
        self.fails(2, "the public report never is", "report", run, *self.real())
        self.fails(2, "--public.*--local|--local.*--public", "report", run, "--local", "--public")
        self.fails(9, r"none\.json", "report", run, "--local", "--evaluation", run / "none.json")
        wrong = run / "wrong.json"
        for text in ("", "[]", "{", '{"private": "x"}', '{"private": "x", "samples": 3}', '{"samples": [{}]}'):
            wrong.write_text(text)
            self.fails(3, "wrong.json: this is not what `fedloom evaluate --json` writes; .+", "report", run, "--local",
                       "--evaluation", wrong)


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World()

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def line(self, name, *more):
        return [str(world.BIN / "fedloom"), "run", str(self.world.experiment), "--sites", str(self.world.sites), "--out",
                str(self.world.root / name), *more]

    def start(self, name, *more):
        """A run, and the address that it prints."""
        run = subprocess.Popen(self.line(name, *more), env=world.environment(), text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
        said = []
        for text in run.stdout:
            said.append(text)
            found = re.match(r"live page (http://127\.0\.0\.1:(\d+)/[0-9a-f]{32}/)$", text)
            if found:
                return run, found[1], int(found[2])
        self.fail("".join(said))

    def end(self, run):
        text = run.stdout.read()
        run.stdout.close()
        self.assertEqual(run.wait(), 0, text)

    def test_a_run_shows_itself_while_it_goes_on_and_no_longer(self):
        run, url, port = self.start("live", "--live")
        with urllib.request.urlopen(url, timeout=20) as answer:
            page = answer.read().decode()
        self.assertIn("run in progress", page)
        with urllib.request.urlopen(url + "metrics", timeout=20) as answer:
            self.assertIn("fedloom_epsilon_budget 1\n", answer.read().decode())
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/{'0' * 32}/", timeout=20)
        self.assertEqual(refused.exception.code, 404)
        refused.exception.close()
        self.end(run)
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()

    def test_a_port_that_is_taken_is_said_before_anything_is_spent(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = subprocess.run(self.line("taken", f"--live={port}"), env=world.environment(), text=True,
                                  capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 9, done.stderr)
        self.assertIn(f"the live page: port {port} of 127.0.0.1 cannot be had", done.stderr)

    def test_ports_that_are_none(self):
        for word in ("80", "70000", "-1", "port", "1e4", "8080x"):
            done = subprocess.run(self.line("none", f"--live={word}"), env=world.environment(), text=True,
                                  capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(f"--live {word} is no port", done.stderr)

    def test_a_run_shows_nothing_unless_it_is_asked_to(self):
        done = world.command("fedloom", "run", self.world.experiment, "--sites", self.world.sites, "--out",
                             self.world.root / "quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("live page", done.stdout)


if __name__ == "__main__":
    unittest.main()
