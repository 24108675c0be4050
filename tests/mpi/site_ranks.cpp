// One site as several MPI ranks beside the same site as one.
//
//   mpirun -n 1 … site_ranks 1/1 same : -n 1 … site_ranks 1/3 same : -n 1 … 2/3 … : -n 1 … 3/3 …
//       rank 0 stands for the coordinator; the site's first rank releases two rounds with fixed noise and compares
//       them, bit for bit, with those of one rank that has all rows
//   … idle   every rank of the site waits 2 s for nothing; none may use more than 0.05 s of processor time
//   … kill   part 2 kills itself when it is asked for the second round: the first rank must name it, and nobody hangs
//
// Under --enable-recovery mpirun gives 0 whatever happens: what counts is the line that the first rank prints.

#include "fedloom/site/site_ranks.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>

#include "fedloom/base/error.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/boundary/site_internal_sum.hpp"
#include "fedloom/site/curator.hpp"
#include "fedloom/transport/mpi.hpp"
#include "support/site_world.hpp"

namespace {

using namespace fedloom;

constexpr std::uint32_t rows = 10007;
constexpr std::uint32_t rounds = 2;

/// Sizes that make an answer of several messages.
constexpr test::SiteWorld::Sizes sizes{1200, 1100, 2};

data::Loaded part_of_table(const test::SiteWorld& world, std::uint32_t part, std::uint32_t parts) {
  data::Table table(world.experiment.schema.domain());
  for (std::uint32_t row = part; row < rows; row += parts) {
    const std::array<std::uint32_t, 3> codes{row * 7 % sizes[0], row * row % sizes[1], row % 2};
    table.append(codes);
  }
  return {std::move(table), {}};
}

/// Dies instead of answering the second question.
class Mortal final : public boundary::SiteInternalWire {
 public:
  explicit Mortal(boundary::SiteInternalWire& wire) : wire_(wire) {}
  unsigned rank() const override { return wire_.rank(); }
  unsigned size() const override { return wire_.size(); }
  void send_inside_this_site(unsigned to, Bytes bytes) override { wire_.send_inside_this_site(to, std::move(bytes)); }
  std::optional<Arrival> receive(Instant deadline) override {
    auto arrival = wire_.receive(deadline);
    if (++asked_ == rounds) kill(getpid(), SIGKILL);
    return arrival;
  }
  void give_up() noexcept override { wire_.give_up(); }

 private:
  boundary::SiteInternalWire& wire_;
  std::uint32_t asked_ = 0;
};

class Site {
 public:
  Site() {
    world_.experiment.privacy.trust = config::Trust::central;
    world_.experiment.roster.reset();
    world_.experiment.generator.max_cells = sizes[0] * sizes[1];
    world_.policies[0].allow.trust = {config::Trust::central};
  }

  site::SiteRun run(boundary::SiteInternalWire* wire, RandomWords& random) const {
    auto made = world_.run(0, key_, random);
    made.ranks = wire;
    return made;
  }

  /// What the rounds release, all noise being this site's own.
  std::vector<boundary::Measurement> release(boundary::SiteInternalWire* wire, std::uint32_t parts) {
    test::TempFolder state;
    world_.policies[0].state = state.path();
    test::SplitMixRandom random(5);
    const auto first = run(wire, random);
    site::await_parts(first, {});
    site::SiteLog log(state.path(), "site0");
    site::Curator curator(first, part_of_table(world_, 0, parts), log);
    std::vector<boundary::Measurement> released;
    for (std::uint32_t round = 1; round <= rounds; ++round) {
      auto plan = world_.plan(round);
      plan.contributors = 1;
      plan.queries.push_back({{.marginal = {0, 1}}, plan.queries[0].site_noise});
      for (auto& measured : curator.measure(plan)) released.push_back(std::move(measured));
    }
    site::dismiss_parts(first, true);
    return released;
  }

  bool serve(boundary::SiteInternalWire& wire) const {
    test::SplitMixRandom none(0);
    return site::serve_part(run(&wire, none), part_of_table(world_, wire.rank(), wire.size()));
  }

 private:
  test::SiteWorld world_{Quorum{.sites = 3}, sizes};
  SigningKey key_ = test::SiteWorld::key(0);
};

bool same(const std::vector<boundary::Measurement>& a, const std::vector<boundary::Measurement>& b) {
  bool equal = a.size() == b.size();
  for (std::size_t k = 0; equal && k < a.size(); ++k) equal = a[k].grid_values == b[k].grid_values;
  return equal;
}

std::string idle(boundary::SiteInternalWire& ranks) {
  const auto used = std::clock();
  if (ranks.receive(monotonic_now() + Millis(2000))) return "something came";
  const double seconds = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC;
  return seconds <= 0.05 ? "" : "an idle rank used " + std::to_string(seconds) + " s of processor time";
}

/// What went wrong; empty when all is well.
std::string play(transport::MpiTransport& wire, const transport::Place& place, std::string_view mode) {
  Site site;
  auto& ranks = *wire.site_ranks();
  if (mode == "idle") return idle(ranks);
  const bool kills = mode == "kill";
  if (place.part > 0) {
    Mortal mortal(ranks);
    const bool dies = kills && place.part == 1;
    return site.serve(dies ? static_cast<boundary::SiteInternalWire&>(mortal) : ranks) ? "" : "sent home unwell";
  }
  try {
    const auto together = site.release(&ranks, place.parts);
    if (kills) return "the death was not noticed";
    if (wire.world() != 2) return "the site is not one endpoint";
    return same(together, site.release(nullptr, 1)) ? "" : "several ranks released other bits than one";
  } catch (const EnvironmentError& error) {
    const bool named = std::string_view(error.what()).find("part 2 of 3") != std::string_view::npos;
    return kills && named ? "" : error.what();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string part = argc > 1 ? argv[1] : "1/1";
  const std::string mode = argc > 2 ? argv[2] : "same";
  const bool kills = mode == "kill";
  const auto slash = part.find('/');
  const transport::Place place{.party = part.ends_with("/1") ? "the coordinator" : "the site",
                               .part = static_cast<std::uint32_t>(std::stoul(part) - 1),
                               .parts = static_cast<std::uint32_t>(std::stoul(part.substr(slash + 1)))};
  auto wire = transport::MpiTransport::start(argc, argv, {}, place);
  std::string fault;
  try {
    if (place.parts > 1) fault = play(*wire, place, mode);
  } catch (const Error& error) {
    // Of the others only the first rank's end is expected, once one of them has been killed.
    if (!kills) fault = error.what();
  }
  if (!fault.empty() || kills) wire->mark_failed();
  if (!fault.empty()) std::printf("NOT OK at part %s: %s\n", part.c_str(), fault.c_str());
  if (fault.empty() && place.parts > 1) std::printf("part %s is well\n", part.c_str());
  wire.reset();
  return fault.empty() ? 0 : 1;
}
