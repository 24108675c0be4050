#include "parts.hpp"

#include "counted_rows.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/site/site_ranks.hpp"
#include "fedloom/site/site_runner.hpp"

namespace fedloom::site {
namespace {

using boundary::SiteInternalWire;

/// What the first rank and the others say to each other beside counts.
enum class Word : std::uint8_t { ready = 1, count = 2, leave = 3 };

/// Equal at two ranks only when they may add their counts.
Digest terms(const SiteRun& run) {
  const auto& policy = *run.policy;
  FieldHasher hasher;
  hasher.field(run.run_id).field(run.experiment->hash()).field(policy.site.name).field(policy.data_set);
  hasher.field(policy.file.string()).field(policy.source).field(policy.unit_column.value_or(""));
  hasher.field(policy.unit_order.value_or(""));
  return hasher.field(policy.max_rows).field(policy.max_sites).finish();
}

[[noreturn]] void refuse(const std::string& who) {
  throw EnvironmentError(who, "does not belong to this run of this site",
                         "start all parts of a site with the same policy, experiment and run folder");
}

std::string name_of(unsigned rank, const SiteInternalWire& wire) {
  return "part " + std::to_string(rank + 1) + " of " + std::to_string(wire.size());
}

}  // namespace

void Parts::ask(const boundary::RoundPlan& plan) {
  if (wire_ == nullptr) return;
  ++asked_;
  for (unsigned rank = 1; rank < wire_->size(); ++rank) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(Word::count));
    out.u64(asked_);
    boundary::write(out, plan);
    wire_->send_inside_this_site(rank, std::move(out).take());
  }
}

std::vector<boundary::RawCounts> Parts::add_to(std::vector<boundary::RawCounts>&& own) {
  if (wire_ == nullptr) return std::move(own);
  return boundary::SiteInternalReducer(*wire_).add_the_parts_of_this_site(std::move(own), asked_,
                                                                          monotonic_now() + patience_);
}

void await_parts(const SiteRun& run, const Digest& all_rows) {
  if (run.ranks == nullptr) return;
  const Instant deadline = monotonic_now() + run.experiment->transport.join_limit;
  const Digest own = terms(run);
  for (unsigned ready = 1; ready < run.ranks->size(); ++ready) {
    const auto arrival = run.ranks->receive(deadline);
    if (!arrival) {
      throw EnvironmentError("this site", "not all of its parts have loaded their rows in time",
                             "see the parts' own logs; transport.join_limit gives them more time");
    }
    ByteReader in(arrival->bytes);
    Digest theirs{}, their_rows{};
    const bool is_ready = static_cast<Word>(in.u8()) == Word::ready && in.raw(theirs) && in.raw(their_rows);
    if (!is_ready || !in.finished() || theirs != own) refuse(name_of(arrival->from, *run.ranks));
    if (their_rows != all_rows) {
      throw EnvironmentError(name_of(arrival->from, *run.ranks),
                             "read other rows than the first part: the table changed while this site read it",
                             "let nobody write to the table, or name a copy of it, and start the run again");
    }
  }
}

void dismiss_parts(const SiteRun& run, bool well) noexcept {
  if (run.ranks == nullptr) return;
  for (unsigned rank = 1; rank < run.ranks->size(); ++rank) {
    try {
      run.ranks->send_inside_this_site(rank, {static_cast<std::uint8_t>(Word::leave), static_cast<std::uint8_t>(well)});
    } catch (const Error&) {
      // That rank hears of the end when this process ends.
    }
  }
}

bool serve_part(const SiteRun& run, data::Loaded&& part) {
  SiteInternalWire& wire = *run.ranks;
  const Digest all_rows = part.all_rows;
  CountedRows rows(std::move(part.table), measure_options(run));
  const auto& domain = run.experiment->schema.domain();
  ByteWriter ready;
  ready.u8(static_cast<std::uint8_t>(Word::ready));
  ready.raw(terms(run));
  ready.raw(all_rows);
  wire.send_inside_this_site(0, std::move(ready).take());
  for (;;) {
    const auto arrival = wire.receive(monotonic_now() + longest_silence(*run.experiment));
    if (!arrival) {
      throw EnvironmentError(name_of(0, wire), "was silent for longer than a run can be", "see its own log");
    }
    ByteReader in(arrival->bytes);
    const auto word = static_cast<Word>(in.u8());
    if (word == Word::leave) return in.u8() != 0;
    const auto number = in.u64();
    const auto plan = boundary::read_plan(in);
    if (word != Word::count || !in.finished() || !boundary::fits(plan, domain)) refuse(name_of(0, wire));
    boundary::SiteInternalReducer(wire).hand_part_to_this_sites_first_rank(rows.measure(plan), number);
  }
}

}  // namespace fedloom::site
