#pragma once
// A released, noised answer: public. Kept as an output of the run; a fit can be repeated from them at no cost.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedloom/boundary/noised_share.hpp"
#include "fedloom/boundary/plan.hpp"

namespace fedloom::boundary {

struct Measurement {
  schema::Query query;
  std::vector<std::int64_t> grid_values;  ///< in units of 2^-grid_bits counts
  std::uint8_t grid_bits = 0;
  double sigma = 0;  ///< standard deviation of the whole noise, in counts (of one entry)
  std::uint32_t round = 0;
  schema::Coarsening coarsening{};    ///< what the query's bins are; empty: the schema's own codes
  bool look = false;                  ///< of a round of look_stage
  double value(std::size_t k) const;  ///< in counts
};

/// All that was measured of one attribute's own codes, merged by inverse variance.
struct OneWay {
  std::vector<double> counts;
  double sigma = 0;
};
std::optional<OneWay> one_way_of(std::uint32_t attribute, const std::vector<Measurement>& measurements);

/// Sum of all sites' shares, masks gone: noised, so public.
class Total {
 public:
  explicit Total(std::vector<std::uint64_t>&& words) noexcept : words_(std::move(words)) {}
  Total(Total&&) noexcept = default;
  Total& operator=(Total&&) noexcept = default;
  Total(const Total&) = delete;
  Total& operator=(const Total&) = delete;
  const std::vector<std::uint64_t>& words() const noexcept { return words_; }

 private:
  std::vector<std::uint64_t> words_;
};

/// Centres mod 2^64 and cuts the round's total into its queries. `sites`: how many shares were added, so that
/// sigma² = sites × site variance (the surplus over `contributors` is real noise too).
std::vector<Measurement> to_measurements(Total&& total, const RoundPlan& plan, const schema::Domain& domain,
                                         std::uint32_t sites);

/// trust: central only. Aborts unless the plan counts on ONE contributor, i.e. this share holds all the noise.
Total reveal_central(NoisedShare&& share);

/// public/measurements.jsonl: first line {"version","domain"} and, where measurements are over bins, "coarsenings";
/// then one measurement a line, {"coarsening": k} where it is over the bins of the k-th.
std::string to_lines(const schema::Domain& domain, const std::vector<Measurement>& measurements);
/// Throws ConfigError naming `file` and the line (also when the domain is another one).
std::vector<Measurement> from_lines(std::string_view text, const schema::Domain& domain,
                                    const std::filesystem::path& file);
void save_measurements(const std::filesystem::path& file, const schema::Domain& domain,
                       const std::vector<Measurement>& measurements);
/// Throws what from_lines throws.
std::vector<Measurement> load_measurements(const std::filesystem::path& file, const schema::Domain& domain);

}  // namespace fedloom::boundary
