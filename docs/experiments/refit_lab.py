#!/usr/bin/env python3
"""Fits the mixture again to runs' released measurements with other settings, in NumPy, and tells the error of the model.

usage: refit_lab.py --table NAME=TABLE.csv [--degree 3] [--exact] [--log RESULTS.csv] --try SETTINGS... -- FILE.jsonl...

FILE.jsonl is what `bench_loop --save` wrote, named NAME-EPSILON-SEED.jsonl. SETTINGS are the fields of `Settings` below
that differ from the product's fit, as rate=.1,spread=.6; "" is the fit as it is. --exact puts the true counts in the
place of the noisy ones, which tells what the choice of marginals costs without noise. Prints, for each file and each
settings, the mean L1 error over all marginals of the degree, χ² per cell and CPU seconds. Needs NumPy, pandas, SciPy.
"""
import argparse
import dataclasses
import pathlib
import time

import numpy as np
import pandas as pd
import scipy.optimize

from lab_problem import Released, Truth, sum_blocks


@dataclasses.dataclass
class Settings:
    components: int = 500
    steps: int = 600
    optimiser: str = "adam"     # adam | mirror | momentum | lbfgs
    rate: float = 0.2
    beta1: float = 0.5
    beta2: float = 0.95
    plateau: float = 0.0        # end of the constant steps: χ² fell by less than this part in 50; a third more decay
    penalty: str = "mutual"     # mutual: KL(P_b ‖ P̄) | entropy: −H(P_b)
    factor: float = 0.6         # λ over the mean of 1/σ
    spread: float = 0.3
    clusters: float = 0.0       # start: logits added at the codes of a row drawn along a tree of measured pairs
    weights: float = 0.0        # step of the weights' logits; 0: uniform
    project: str = "none"       # measurements before the fit: none | consistent | simplex (consistent, then projected)
    seed: int = 0

    @staticmethod
    def of(text):
        given = dict(item.split("=") for item in text.split(",") if item)
        kinds = {field.name: field.type for field in dataclasses.fields(Settings)}
        return Settings(**{name: kinds[name](value) for name, value in given.items()})


def softmax(logits, sizes):
    exp = np.exp(logits)
    return exp / sum_blocks(exp, sizes)


def weights_of(logits):
    exp = np.exp(logits - logits.max())
    return (exp / exp.sum()).astype(np.float32)


# ---- measurements that agree


def subsets(marginal):
    out = [()]
    for i in marginal:
        out += [s + (i,) for s in out]
    return out


def onto(table, marginal, subset, sizes):
    """The part of a table that only `subset` jointly tells: summed to it, without what its own subsets tell."""
    shaped = table.reshape([sizes[i] for i in marginal])
    shaped = shaped.sum(axis=tuple(a for a, i in enumerate(marginal) if i not in subset))
    for axis in range(len(subset)):
        shaped = shaped - shaped.mean(axis=axis, keepdims=True)
    return shaped


def simplex(counts, rows):
    ordered = np.sort(counts)[::-1]
    shifts = (np.cumsum(ordered) - rows) / np.arange(1, len(counts) + 1)
    return np.maximum(0.0, counts - shifts[np.flatnonzero(ordered > shifts)[-1]])


def make_consistent(released, non_negative):
    """Least squares of all measured marginals over codes: each part is the mean over the marginals that tell it, by
    1/variance (a sum over k cells has k times the variance)."""
    sizes, groups = released.sizes, [released.one_ways, released.views[0].targets]
    cells = {m: counts.size for group in groups for m, (counts, _) in group.items()}
    sums, norms = {}, {}
    for group in groups:
        for m, (counts, weight) in group.items():
            for s in subsets(m):
                sums[s] = sums.get(s, 0.0) + onto(counts, m, s, sizes) * weight / cells[m]
                norms[s] = norms.get(s, 0.0) + weight / cells[m]
    for group in groups:
        for m, (_, weight) in group.items():
            out = np.zeros([sizes[i] for i in m])
            for s in subsets(m):
                part = sums[s] / norms[s]
                shape = [sizes[i] if i in s else 1 for i in m]
                out += part.reshape(shape) * part.size / cells[m]
            group[m] = (simplex(out.reshape(-1), released.rows) if non_negative else out.reshape(-1), weight)


# ---- where the fit starts


def start(released, settings):
    random, sizes = np.random.RandomState(settings.seed), released.sizes
    logits = random.randn(released.offsets[-1], settings.components) * settings.spread
    for i in range(len(sizes)):
        counts, weight = released.one_ways[(i,)]
        p = np.maximum(counts, 0) + 0.3 / np.sqrt(weight) + 1e-9
        logits[released.offsets[i]:released.offsets[i + 1]] += np.log(p / p.sum())[:, None]
    if settings.clusters > 0:
        rows = tree_rows(released, settings.components, random)
        logits[rows + released.offsets[:-1], np.arange(len(rows))[:, None]] += settings.clusters
    return logits.astype(np.float32)


def tree_rows(released, count, random):
    """Rows drawn along a forest of the measured pairs with the most mutual information, noisy counts clipped."""
    pairs = []
    for m, (counts, weight) in released.views[0].targets.items():
        if len(m) == 2:
            p = np.maximum(counts - 1 / np.sqrt(weight), 0).reshape(released.sizes[m[0]], -1) + 1e-6
            p /= p.sum()
            pairs.append((float((p * np.log(p / np.outer(p.sum(1), p.sum(0)))).sum()), m, p))
    rows = np.zeros((count, len(released.sizes)), int)
    drawn = set()
    while len(drawn) < len(released.sizes):
        open_pairs = [(gain, m, p) for gain, m, p in pairs if len(drawn & set(m)) == 1]
        if not open_pairs:
            i = next(i for i in range(len(released.sizes)) if i not in drawn)
            p = np.maximum(released.one_ways[(i,)][0], 0)
            rows[:, i] = random.choice(len(p), count, p=p / p.sum())
            drawn.add(i)
            continue
        _, (a, b), p = max(open_pairs, key=lambda entry: entry[0])
        a, b, p = (a, b, p) if a in drawn else (b, a, p.T)
        conditional = np.cumsum(p / p.sum(1, keepdims=True), axis=1)[rows[:, a]]
        rows[:, b] = np.minimum((random.rand(count, 1) > conditional).sum(1), released.sizes[b] - 1)
        drawn.add(b)
    return rows


# ---- the fit


class Objective:
    """½χ²·B/N̂ + λ·Σ B·w_b·(the component's penalty), and its gradient."""

    def __init__(self, released, settings):
        self.released, self.mutual = released, settings.penalty == "mutual"
        self.penalty = np.float32(settings.factor * released.precision)

    def at(self, logits, w):
        released, p = self.released, softmax(logits, self.released.sizes)
        chi2, chi2_ones, pull, of_w = released.gradient(p, w)
        surprise = np.log(p + 1e-12) - (np.log(p @ w + 1e-12)[:, None] if self.mutual else 0)
        divergence = np.einsum("ib,ib->b", p, surprise)
        pull += self.penalty * surprise
        of_w += self.penalty * divergence
        value = 0.5 * (chi2 + chi2_ones) * len(w) / released.rows + self.penalty * len(w) * float(w @ divergence)
        return p, value, pull, of_w, chi2 / released.cells

    def at_logits(self, p, w, pull):
        """From ∂/∂P to ∂/∂logits: the softmax's Jacobian, block by block."""
        out = p * pull
        return (out - p * sum_blocks(out, self.released.sizes)) * (w * len(w))


class Adam:
    def __init__(self, settings):
        self.beta1, self.beta2, self.first, self.second, self.power = settings.beta1, settings.beta2, 0.0, 0.0, 0

    def move(self, g):
        self.power += 1
        self.first = self.beta1 * self.first + (1 - self.beta1) * g
        self.second = self.beta2 * self.second + (1 - self.beta2) * self.size(g)
        scale = np.sqrt(self.second / (1 - self.beta2 ** self.power)) + 1e-12
        return self.first / (1 - self.beta1 ** self.power) / scale

    @staticmethod
    def size(g):
        return g * g


class OneScale(Adam):
    """Momentum alone: one step for all, in units of the gradient's running root mean square."""

    @staticmethod
    def size(g):
        return float((g * g).mean())


def descend(objective, settings, logits):
    w_logits = np.zeros(logits.shape[1], np.float32)
    mover, w_mover = (Adam if settings.optimiser == "adam" else OneScale)(settings), Adam(settings)
    decay_from, watched = 0 if settings.plateau == 0 else settings.steps, []
    step = last = 0
    while step < (settings.steps if settings.plateau == 0 else last or settings.steps):
        w = weights_of(w_logits)
        p, _, pull, of_w, chi2 = objective.at(logits, w)
        watched.append(chi2)
        if settings.plateau > 0 and last == 0 and step >= 100 and chi2 > (1 - settings.plateau) * watched[step - 50]:
            decay_from, last = step, step * 4 // 3
        end = last or settings.steps
        progress = max(0, step - decay_from) / max(1, end - decay_from)
        rate = (0.5 * (1 + np.cos(np.pi * progress)) * 0.95 + 0.05)
        if settings.optimiser == "mirror":  # P ∝ P·exp(−step·∂/∂P): the gradient without the softmax's Jacobian
            pull -= sum_blocks(p * pull, objective.released.sizes)
            g = pull * (w * len(w))
        else:
            g = objective.at_logits(p, w, pull)
        logits = np.clip(logits - np.float32(settings.rate * rate) * mover.move(g), -30, 30).astype(np.float32)
        if settings.weights > 0:
            of_w = w * (of_w - w @ of_w)
            w_logits = w_logits - np.float32(settings.weights * rate) * w_mover.move(of_w)
        step += 1
    return logits, weights_of(w_logits), step


def quasi_newton(objective, settings, logits):
    w = weights_of(np.zeros(logits.shape[1]))

    def value(x):
        p, f, pull, _, _ = objective.at(x.reshape(logits.shape).astype(np.float32), w)
        return f, objective.at_logits(p, w, pull).astype(float).reshape(-1)

    found = scipy.optimize.minimize(value, logits.astype(float).reshape(-1), jac=True, method="L-BFGS-B",
                                    options={"maxiter": settings.steps, "maxfun": settings.steps, "maxcor": 20,
                                             "ftol": 1e-9})
    return found.x.reshape(logits.shape).astype(np.float32), w, found.nfev


def fit(file, settings, truth):
    released = Released(file)
    if truth is not None:
        for group in (released.one_ways, released.views[0].targets):
            for m in group:
                group[m] = (truth.counts(m).astype(float), group[m][1])
    if settings.project != "none":
        make_consistent(released, settings.project == "simplex")
    released.prepare()
    begin, objective = time.process_time(), Objective(released, settings)
    solve = quasi_newton if settings.optimiser == "lbfgs" else descend
    logits, w, steps = solve(objective, settings, start(released, settings))
    p, value, _, _, chi2 = objective.at(logits, w)
    return p, w, {"value": value, "chi2": chi2, "steps": steps, "seconds": time.process_time() - begin}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--try", dest="tries", nargs="+", required=True)
    parser.add_argument("--table", action="append", required=True)
    parser.add_argument("--degree", type=int, default=3)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--log", type=pathlib.Path)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    tables = dict(item.split("=", 1) for item in options.table)
    for file in options.files:
        name, epsilon, seed = file.stem.rsplit("-", 2)
        released = Released(file)
        truth = Truth(pd.read_csv(tables[name])[released.names].values, released, options.degree)
        for text in options.tries:
            p, w, told = fit(file, Settings.of(text), truth if options.exact else None)
            error = truth.error(p, w)
            print(f"{name} {epsilon} {seed} {text or 'as it is':32} error {error:.5f}  objective {told['value']:.6g}  "
                  f"chi2/cell {told['chi2']:.2f}  {told['steps']} steps {told['seconds']:.1f} CPU s", flush=True)
            if options.log:
                with options.log.open("a", encoding="utf-8") as log:
                    log.write(f"{name},{epsilon},{seed},{text.replace(',', ' ')},{error:.6f},{told['value']:.6g},"
                              f"{told['chi2']:.3f},{told['steps']},{told['seconds']:.1f}\n")


if __name__ == "__main__":
    main()
