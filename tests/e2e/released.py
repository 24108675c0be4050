"""What a run has released, read from its public folder and worked out again from the primary files: the signed ledger,
the measurements, the model, the rows, and the experiment with its schema. Nothing else is opened."""

import array
import hashlib
import json
import math
import re
import struct

# What stands in metrics.json and rounds.jsonl and does not follow from the primary files, with the reason why it may.
PUBLIC_BY_DECISION = {
    "version": "the program's own version",
    "seconds": "the coordinator's clock: sites answer on public ticks, so that time says nothing of rows",
    "seconds_fit": "the coordinator's clock, while it fits released values",
    "rounds_planned": "an estimate by the coordinator, of the plan and of released values",
    "chi2_per_cell": "of the model that the coordinator had then, which it fitted to released values",
    "lambda": "how the coordinator fitted, by released values",
}


def top_level(text, key):
    """The value of `key: value` in a file that Fedloom wrote, at whatever depth; the key stands there once."""
    return re.search(rf"(?:^|[\s{{]){key}: ([^,}}\n]+)", text).group(1).strip()


def quoted(text):
    return [json.loads(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', text)]


def whole_numbers(edges):
    """The whole numbers in each bin: the last edge belongs to the last bin."""
    edges = [int(edge) for edge in edges]
    ends = [edge - 1 for edge in edges[1:-1]] + [edges[-1]]
    return list(zip(edges[:-1], ends))


def labels_of(line):
    """The labels of the codes of one attribute of a schema.yaml that a run wrote."""
    kind = re.search(r"type: (\w+)", line).group(1)
    if kind == "coded":
        labels = [str(code) for code in range(int(re.search(r"size: (\d+)", line).group(1)))]
    elif kind == "integer":
        edges = re.search(r"edges: \[([^\]]*)\]", line).group(1).split(", ")
        labels = [str(low) if low == high else f"{low}–{high}" for low, high in whole_numbers(edges)]
    elif kind == "categorical":
        labels = quoted(re.search(r"values: (\[.*?\]), ", line).group(1))
        if "outside: other" in line:
            labels.append(quoted(re.search(r"other_label: (\"(?:[^\"\\]|\\.)*\")", line).group(1))[0])
    else:
        raise AssertionError(f"this check knows no labels of a column of {kind}")
    return labels + (["missing"] if "missing: [" in line else [])


OUTSIDE = ["refuse", "other", "clip"]


def schema_hash(lines):
    """Schema::hash of plain attributes: over what they mean, each field behind its length."""
    digest = hashlib.sha256()

    def add(*fields):
        for field in fields:
            part = struct.pack("<Q", field) if isinstance(field, int) else field.encode() if isinstance(field, str) else field
            digest.update(struct.pack("<Q", len(part)) + part)

    add("fedloom schema 1", len(lines))
    for line in lines:
        assert not re.search(r", (column|part|derive|format|tree|prefix|bins): ", line), "this check knows plain columns"
        kind, outside = re.search(r"type: (\w+)", line)[1], OUTSIDE.index(re.search(r"outside: (\w+)", line)[1])
        missing = quoted((re.search(r"missing: (\[.*\])\}", line) or [None, ""])[1])
        add(quoted(line)[0])
        if kind == "coded":
            add("coded", int(re.search(r"size: (\d+)", line)[1]), outside)
        elif kind == "integer":
            edges = [float(edge) for edge in re.search(r"edges: \[([^\]]*)\]", line)[1].split(", ")]
            add("binned", 1, len(edges), *(struct.pack("<d", edge) for edge in edges), outside)
        else:
            values = quoted(re.search(r"values: (\[.*?\]), ", line)[1])
            label = quoted(re.search(r"other_label: (\"(?:[^\"\\]|\\.)*\")", line)[1])[0] if outside == 1 else ""
            add("categorical", len(values), *values, outside, label)
        add(int(bool(missing)), *([len(missing)] + missing if missing else []))
    return digest.hexdigest()


class Model:
    """A mixture of products: the logits of model.safetensors, one softmax a component and attribute. Very many codes of an
    attribute are merged into bins, and have shares of them."""

    def __init__(self, file):
        data = file.read_bytes()
        length, = struct.unpack("<Q", data[:8])
        header = json.loads(data[8:8 + length])
        texts = header["__metadata__"]

        def numbers(name, kind):
            begin, end = (8 + length + offset for offset in header[name]["data_offsets"])
            return array.array(kind, data[begin:end])

        merged = json.loads(texts.get("expansion", '{"attributes": []}'))["attributes"]
        self.bins = {attribute: list(numbers(f"bins.{k}", "i")) for k, attribute in enumerate(merged)}
        self.shares = {attribute: numbers(f"shares.{k}", "d") for k, attribute in enumerate(merged)}
        logits = numbers("logits", "f")
        self.axes = [(axis["name"], axis["size"]) for axis in json.loads(texts["domain"])]
        self.components = int(texts["components"])
        width = sum(size for _, size in self.axes)
        self.probabilities = []  # by component and attribute
        for b in range(self.components):
            at, row = b * width, []
            for _, size in self.axes:
                block = logits[at:at + size]
                parts = [math.exp(x - max(block)) for x in block]
                row.append([part / sum(parts) for part in parts])
                at += size
            self.probabilities.append(row)

    def one_way_of_rows(self, attribute):
        """In the codes that rows have."""
        bins = self.answer([attribute])
        if attribute not in self.bins:
            return bins
        return [share * bins[bin_of] for bin_of, share in zip(self.bins[attribute], self.shares[attribute])]

    def answer(self, attributes):
        total = None
        for row in self.probabilities:
            product = [1 / self.components]
            for attribute in attributes:
                product = [x * p for x in product for p in row[attribute]]
            total = product if total is None else [x + y for x, y in zip(total, product)]
        return total


class Measurement:
    def __init__(self, line, names, coarsenings):
        self.attributes = sorted(names.index(name) for name in line["attributes"])
        self.is_marginal = line["kind"] == "marginal"
        self.look = line.get("look", False)
        self.over_codes = "coarsening" not in line
        self.bins = {} if self.over_codes else coarsenings[line["coarsening"]]
        self.sigma, self.round = line["sigma"], line["round"]
        self.grid = 2.0 ** line["grid_bits"]
        self.values = [value / self.grid for value in line["values"]]

    def total_and_weight(self, bins, rows):
        """Of all counts, as they are over the run's bins: what noise has taken from `rows` is given back evenly, and rounded
        to the grid."""
        bin_of = bins.get(self.attributes[0]) if self.over_codes and len(self.attributes) == 1 else None
        if bin_of is None:
            return sum(self.values), 1 / (self.sigma ** 2 * len(self.values))
        sums, codes, count = [0.0] * (max(bin_of) + 1), [0] * (max(bin_of) + 1), len(bin_of)
        for place, value in zip(bin_of, self.values):
            sums[place] += value
            codes[place] += 1
        lack = rows - sum(sums)
        total = sum(math.floor((s + lack * c / count) * self.grid + 0.5) / self.grid for s, c in zip(sums, codes))
        precision = sum(1 / (c * (1 - c / (count + 1))) for c in codes) / len(codes)
        return total, precision / (self.sigma ** 2 * len(codes))


def rho_of(event):
    """Gaussian: of the noise that the contributors add together (Bun & Steinke 2016); exponential mechanism: ε²/8 (Cesar
    & Rogers 2021)."""
    if event["kind"] == "exponential":
        return (event["epsilon_num"] * 2.0 ** -event["epsilon_shift"]) ** 2 / 8
    assert event["kind"] == "gaussian", "this check knows no other mechanism"
    variance = event["variance_num"] * 2.0 ** -event["variance_shift"] * 4.0 ** -event["grid_bits"]
    return event["sensitivity_squared"] / (2 * event["contributors"] * variance)


def epsilon_of(rho, delta):
    """The smallest over α of Canonne, Kamath & Steinke 2020, proposition 12, by ternary search of log(α − 1)."""
    def at(t):
        alpha = 1 + math.exp(t)
        return rho * alpha + (math.log(1 / delta) - math.log(alpha)) / (alpha - 1) + math.log1p(-1 / alpha)
    low, high = -10.0, 20.0
    for _ in range(300):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if at(a) < at(b) else (a, high)
    return max(0.0, at(low))


class Released:
    def __init__(self, folder):
        def text(name):
            return (folder / name).read_text(encoding="utf-8")

        self.folder = folder
        self.config, self.schema = text("config.resolved.yaml"), text("schema.yaml")
        self.ledger, self.metrics = json.loads(text("ledger.json")), json.loads(text("metrics.json"))
        self.rounds = [json.loads(line) for line in text("rounds.jsonl").splitlines()]
        self.model = Model(folder / "model.safetensors")
        self.names = [name for name, _ in self.model.axes]
        lines = text("measurements.jsonl").splitlines()
        coarsenings = [{self.names.index(axis["attribute"]): axis["bin_of"] for axis in axes}
                       for axes in json.loads(lines[0]).get("coarsenings", [])]
        self.measurements = [Measurement(json.loads(line), self.names, coarsenings) for line in lines[1:]]
        self.rows = text("synthetic.csv").splitlines()
        columns = [line for line in self.schema.splitlines() if line.startswith("  - {name: ") and "role: id" not in line]
        self.labels = [labels_of(line) for line in columns]
        self.schema_hash = schema_hash(columns)
        self.signed = [site["site"] for site in self.ledger["sites"]]
        self.members = [] if self.metrics["trust"] == "central" else self.signed

    def rows_estimate(self, upto=math.inf):
        """Each marginal's sum of noisy counts, weighed by its noise, of the rounds up to one."""
        marginals = [one for one in self.measurements if one.is_marginal and one.round <= upto]

        def mean(of):
            pairs = list(of)
            return max(1.0, sum(total * weight for total, weight in pairs) / sum(weight for _, weight in pairs))

        rows = mean(one.total_and_weight({}, 0.0) for one in marginals if one.over_codes)
        return mean(one.total_and_weight(self.model.bins, rows) for one in marginals)

    def one_way(self, attribute):
        """Measured counts and their σ, merged by inverse variance; None: not measured by itself."""
        found = [one for one in self.measurements
                 if one.is_marginal and one.over_codes and one.attributes == [attribute]]
        weight = sum(1 / one.sigma ** 2 for one in found)
        if not found:
            return None
        counts = [sum(one.values[k] / one.sigma ** 2 for one in found) / weight for k in range(len(found[0].values))]
        return counts, weight ** -0.5

    def own_marginals(self):
        """Over the codes that the model knows, to compare the fit with."""
        def of_the_model(one):
            cells = math.prod(self.model.axes[attribute][1] for attribute in one.attributes)
            return (one.over_codes or one.bins == self.model.bins) and len(one.values) == cells

        return [one for one in self.measurements if one.is_marginal and not one.look and of_the_model(one)]

    def secondary_faults(self):
        """Where metrics.json or rounds.jsonl says what the primary files do not give."""
        told = []

        def compare(what, found, expected, close=1e-9):
            exact = not isinstance(expected, float)
            if found != expected if exact else abs(found - expected) > close * abs(expected):
                told.append(f"{what} is {found}, and the files give {expected}")

        delta = float(top_level(self.config, "delta"))
        metrics = self.metrics
        expected = {
            "name": quoted(re.search(r"^name: (.*)$", self.config, re.M)[1])[0],
            "run_id": self.ledger["run_id"], "epsilon": float(top_level(self.config, "epsilon")), "delta": delta,
            "rho_spent": self.ledger["rho"], "epsilon_spent": epsilon_of(self.ledger["rho"], delta),
            "adjacency": top_level(self.config, "adjacency"), "unit_max_rows": int(top_level(self.config, "max_rows")),
            "unit_max_sites": int(top_level(self.config, "max_sites")), "trust": top_level(self.config, "trust"),
            "colluding_sites": int(top_level(self.config, "colluding_sites")),
            "dropouts": int(top_level(self.config, "dropouts")),
            "coordinator": top_level(self.config, "coordinator"), "method": top_level(self.config, "method"),
            "rows_estimate": self.rows_estimate(), "rows_written": len(self.rows) - 1, "sites": self.members,
            "attributes": [{"name": name, "labels": labels} for name, labels in zip(self.names, self.labels)]}
        for key, value in expected.items():
            compare("metrics.json: " + key, metrics[key], value, 1e-6 if key == "epsilon_spent" else 1e-9)
        compare("metrics.json: the ε of rho_budget", epsilon_of(metrics["rho_budget"], delta), metrics["epsilon"], 1e-6)
        if metrics["trust"] == "central" and "seconds" in metrics:
            told.append("metrics.json: tells the time of a run whose owner answers no public tick")
        for key in set(metrics) - set(expected) - {"rho_budget", "config_hash"} - set(PUBLIC_BY_DECISION):
            told.append(f"metrics.json: nothing says where {key} comes from")
        if not told:
            told += self.round_faults(compare)
        return told

    def round_faults(self, compare):
        told, spent = [], 0.0
        for line in self.rounds:
            entries = [entry for entry in self.ledger["entries"] if entry["round"] == line["round"]]
            cost = sum(rho_of(event) for entry in entries for event in entry["events"])
            final = line["stage"] == "final fit"
            spent += 0 if final else cost
            measured = [one for one in self.measurements if one.round == line["round"] and not final]
            # What the exponential mechanism chose is what the next round measures.
            chosen = [one for one in self.measurements if line["stage"] == "select" and one.round == line["round"] + 1]
            expected = {"rho_step": 0.0 if final else cost, "rho_spent": spent, "rho_budget": self.metrics["rho_budget"],
                        "cells": sum(len(one.values) for one in measured),
                        "measured": [" × ".join(self.names[a] for a in one.attributes) or "rows"
                                     for one in measured + chosen],
                        "shares": len(self.signed) if measured else 0,
                        "rows_estimate": self.rows_estimate(line["round"]),
                        "stage": entries[0]["stage"] if entries and not final else "final fit"}
            for key, value in expected.items():
                compare(f"rounds.jsonl: {key} of round {line['round']}", line[key], value, 1e-6)
            for key in set(line) - set(expected) - {"round"} - set(PUBLIC_BY_DECISION):
                told.append(f"rounds.jsonl: nothing says where {key} comes from")
        return told
