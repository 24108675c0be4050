"""Prints the known answers of crypto_test.cpp, mask_maker_test.cpp and share_box_test.cpp, made without Fedloom.

Needs the package cryptography. RFC 5869, RFC 8439, NIST SP 800-38A, and draft-irtf-cfrg-xchacha for HChaCha20.
"""
import hashlib
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET = bytes(range(32))
CONTEXT, PLAN, TERMS = (hashlib.sha256(text).digest() for text in (b"context", b"plan", b"terms"))


def filled(value):
    return bytes([value]) * 32


LOW_IDENTITY, LOW_KEY, HIGH_IDENTITY, HIGH_KEY = map(filled, (1, 2, 3, 4))


def hkdf(secret, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def mask_words(key, count):
    stream = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor().update(bytes(8 * count))
    return struct.unpack(f"<{count}Q", stream)


def rotated(word, by):
    return (word << by | word >> (32 - by)) & 0xFFFFFFFF


def hchacha20(key, nonce):
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))
    rows = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
    diagonals = [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
    for a, b, c, d in (rows + diagonals) * 10:
        for target, other, mixed, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[target] = (state[target] + state[other]) & 0xFFFFFFFF
            state[mixed] = rotated(state[mixed] ^ state[target], by)
    return struct.pack("<8I", *state[:4], *state[12:])


def main():
    pair = hkdf(SECRET, b"fedloom pairwise mask 1",
                CONTEXT + PLAN + LOW_IDENTITY + HIGH_IDENTITY + LOW_KEY + HIGH_KEY)
    own = hkdf(SECRET, b"fedloom self mask 1", CONTEXT + PLAN + LOW_IDENTITY + LOW_KEY)
    for name, key in (("stream of", SECRET), ("pair_key", pair), ("self_key", own)):
        words = mask_words(key, 3000)
        print(name, key.hex(), *(f"[{k}] {words[k]:#018x}" for k in (0, 1, 2999)))
    binding = CONTEXT + LOW_IDENTITY + HIGH_IDENTITY + TERMS
    box = hchacha20(hkdf(SECRET, b"fedloom share box 1", binding), bytes(16))
    print("box", ChaCha20Poly1305(box).encrypt(bytes(12), filled(5) + filled(6), binding).hex())
    about = CONTEXT + LOW_IDENTITY + HIGH_IDENTITY
    for kind in (b"\1", b"\2"):
        print("share commitment", hashlib.sha256(b"fedloom share commitment 1" + kind + about + SECRET).hexdigest())
    print("seed commitment",
          hashlib.sha256(b"fedloom seed commitment 1" + CONTEXT + LOW_IDENTITY + SECRET).hexdigest())


if __name__ == "__main__":
    main()
