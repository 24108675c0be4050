// How long one site's mask takes, beside one AES-256-CTR expansion of the same length in the same run. The counter
// `limit` is 1.4·n·t, t the time of the expansion; `ratio` is mask/(n·t). Times are the thread's own processor time,
// so that a busy machine does not change them much.

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <vector>

#include "fedloom/privacy/secure_random.hpp"
#include "mask_key.hpp"
#include "mask_maker.hpp"

namespace {

using namespace fedloom;
using namespace fedloom::secagg;
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// One plain expansion into memory, as OpenSSL does it.
double expand(std::vector<std::uint64_t>& words) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                               &EVP_CIPHER_CTX_free);
  const std::array<std::uint8_t, 32> key{1};
  const std::array<std::uint8_t, 16> counter{};
  const double start = processor_seconds();
  auto* bytes = reinterpret_cast<unsigned char*>(words.data());
  const auto size = static_cast<int>(words.size() * sizeof(std::uint64_t));
  int written = 0;
  EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_ctr(), nullptr, key.data(), counter.data());
  EVP_EncryptUpdate(cipher.get(), bytes, &written, bytes, size);
  benchmark::DoNotOptimize(words.data());
  return processor_seconds() - start;
}

SessionKeys keys_of(std::size_t sites) {
  privacy::SecureRandom random;
  const MaskKey own(random);
  SessionKeys keys{.parties = {}, .self = sites / 2, .shared = std::vector<SecretBytes>(sites)};
  for (std::size_t i = 0; i < sites; ++i) {
    const MaskKey peer(random);
    keys.parties.push_back({PublicKey{static_cast<std::uint8_t>(i)}, peer.public_key()});
    keys.shared[i] = own.agree(peer.public_key()).value();
  }
  return keys;
}

void BM_mask(benchmark::State& state) {
  const auto sites = static_cast<std::size_t>(state.range(0));
  const auto length = static_cast<std::size_t>(state.range(1));
  MaskMaker maker(keys_of(sites));
  std::vector<std::uint64_t> words(length);
  std::vector<double> mask_times;
  std::vector<double> expansion_times;
  std::uint64_t context = 0;
  for (auto _ : state) {
    expansion_times.push_back(expand(words));
    const Digest fresh = FieldHasher().field(++context).finish();
    const double start = processor_seconds();
    const auto mask = maker.make(fresh, Digest{}, length);
    benchmark::DoNotOptimize(mask.length());
    mask_times.push_back(processor_seconds() - start);
    state.SetIterationTime(mask_times.back());
  }
  const auto median = [](std::vector<double>& times) {
    std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
    return times[times.size() / 2];
  };
  const double one = static_cast<double>(sites) * median(expansion_times);
  state.counters["ratio"] = median(mask_times) / one;
  state.counters["limit"] = 1.4 * one * 1e3;  // ms, as the time is
}
BENCHMARK(BM_mask)
    ->ArgNames({"n", "words"})
    ->ArgsProduct({{3, 10, 50}, {100000, 1000000}})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
