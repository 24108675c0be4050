#include "fedloom/boundary/plan.hpp"

#include <algorithm>
#include <stdexcept>

#include "limits.hpp"

namespace fedloom::boundary {
namespace {

using schema::Query;

std::string fault_of(const privacy::NoiseScale& noise) {
  if (noise.variance_num == 0) return "has a noise variance of zero";
  if (noise.variance_shift > max_variance_shift) return "has a variance_shift over 48";
  if (noise.grid_bits > max_grid_bits) return "has more than 24 grid_bits";
  if (noise.variance_grid() > max_variance_grid) return "has a noise variance over 2^40 squared grid units";
  return {};
}

/// Everything that two attempts of one round share.
void write_content(ByteWriter& out, const RoundPlan& plan) {
  out.u32(plan.round);
  out.text(plan.stage);
  out.u32(plan.contributors);
  out.u32(plan.entity_rows);
  write(out, plan.coarsening);
  out.u8(plan.curator ? 1 : 0);
  if (plan.curator) {
    out.u64(plan.curator->rho_num);
    out.u8(plan.curator->rho_shift);
  }
  out.u32(static_cast<std::uint32_t>(plan.queries.size()));
  for (const auto& [query, noise] : plan.queries) {
    out.u8(static_cast<std::uint8_t>(query.kind));
    out.u8(static_cast<std::uint8_t>(query.marginal.degree()));
    for (const auto attribute : query.marginal) out.u32(attribute);
    out.u32(query.sketch_rows);
    out.u64(query.sketch_seed);
    out.u64(noise.variance_num);
    out.u8(noise.variance_shift);
    out.u8(noise.grid_bits);
  }
}

/// Attributes must come ascending and apart, as Marginal keeps them: one plan has one encoding.
schema::Marginal read_marginal(ByteReader& in) {
  const std::size_t degree = in.u8();
  if (degree > schema::Marginal::max_degree) in.fail();
  std::vector<std::uint32_t> attributes;
  for (std::size_t k = 0; k < degree && in.ok(); ++k) attributes.push_back(in.u32());
  if (std::adjacent_find(attributes.begin(), attributes.end(), std::greater_equal<>()) != attributes.end()) in.fail();
  return in.ok() ? schema::Marginal(std::move(attributes)) : schema::Marginal();
}

std::optional<privacy::CuratorEvent> read_curator(ByteReader& in) {
  const auto named = in.u8();
  if (named > 1) in.fail();
  if (named != 1) return std::nullopt;
  privacy::CuratorEvent curator;
  curator.rho_num = in.u64();
  curator.rho_shift = in.u8();
  return curator;
}

std::vector<privacy::Event> handover_of(const RoundPlan& plan) {
  std::vector<privacy::Event> events{*plan.curator};
  for (const auto& planned : plan.queries) {
    const auto& marginal = planned.query.marginal;
    privacy::OpenedEvent opened{.degree = static_cast<std::uint8_t>(marginal.degree())};
    std::copy(marginal.begin(), marginal.end(), opened.attributes.begin());
    events.emplace_back(opened);
  }
  return events;
}

PlannedQuery read_query(ByteReader& in) {
  PlannedQuery planned;
  planned.query.kind = static_cast<Query::Kind>(in.u8());
  planned.query.marginal = read_marginal(in);
  planned.query.sketch_rows = in.u32();
  planned.query.sketch_seed = in.u64();
  planned.site_noise.variance_num = in.u64();
  planned.site_noise.variance_shift = in.u8();
  planned.site_noise.grid_bits = in.u8();
  return planned;
}

bool fits(const Query& query, const schema::Domain& domain) {
  const auto known = [&](std::uint32_t attribute) { return attribute < domain.dimensions(); };
  return std::all_of(query.marginal.begin(), query.marginal.end(), known) &&
         query.marginal.cells(domain) <= max_plan_length && query.length(domain) <= max_plan_length;
}

}  // namespace

std::string fault_of(const Query& query) {
  if (query.kind != Query::Kind::marginal && query.kind != Query::Kind::sketch) return "is of an unknown kind";
  if (query.kind == Query::Kind::marginal && (query.sketch_rows != 0 || query.sketch_seed != 0))
    return "is a marginal, and so takes neither sketch_rows nor sketch_seed";
  if (query.kind == Query::Kind::sketch && (query.sketch_rows == 0 || query.sketch_rows > max_sketch_rows))
    return "is a sketch, and so needs 1 to 65536 sketch_rows";
  return {};
}

namespace {

std::string fault_of_exact(const RoundPlan& plan) {
  if (plan.curator->rho_num == 0 || plan.curator->rho_shift > max_rho_shift)
    return "needs a curator who may release something";
  if (plan.contributors != 1) return "asks for exact totals, and so takes 1 contributor";
  if (plan.reuse) return "asks for exact totals, which a site seals again by itself";
  for (const auto& [query, noise] : plan.queries) {
    const auto fault = boundary::fault_of(query);
    if (!fault.empty()) return "has a query that " + fault;
    if (query.kind != Query::Kind::marginal) return "asks for exact totals of something that is no marginal";
    if (noise != privacy::NoiseScale{}) return "asks for exact totals, and so takes no noise";
  }
  return {};
}

}  // namespace

std::string fault_of(const RoundPlan& plan) {
  if (plan.round == 0) return "has round 0; rounds count from 1";
  // It goes into the ledger of every site, which takes no other text.
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (plan.stage.empty() || plan.stage.size() > max_stage_bytes || !std::ranges::all_of(plan.stage, printable))
    return "needs a stage of 1 to 64 printable ASCII characters";
  if (plan.contributors == 0 || plan.contributors > max_contributors) return "needs 1 to 100 contributors";
  if (plan.entity_rows == 0 || plan.entity_rows > max_entity_rows) return "needs 1 to 1048576 entity_rows";
  if (plan.queries.size() > max_queries) return "has more than 1000000 queries";
  if (plan.curator) return fault_of_exact(plan);
  for (std::size_t q = 0; q < plan.queries.size(); ++q) {
    auto fault = fault_of(plan.queries[q].query);
    if (fault.empty()) fault = fault_of(plan.queries[q].site_noise);
    if (!fault.empty()) return "has a query (number " + std::to_string(q + 1) + ") that " + fault;
  }
  return {};
}

std::uint64_t RoundPlan::length(const schema::Domain& domain) const {
  constexpr std::uint64_t most = INT64_MAX;
  const auto over = coarsening.over(domain);
  std::uint64_t sum = 0;
  for (const auto& planned : queries) sum = std::min(most, sum + std::min(most, planned.query.length(over)));
  return sum;
}

bool fits(const RoundPlan& plan, const schema::Domain& domain) {
  if (plan.queries.empty() || !plan.coarsening.fits(domain)) return false;
  const auto over = plan.coarsening.over(domain);
  return std::all_of(plan.queries.begin(), plan.queries.end(),
                     [&](const PlannedQuery& planned) { return fits(planned.query, over); }) &&
         plan.length(domain) <= max_plan_length;
}

std::vector<privacy::Event> events_of(const RoundPlan& plan, const schema::Domain& domain) {
  if (plan.curator) return handover_of(plan);
  const std::uint64_t entity = plan.entity_rows;
  const auto over = plan.coarsening.over(domain);
  std::vector<privacy::Event> events;
  events.reserve(plan.queries.size());
  for (const auto& [query, noise] : plan.queries) {
    events.emplace_back(privacy::GaussianEvent{.sensitivity = {query.row_l2_squared() * entity * entity},
                                               .site_noise = noise,
                                               .contributors = plan.contributors,
                                               .dimension = query.length(over)});
  }
  return events;
}

privacy::Rho cost_of(const RoundPlan& plan, const schema::Domain& domain) {
  privacy::Curve curve;
  for (const auto& event : events_of(plan, domain)) curve.add(event);
  return curve.rho();
}

Digest content_hash(const RoundPlan& plan) {
  ByteWriter out;
  out.text("fedloom round plan 2");
  write_content(out, plan);
  return sha256(out.bytes());
}

void write(ByteWriter& out, const RoundPlan& plan) {
  out.u32(plan.attempt);
  out.u8(plan.reuse ? 1 : 0);
  write_content(out, plan);
}

RoundPlan read_plan(ByteReader& in) {
  RoundPlan plan;
  plan.attempt = in.u32();
  const auto reuse = in.u8();
  if (reuse > 1) in.fail();
  plan.reuse = reuse == 1;
  plan.round = in.u32();
  plan.stage = in.text(max_stage_bytes);
  plan.contributors = in.u32();
  plan.entity_rows = in.u32();
  plan.coarsening = schema::read_coarsening(in);
  plan.curator = read_curator(in);
  const auto count = in.u32();
  if (count > max_queries) in.fail();
  for (std::uint32_t q = 0; q < count && in.ok(); ++q) plan.queries.push_back(read_query(in));
  if (in.ok() && !fault_of(plan).empty()) in.fail();
  return in.ok() ? plan : RoundPlan{};
}

}  // namespace fedloom::boundary
