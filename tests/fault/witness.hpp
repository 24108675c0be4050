#pragma once
// Sees all that happens and says what must never: it knows each site's true numbers, remembers every word that a site
// has ever sent in all its lives, and trusts neither half of the protocol.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fedloom/secagg/coordinator_protocol.hpp"
#include "fedloom/secagg/site_protocol.hpp"
#include "harness.hpp"
#include "schedule.hpp"

namespace fedloom::fault {

enum class Rule : std::uint8_t {
  exact_sum,          ///< a sum is that of its survivors' shares, of this attempt, and of nothing else
  enough_survivors,   ///< at least n − u
  no_hang,            ///< every wait has an end, and is over then
  all_listed,         ///< the public list costs at least what each site has booked
  within_budget,      ///< and at most the budget
  paid_before_sent,   ///< each survivor's ledger holds what the sum tells
  sealed_once,        ///< one context, one share, byte for byte
  masks_fresh,        ///< no mask comes twice
  sessions_rise,      ///< no session number comes twice at a site
  one_secret,         ///< no site shows shares of both secrets of one peer
  one_list,           ///< no site signs two lists of one context
  no_short_list,      ///< every list has n − u members at least
  disk_not_asked_to,  ///< no site's disk has to refuse what the protocol wants to store
};
const char* name_of(Rule rule) noexcept;

struct Violation {
  Rule rule;
  std::string what;
};

class Witness {
 public:
  Witness(const test::World& world, const Quorum& promised) : world_(&world), promised_(promised) {}

  void on_session(std::size_t place, std::uint32_t session);
  void on_booked(std::size_t place, const boundary::RoundPlan& plan);
  /// The words that the site's program has released for a plan.
  void on_released(std::size_t place, const boundary::RoundPlan& plan, std::vector<std::uint64_t> words);
  /// The same words as for the newest plan of the same content.
  void on_released_again(std::size_t place, const boundary::RoundPlan& plan);
  void on_sealed(std::size_t place, const secagg::StoreSealed& sealed);
  /// On the way out of a site, before the network does what it does.
  void on_said(std::size_t place, const secagg::Message& message);
  /// Taken by a site.
  void on_told(std::size_t place, const secagg::Message& message);
  void on_coordinator_said(const secagg::Message& message);
  void on_summed(const secagg::RoundSummed& summed);
  /// `listed`: what the public list costs, with what is asked for now.
  void on_books(double listed, double budget, const std::vector<double>& booked);
  void break_rule(Rule rule, std::string what) { violations_.push_back({rule, std::move(what)}); }

  const std::vector<Violation>& violations() const noexcept { return violations_; }
  bool has_broken(Rule rule) const;
  std::size_t sums() const noexcept { return sums_; }
  /// Nothing, where nothing was.
  std::vector<std::uint64_t> released(std::size_t place, const boundary::RoundPlan& plan) const;

 private:
  using Answer = std::pair<std::uint32_t, std::uint32_t>;  ///< round, attempt
  struct Shown {
    std::set<secagg::RoundId> self_seed, mask_key;
  };
  struct SiteMemory {
    std::uint32_t session = 0;
    std::map<Answer, std::vector<std::uint64_t>> released;
    std::map<Digest, Answer> newest;  ///< by the plan's content
    std::set<Answer> booked;
    std::map<secagg::RoundId, Signature> announced;
    std::map<std::pair<secagg::RoundId, std::uint32_t>, Digest> chunks;
    std::set<Digest> sealed;
    std::map<secagg::RoundId, Digest> agreed;
    std::map<std::size_t, Shown> shown;                ///< by the peer whose secret it is
    std::map<secagg::RoundId, std::size_t> list_size;  ///< of the survivors it was told last
  };
  void on_unmask(std::size_t place, const secagg::Unmask& unmask);
  void check_size(std::size_t size, const char* list);
  std::string site(std::size_t place) const { return "site " + std::to_string(place); }

  const test::World* world_;
  Quorum promised_;
  std::map<std::size_t, SiteMemory> sites_;
  std::map<std::pair<std::size_t, secagg::RoundId>, secagg::Offer> offers_;
  std::set<Digest> masks_;
  std::vector<Violation> violations_;
  std::size_t sums_ = 0;
};

}  // namespace fedloom::fault
