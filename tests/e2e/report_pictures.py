"""The numbers in the pictures of public/report.html: where each bar, point and square lies."""

import math

from page_numbers import Expected, coordinate, last_digit, number, percent, shortened

FIXED = "the page's own words and drawing"
BOTH = "model.safetensors and measurements.jsonl"
PIXEL = 0.01  # of a coordinate


class Pictures(Expected):
    def __init__(self, run):
        super().__init__()
        self.run, self.metrics = run, run.metrics

    # Ways to say a number.

    def fixed(self, *texts):
        self.say(FIXED, *texts)

    def told(self, key, write=str):
        self.say("metrics.json: " + key, write(self.metrics[key]))

    def at(self, source, *places):
        """Coordinates that follow from a number of `source`."""
        for place in places:
            unit = "%" if isinstance(place, tuple) else ""
            self.say(source, coordinate(place[0] if unit else place) + unit, off=PIXEL)

    def of_model(self, value, digits, source=BOTH):
        self.say(source, number(value, digits), off=last_digit(value, digits))

    def share(self, value, decimals=2, source="model.safetensors"):
        self.say(source, percent(value, decimals), off=10.0 ** -decimals)

    def line(self, source, x1, y1, x2, y2):
        self.at(source, (x1,), y1, (x2,), y2)

    def label(self, source, x, y, text, off=0.0):
        self.at(source, (x,), y)
        self.say(source, text, off=off)

    def svg(self, height, picture=""):
        """<svg>, its title's and its description's id."""
        self.fixed("100%", coordinate(height), *(f"{picture}-{part}" for part in "td"))

    def budget_chart(self, stages, whole):
        source, begin = "rounds.jsonl: rho_step", 0.0
        self.svg(48)
        for _, _, rho in stages:
            self.say(source, percent(rho / whole))
        self.fixed("0%", 4, "100%", 40, 4)
        for k, (_, _, rho) in enumerate(stages):
            share = min(max(rho / whole, 0.0), 1.0 - begin)
            self.say(source, percent(rho / whole))
            self.fixed(f"stage{k % 5}")
            self.at(source, (begin * 100,))
            self.fixed(4)
            self.at(source, (share * 100,))
            self.fixed(40)
            if share > 0.16:
                self.label(source, (begin + share / 2) * 100, 29, percent(rho / whole))
            begin += share

    def fit_chart(self):
        source = "rounds.jsonl: chi2_per_cell"
        points = [(line["round"], line["chi2_per_cell"]) for line in self.run.rounds
                  if line["chi2_per_cell"] and line["chi2_per_cell"] > 0 and line["stage"] != "select"]
        if len(points) < 2:
            return
        low, high = min([1.0] + [y for _, y in points]) / 1.15, max([1.0] + [y for _, y in points]) * 1.15

        def y_of(value):
            return 190 - 178 * (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))

        def x_of(k):
            return 11 + 86 * k / (len(points) - 1)

        def ticks(firsts):
            every = [first * 10.0 ** power for power in range(-6, 10) for first in firsts]
            return [tick for tick in every if low <= tick <= high]

        self.fixed("1")
        self.svg(220)
        self.say(source, number(points[0][1], 3), number(points[-1][1], 3))
        self.fixed("1")
        wanted = next((found for found in map(ticks, ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5]))
                       if len(found) <= 7), ticks([1]))
        for tick in wanted:
            self.line(source, 11, y_of(tick), 97, y_of(tick))
            self.label(source, 9.5, y_of(tick) + 4, number(tick, 3))
        self.label(source, 11.5, y_of(1) - 5, "")
        self.fixed("100% 220", "0 0 100 220")
        self.say(source, " ".join(f"{coordinate(x_of(k))},{coordinate(y_of(y))}" for k, (_, y) in enumerate(points)),
                 off=PIXEL)
        every = (len(points) + 9) // 10
        for k, (place, value) in enumerate(points):
            self.at(source, (x_of(k),), y_of(value))
            self.fixed(4)
            self.say(source, place, number(value, 3))
            if k % every == 0:
                self.label(source, x_of(k), 208, str(place))

    def distribution(self, picture, name, bars, height):
        """The frame of a chart; gives the share at the end of its axis."""
        largest = max([0.001] + [max(share, 0 if measured is None else measured + sigma)
                                 for _, share, measured, sigma in bars])
        power = 10.0 ** math.floor(math.log10(largest))
        top = max(bars, key=lambda bar: bar[1])
        self.svg(height, picture)
        self.fixed(f"{picture}-t")
        self.say("schema.yaml", name)
        self.fixed(f"{picture}-d")
        self.say("schema.yaml", len(bars), top[0])
        self.share(top[1], 1)
        return next(step * power for step in (1, 2, 4, 5, 6, 8, 10) if largest <= step * power * (1 + 1e-9))

    def tip(self, label, share, measured, sigma):
        self.say("schema.yaml", label)
        self.share(share)
        for value in ([] if measured is None else [measured, sigma]):
            self.share(value, source="measurements.jsonl")

    def lying_chart(self, picture, name, bars):
        bottom = 20 * len(bars) + 4
        end = self.distribution(picture, name, bars, bottom + 20)

        def at(share):
            return 40 + 56 * min(max(share / end, 0.0), 1.0)

        for part in (0.0, 0.5, 1.0):
            x = 40 + 56 * part
            self.line(FIXED, x, 2, x, bottom)
            self.label(BOTH, x, bottom + 15, number(end * part * 100, 3))
        for k, (label, share, measured, sigma) in enumerate(bars):
            y = 2 + 20 * k
            self.tip(label, share, measured, sigma)
            self.label("schema.yaml", 38, y + 14, shortened(label, 18))
            self.at(BOTH, (40,), y + 3, (at(share) - 40,), 14)
            if measured is None:
                continue
            low, high = at(measured - sigma), at(measured + sigma)
            self.line(BOTH, low, y + 10, high, y + 10)
            for x in (low, high):
                self.line(BOTH, x, y + 6, x, y + 14)
            self.at(BOTH, (at(measured),), y + 10)
            self.fixed(3)

    def standing_chart(self, picture, name, bars):
        end, width = self.distribution(picture, name, bars, 184), 84 / len(bars)

        def at(share):
            return 160 - 152 * min(max(share / end, 0.0), 1.0)

        for part in (0.0, 0.5, 1.0):
            y = 160 - 152 * part
            self.line(FIXED, 14, y, 98, y)
            self.label(BOTH, 12.5, y + 4, number(end * part * 100, 3))
        for k, (label, share, measured, sigma) in enumerate(bars):
            x, middle = 14 + width * k, 14 + width * k + width / 2
            self.tip(label, share, measured, sigma)
            self.at(BOTH, (x + width * 0.08,), at(share), (width * 0.84,), 160 - at(share))
            if measured is None:
                continue
            self.line(BOTH, middle, at(measured - sigma), middle, at(measured + sigma))
            self.at(BOTH, (middle,), at(measured))
            self.fixed(1.8)
        self.label("schema.yaml", 14, 177, shortened(bars[0][0], 14))
        self.label("schema.yaml", 98, 177, shortened(bars[-1][0], 14))

    def heat_map(self, values, limits):
        names, source = self.run.names, BOTH
        assert len(names) <= 30, "this check knows maps with names only"
        cell = max(14.0, 330.0 / len(names))
        side = cell * (len(names) - 1)
        ranked = sorted(values, key=lambda pair: -values[pair])
        self.fixed(f"0 0 {coordinate(92 + side + 8)} {coordinate(side + 90)}",
                   f"max-width:{coordinate(max(92 + side + 8, 320.0))}px")
        self.say("schema.yaml", len(values), self.pair_name(ranked[0]))
        self.of_model(values[ranked[0]], 3)
        self.fixed(f"translate(92 0) scale({coordinate(cell)})")
        for level in range(len(limits) + 1):
            path = self.cells(values, limits, level)
            if path:
                self.say(source, f"heat{level}", path)
        for k, name in enumerate(names):
            y = cell * k
            if k > 0:
                self.at(FIXED, 87, y - cell / 2 + 4)
                self.say("schema.yaml", shortened(name, 14))
            if k + 1 < len(names):
                x, below = coordinate(92 + y + cell / 2 + 4), coordinate(side + 6)
                self.say(FIXED, x, below, f"rotate(-60 {x} {below})", off=PIXEL)
                self.say("schema.yaml", shortened(name, 14))
        for level in range(len(limits) + 1):
            self.fixed(f"heat{level}", number(limits[max(level - 1, 0)], 3))
        for pair in ranked[:12]:
            self.say("schema.yaml", self.pair_name(pair))
            self.of_model(values[pair], 3)

    def cells(self, values, limits, level):
        path = ""
        for row in range(1, len(self.run.names)):
            start = 0
            while start < row:
                end = start
                while end < row and (end, row) in values and sum(values[end, row] >= x for x in limits) == level:
                    end += 1
                if end > start:
                    path += f"M{start} {row - 1}h{end - start}v1h-{end - start}z"
                start = max(end, start + 1)
        return path

    def pair_name(self, pair):
        return " × ".join(self.run.names[a] for a in pair)
