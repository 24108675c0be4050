#!/usr/bin/env python3
"""Makes evaluate_adult.csv: figures of the bundled Adult rows against rows that are put together from them.

usage: evaluate_adult.py SCORE.py > evaluate_adult.csv

Needs NumPy, pandas, SciPy, PyYAML, scikit-learn, SDMetrics 0.32.0, and SCORE.py, an independent scorer of integer-coded
tables with a function l1(columns, other columns, sizes, rows, other rows). The synthetic row k has the first five
columns of real row (7k + 3) mod N, the next five of row (11k + 5) mod N, and the rest of row (13k + 1) mod N.
"""
import importlib.util
import itertools
import pathlib
import sys
import warnings

import numpy
import pandas
import yaml
from scipy.stats.contingency import association
from sdmetrics.reports.single_table import QualityReport
from sklearn.linear_model import LogisticRegression

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYNTHETIC_ROWS = 20000
SITES = ("office", "trades", "young")


def load_scorer(path):
    spec = importlib.util.spec_from_file_location("score", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tables():
    read = [pandas.read_csv(ROOT / f"configs/data/adult-{site}.csv") for site in SITES]
    real = pandas.concat(read, ignore_index=True)
    k = numpy.arange(SYNTHETIC_ROWS)
    names = list(real.columns)
    parts = [real[names[5 * g:5 * g + 5]].iloc[(step * k + start) % len(real)].reset_index(drop=True)
             for g, (step, start) in enumerate(((7, 3), (11, 5), (13, 1)))]
    return real, pandas.concat(parts, axis=1)


def edges_of(attribute):
    return attribute.get("edges") or list(range(attribute["min"], attribute["max"] + 1, attribute["width"])) + [attribute["max"]]


def codes(table, attribute):
    values = table[attribute["name"]]
    if attribute["type"] == "categorical":
        found = pandas.Categorical(values, categories=attribute["values"]).codes.astype(int)
        return numpy.where(found < 0, len(attribute["values"]), found)
    edges = edges_of(attribute)
    place = numpy.searchsorted(edges, values.to_numpy(), side="right") - 1
    return numpy.clip(place, 0, len(edges) - 2)


def size_of(attribute):
    if attribute["type"] == "categorical":
        return len(attribute["values"]) + bool(attribute.get("missing"))
    return len(edges_of(attribute)) - 1


def say(figure, key, value):
    print(f"{figure},{key},{value!r}")


def marginals(score, sizes, real, synthetic, rows):
    for degree in (1, 2, 3):
        errors = [score.l1([real[i] for i in c], [synthetic[i] for i in c], [sizes[i] for i in c], *rows)
                  for c in itertools.combinations(range(len(sizes)), degree)]
        say("mean_l1", degree, float(numpy.mean(errors)))
        say("worst_l1", degree, float(numpy.max(errors)))


def associations(names, coded):
    for (i, first), (j, second) in itertools.combinations(enumerate(names), 2):
        for which, table in coded.items():
            counts = pandas.crosstab(table[i], table[j]).to_numpy()
            say(f"cramers_v_{which}", f"{first}|{second}", float(association(counts, method="cramer")))


def sdmetrics(real, synthetic, attributes):
    kinds = {a["name"]: {"sdtype": "categorical" if a["type"] == "categorical" else "numerical"} for a in attributes}
    for threshold in (True, False):
        report = QualityReport()
        report.num_rows_subsample = None
        if not threshold:
            report.real_correlation_threshold = report.real_association_threshold = 0
        report.generate(real, synthetic, {"columns": kinds}, verbose=False)
        for name, score in report.get_properties()[["Property", "Score"]].to_numpy():
            say("property" if threshold else "property_of_all", name, float(score))
    for name, score in report.get_details("Column Shapes")[["Column", "Score"]].to_numpy():
        say("shape", name, float(score))
    for first, second, score in report.get_details("Column Pair Trends")[["Column 1", "Column 2", "Score"]].to_numpy():
        say("trend", f"{first}|{second}", float(score))


def propensity(sizes, coded):
    """pMSE by scikit-learn, the intercept free, the ridge of Fedloom's fit."""
    ridge = 1e-3
    rows = numpy.concatenate([numpy.stack(coded["real"], 1), numpy.stack(coded["synthetic"], 1)])
    label = numpy.r_[numpy.zeros(len(coded["real"][0])), numpy.ones(len(coded["synthetic"][0]))]
    ones = numpy.concatenate([numpy.eye(n)[rows[:, i]] for i, n in enumerate(sizes)], axis=1)
    fit = LogisticRegression(C=1 / ridge, solver="newton-cholesky", tol=1e-10, max_iter=1000).fit(ones, label)
    share = label.mean()
    say("pmse", "all", float(((fit.predict_proba(ones)[:, 1] - share) ** 2).mean()))
    say("parameters", "all", int(numpy.linalg.matrix_rank(numpy.c_[ones, numpy.ones(len(ones))])))


def main():
    warnings.simplefilter("ignore")
    score = load_scorer(sys.argv[1])
    attributes = yaml.safe_load((ROOT / "configs/adult.schema.yaml").read_text(encoding="utf-8"))["attributes"]
    real, synthetic = tables()
    coded = {"real": [codes(real, a) for a in attributes], "synthetic": [codes(synthetic, a) for a in attributes]}
    sizes = [size_of(a) for a in attributes]
    print("figure,key,value")
    marginals(score, sizes, coded["real"], coded["synthetic"], (len(real), len(synthetic)))
    associations([a["name"] for a in attributes], coded)
    sdmetrics(real, synthetic, attributes)
    propensity(sizes, coded)


if __name__ == "__main__":
    main()
