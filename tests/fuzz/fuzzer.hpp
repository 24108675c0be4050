#pragma once
// What the fuzzers share: the entry points of libFuzzer (https://llvm.org/docs/LibFuzzer.html), and how one program is
// told which of its targets to run: --target=NAME, which libFuzzer passes over.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "fedloom/base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace fedloom::fuzz {

/// A finding.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

/// The value of --target; ends the program without one.
inline std::string target_of(int argc, char** argv) {
  constexpr std::string_view option = "--target=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(option)) return std::string(argument.substr(option.size()));
  }
  std::fprintf(stderr, "fuzz: which target? --target=NAME\n");
  std::exit(2);
}

/// libFuzzer's entry points share nothing but this: what LLVMFuzzerInitialize found, for LLVMFuzzerTestOneInput.
inline std::string& target() {
  static std::string name;
  return name;
}

/// Reads a fuzzer's input as choices; zeros when it is used up.
class Choices {
 public:
  explicit Choices(ByteView input) : rest_(input) {}
  bool more() const { return !rest_.empty(); }
  std::uint8_t byte() { return take(1).empty() ? 0 : last_; }
  std::uint16_t word() {
    const std::uint8_t low = byte();
    return static_cast<std::uint16_t>(low | byte() << 8);
  }
  /// Of 0 to bound − 1.
  std::size_t below(std::size_t bound) { return bound < 2 ? 0 : word() % bound; }
  ByteView take(std::size_t count) {
    const ByteView taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    if (!taken.empty()) last_ = taken.back();
    return taken;
  }

 private:
  ByteView rest_;
  std::uint8_t last_ = 0;
};

}  // namespace fedloom::fuzz
