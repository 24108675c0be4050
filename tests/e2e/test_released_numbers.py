"""No number stands on public/report.html, on the live page or in its /metrics that does not follow from what the run
released: every number of the page is worked out again from the public files, in the page's order. Pages that say more,
and files that say something else, must be found."""

import collections
import json
import random
import re
import shutil
import subprocess
import time
import unittest
import urllib.error
import urllib.request

import page_numbers
import world
from live_numbers import Facts, LivePage, metrics_faults
from released import PUBLIC_BY_DECISION, Released
from report_numbers import Report


class Numbered(world.World):
    """Attributes of three kinds, with digits in names and values; one value is missing at times."""

    def attributes(self):
        return ("  - {name: colour-2, type: coded, size: 3}\n"
                "  - {name: age, type: integer, min: 17, max: 90, width: 10}\n"
                "  - {name: stage, type: categorical, values: [I, 'II b', '3', 'T4 <N1>'], outside: other, other_label: '99',"
                " missing: ['?']}\n"
                "  - {name: kind, type: coded, size: 2}\n")

    def write_table(self, site, rows, seed):
        draw = random.Random(seed)
        lines = ["colour-2,age,stage,kind"]
        for _ in range(rows):
            colour = draw.randrange(3)
            stage = draw.choice(["I", "II b", "3", "T4 <N1>", "?", "V"][colour:])
            lines.append(f"{colour},{draw.randrange(17, 60 + 10 * colour)},{stage},{int(draw.random() < 0.2 + 0.2 * colour)}")
        self.table(site).write_text("\n".join(lines) + "\n")

    def real_counts(self):
        """Counts of rows that nobody may see: of each site's table, of its values and of pairs of values."""
        counts = set()
        for site in self.site_names:
            rows = [line.split(",") for line in self.table(site).read_text().splitlines()[1:]]
            counts.add(len(rows))
            counts |= set(collections.Counter(row[2] for row in rows).values())
            counts |= set(collections.Counter((row[0], row[3]) for row in rows).values())
        return sorted(counts)


def report_faults(folder, page=None):
    """Of a public folder: its secondary files against the primary ones, and its page against both."""
    run = Released(folder)
    text = page if page is not None else (folder / "report.html").read_text(encoding="utf-8")
    return run.secondary_faults() + page_numbers.faults(page_numbers.Page(text).found, Report(run).words)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Numbered()

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    @classmethod
    def run_to(cls, name):
        out = cls.world.root / name
        done = world.command("fedloom", "run", cls.world.experiment, "--sites", cls.world.sites, "--out", out)
        assert done.returncode == 0, done.stderr
        return out / "public"


class PublicReport(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.run_to("run")
        cls.page = (cls.folder / "report.html").read_text(encoding="utf-8")

    def copy(self):
        folder = self.world.root / self.id().rsplit(".", 1)[1]
        shutil.copytree(self.folder, folder)
        return folder

    def found(self, page, what):
        self.assertNotEqual(page, self.page, what)
        self.assertNotEqual(report_faults(self.folder, page), [], what)

    def test_each_number_of_the_page_follows_from_the_released_files(self):
        verified = world.command("fedloom", "ledger", "verify", self.folder.parent)
        self.assertEqual(verified.returncode, 0, verified.stderr)  # the signatures, and with them config_hash
        self.assertEqual(report_faults(self.folder), [])
        expected = Report(Released(self.folder)).words
        self.assertEqual(len(page_numbers.Page(self.page).found), len(expected))
        sources = collections.Counter(source.split(":")[0] for _, source, _ in expected)
        print("\n  " + "\n  ".join(f"{count:6,} numbers of {source}" for source, count in sorted(sources.items())))
        self.assertGreater(len(expected), 1000)

    def test_a_real_count_is_found_wherever_it_is_put(self):
        count = self.world.real_counts()[-1]
        self.assertGreater(count, 300)
        places = {"text": ("</h1>", f" {count}</h1>"), "a cell": ("</td></tr>", f"</td><td>{count}</td></tr>"),
                  "an attribute": ("<figure>", f"<figure data-rows=\"{count}\">"),
                  "the name of an attribute": ("<figure>", f"<figure n{count}=\"\">"),
                  "the name of a tag": ("<main>", f"<x{count}></x{count}><main>"),
                  "a comment": ("</main>", f"<!-- {count} --></main>"), "the style": ("</style>", f".a {{ width: {count}px }}</style>"),
                  "a tip": ("</title><rect", f" {count}</title><rect"), "an id": ('id="promise"', f'id="promise-{count}"'),
                  "the claims": ('"delta":', f'"rows": {count}, "delta":'),
                  "a picture": ("</svg>", f"<circle r=\"{count}\"/></svg>"),
                  "in place of an estimate": (page_numbers.grouped(Released(self.folder).rows_estimate()), f"{count:,}")}
        for where, (old, new) in places.items():
            self.found(self.page.replace(old, new, 1), where)
            self.found(new.join(self.page.rsplit(old, 1)), where)

    def test_a_point_or_bar_in_another_place_is_found(self):
        for pattern in (r'(class="measured" cx=")([\d.]+)', r'(class="synthetic" x="40%" y="[\d.]+" width=")([\d.]+)',
                        r'(class="point" cx="[\d.]+%" cy=")([\d.]+)', r'(class="stage1" x=")([\d.]+)', r'(points="\S+ [\d.]+,)([\d.]+)',
                        r'(class="whisker" x1=")([\d.]+)', r'(d="M\d+ \d+h)(\d+)', r'(<th scope="row">age × [^<]*</th><td class="n">)([\d.]+)'):
            self.found(re.sub(pattern, lambda found: f"{found[1]}{float(found[2]) + 1:g}", self.page, count=1), pattern)

    def test_a_number_that_is_left_out_is_found(self):
        self.found(re.sub(r"<td class=\"n\">[\d.]+ %</td>", "<td class=\"n\"></td>", self.page, count=1), "a share")

    def test_the_page_of_a_twin_run_is_found(self):
        """The same experiment and sites: only the noise differs."""
        other = (self.run_to("twin") / "report.html").read_text(encoding="utf-8")
        self.found(re.sub("twin", "run", other), "the twin's page")

    def test_a_released_value_that_differs_is_found(self):
        for name, pattern in (("measurements.jsonl", r'("values":\[)(-?\d+)'), ("synthetic.csv", r"(\n)(\d)"),
                              ("rounds.jsonl", r'("chi2_per_cell":)(\d\.\d*[1-9])'), ("metrics.json", r'("rows_estimate": )(\d+)'),
                              ("metrics.json", r'("rows_written": )(\d+)'), ("rounds.jsonl", r'("cells":)(\d+)')):
            with self.subTest(name=name, pattern=pattern):
                folder = self.copy()
                text = (folder / name).read_text(encoding="utf-8")
                changed = re.sub(pattern, lambda found: f"{found[1]}{float(found[2]) * 1.5 + 40:.0f}", text, count=1)
                self.assertNotEqual(changed, text)
                (folder / name).write_text(changed, encoding="utf-8")
                self.assertNotEqual(report_faults(folder), [])
                shutil.rmtree(folder)

    def test_a_field_whose_source_nobody_named_is_found(self):
        folder = self.copy()
        metrics = json.loads((folder / "metrics.json").read_text())
        metrics["rows_of_north"] = 450
        (folder / "metrics.json").write_text(json.dumps(metrics))
        self.assertIn("nothing says where rows_of_north comes from", "\n".join(Released(folder).secondary_faults()))
        self.assertNotIn("rows_of_north", PUBLIC_BY_DECISION)


class CentralReport(unittest.TestCase):
    def test_each_number_of_the_page_of_one_owner_follows_from_the_released_files(self):
        """Marginals are chosen by the exponential mechanism there."""
        small = Numbered(trust="central", epsilon=3)
        self.addCleanup(small.remove)
        done = small.run("run")
        self.assertEqual(done.returncode, 0, done.stderr)
        folder = small.root / "run" / "public"
        self.assertIn("select", {line["stage"] for line in Released(folder).rounds})
        self.assertEqual(report_faults(folder), [])


class Wide(world.World):
    """A column of very many codes, which are merged, and are drawn as bars of several."""

    def attributes(self):
        return ("  - {name: town, type: coded, size: 430}\n  - {name: street, type: coded, size: 50}\n"
                "  - {name: kind, type: coded, size: 3}\n")

    def write_table(self, site, rows, seed):
        draw = random.Random(seed)
        lines = ["town,street,kind"]
        for _ in range(rows):
            town = int(430 * draw.random() ** 3)
            lines.append(f"{town},{draw.randrange(50)},{town % 3}")
        self.table(site).write_text("\n".join(lines) + "\n")


class WideReport(unittest.TestCase):
    def test_each_number_of_a_page_with_merged_codes_follows_from_the_released_files(self):
        small = Wide(rows=3000, epsilon=3)
        self.addCleanup(small.remove)
        done = small.run("run")
        self.assertEqual(done.returncode, 0, done.stderr)
        folder = small.root / "run" / "public"
        self.assertTrue(Released(folder).model.bins)
        self.assertEqual(report_faults(folder), [])
        page = (folder / "report.html").read_text()
        self.assertIn("neighbouring values a bar", page)
        moved = re.sub(r'(class="measured" cx="[\d.]+%" cy=")([\d.]+)', lambda found: found[1] + "99", page, count=1)
        self.assertNotEqual(moved, page)
        self.assertNotEqual(report_faults(folder, moved), [])


class LivePages(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = cls.world.experiment.read_text()
        assert text.count("tick: 10ms") == 1
        cls.world.experiment.write_text(text.replace("tick: 10ms", "tick: 150ms"))
        cls.pages, cls.metrics = cls.watch("live")
        cls.released = Released(cls.world.root / "live" / "public")

    @classmethod
    def watch(cls, name):
        """Every page and every answer of /metrics that a run gave."""
        line = [str(world.BIN / "fedloom"), "run", str(cls.world.experiment), "--sites", str(cls.world.sites), "--out",
                str(cls.world.root / name), "--live"]
        seen = ([], [])
        with subprocess.Popen(line, env=world.environment(), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as run:
            url = next(found[1] for found in (re.match(r"live page (\S+)$", text) for text in run.stdout) if found)
            while run.poll() is None:
                try:
                    for k, address in enumerate((url, url + "metrics")):
                        with urllib.request.urlopen(address, timeout=20) as answer:
                            seen[k].append(answer.read().decode())
                except (urllib.error.URLError, OSError):
                    break  # the run ended, and the page with it
                time.sleep(0.03)
            rest = run.stdout.read()
        assert run.returncode == 0, rest
        return seen

    def page_faults(self, page, run=None):
        """Against what was released after as many rounds as fit best."""
        run = run or self.released
        found = page_numbers.Page(page).found
        seen = {"sites": len(re.findall(r"</td><td>[\d.]+ \w+ ago", page)), "speed": "noisy numbers a second" in page}
        told = [page_numbers.faults(found, LivePage(Facts(run, done), seen).words) for done in range(len(run.rounds) + 1)]
        return min(told, key=len)

    def metrics_faults(self, text, run=None):
        run = run or self.released
        return min((metrics_faults(text, Facts(run, done)) for done in range(len(run.rounds) + 1)), key=len)

    def test_each_number_that_was_shown_had_been_released(self):
        self.assertGreater(len(self.pages), 10)
        self.assertGreater(len({page_numbers.words(page)[40] + str(len(page)) for page in self.pages}), 5, "it went on")
        for page in self.pages:
            self.assertEqual(self.page_faults(page), [], page)
        for text in self.metrics:
            self.assertEqual(self.metrics_faults(text), [], text)

    def test_a_real_count_is_found_wherever_it_is_put(self):
        count, page, text = self.world.real_counts()[-1], self.pages[-1], self.metrics[-1]
        for old, new in (("</h1>", f" {count}</h1>"), ("</tbody>", f"<tr><td>{count}</td></tr></tbody>"),
                         ("<main>", f"<main data-rows='{count}'>"), ("</main>", f"<!--{count}--></main>"),
                         ("</svg>", f"<circle cx='{count}'/></svg>"), ("fill: none", f"width: {count}px")):
            self.assertIn(old, page)
            self.assertNotEqual(self.page_faults(page.replace(old, new, 1)), [], old)
        for more in (f"fedloom_rows{{site=\"north\"}} {count}\n", f"fedloom_rows_{count} 1\n", f"# HELP fedloom_x {count}\n"):
            self.assertNotEqual(self.metrics_faults(text + more), [], more)
        self.assertNotEqual(self.metrics_faults(re.sub(r"(fedloom_round_cells) \d+", rf"\1 {count}", text)), [])

    def test_pages_of_a_twin_run_are_found(self):
        pages, metrics = self.watch("twin")
        pages, metrics = ([re.sub("twin", "live", text) for text in texts] for texts in (pages, metrics))
        self.assertTrue(any(self.page_faults(page) for page in pages))
        self.assertTrue(any(self.metrics_faults(text) for text in metrics))


if __name__ == "__main__":
    unittest.main()
