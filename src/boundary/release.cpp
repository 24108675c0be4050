#include "fedloom/boundary/release.hpp"

#include <numeric>

#include "fedloom/base/check.hpp"
#include "fedloom/privacy/sampler.hpp"

namespace fedloom::boundary {
namespace {

/// The exponential mechanism's scale 2Δ/ε, reduced.
privacy::Rational selection_scale(const privacy::ExponentialEvent& event, std::uint64_t sensitivity) {
  FEDLOOM_CHECK(event.epsilon_num > 0 && sensitivity > 0 && event.epsilon_shift < 63);
  FEDLOOM_CHECK(sensitivity <= (UINT64_MAX >> 1) >> event.epsilon_shift);
  const auto num = (2 * sensitivity) << event.epsilon_shift;
  const auto common = std::gcd(num, event.epsilon_num);
  return {.num = num / common, .den = event.epsilon_num / common};
}

}  // namespace

NoisedShare Releaser::release(std::vector<RawCounts>&& raw, privacy::Spend&& spend) const {
  const auto events = spend.use();
  FEDLOOM_CHECK(!events.empty() && events.size() == raw.size());
  std::size_t length = 0;
  for (std::size_t q = 0; q < raw.size(); ++q) {
    // What was booked must cover what is about to leave: same shape, no smaller sensitivity, one m for all.
    const auto* event = std::get_if<privacy::GaussianEvent>(&events[q]);
    FEDLOOM_CHECK(event != nullptr && event->dimension == raw[q].length());
    FEDLOOM_CHECK(raw[q].l2() <= event->sensitivity);
    FEDLOOM_CHECK(event->contributors == std::get<privacy::GaussianEvent>(events.front()).contributors);
    length += raw[q].length();
  }

  std::vector<std::uint64_t> words;
  words.reserve(length);
  std::vector<std::int64_t> noise;
  for (std::size_t q = 0; q < raw.size(); ++q) {
    const auto& scale = std::get<privacy::GaussianEvent>(events[q]).site_noise;
    noise.assign(raw[q].length(), 0);
    privacy::discrete_gaussian_fill(scale, noise, *random_);
    for (std::size_t k = 0; k < noise.size(); ++k) {
      const auto count = static_cast<std::uint64_t>(raw[q].values_[k]);
      words.push_back((count << scale.grid_bits) + static_cast<std::uint64_t>(noise[k]));
    }
  }
  raw.clear();
  return NoisedShare(std::move(words), std::get<privacy::GaussianEvent>(events.front()).contributors);
}

ExactShare Releaser::open(std::vector<RawCounts>&& raw, privacy::Spend&& spend, AggregateGrant&& grant) const {
  const auto given = std::move(grant);
  const auto events = spend.use();
  FEDLOOM_CHECK(given.curator_.has_value() && privacy::is_handover(events));
  FEDLOOM_CHECK(std::get<privacy::CuratorEvent>(events.front()) == *given.curator_);
  FEDLOOM_CHECK(events.size() == raw.size() + 1);
  std::vector<std::uint64_t> words;
  for (const auto& counts : raw) {
    for (const std::int64_t count : counts.values_) words.push_back(static_cast<std::uint64_t>(count));
  }
  raw.clear();
  return ExactShare(std::move(words));
}

std::size_t Releaser::select(RawScores&& scores, privacy::Spend&& spend) const {
  const auto consumed = std::move(scores);
  const auto events = spend.use();
  FEDLOOM_CHECK(events.size() == 1);
  const auto* event = std::get_if<privacy::ExponentialEvent>(&events.front());
  FEDLOOM_CHECK(event != nullptr && event->candidates == consumed.length() && consumed.length() > 0);
  return privacy::exponential_mechanism(consumed.scores_, selection_scale(*event, consumed.sensitivity()), *random_);
}

}  // namespace fedloom::boundary
