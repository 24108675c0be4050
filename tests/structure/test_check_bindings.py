"""The checker finds calls that leave libcrypto for another library's copy of it."""
import unittest

import check_bindings

LINE = "  77:\tbinding file {} [0] to {} [0]: normal symbol `{}' [OPENSSL_3.0.0]"


class CheckBindings(unittest.TestCase):
    def faults(self, *bindings):
        return list(check_bindings.faults_of("\n".join(LINE.format(*binding) for binding in bindings), "fedloom"))

    def test_calls_within_are_fine(self):
        self.assertEqual(self.faults(("/lib/libcrypto.so.3", "/lib/libcrypto.so.3", "EVP_sha256"),
                                     ("/lib/libssl.so.3", "/lib/libcrypto.so.3", "EVP_sha256"),
                                     ("/lib/libcrypto.so.3", "/lib/libc.so.6", "memcpy"),
                                     ("/lib/libsodium.so.23", "/lib/libsodium.so.23", "crypto_sign"),
                                     ("./fedloom", "/lib/libcrypto.so.3", "EVP_sha256")), [])

    def test_calls_to_a_copy_are_found(self):
        found = self.faults(("/lib/libcrypto.so.3", "/x/libparquet.so.1801", "EVP_sha256"),
                            ("/lib/libcrypto.so.3", "/x/libparquet.so.1801", "OPENSSL_LH_doall_arg"))
        self.assertEqual(found, ["fedloom: 2 calls of libcrypto.so.3 go to libparquet.so.1801, which has its own copy of them"])


if __name__ == "__main__":
    unittest.main()
