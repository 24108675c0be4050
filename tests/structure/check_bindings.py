"""Looks where a program's loader binds the calls of a cryptographic library to itself: to that library, or to another one
that shows the same names, as wheels with an OpenSSL of their own do. Prints one line a fault; exits 1 if there is any.

usage: check_bindings.py PROGRAM…
"""
import collections
import os
import re
import subprocess
import sys

BINDING = re.compile(r"binding file (\S+) \[\d+\] to (\S+) \[\d+\]: normal symbol `([^']+)'")
LIBRARIES = ("libcrypto.so", "libssl.so", "libsodium.so")
THEIRS = re.compile(r"(OPENSSL|CRYPTO|EVP|SHA|HMAC|SSL|BIO|ERR|BN|ASN1|X509|OSSL|ossl|crypto|sodium)_")


def faults_of(bindings, program):
    """Of the loader's lines: calls of such a library to names like its own that another one shows."""
    strays = collections.Counter()
    for origin, target, symbol in BINDING.findall(bindings):
        caller, callee = os.path.basename(origin), os.path.basename(target)
        if caller.startswith(LIBRARIES) and THEIRS.match(symbol) and not callee.startswith(LIBRARIES):
            strays[caller, callee] += 1
    for (caller, callee), count in sorted(strays.items()):
        yield f"{program}: {count} calls of {caller} go to {callee}, which has its own copy of them"


def bindings_of(program):
    environment = {**os.environ, "LD_DEBUG": "bindings", "LD_BIND_NOW": "1"}
    done = subprocess.run([program, "--version"], env=environment, text=True, capture_output=True, errors="replace")
    found = [line for line in done.stderr.splitlines() if "binding file" in line]
    if done.returncode != 0 or not found:
        sys.exit(f"{program}: the loader does not tell what it binds")
    return "\n".join(found)


if __name__ == "__main__":
    bindings = {program: bindings_of(program) for program in sys.argv[1:]}
    if not any("libcrypto.so" in text for text in bindings.values()):
        sys.exit("no program loads libcrypto, so there is nothing to look at")
    found = [fault for program, text in bindings.items() for fault in faults_of(text, program)]
    print("\n".join(found) if found else "libcrypto calls itself in every program.")
    sys.exit(1 if found else 0)
