#!/usr/bin/env python3
"""Times the functions of Flower's SecAgg+ with no network: the peer of bench_secagg.

Clients run flwr.client.mod's own stages; the server's unmasking is the loop of SecAggPlusWorkflow.unmask_stage over the
same library calls. Every sum is checked. Prints a JSON list; exits with 77 where flwr is not installed.
"""
import contextlib
import importlib
import json
import os
import sys
import time

NOT_INSTALLED = 77
MODULUS = 1 << 32
TARGET = 1 << 22
CLIP = 8.0
# sites, length, its name, numbers of dropouts
CASES = [
    (10, 100_000, "d100k", [0, 3]),
    (10, 1_000_000, "d1M", [0, 3]),
    (50, 100_000, "d100k", [0, 5]),
]

try:
    import numpy as np
    from flwr.common import bytes_to_ndarray, ndarrays_to_parameters
    from flwr.common.secure_aggregation import ndarrays_arithmetic as arithmetic
    from flwr.common.secure_aggregation.crypto.shamir import combine_shares
    from flwr.common.secure_aggregation.crypto.symmetric_encryption import generate_shared_key
    from flwr.common.secure_aggregation.quantization import dequantize
    from flwr.common.secure_aggregation.secaggplus_constants import Key
    from flwr.common.secure_aggregation.secaggplus_utils import pseudo_rand_gen
    from flwr.supercore.primitives.asymmetric import bytes_to_private_key, bytes_to_public_key

    # By name: the package exports a function of the same name.
    client = importlib.import_module("flwr.client.mod.secure_aggregation.secaggplus_mod")
except ImportError as missing:
    print(
        f"flwr is not installed ({missing}): python3 -m venv <folder>, <folder>/bin/pip install flwr==1.28.0, and set "
        "FEDLOOM_PEER_PYTHON=<folder>/bin/python",
        file=sys.stderr,
    )
    sys.exit(NOT_INSTALLED)


def timed(work, *arguments):
    """The work's result and its processor time in milliseconds."""
    start = time.process_time()
    result = work(*arguments)
    return result, (time.process_time() - start) * 1e3


def median(values):
    return sorted(values)[len(values) // 2]


class Round:
    """One round of n clients up to their masked vectors."""

    def __init__(self, sites, length, dropouts):
        self.sites, self.length = sites, length
        setup = {
            Key.SAMPLE_NUMBER: sites,
            Key.SHARE_NUMBER: sites,
            Key.THRESHOLD: sites - dropouts,
            Key.CLIPPING_RANGE: CLIP,
            Key.TARGET_RANGE: TARGET,
            Key.MOD_RANGE: MODULUS,
            Key.MAX_WEIGHT: 1.0,
        }
        self.states = [client.SecAggPlusState() for _ in range(sites)]
        self.keys = {}
        for nid, state in enumerate(self.states):
            state.nid = nid
            mine = client._setup(state, setup)
            self.keys[nid] = (mine[Key.PUBLIC_KEY_1], mine[Key.PUBLIC_KEY_2])
        self.share_ms = self.share()
        self.mask_ms = self.mask()

    def share(self):
        times, self.mail = [], {nid: ([], []) for nid in range(self.sites)}
        named = {str(nid): keys for nid, keys in self.keys.items()}
        for nid, state in enumerate(self.states):
            sent, took = timed(client._share_keys, state, named)
            times.append(took)
            for to, ciphertext in zip(sent[Key.DESTINATION_LIST], sent[Key.CIPHERTEXT_LIST]):
                self.mail[to][0].append(nid)
                self.mail[to][1].append(ciphertext)
        return median(times)

    def mask(self):
        draws = np.random.default_rng(1)
        self.plain = [draws.uniform(-1, 1, self.length) for _ in range(self.sites)]
        times, self.masked = [], []
        for nid, state in enumerate(self.states):
            sources, ciphertexts = self.mail[nid]
            mail = {Key.SOURCE_LIST: sources, Key.CIPHERTEXT_LIST: ciphertexts}
            parameters = ndarrays_to_parameters([self.plain[nid]])
            masked, took = timed(client._collect_masked_vectors, state, mail, 1, parameters)
            times.append(took)
            self.masked.append([bytes_to_ndarray(part) for part in masked[Key.MASKED_PARAMETERS]])
        return median(times)

    def unmask(self, dropouts):
        """The server's time once it has the shares and the sum of the masked vectors."""
        dead = list(range(self.sites - dropouts, self.sites))
        active = list(range(self.sites - dropouts))
        total = self.masked[0]
        for nid in active[1:]:
            total = arithmetic.parameters_addition(total, self.masked[nid])
        total = arithmetic.parameters_mod(total, MODULUS)
        shown = {nid: [] for nid in range(self.sites)}
        for nid in active:
            lists = {Key.ACTIVE_NODE_ID_LIST: active, Key.DEAD_NODE_ID_LIST: dead}
            reply = client._unmask(self.states[nid], lists)
            for owner, share in zip(reply[Key.NODE_ID_LIST], reply[Key.SHARE_LIST]):
                shown[owner].append(share)
        result, took = timed(self.without_masks, total, shown, set(active))
        error = np.abs(result - sum(self.plain[nid] for nid in active)).max()
        if error > 1e-3:
            raise RuntimeError(f"Flower's sum is off by {error}")
        return took

    def without_masks(self, vector, shown, active):
        for nid, shares in shown.items():
            secret = combine_shares(shares)
            shape = arithmetic.get_parameters_shape(vector)
            if nid in active:
                vector = arithmetic.parameters_subtraction(vector, pseudo_rand_gen(secret, MODULUS, shape))
                continue
            for peer in shown.keys() - {nid}:  # the masks between two dead clients too, as in unmask_stage
                shared = generate_shared_key(bytes_to_private_key(secret), bytes_to_public_key(self.keys[peer][0]))
                mask = pseudo_rand_gen(shared, MODULUS, shape)
                add = arithmetic.parameters_addition if nid > peer else arithmetic.parameters_subtraction
                vector = add(vector, mask)
        factor, rest = arithmetic.factor_extract(arithmetic.parameters_mod(vector, MODULUS))
        (summed,) = dequantize(rest, CLIP, TARGET)
        return (summed - (len(active) - 1) * CLIP) * (TARGET / factor) * len(active)


def figure(operation, case, milliseconds):
    name = f"secure_sum.{operation}.{case}"
    return {
        "name": f"flower.{operation}.{case}.ms",
        "value": milliseconds,
        "unit": "ms",
        "peer_of": f"^{name}.ms$".replace(".", r"\."),
        "ratio": f"{name}.vs_peer",
        **({"ratio_least": 100} if name == "secure_sum.unmask.n50.d100k.drop5" else {}),
    }


def main():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core, as its thread pools would take more
    figures = []
    with contextlib.redirect_stdout(sys.stderr):  # the library logs
        for sites, length, length_name, all_dropouts in CASES:
            case = f"n{sites}.{length_name}"
            done = Round(sites, length, max(all_dropouts))
            figures += [figure("share", case, done.share_ms), figure("mask", case, done.mask_ms)]
            for dropouts in all_dropouts:
                suffix = f".drop{dropouts}" if dropouts else ""
                figures.append(figure("unmask", case + suffix, done.unmask(dropouts)))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
