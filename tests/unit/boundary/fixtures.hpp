#pragma once
// What the boundary's tests need: a way to a paid Spend, to a noised share, and to masks of known words.

#include <memory>
#include <vector>

#include "fedloom/base/check.hpp"
#include "fedloom/boundary/masked_share.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/boundary/release.hpp"
#include "support/manual_clock.hpp"
#include "support/split_mix_random.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::secagg {

/// In programs secagg derives masks from keys; these tests choose the words.
class MaskMaker {
 public:
  static boundary::Mask of(std::vector<std::uint64_t> words) {
    return boundary::Mask(std::make_unique<Words>(std::move(words)));
  }

 private:
  class Words final : public boundary::MaskSource {
   public:
    explicit Words(std::vector<std::uint64_t>&& words) : words_(std::move(words)) {}
    void add_to(std::span<std::uint64_t> words) const override {
      FEDLOOM_CHECK(words.size() == words_.size());
      for (std::size_t k = 0; k < words.size(); ++k) words[k] += words_[k];
    }

   private:
    std::vector<std::uint64_t> words_;
  };
};

}  // namespace fedloom::secagg

namespace fedloom::test {

/// A ledger with room for any event, so that tests can pay.
class Payer {
 public:
  privacy::Spend pay(std::vector<privacy::Event> events) {
    auto outcome = accountant_.spend({.round = ++round_, .attempt = 0, .stage = "test", .events = std::move(events)});
    return std::get<privacy::Spend>(std::move(outcome));
  }

 private:
  TempFolder folder_;
  SigningKey key_ = SigningKey::generate();
  privacy::Ledger ledger_{folder_ / "ledger", key_, fixed_timestamp};
  privacy::Accountant accountant_{ledger_, "run", {.per_run = {1e9}, .lifetime = std::nullopt}};
  std::uint32_t round_ = 0;
};

inline privacy::GaussianEvent gaussian(std::uint64_t dimension, std::uint32_t contributors = 1) {
  return {.sensitivity = {1},
          .site_noise = {.variance_num = 25, .variance_shift = 0, .grid_bits = 2},
          .contributors = contributors,
          .dimension = dimension};
}

inline std::vector<boundary::RawCounts> counts_of(std::vector<std::int64_t> values) {
  std::vector<boundary::RawCounts> raw;
  raw.emplace_back(std::move(values), privacy::L2Bound{1});
  return raw;
}

/// counts·4 + noise of variance 25, the noise from `seed`.
inline boundary::NoisedShare share_of(std::vector<std::int64_t> values, std::uint32_t contributors = 1,
                                      std::uint64_t seed = 1) {
  SplitMixRandom random(seed);
  Payer payer;
  const auto length = values.size();
  return boundary::Releaser(random).release(counts_of(std::move(values)), payer.pay({gaussian(length, contributors)}));
}

/// The words of a share that nothing else hides: sealed under zeros.
inline std::vector<std::uint64_t> words_of(boundary::NoisedShare&& share) {
  const auto length = share.length();
  const auto sealed =
      boundary::MaskedShare::seal(std::move(share), secagg::MaskMaker::of(std::vector<std::uint64_t>(length, 0)));
  return {sealed.words().begin(), sealed.words().end()};
}

}  // namespace fedloom::test
