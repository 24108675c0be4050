"""A small world for whole-program tests: a public table of four columns at three sites, and helpers to run it."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile

BIN = pathlib.Path(os.environ["FEDLOOM_BIN"])
CONFIGS = pathlib.Path(os.environ["FEDLOOM_CONFIGS"])
SITES = ["east", "north", "west"]
SIZES = {"colour": 3, "size": 4, "taste": 5, "kind": 2}

EXPERIMENT = """version: 1
name: small
schema: small.schema.yaml
privacy: {{epsilon: {epsilon}, delta: 1e-9, trust: {trust}{crowd}}}
generator: {{method: {method}, components: 20}}
{roster}transport: {{tick: 10ms, join_limit: {reply_limit}, reply_limit: {reply_limit}}}
seed: 5
"""


def environment():
    variables = dict(os.environ)
    if os.geteuid() == 0:
        variables.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    variables["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none"
    return variables


def command(*words, cwd=None, timeout=120):
    """Runs a program of ours; gives its CompletedProcess with text output."""
    line = [str(BIN / words[0])] + [str(word) for word in words[1:]]
    return subprocess.run(line, cwd=cwd, env=environment(), text=True, capture_output=True, timeout=timeout,
                          stdin=subprocess.DEVNULL)


class World:
    def __init__(self, method="gem", trust="none", epsilon=1.0, rows=400, site_names=None, dropouts=0,
                 reply_limit="20s"):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="fedloom-e2e-"))
        self.trust = trust
        self.dropouts = dropouts
        self.site_names = site_names or SITES
        lead = self.root / "lead"
        lead.mkdir()
        roster = trust != "central"
        (lead / "small.yaml").write_text(EXPERIMENT.format(
            epsilon=epsilon, trust=trust, method=method, reply_limit=reply_limit,
            crowd=f", colluding_sites: 1, dropouts: {dropouts}" if roster else "",
            roster="roster: small.roster.yaml\n" if roster else ""))
        (lead / "small.schema.yaml").write_text("version: 1\nattributes:\n" + self.attributes())
        words = []
        for index, site in enumerate(self.site_names if roster else ["owner"]):
            self.write_table(site, rows + 50 * index, index)
            words += ["--data", f"{site}={self.table(site)}"]
        made = command("fedloom", "demo", "--prepare-only", "--experiment", lead / "small.yaml", "--dir",
                       self.root / "world", *words)
        assert made.returncode == 0, made.stderr
        self.experiment = self.root / "world" / "small.yaml"
        self.sites = self.root / "world" / "sites"

    def attributes(self):
        """The schema's attributes; a test with another table overrides this and write_table()."""
        return "".join(f"  - {{name: {name}, type: coded, size: {size}}}\n" for name, size in SIZES.items())

    def table(self, site):
        return self.root / f"{site}.csv"

    def write_table(self, site, rows, seed):
        """Columns that depend on one another, differently at each site."""
        draw = random.Random(seed)
        lines = [",".join(SIZES)]
        for _ in range(rows):
            colour = draw.randrange(3)
            size = (colour + draw.randrange(2) + seed) % 4
            lines.append(f"{colour},{size},{(size + draw.randrange(3)) % 5},{int(draw.random() < 0.2 + 0.2 * colour)}")
        self.table(site).write_text("\n".join(lines) + "\n")

    def policy(self, site):
        return self.sites / f"{site}.policy.yaml"

    def run(self, out, *more, **options):
        return command("fedloom", "run", self.experiment, "--out", self.root / out, *more, **options)

    def resume(self, out, *more):
        return command("fedloom", "run", self.experiment, "--resume", self.root / out, *more)

    def mpirun(self, out, crash=None, resume=False):
        """The plain mpirun line; `crash`: (who, N), or a list of such, kills that program at its N-th step: a durable
        one, or with dropouts also a message. With dropouts mpirun's own exit code says nothing: the coordinator's is
        taken."""
        crashes = dict(crash if isinstance(crash, list) else [crash] if crash else [])

        def app(who, words):
            extra = []
            if who in crashes:
                extra = ["-x", f"FEDLOOM_CRASH_AT={crashes[who]}", "-x",
                         "LD_PRELOAD=" + os.environ["FEDLOOM_CRASH_LIBRARY"]]
                if self.dropouts:
                    extra += ["-x", "FEDLOOM_CRASH_SENDS=1"]
            return ["-n", "1"] + extra + [str(word) for word in words]
        outcome = self.root / "outcome"
        outcome.write_text("")
        line = ["mpirun", "-q", "--map-by", ":OVERSUBSCRIBE", "--bind-to", "none"]
        if self.dropouts:
            line += ["--enable-recovery"]
        line += app("coordinator", [BIN / "fedloom-coordinator", "run", self.experiment, "--out", self.root / out,
                                    "--threads", 1] + (["--outcome", outcome] if self.dropouts else [])
                    + (["--resume"] if resume else []))
        for site in self.site_names:
            line += [":"] + app(site, [BIN / "fedloom-site", "serve", self.policy(site), self.experiment, "--out",
                                       self.root / out, "--threads", 1])
        variables = environment()
        variables["PMIX_OUTPUT_REDIRECT"] = "syslog"
        done = subprocess.run(line, env=variables, text=True, capture_output=True, timeout=120,
                              stdin=subprocess.DEVNULL)
        if self.dropouts:
            words = outcome.read_text().split()
            done.returncode = int(words[1]) if words[:1] == ["ended"] else 137
        return done

    def site_ledger(self, site):
        name = next(line for line in self.policy(site).read_text().splitlines() if line.startswith("data_set:"))
        return self.sites / "state" / name.split()[1] / "ledger"

    def entries(self, site):
        return [json.loads(line) for line in (self.site_ledger(site) / "ledger.jsonl").read_text().splitlines()]

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)


def public(out):
    """What a run published: metrics, ledger, measurements' first lines and the rows."""
    folder = pathlib.Path(out) / "public"
    return {"metrics": json.loads((folder / "metrics.json").read_text()),
            "ledger": json.loads((folder / "ledger.json").read_text()),
            "rows": (folder / "synthetic.csv").read_text().splitlines()}
