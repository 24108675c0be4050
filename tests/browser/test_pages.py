"""The pages that Fedloom makes, in a real browser: both reports of a finished run, and the live page of one that goes
on. Exits 77 where there is no Chromium. Screenshots are left in the folder that FEDLOOM_SCREENSHOTS names."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

import chromium

sys.path.insert(0, os.environ["FEDLOOM_E2E"])
import world  # noqa: E402

SCREENSHOTS = pathlib.Path(os.environ["FEDLOOM_SCREENSHOTS"])
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900},
         "phone-dark": {"width": 390, "height": 844, "dark": True},
         "desktop-dark": {"width": 1280, "height": 900, "dark": True}}


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World()
        cls.out = cls.world.root / "run"
        done = world.command("fedloom", "run", cls.world.experiment, "--sites", cls.world.sites, "--out", cls.out)
        assert done.returncode == 0, done.stderr
        words = [word for site in world.SITES for word in ("--real", cls.world.table(site))]
        done = world.command("fedloom", "report", cls.out, "--local", *words)
        assert done.returncode == 0, done.stderr
        cls.browser = chromium.Chromium()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.world.remove()

    def look_at(self, name, url):
        for size, how in SIZES.items():
            with self.subTest(page=name, size=size):
                page = self.browser.open(url, **how)
                page.screenshot(SCREENSHOTS / f"{name}-{size}.png")
                self.assertEqual(page.faults(), [])
        page.pdf(SCREENSHOTS / f"{name}.pdf")
        self.assertEqual((SCREENSHOTS / f"{name}.pdf").read_bytes()[:5], b"%PDF-")

    def test_the_public_report(self):
        self.look_at("public-report", (self.out / "public" / "report.html").as_uri())

    def test_the_local_report_says_first_that_it_is_not_private(self):
        file = self.out / "local" / "report.html"
        self.look_at("local-report", file.as_uri())
        page = self.browser.open(file.as_uri(), **SIZES["phone"])
        top = page.evaluate("document.querySelector('.warning').getBoundingClientRect().top")
        self.assertLess(top, 100)
        self.assertIn("NOT PRIVATE", page.evaluate("document.querySelector('.warning').innerText"))

    def test_the_live_page(self):
        line = [str(world.BIN / "fedloom"), "run", str(self.world.experiment), "--sites", str(self.world.sites),
                "--out", str(self.world.root / "live"), "--live"]
        run = subprocess.Popen(line, env=world.environment(), text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
        url = None
        for text in run.stdout:
            found = re.match(r"live page (\S+)", text)
            url = found[1] if found else url
            if url and text.startswith("round  3"):
                break
        self.assertIsNotNone(url)
        for size in ("phone", "desktop-dark"):
            page = self.browser.open(url, **SIZES[size])
            page.screenshot(SCREENSHOTS / f"live-{size}.png")
            self.assertEqual(page.faults(), [])
            self.assertIn("ε by stage", page.evaluate("document.body.innerText"))
        run.communicate()
        self.assertEqual(run.returncode, 0)


class TheCheckItself(unittest.TestCase):
    """A check that finds nothing on a page that has every fault would be none."""

    @classmethod
    def setUpClass(cls):
        cls.browser = chromium.Chromium()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def test_finds_each_fault(self):
        bad = ("data:text/html,<meta name=viewport content='width=device-width'><img src='http://127.0.0.1:9/x.png'>"
               "<svg role='img' width='900'></svg><p id='a'></p><p id='a'></p><svg></svg>"
               "<script>console.error('no')</script>")
        faults = "\n".join(self.browser.open(bad, **SIZES["phone"]).faults())
        for what in ("console:", "asks for http://127.0.0.1:9", "no alternative text: <img", "no alternative text: <svg",
                     "a picture without a role", "an id twice", "sticks out"):
            self.assertIn(what, faults)


if __name__ == "__main__":
    if chromium.find() is None:
        print("skipped: there is no chromium here; ./launch/setup --tests installs it")
        sys.exit(77)
    unittest.main()
