#!/usr/bin/env python3
"""Fits the mixture again to a run's released measurements with other settings, in NumPy, and tells the error of the model.

usage: refit_lab.py --measurements M.jsonl --csv TABLE.csv
                    [--components 500] [--steps 600] [--step-size .2] [--weight .6] [--spread .3] [--seed 0] [--exact]

An independent reading of docs/generator.md, to try things in a minute: pairs and triples over codes only (a look over
bins is left out). --weight is the factor in λ; --exact puts the true counts in the place of the noisy ones, which tells
what the choice of marginals costs without noise. Prints the mean 3-way L1 error, χ² per cell and CPU seconds. Needs
NumPy and pandas.
"""
import argparse
import itertools
import json
import math
import time

import numpy as np
import pandas as pd


class Released:
    def __init__(self, file):
        lines = [json.loads(line) for line in open(file, encoding="utf-8")]
        names = [name for name, _ in lines[0]["domain"]]
        self.sizes = [size for _, size in lines[0]["domain"]]
        self.offsets = np.concatenate([[0], np.cumsum(self.sizes)])
        self.names, self.targets, sums, norm = names, {}, 0.0, 0.0
        for line in lines[1:]:
            if line["kind"] != "marginal":
                continue
            counts = np.array(line["values"], float) / 2 ** line["grid_bits"]
            weight = line["sigma"] ** -2
            sums += counts.sum() * weight / len(counts)
            norm += weight / len(counts)
            if "coarsening" in line or line.get("look") or not line["attributes"]:
                continue
            marginal = tuple(names.index(name) for name in line["attributes"])
            old, before = self.targets.get(marginal, (0.0, 0.0))
            self.targets[marginal] = ((old * before + counts * weight) / (before + weight), before + weight)
        self.rows = sums / norm

    def block(self, attribute):
        return slice(self.offsets[attribute], self.offsets[attribute + 1])


def softmax(logits, offsets):
    exp = np.exp(logits)
    return exp / np.repeat(np.add.reduceat(exp, offsets[:-1], axis=1), np.diff(offsets), axis=1)


def start(released, components, spread, seed):
    logits = np.random.RandomState(seed).randn(components, released.offsets[-1]).astype(np.float32) * spread
    for i in range(len(released.sizes)):
        counts, weight = released.targets[(i,)]
        p = np.maximum(counts, 0) + 0.3 / math.sqrt(weight) + 1e-9
        logits[:, released.block(i)] += np.log(p / p.sum())
    return logits


def prepared(released):
    """Pairs, and triples with the largest attribute last."""
    joint = []
    for marginal, (counts, weight) in released.targets.items():
        if len(marginal) > 1:
            order = sorted(range(len(marginal)), key=lambda a: released.sizes[marginal[a]])
            table = counts.reshape([released.sizes[a] for a in marginal]).transpose(order)
            blocks = [released.block(marginal[a]) for a in order]
            joint.append((blocks, np.ascontiguousarray(table.reshape(-1, table.shape[-1]), np.float32), weight))
    return joint


def gradient(p, released, joint, scale):
    g = np.zeros_like(p)
    mean, chi2, cells = p.mean(0), 0.0, 0
    for i in range(len(released.sizes)):
        counts, weight = released.targets[(i,)]
        g[:, released.block(i)] += weight * (released.rows * mean[released.block(i)] - counts)
    for blocks, counts, weight in joint:
        last, first = p[:, blocks[-1]], p[:, blocks[0]]
        product = first if len(blocks) == 2 else (first[:, :, None] * p[:, None, blocks[1]]).reshape(len(p), -1)
        residual = ((product.T @ last) * scale - counts) * weight
        chi2 += float((residual ** 2).sum() / weight)
        cells += residual.size
        g[:, blocks[-1]] += product @ residual
        pull = last @ residual.T
        if len(blocks) == 2:
            g[:, blocks[0]] += pull
        else:
            pull = pull.reshape(len(p), first.shape[1], -1)
            g[:, blocks[0]] += np.einsum("bij,bj->bi", pull, p[:, blocks[1]])
            g[:, blocks[1]] += np.einsum("bi,bij->bj", first, pull)
    return g, chi2 / max(cells, 1)


def fit(released, options):
    logits, joint = start(released, options.components, options.spread, options.seed), prepared(released)
    precision = [math.sqrt(weight) for marginal, (_, weight) in released.targets.items() if len(marginal) > 1]
    penalty, scale = options.weight * float(np.mean(precision)), released.rows / options.components
    first, second, widths = np.zeros_like(logits), np.zeros_like(logits), np.diff(released.offsets)
    for step in range(options.steps):
        p = softmax(logits, released.offsets)
        g, chi2 = gradient(p, released, joint, np.float32(scale))
        g += penalty * (np.log(p + 1e-12) - np.log(p.mean(0) + 1e-12))
        g *= p
        g -= p * np.repeat(np.add.reduceat(g, released.offsets[:-1], axis=1), widths, axis=1)
        first, second = 0.5 * first + 0.5 * g, 0.95 * second + 0.05 * g * g
        rate = options.step_size * (0.5 * (1 + math.cos(math.pi * step / options.steps)) * 0.95 + 0.05)
        move = first / (1 - 0.5 ** (step + 1)) / (np.sqrt(second / (1 - 0.95 ** (step + 1))) + 1e-12)
        logits = np.clip(logits - rate * move, -30, 30).astype(np.float32)
    return softmax(logits, released.offsets), chi2


def keys(table, marginal, sizes):
    key = np.zeros(len(table), np.int64)
    for i in marginal:
        key = key * sizes[i] + table[:, i]
    return np.bincount(key, minlength=int(np.prod([sizes[i] for i in marginal])))


def error(p, released, table):
    total, count = 0.0, 0
    for i, j in itertools.combinations(range(len(released.sizes)), 2):
        product = (p[:, released.block(i), None] * p[:, None, released.block(j)]).reshape(len(p), -1) / len(p)
        for k in range(j + 1, len(released.sizes)):
            truth = keys(table, (i, j, k), released.sizes) / len(table)
            total += np.abs((product.T @ p[:, released.block(k)]).reshape(-1) - truth).sum()
            count += 1
    return total / count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measurements", required=True)
    parser.add_argument("--csv", required=True)
    parser.add_argument("--components", type=int, default=500)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--step-size", type=float, default=0.2)
    parser.add_argument("--weight", type=float, default=0.6)
    parser.add_argument("--spread", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--exact", action="store_true")
    options = parser.parse_args()
    released = Released(options.measurements)
    table = pd.read_csv(options.csv)[released.names].values
    if options.exact:
        for marginal, (_, weight) in released.targets.items():
            released.targets[marginal] = (keys(table, marginal, released.sizes).astype(float), weight)
    begin = time.process_time()
    p, chi2 = fit(released, options)
    seconds = time.process_time() - begin
    print(f"3-way error {error(p, released, table):.5f}  chi2/cell {chi2:.2f}  fit {seconds:.1f} CPU s")


if __name__ == "__main__":
    main()
