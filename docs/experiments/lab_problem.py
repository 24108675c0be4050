"""What refit_lab.py fits to: a run's released measurements, χ² of a mixture against them, and its error on the rows.

An independent reading of docs/generator.md in NumPy, the look over bins included. A mixture is a table P of B columns, one
distribution for each attribute in each column, and weights w of the columns.
"""
import itertools
import json
import math

import numpy as np


def offsets_of(sizes):
    return np.concatenate([[0], np.cumsum(sizes)])


def sum_blocks(table, sizes):
    """Each attribute's sum, at each of its codes."""
    return np.repeat(np.add.reduceat(table, offsets_of(sizes)[:-1]), sizes, axis=0)


def merged(known, counts, weight):
    old, before = known
    return (old * before + counts * weight) / (before + weight), before + weight


class View:
    """Joint measurements over one coding of the attributes: the codes themselves, or the bins of a look."""

    def __init__(self, sizes, columns=None):
        self.sizes, self.offsets, self.columns, self.targets = sizes, offsets_of(sizes), columns, {}

    def prepare(self):
        pairs = {m: t for m, t in self.targets.items() if len(m) == 2}
        triples = {m: t for m, t in self.targets.items() if len(m) == 3}
        width, cells = self.offsets[-1], sum(t[0].size for t in pairs.values())
        self.gram, self.cubes, self.small = None, [], []
        if 6 * cells > 1.6 * width * width:
            self.gram = np.zeros((2, width, width), np.float32)
            for (i, j), (counts, weight) in pairs.items():
                counts = counts.reshape(self.sizes[i], -1)
                self.gram[:, self.block(i), self.block(j)] = counts, np.full_like(counts, weight)
            self.gram += self.gram.transpose(0, 2, 1)
        else:
            self.small += [self.ordered(m, *t) for m, t in pairs.items()]
        if len(triples) > 0.2 * math.comb(len(self.sizes), 3):
            self.cubes = [self.cube_of(i, triples) for i in range(len(self.sizes) - 2)]
        else:
            self.small += [self.ordered(m, *t) for m, t in triples.items()]
        return self

    def block(self, attribute):
        return slice(self.offsets[attribute], self.offsets[attribute + 1])

    def cube_of(self, i, triples):
        """Counts and weights of all triples whose first attribute is i, as one table over (i, later, later)."""
        first = self.offsets[i + 1]
        cube = np.zeros((2, self.sizes[i], self.offsets[-1] - first, self.offsets[-1] - first), np.float32)
        for m, (counts, weight) in triples.items():
            if m[0] == i:
                j, k = (slice(*(self.offsets[a:a + 2] - first)) for a in m[1:])
                counts = counts.reshape([self.sizes[a] for a in m])
                cube[:, :, j, k] = counts, np.full_like(counts, weight)
        rest = slice(first, None)
        return [self.block(i), rest, rest], *cube.reshape(2, -1, cube.shape[-1])

    def ordered(self, marginal, counts, weight):
        """The largest attribute last: the product of the others is then smallest."""
        order = sorted(range(len(marginal)), key=lambda a: self.sizes[marginal[a]])
        table = counts.reshape([self.sizes[a] for a in marginal]).transpose(order)
        blocks = [self.block(marginal[a]) for a in order]
        return blocks, np.ascontiguousarray(table.reshape(-1, table.shape[-1]), np.float32), np.float32(weight)

    def add_gradient(self, p, w, scale, pull):
        """Adds ∂/∂P of ½χ² to pull[0] (pairs) and pull[1] (triples), per B·w of a component; returns χ²."""
        q, chi2 = (p if self.columns is None else self.sum_columns(p)), 0.0
        out = pull if self.columns is None else np.zeros((2, *q.shape), np.float32)
        weighted = q * (w * len(w) * scale)
        if self.gram is not None:
            residual = weighted @ q.T - self.gram[0]
            chi2 += float(np.einsum("ij,ij,ij->", residual, residual, self.gram[1])) / 2
            out[0] += (residual * self.gram[1]) @ q
        for blocks, counts, weight in self.cubes + self.small:
            chi2 += self.add_one(q, weighted, blocks, counts, weight, out[len(blocks) - 2])
        if self.columns is not None:
            pull += out[:, self.columns]
        return chi2

    @staticmethod
    def add_one(q, weighted, blocks, counts, weight, out):
        first, last = q[blocks[0]], q[blocks[-1]]
        if len(blocks) == 2:
            residual = weighted[blocks[0]] @ last.T - counts
            chi2, residual = float((residual ** 2).sum() * weight), residual * weight
            out[blocks[0]] += residual @ last
            out[blocks[1]] += residual.T @ first
            return chi2
        middle, flat = q[blocks[1]], (len(counts), q.shape[1])
        product = (first[:, None] * middle).reshape(flat)
        residual = product @ weighted[blocks[2]].T - counts
        chi2, residual = float((residual * residual * weight).sum()), residual * weight
        out[blocks[2]] += residual.T @ product
        pull = (residual @ last).reshape(len(first), *middle.shape)
        out[blocks[0]] += np.einsum("ijb,jb->ib", pull, middle)
        out[blocks[1]] += np.einsum("ijb,ib->jb", pull, first)
        return chi2

    def sum_columns(self, p):
        # The codes of a bin lie side by side.
        starts = np.concatenate([[0], np.flatnonzero(np.diff(self.columns)) + 1])
        return np.add.reduceat(p, starts)


class Released:
    """The measurements of a run. `precision` is the mean of 1/σ over joint marginals without the look: λ is a multiple."""

    def __init__(self, file):
        lines = [json.loads(line) for line in open(file, encoding="utf-8")]
        self.names = [name for name, _ in lines[0]["domain"]]
        self.sizes = [size for _, size in lines[0]["domain"]]
        self.offsets, self.one_ways, sums, norm, close = offsets_of(self.sizes), {}, 0.0, 0.0, {}
        self.views = [View(self.sizes)] + [self.over_bins(axes) for axes in lines[0].get("coarsenings", [])]
        for line in lines[1:]:
            if line["kind"] != "marginal":
                continue
            counts, weight = np.array(line["values"], float) / 2 ** line["grid_bits"], line["sigma"] ** -2
            sums, norm = sums + counts.sum() * weight / len(counts), norm + weight / len(counts)
            m = tuple(self.names.index(name) for name in line["attributes"])
            view = self.views[line["coarsening"] + 1 if "coarsening" in line else 0]
            known = self.one_ways if len(m) == 1 else view.targets
            if m:
                known[m] = merged(known.get(m, (0.0, 0.0)), counts, weight)
            if len(m) > 1 and not line.get("look"):
                close[m] = close.get(m, 0.0) + weight
        self.rows, self.precision = sums / norm, float(np.mean(np.sqrt(list(close.values()))))

    def over_bins(self, axes):
        bins = {self.names.index(axis["attribute"]): axis["bin_of"] for axis in axes}
        sizes = [bins[i][-1] + 1 if i in bins else size for i, size in enumerate(self.sizes)]
        starts = offsets_of(sizes)
        columns = [starts[i] + np.array(bins.get(i, range(size))) for i, size in enumerate(self.sizes)]
        return View(sizes, np.concatenate(columns))

    def prepare(self):
        for view in self.views:
            view.prepare()
        self.one_counts = np.concatenate([self.one_ways[(i,)][0] for i in range(len(self.sizes))])
        self.one_weights = np.repeat([self.one_ways[(i,)][1] for i in range(len(self.sizes))], self.sizes)
        self.cells = sum(t[0].size for view in self.views for t in view.targets.values())

    def gradient(self, p, w):
        """χ² of the joint marginals and of the 1-ways, ∂/∂P of ½χ²·B/N̂ per B·w of a component, and ∂/∂(B·w)."""
        ones = self.rows * (p @ w) - self.one_counts
        one = (self.one_weights * ones).astype(np.float32)
        pull, scale = np.zeros((2, *p.shape), np.float32), np.float32(self.rows / len(w))
        chi2 = sum(view.add_gradient(p, w, scale, pull) for view in self.views)
        of_w = one @ p + np.einsum("ib,ib->b", pull[0], p) / 2 + np.einsum("ib,ib->b", pull[1], p) / 3
        return chi2, float(self.one_weights @ ones ** 2), pull[0] + pull[1] + one[:, None], of_w


class Truth:
    """The true rows, and a mixture's mean L1 error over all their marginals of a degree."""

    def __init__(self, rows, released, degree):
        self.rows, self.sizes, self.degree = rows.astype(np.int64), released.sizes, degree
        self.offsets = released.offsets

    def counts(self, marginal):
        key = np.zeros(len(self.rows), np.int64)
        for i in marginal:
            key = key * self.sizes[i] + self.rows[:, i]
        return np.bincount(key, minlength=math.prod(self.sizes[i] for i in marginal))

    def error(self, p, w):
        total, block = 0.0, lambda i: slice(self.offsets[i], self.offsets[i + 1])
        marginals = list(itertools.combinations(range(len(self.sizes)), self.degree))
        for head, group in itertools.groupby(marginals, key=lambda m: m[:-1]):
            product = w[None]
            for i in head:
                product = (product[:, None] * p[block(i)]).reshape(-1, len(w))
            for marginal in group:
                model = (product @ p[block(marginal[-1])].T).reshape(-1)
                total += np.abs(model - self.counts(marginal) / len(self.rows)).sum()
        return total / len(marginals)
