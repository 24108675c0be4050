"""The numbers that public/report.html should hold, in the page's order, worked out from what a run released."""

import csv
import hashlib
import json
import math
import re

import world
from page_numbers import grouped, number, percent, shortened
from report_pictures import Pictures

CLAIMED = ["config.resolved.yaml", "ledger.json", "measurements.jsonl", "metrics.json", "model.safetensors", "roster.yaml",
           "rounds.jsonl", "schema.yaml", "synthetic.csv"]


def style_sheet():
    source = (world.CONFIGS.parent / "src/report/style.hpp").read_text(encoding="utf-8")
    return re.search(r'R"css\((.*)\)css"', source, re.DOTALL)[1]


def together(bars):
    """Bars of neighbouring codes as one."""
    label = bars[0][0] if len(bars) == 1 else f"{bars[0][0]} … {bars[-1][0]}"
    measured = None if bars[0][2] is None else sum(bar[2] for bar in bars)
    return label, sum(bar[1] for bar in bars), measured, math.sqrt(sum(bar[3] ** 2 for bar in bars))


class Report(Pictures):
    def __init__(self, run):
        super().__init__(run)
        for part in (self.head, self.promise, self.asked, self.cost, self.fit, self.attributes, self.pairs, self.sample,
                     self.certificate, self.steps, self.claims):
            part()

    # The page, part by part.

    def head(self):
        self.fixed("utf-8", "initial-scale=1")
        self.told("name")
        self.fixed(style_sheet())
        self.told("name")
        self.told("rows_written", grouped)
        self.say("schema.yaml", len(self.run.labels))
        self.say("roster.yaml", max(len(self.metrics["sites"]), 1))
        self.told("epsilon", number)
        self.told("delta", number)
        self.say("ledger.json", percent(self.run.ledger["rho"] / self.metrics["rho_budget"]))

    def unit(self):
        if self.metrics["unit_max_rows"] > 1:
            self.told("unit_max_rows")
        if self.metrics["unit_max_sites"] > 1:
            self.told("unit_max_sites")

    def assumption(self):
        if self.metrics["trust"] != "none":
            return
        if self.metrics["colluding_sites"] > 1:
            self.told("colluding_sites")
        if self.metrics["dropouts"] > 1:
            self.told("dropouts")

    def promise(self):
        self.told("epsilon", number)
        self.told("delta", number)
        self.unit()
        self.assumption()
        self.say("ledger.json", number(self.run.ledger["rho"]))
        self.told("rho_budget", number)
        self.say("ledger.json", number(self.run.ledger["epsilon"]))
        if len(self.metrics["sites"]) > 1:
            self.say("roster.yaml", len(self.metrics["sites"]))
        self.say("roster.yaml", *self.metrics["sites"])

    def asked(self):
        self.say("schema.yaml", len(self.run.labels))
        rows = re.search(r"output: {rows: (\d+|auto)", self.run.config)[1]
        self.say("config.resolved.yaml", "" if rows == "auto" else grouped(int(rows)))
        self.told("epsilon", number)
        self.told("delta", number)
        degree = int(re.search(r"degree: (\d+)", self.run.config)[1])
        if degree > 1:
            self.say("config.resolved.yaml", degree, grouped(int(re.search(r"max_cells: (\d+)", self.run.config)[1])))
        self.say("config.resolved.yaml", re.search(r"keep: (\[.*?\])", self.run.config)[1])
        self.say("measurements.jsonl", grouped(self.metrics["rows_estimate"]))
        self.told("rows_written", grouped)
        if "seconds" in self.metrics:
            self.told("seconds", lambda value: number(value, 3))
        self.told("version")
        self.say("ledger.json", *self.run.signed)

    def stages(self):
        costs = {}
        for line in self.run.rounds:
            if line["rho_step"] > 0:
                costs.setdefault(line["stage"], []).append(line["rho_step"])
        return [(stage, len(steps), sum(steps)) for stage, steps in costs.items()]

    def cost(self):
        source, whole = "rounds.jsonl: rho_step", self.metrics["rho_budget"]
        stages = self.stages()
        self.budget_chart(stages, whole)
        spent = sum(rho for _, _, rho in stages)
        for k, (_, steps, rho) in enumerate(stages):
            self.fixed(f"stage{k % 5}")
            self.say(source, steps, number(rho), percent(rho / whole))
        lost, left = self.run.ledger["rho"] - spent, max(whole - max(self.run.ledger["rho"], spent), 0.0)
        for rho in ([lost] if lost > 1e-9 * whole else []) + [left]:
            self.say(source, number(rho), percent(rho / whole))

    def fit(self):
        marginals, rows = self.run.own_marginals(), max(self.run.rows_estimate(), 1.0)
        by_degree = {degree: [one for one in marginals if len(one.attributes) == degree] for degree in (1, 2, 3)}
        self.fixed("0 2")
        for found in filter(None, by_degree.values()):
            expected = sum(math.sqrt(2 / math.pi) * one.sigma * len(one.values) / rows for one in found) / len(found)
            fitted = sum(sum(abs(value / rows - p) for value, p in zip(one.values, self.run.model.answer(one.attributes)))
                         for one in found) / len(found)
            self.say("measurements.jsonl", grouped(len(found)), grouped(sum(len(one.values) for one in found)))
            self.of_model(expected, 3)
            self.of_model(fitted, 3)
        self.fit_chart()

    def bars(self, attribute):
        """(label, the model's share, measured share, its σ), and how many codes each bar has."""
        model, measured = self.run.model.one_way_of_rows(attribute), self.run.one_way(attribute)
        rows = max(self.run.rows_estimate(), 1.0)
        counts, sigma = measured if measured else ([None] * len(model), 0.0)
        bars = [(label, share, None if count is None else count / rows, sigma / rows)
                for label, share, count in zip(self.run.labels[attribute], model, counts)]
        size = (len(bars) + 199) // 200
        return [together(bars[k:k + size]) for k in range(0, len(bars), size)], size

    def attributes(self):
        for k, name in enumerate(self.run.names):
            bars, size = self.bars(k)
            self.say("schema.yaml", name)
            (self.lying_chart if len(bars) <= 45 else self.standing_chart)(f"a{k}", name, bars)
            self.say("schema.yaml", size if size > 1 else "")
            for label, share, measured, sigma in bars:
                self.say("schema.yaml", label)
                self.share(share)
                for value in ([] if measured is None else [measured, sigma]):
                    self.share(value, source="measurements.jsonl")

    # Pairs.

    def cramers_v(self, a, b):
        cells, columns = self.run.model.answer([a, b]), self.run.model.axes[b][1]
        rows = [cells[k:k + columns] for k in range(0, len(cells), columns)]
        of_row, of_column = [sum(row) for row in rows], [sum(column) for column in zip(*rows)]
        chi2 = sum((cell - r * c) ** 2 / (r * c) for r, row in zip(of_row, rows) for c, cell in zip(of_column, row)
                   if r * c > 0)
        free = min(sum(share > 1e-9 for share in of) for of in (of_row, of_column)) - 1
        return math.sqrt(min(max(chi2 / free, 0.0), 1.0)) if free > 0 else 0.0

    def residuals(self):
        sums, rows = {}, max(self.run.rows_estimate(), 1.0)
        for one in self.run.own_marginals():
            model = self.run.model.answer(one.attributes)
            total = sum(((value - rows * p) / one.sigma) ** 2 for value, p in zip(one.values, model))
            for a in one.attributes:
                for b in one.attributes:
                    if a < b:
                        squares, cells = sums.get((a, b), (0.0, 0))
                        sums[a, b] = squares + total, cells + len(model)
        return {pair: math.sqrt(squares / cells) for pair, (squares, cells) in sums.items()}

    def pairs(self):
        count = len(self.run.names)
        every = {(a, b): self.cramers_v(a, b) for a in range(count) for b in range(a + 1, count)}
        self.heat_map(every, [0.05, 0.1, 0.2, 0.3, 0.5, 0.7])
        self.fixed("0 1")
        left = self.residuals()
        if left:
            self.heat_map(left, [0.9, 1.1, 1.3, 1.6, 2, 3])
        self.fixed("1")

    def sample(self):
        rows = list(csv.reader(self.run.rows[:6]))
        self.fixed(*(f"Row {k}" for k in range(1, len(rows))))
        for column, name in enumerate(rows[0]):
            self.say("synthetic.csv", name, *(shortened(row[column], 28) for row in rows[1:]))

    def certificate(self):
        source, ledger = "ledger.json", self.run.ledger
        self.unit()
        self.told("epsilon", number)
        self.told("delta", number)
        self.say(source, number(ledger["epsilon"], 6), number(ledger["rho"], 6))
        self.told("rho_budget", lambda value: number(value, 6))
        assert self.metrics["unit_max_sites"] == 1, "this check knows entities of one site only"
        self.assumption()
        values = sum(len(one.values) for one in self.run.measurements)
        self.say("measurements.jsonl", grouped(values), grouped(len(self.run.measurements)))
        self.say(source, grouped(len(ledger["entries"])), ledger["run_id"])
        self.fixed("SHA-256")
        self.hashes = {name: hashlib.sha256((self.run.folder / name).read_bytes()).hexdigest() for name in CLAIMED
                       if (self.run.folder / name).exists()}
        self.say("config.resolved.yaml", self.metrics["config_hash"])
        self.say("schema.yaml", self.run.schema_hash)
        self.say("SHA-256 of the file", *self.hashes.values())

    def steps(self):
        self.say("rounds.jsonl", len(self.run.rounds))
        for line in self.run.rounds:
            source, measured = "rounds.jsonl", line["measured"]
            self.say(source, line["round"], *([len(measured)] if len(measured) > 4 else []), *measured[:40])
            if len(measured) > 40:
                self.say(source, grouped(len(measured) - 40))
            self.say(source, grouped(line["cells"]))
            sigmas = [one.sigma for one in self.run.measurements if one.round == line["round"]]
            if sigmas and measured and line["rho_step"] > 0:
                self.say("measurements.jsonl", *dict.fromkeys((number(min(sigmas)), number(max(sigmas)))))
            self.say(source, number(line["rho_step"]), number(line["rho_spent"]))
            self.say(source, number(line["chi2_per_cell"], 3) if (line["chi2_per_cell"] or 0) > 0 else "")

    def claims(self):
        ledger, metrics = self.run.ledger, self.metrics
        claims = {"run_id": ledger["run_id"], "name": metrics["name"], "config_hash": metrics["config_hash"],
                  "schema_hash": self.run.schema_hash, "trust": metrics["trust"],
                  "colluding_sites": metrics["colluding_sites"], "dropouts": metrics["dropouts"],
                  "adjacency": metrics["adjacency"], "max_rows": metrics["unit_max_rows"],
                  "max_sites": metrics["unit_max_sites"], "epsilon": metrics["epsilon"], "delta": metrics["delta"],
                  "rho_budget": metrics["rho_budget"], "rho_spent": ledger["rho"], "epsilon_spent": ledger["epsilon"],
                  "ledger_entries": len(ledger["entries"]), "measurements": len(self.run.measurements),
                  "values": sum(len(one.values) for one in self.run.measurements), "signed_by": self.run.signed,
                  "lost": [], "files": self.hashes}
        self.say("the same, once more as JSON", json.dumps(claims))
