"""A wide public table for width tests: a mixture of latent classes over columns of mixed widths.

Every row has a class (Zipf over --classes); given the class its columns are independent. Column j has a width that
goes round 2, 3, 5, 8, 12, 20 and a share of its own, between 0.2 and 0.8, that the class decides: with that share the
value is the class's favourite, else it comes from a common geometric law. Shares are whole 1/256, so that the same
seed gives the same bytes everywhere. --towns N adds one categorical column of N values after Zipf's law, whose common
values go with the class.

    python3 wide_table.py --columns 1000 --rows 100000 --sites 3 --seed 1 --out /tmp/wide
    fedloom demo --experiment /tmp/wide/wide.yaml --dir /tmp/wide/demo --out /tmp/wide/run \\
        --data a=/tmp/wide/a.csv --data b=/tmp/wide/b.csv --data c=/tmp/wide/c.csv
"""

import argparse
import pathlib
import random

WIDTHS = (2, 3, 5, 8, 12, 20)
STEPS = 256

EXPERIMENT = """version: 1
name: wide
schema: wide.schema.yaml
privacy: {{epsilon: {epsilon}, delta: 1e-9, trust: {trust}}}
generator: {{method: gem, components: {components}, workload: {{degree: 2}}}}
{roster}transport: {{join_limit: 10m, reply_limit: 30m}}
seed: 7
"""


def zipf(count):
    return [1 / (k + 1) for k in range(count)]


def in_steps(weights):
    """Whole numbers proportional to the weights, each at least 1, that sum to STEPS."""
    total = sum(weights)
    steps = [max(1, round(w / total * STEPS)) for w in weights]
    while sum(steps) != STEPS:
        largest = max(range(len(steps)), key=steps.__getitem__)
        steps[largest] += 1 if sum(steps) < STEPS else -1
    return steps


def column(draw, sizes, width):
    """Codes of one column, rows grouped by class."""
    common = [0.7 ** v for v in range(width)]
    strength = draw.uniform(0.2, 0.8)
    out = bytearray()
    for size in sizes:
        favourite = draw.randrange(width)
        weights = [(1 - strength) * w / sum(common) + (strength if v == favourite else 0)
                   for v, w in enumerate(common)]
        table = bytes(v for v, steps in enumerate(in_steps(weights)) for _ in range(steps))
        out += draw.randbytes(size).translate(table)
    return out


def towns(draw, sizes, count):
    """One value in two is common and goes with the class; the rest follows Zipf's law over all."""
    weights = zipf(count)
    out = []
    for c, size in enumerate(sizes):
        near = [(7 * c + k) % min(count, 40) for k in range(5)]
        usual, any_town = draw.choices(near, k=size), draw.choices(range(count), weights, k=size)
        out += [a if draw.random() < 0.5 else b for a, b in zip(usual, any_town)]
    return out


def make(arguments):
    draw = random.Random(arguments.seed)
    of_rows = draw.choices(range(arguments.classes), zipf(arguments.classes), k=arguments.rows)
    sizes = [of_rows.count(c) for c in range(arguments.classes)]
    names, columns, schema = [], [], ["version: 1", "attributes:"]
    for j in range(arguments.columns):
        width = WIDTHS[j % len(WIDTHS)]
        names.append(f"c{j:04d}")
        columns.append(column(draw, sizes, width))
        schema.append(f"  - {{name: {names[-1]}, type: coded, size: {width}}}")
    if arguments.towns:
        names.append("town")
        columns.append(towns(draw, sizes, arguments.towns))
        values = ", ".join(f"t{k}" for k in range(arguments.towns))
        schema.append(f"  - {{name: town, type: categorical, values: [{values}]}}")
    order = list(range(arguments.rows))
    draw.shuffle(order)
    return names, columns, schema, order


def write(arguments):
    names, columns, schema, order = make(arguments)
    out = pathlib.Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "wide.schema.yaml").write_text("\n".join(schema) + "\n")
    (out / "wide.yaml").write_text(EXPERIMENT.format(
        epsilon=arguments.epsilon, components=arguments.components, trust="none" if arguments.sites > 1 else "central",
        roster="roster: wide.roster.yaml\n" if arguments.sites > 1 else ""))
    texts = [[str(v) for v in range(w)] for w in WIDTHS]
    labels = [texts[j % len(WIDTHS)] for j in range(arguments.columns)]
    if arguments.towns:
        labels.append([f"t{k}" for k in range(arguments.towns)])
    for site in range(arguments.sites):
        with open(out / f"{chr(ord('a') + site)}.csv", "w") as file:
            file.write(",".join(names) + "\n")
            for row in order[site::arguments.sites]:
                file.write(",".join([label[values[row]] for label, values in zip(labels, columns)]) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--rows", type=int, default=100000)
    parser.add_argument("--sites", type=int, default=3)
    parser.add_argument("--classes", type=int, default=12)
    parser.add_argument("--towns", type=int, default=0, help="values of one more column")
    parser.add_argument("--components", type=int, default=200)
    parser.add_argument("--epsilon", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    write(parser.parse_args())


if __name__ == "__main__":
    main()
