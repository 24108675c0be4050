#pragma once
// libsodium must be initialised before its first use, once, from whichever thread comes first.

namespace fedloom {
/// Returns once libsodium is ready; aborts when the system has no source of randomness.
void ensure_sodium();
}  // namespace fedloom
