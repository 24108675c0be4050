#pragma once
// What a round asks of every site: public, and the same for all.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedloom/base/bytes.hpp"
#include "fedloom/base/hash.hpp"
#include "fedloom/privacy/curve.hpp"
#include "fedloom/schema/coarsening.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::boundary {

struct PlannedQuery {
  schema::Query query;
  privacy::NoiseScale site_noise;  ///< what ONE site adds
  bool operator==(const PlannedQuery&) const = default;
};

/// Stage of the round that looks at everything coarsely.
inline constexpr std::string_view look_stage = "look";

struct RoundPlan {
  std::uint32_t round = 0;          ///< from 1
  std::uint32_t attempt = 0;        ///< from 0; a round that was lost is tried again under the next
  bool reuse = false;               ///< seal again the share stored for this round: costs nothing
  std::string stage;                ///< "one-way" | look_stage | "sketch" | "measure" | …
  std::uint32_t contributors = 1;   ///< m = n − t, t = colluding sites + dropouts
  std::uint32_t entity_rows = 1;    ///< Δ of one marginal: max_rows × max_sites of one entity
  schema::Coarsening coarsening{};  ///< the queries are over these bins; empty: over the schema's own codes
  /// trust: aggregate: exact totals are asked for, without noise, for a curator who may release at most this in the
  /// run. Then every query is a marginal, its noise is left at zero, contributors is 1 and reuse is false.
  std::optional<privacy::CuratorEvent> curator;
  std::vector<PlannedQuery> queries;
  std::uint64_t length(const schema::Domain& domain) const;  ///< integers in all
  bool operator==(const RoundPlan&) const = default;
};

/// Most integers that one round may ask for: 1 GiB of words, what a message carries.
inline constexpr std::uint64_t max_plan_length = std::uint64_t{1} << 27;

/// Wherever a plan is given with a domain, that is the schema's: the plan's coarsening is applied to it.

/// Can this plan be answered over `domain` at all: its coarsening is one of this domain, there is something to answer,
/// every attribute exists, no answer and no histogram behind a sketch passes max_plan_length. Ask before any function
/// here that takes a domain: a plan comes from a coordinator that is not trusted.
bool fits(const RoundPlan& plan, const schema::Domain& domain);

/// One GaussianEvent a query: Δ₂² = row_l2_squared·entity_rows². Of exact totals: the handover (privacy/curve.hpp).
std::vector<privacy::Event> events_of(const RoundPlan& plan, const schema::Domain& domain);
privacy::Rho cost_of(const RoundPlan& plan, const schema::Domain& domain);
/// Hash of everything but attempt and reuse: two attempts of one round must agree in it.
Digest content_hash(const RoundPlan& plan);

void write(ByteWriter& out, const RoundPlan& plan);
/// Limits every length; fails the reader on anything out of range for any domain (unknown kind, degree over 3,
/// zero variance, more than 1e6 queries).
RoundPlan read_plan(ByteReader& in);
std::string to_json(const RoundPlan& plan, const schema::Domain& domain);
/// Throws ConfigError.
RoundPlan plan_from_json(std::string_view text, const schema::Domain& domain, const std::string& file);

}  // namespace fedloom::boundary
