"""The numbers that the live page and its /metrics should hold after the first rounds of a run, worked out from the run's
public files. They may show times as well: see released.PUBLIC_BY_DECISION."""

import json
import math
import re

import world
from page_numbers import Expected, coordinate, grouped, number
from released import PUBLIC_BY_DECISION, epsilon_of

CLOCK = PUBLIC_BY_DECISION["seconds"]
LAST_SEEN = "the coordinator's clock when it last heard of a site, or began to wait for others: of ticks and of losses"
FIXED = "the page's own words and drawing"
PIXEL = 0.01
AWAITED = "1 while the coordinator waits for the site."  # what the values of a sample mean


def style_sheet():
    source = (world.CONFIGS.parent / "src/live/page.cpp").read_text(encoding="utf-8")
    return re.search(r'R"css\((.*?)\)css"', source, re.DOTALL)[1]


class Facts:
    """What the coordinator had released after `done` of its rounds."""

    def __init__(self, run, done):
        self.metrics = run.metrics
        self.rounds = [dict(line, epsilon=epsilon_of(line["rho_spent"], run.metrics["delta"]))
                       for line in run.rounds[:done]]
        self.sites = sorted(run.metrics["sites"])
        self.last = self.rounds[-1] if self.rounds else None
        self.planned = max(self.last["rounds_planned"], self.last["round"]) if self.rounds else 0

    def fits(self):
        return [line for line in self.rounds if (line["chi2_per_cell"] or 0) > 0]


class LivePage(Expected):
    def __init__(self, facts, seen):
        """`seen`: how many sites the page has seen, and whether it shows a speed: clocks decide that."""
        super().__init__()
        self.facts, self.metrics = facts, facts.metrics
        self.say(FIXED, "utf-8", 2, "initial-scale=1")
        self.say("config.resolved.yaml", self.metrics["name"])
        self.say(FIXED, style_sheet())
        self.say("config.resolved.yaml", self.metrics["name"], self.metrics["run_id"])
        self.figures(seen["speed"])
        self.epsilon_bar()
        self.fit_curve()
        for _ in range(seen["sites"]):
            self.time(LAST_SEEN)
        for line in self.facts.rounds[:-13:-1]:
            self.say("rounds.jsonl", line["round"], grouped(line["cells"]), number(line["epsilon"], 3),
                     number(line["chi2_per_cell"], 3) if (line["chi2_per_cell"] or 0) > 0 else "")
            self.time(CLOCK)

    def figures(self, speed):
        facts, last = self.facts, self.facts.last
        self.say("rounds.jsonl", last["round"] if last else 0, facts.planned if facts.planned else "")
        self.say("rounds.jsonl: rho_spent", number(last["epsilon"] if last else 0.0, 3))
        self.say("config.resolved.yaml", number(self.metrics["epsilon"], 3), number(self.metrics["delta"], 2))
        if speed:
            self.time(CLOCK)  # numbers a second
        self.time(CLOCK)  # so far
        if last and last["round"] < facts.planned:
            self.time(CLOCK)  # left

    def stages(self):
        stages, before = {}, 0.0
        for line in self.facts.rounds:
            rise, before = max(line["epsilon"] - before, 0.0), max(line["epsilon"], before)
            if rise > 0:
                stages[line["stage"]] = stages.get(line["stage"], 0.0) + rise
        return stages

    def epsilon_bar(self):
        source, begin = "rounds.jsonl: rho_spent", 0.0
        stages = self.stages()
        self.say(FIXED, 26)
        self.say("config.resolved.yaml", number(self.metrics["epsilon"], 3))
        self.say(source, *(number(rise, 3) for rise in stages.values()))
        self.say(FIXED, "100%", 26)
        for k, rise in enumerate(stages.values()):
            part = min(max(rise / self.metrics["epsilon"], 0.0), 1.0 - begin)
            self.say(FIXED, f"stage{k % 5}")
            self.say(source, coordinate(begin * 100) + "%", coordinate(part * 100) + "%", off=PIXEL)
            self.say(FIXED, 26)
            begin += part
        for k, rise in enumerate(stages.values()):
            self.say(FIXED, f"stage{k % 5}")
            self.say(source, number(rise, 3))

    def fit_curve(self):
        fits, source = self.facts.fits(), "rounds.jsonl: chi2_per_cell"
        if len(fits) < 2:
            return
        values = [line["chi2_per_cell"] for line in fits]
        low, high = min([1.0] + values) / 1.1, max([1.0] + values) * 1.1

        def y(value):
            return 12 + 120 * math.log(high / value) / math.log(high / low)

        points = [(coordinate(10 + 87 * k / (len(fits) - 1)), coordinate(y(value))) for k, value in enumerate(values)]
        self.say(FIXED, 160)
        self.say(source, number(values[-1], 3))
        self.say(FIXED, 1)
        for tick in (low * 1.1, 1.0, high / 1.1):
            self.say(FIXED, "10% 97%")
            self.say(source, coordinate(y(tick)), coordinate(y(tick)), off=PIXEL)
            if tick == 1.0 or abs(y(tick) - y(1.0)) > 14:
                self.say(FIXED, "9%")
                self.say(source, coordinate(y(tick) + 4), off=PIXEL)
                self.say(source, number(tick, 3))
        self.say(FIXED, "100% 160", "0 0 100 160")
        self.say(source, " ".join(",".join(point) for point in points), off=PIXEL)
        for x, height in points:
            self.say(FIXED, 3)
            self.say(source, x + "%", height, off=PIXEL)
        self.say(FIXED, "10% 152")
        self.say("rounds.jsonl", fits[0]["round"])
        self.say(FIXED, "97% 152")
        self.say("rounds.jsonl", fits[-1]["round"])
        self.say(FIXED, 1)


def metrics_faults(text, facts):
    """Of the Prometheus text: each sample with its value; None: a clock's, which may be any number."""
    metrics, last = facts.metrics, facts.last
    info = f'run="{metrics["run_id"]}",experiment="{metrics["name"]}",trust="{metrics["trust"]}"'
    expected = {f"run_info{{{info}}}": 1, "epsilon_budget": metrics["epsilon"],
                "epsilon_spent": last["epsilon"] if last else 0, "rounds_done": last["round"] if last else 0,
                "rounds_planned": facts.planned, "seconds": None}
    if last:
        expected.update({"round_cells": last["cells"], "round_seconds": None})
        if last["round"] < facts.planned:
            expected["seconds_left"] = None
        if (last["chi2_per_cell"] or 0) > 0:
            expected["fit_chi2_per_cell"] = last["chi2_per_cell"]
    for site in facts.sites:
        expected[f'site_seconds_since_seen{{site="{site}"}}'] = None
        expected[f'site_awaited{{site="{site}"}}'] = (0, 1)
    told, names = [], {"fedloom_" + name.split("{")[0] for name in expected}
    for line in text.splitlines():
        if line.startswith("# "):
            rest = " ".join(word for word in line.replace(AWAITED, "").split() if word not in names)
            told += [f"a number in: {line}"] if re.search(r"\d", rest) else []
            continue
        name, value = line.removeprefix("fedloom_").rsplit(" ", 1)
        right = expected.get(name, "nothing of that name")
        good = (right is None or (isinstance(right, tuple) and float(value) in right)
                or (isinstance(right, (int, float)) and abs(float(value) - right) <= 2e-8 * abs(right)))
        told += [] if good else [f"{line}, and the files give {json.dumps(right)}"]
    return told
