#pragma once
// Wide domains: once the noisy 1-ways are there, codes too rare to be told from noise are merged, and the run goes on
// over bins. All of it is post-processing of released measurements, so it costs nothing; docs/decisions/0013.

#include <vector>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/model/expansion.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::coordinator {

/// Attributes of at most this many codes keep them all; of more, at most this many bins are made.
inline constexpr std::uint32_t kMostBins = 64;
/// A code of its own bin stands this many σ above nothing.
inline constexpr double kToldFromNoise = 4.0;

/// Merges codes of attributes of more than kMostBins codes. Categories: those told from noise stay, the largest first,
/// the rest is one bin. Ordered codes (bins of numbers, coded columns): runs of neighbours, each as large as a fair
/// part of the rows and told from noise; a missing value stays apart. Cells of a grid for private bins are merged in the
/// same way, into as many bins as its schema asks for, however few they are (docs/decisions/0019). Empty where no
/// attribute is so wide.
schema::Coarsening coarsening_for(const schema::Schema& schema, const std::vector<boundary::Measurement>& one_ways);

/// The largest domain that a coarsening may leave, for forecasts: before the 1-ways nobody knows the codes that stay.
schema::Domain at_most_bins(const schema::Domain& fine);

/// The same measurements as they are over the domain of the bins, whose own bins are no coarsening any more. A 1-way of
/// the schema's codes is summed; what its bins lack of N̂, or have over it, is spread over them as their variances are
/// (Gauss–Markov), which leaves the large bins little noise. What was measured over unions of bins is over a
/// coarsening of the bins. Throws std::invalid_argument for a joint measurement of codes that are merged, or over bins
/// that do not fall into these.
std::vector<boundary::Measurement> fold(const std::vector<boundary::Measurement>& released,
                                        const schema::Coarsening& coarsening, const schema::Domain& fine);

/// Shares of the codes in each bin: its noisy 1-way, projected onto the distributions.
model::Expansion expansion_for(const std::vector<boundary::Measurement>& released, const schema::Coarsening& coarsening,
                               const schema::Domain& fine);

/// A coarsening of the schema's codes: first into `bins`, then these into those of `further`.
schema::Coarsening combine(const schema::Coarsening& bins, const schema::Coarsening& further,
                           const schema::Domain& fine);

/// The coarsening that a run went on over: that of its measurements, the look apart, where its 1-ways call for one;
/// else, when nothing but 1-ways was released, the one they call for.
schema::Coarsening coarsening_of(const schema::Schema& schema, const std::vector<boundary::Measurement>& released);

}  // namespace fedloom::coordinator
