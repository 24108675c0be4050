// The table of the secure sum: a site's mask and shares, and the coordinator's unmasking, on one core, beside t, one
// AES-256-CTR expansion of the same length by OpenSSL in the same run. Prints a JSON list for launch/bench.py.
//
//   share    fresh keys, shares of both secrets, commitments, key agreement, boxes: all that an offer holds
//   mask     boxes opened and compared, key agreement and derivation, expansion, addition to the words
//   unmask   secrets put together from T shares each and checked, key agreement and derivation, expansion, subtraction
//
// No signatures, no wire. Times are the thread's own processor time, medians, so that a busy machine changes them
// little. Every unmasked sum is compared with the exact one.

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "fedloom/privacy/secure_random.hpp"
#include "fedloom/secagg/message.hpp"
#include "mask_maker.hpp"
#include "shamir.hpp"
#include "share_box.hpp"

namespace {

using namespace fedloom;
using namespace fedloom::secagg;
using Words = std::vector<std::uint64_t>;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}
double milliseconds_of(const std::function<void()>& work) {
  const double start = processor_seconds();
  work();
  return 1e3 * (processor_seconds() - start);
}
double median(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// t: one plain expansion into memory, as OpenSSL does it.
double expansion(Words& words) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                               &EVP_CIPHER_CTX_free);
  const std::array<std::uint8_t, 32> key{1};
  const std::array<std::uint8_t, 16> counter{};
  return milliseconds_of([&] {
    auto* bytes = reinterpret_cast<unsigned char*>(words.data());
    const auto size = static_cast<int>(words.size() * sizeof(std::uint64_t));
    int written = 0;
    if (EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_ctr(), nullptr, key.data(), counter.data()) != 1 ||
        EVP_EncryptUpdate(cipher.get(), bytes, &written, bytes, size) != 1) {
      throw std::runtime_error("OpenSSL has no AES-256-CTR");
    }
  });
}

struct Case {
  std::size_t sites, length, dropouts;
  std::string name;  ///< such as n10.d1M
};

/// What one site holds, and what the others hold of it.
struct Site {
  explicit Site(RandomWords& random) : box(random), mask(random) { random.fill(seed.writable()); }
  MaskKey box;
  MaskKey mask;
  SecretBytes seed;
  std::vector<SecretBytes> seed_shares, key_shares;  ///< by holder
};

class Round {
 public:
  explicit Round(const Case& setup) : setup_(setup) {
    for (std::size_t i = 0; i < setup.sites; ++i) {
      points_.push_back(point_of(i));
      sites_.emplace_back(random_);
      parties_.push_back({identity_of(i), sites_[i].mask.public_key()});
    }
    for (Site& site : sites_) {
      site.seed_shares = split(site.seed, threshold(), points_, random_);
      site.key_shares = split(site.mask.secret(), threshold(), points_, random_);
    }
    for (std::size_t sender = 0; sender < setup.sites; ++sender) {
      shared_.push_back(sites_[0].box.agree(sites_[sender].box.public_key()).value());
      received_.push_back(seal(shared_[sender], box(sender, 0),
                               {sites_[sender].seed_shares[0].clone(), sites_[sender].key_shares[0].clone()}));
    }
  }
  std::size_t threshold() const { return setup_.sites - setup_.dropouts; }

  void share() {
    const Site fresh(random_);
    auto seeds = split(fresh.seed, threshold(), points_, random_);
    auto keys = split(fresh.mask.secret(), threshold(), points_, random_);
    for (std::size_t receiver = 0; receiver < setup_.sites; ++receiver) {
      const SecretBytes shared = fresh.box.agree(sites_[receiver].box.public_key()).value();
      const SharePair pair{std::move(seeds[receiver]), std::move(keys[receiver])};
      const BoxContext about = box(0, receiver);
      sink_ ^= commit_to_share(about, SecretKind::self_seed, pair.self_seed)[0];
      sink_ ^= commit_to_share(about, SecretKind::mask_key, pair.mask_key)[0];
      sink_ ^= seal(shared, about, pair)[0];
    }
  }

  /// What the site at `self` does to its words.
  void mask(std::size_t self, Words& words) {
    PairSecrets secrets{.parties = parties_, .self = self, .shared = std::vector<SecretBytes>(setup_.sites)};
    for (std::size_t peer = 0; peer < setup_.sites; ++peer) {
      if (peer == self) continue;
      secrets.shared[peer] = sites_[self].mask.agree(parties_[peer].mask_key).value();
    }
    auto streams = pairwise_streams(secrets, about_);
    streams.push_back({self_key(sites_[self].seed, about_, parties_[self]), Sign::plus});
    add_streams(streams, words);
  }
  void open_boxes() {
    for (std::size_t sender = 0; sender < setup_.sites; ++sender) {
      const auto pair = open(shared_[sender], box(sender, 0), received_[sender]).value();
      sink_ ^= commit_to_share(box(sender, 0), SecretKind::self_seed, pair.self_seed)[0];
      sink_ ^= commit_to_share(box(sender, 0), SecretKind::mask_key, pair.mask_key)[0];
    }
  }

  /// The last `lost` sites are lost; the first T of the others show their shares.
  void unmask(std::size_t lost, Words& sum) {
    const std::size_t left = setup_.sites - lost;
    const Combiner combiner{std::span(points_).first(threshold())};
    Unmasking secrets{.parties = parties_};
    for (std::size_t i = 0; i < setup_.sites; ++i) {
      SecretBytes secret =
          combiner.combine(std::span(i < left ? sites_[i].seed_shares : sites_[i].key_shares).first(threshold()));
      secrets.self_seed.emplace_back();
      secrets.mask_key.emplace_back();
      if (i < left) {
        sink_ ^= commit_to_seed(about_.context, parties_[i].identity, secret)[0];
        secrets.self_seed.back() = std::move(secret);
      } else {
        secrets.mask_key.back().emplace(std::move(secret));
        check(secrets.mask_key.back()->public_key() == parties_[i].mask_key);
      }
    }
    secagg::unmask(secrets, about_, sum);
  }
  static void check(bool right) {
    if (!right) throw std::runtime_error("the benchmark's own sum is wrong");
  }

 private:
  static PublicKey identity_of(std::size_t place) { return PublicKey{static_cast<std::uint8_t>(place)}; }
  BoxContext box(std::size_t sender, std::size_t receiver) const {
    return {.context = about_.context, .sender = identity_of(sender), .receiver = identity_of(receiver), .terms = {}};
  }

  Case setup_;
  privacy::SecureRandom random_;
  MaskContext about_{.context = sha256("context"), .plan = sha256("plan")};
  std::vector<std::uint8_t> points_;
  std::vector<Site> sites_;
  std::vector<Party> parties_;
  std::vector<SecretBytes> shared_;   ///< of the boxes' keys, by the site at 0 with each: for a whole session
  std::vector<SealedPair> received_;  ///< by the site at 0, from each
  unsigned sink_ = 0;                 ///< so that no result is unused
};

class Report {
 public:
  void add(const std::string& name, double value, const char* unit, double limit = 0) {
    std::printf("%s\n {\"name\": \"secure_sum.%s\", \"value\": %.6g, \"unit\": \"%s\"", first_ ? "[" : ",",
                name.c_str(), value, unit);
    if (limit > 0) std::printf(", \"limit\": %.6g", limit);
    std::printf("}");
    first_ = false;
  }
  /// Milliseconds, and how many expansions they are for each that the work needs.
  void add_time(const std::string& name, double time, double expansions, double t, double factor) {
    const bool formula = factor < 1.4;
    add(name + ".ms", time, "ms", factor * expansions * t);
    add(name + (formula ? ".over_formula" : ".over_nt"), time / (expansions * t), "times", factor);
  }
  void finish() const { std::printf("\n]\n"); }

 private:
  bool first_ = true;
};

/// Everything that one site sends and receives in a round with recovery, the plan left out.
double bytes_of_a_round(const Case& setup) {
  const auto size = [](Message&& message) { return static_cast<double>(encode(message).size()); };
  const std::size_t n = setup.sites;
  double bytes = size(Offer{.terms = {}, .entries = std::vector<OfferEntry>(n)});
  bytes += size(Deal{.id = {}, .offers = std::vector<Deal::Offered>(n)});
  const std::uint32_t chunks = chunk_count(setup.length);
  bytes += size(ShareMessage{.words = setup.length, .chunks = std::vector<Digest>(chunks)});
  for (std::uint32_t k = 0; k < chunks; ++k) {
    bytes += size(ShareChunk{{}, k, boundary::MaskedShare::from_wire(Words(chunk_range(setup.length, k).count))});
  }
  bytes += size(Survivors{.id = {}, .places = std::vector<std::uint32_t>(n)}) + size(Agree{});
  bytes += size(Proof{.id = {}, .agreed = std::vector<Agree>(n)});
  return bytes + size(Unmask{.shares = std::vector<ShownShare>(n)});
}

/// The sum of the sites that are left, each with its own value in every word, under their masks.
Words masked_sum(Round& round, const Case& setup, std::size_t lost) {
  Words sum(setup.length);
  for (std::size_t i = 0; i < setup.sites - lost; ++i) {
    round.mask(i, sum);
    for (std::uint64_t& word : sum) word += std::uint64_t{1} << i;
  }
  return sum;
}

void report_unmask(Round& round, const Case& setup, std::size_t lost, Report& report) {
  const std::size_t left = setup.sites - lost;
  const Words masked = masked_sum(round, setup, lost);
  const Words exact(setup.length, (std::uint64_t{1} << left) - 1);
  std::vector<double> times, expansions;
  for (int repeat = 0; repeat < 15; ++repeat) {
    Words sum = masked;
    expansions.push_back(expansion(sum));
    sum = masked;
    times.push_back(milliseconds_of([&] { round.unmask(lost, sum); }));
    Round::check(sum == exact);
  }
  const auto streams = static_cast<double>(left + lost * left);
  const std::string name = "unmask." + setup.name + (lost > 0 ? ".drop" + std::to_string(lost) : "");
  report.add_time(name, median(times), streams, median(expansions), lost > 0 ? 1.3 : 1.4);
}

void report_case(const Case& setup, Report& report) {
  Round round(setup);
  std::vector<double> masks, shares, expansions;
  Words words(setup.length);
  for (int repeat = 0; repeat < 15; ++repeat) {
    expansions.push_back(expansion(words));
    masks.push_back(milliseconds_of([&] {
      round.open_boxes();
      round.mask(0, words);
    }));
    shares.push_back(milliseconds_of([&] { round.share(); }));
  }
  const double t = median(expansions);
  report.add("expansion." + setup.name + ".ms", t, "ms");
  report.add_time("mask." + setup.name, median(masks), static_cast<double>(setup.sites), t, 1.4);
  report.add("share." + setup.name + ".ms", median(shares), "ms");
  report_unmask(round, setup, 0, report);
  if (setup.dropouts > 0) report_unmask(round, setup, setup.dropouts, report);
  const double bytes = bytes_of_a_round(setup);
  report.add("wire." + setup.name + ".bytes", bytes, "bytes");
  report.add("wire." + setup.name + ".over_d8", bytes / (8 * static_cast<double>(setup.length)), "times");
}

}  // namespace

int main() {
  try {
    Report report;
    for (const Case& setup :
         {Case{10, 100000, 3, "n10.d100k"}, Case{10, 1000000, 3, "n10.d1M"}, Case{50, 100000, 5, "n50.d100k"}}) {
      report_case(setup, report);
    }
    report.finish();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fedloom: %s\n", error.what());
    return 1;
  }
  return 0;
}
