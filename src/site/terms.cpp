#include "fedloom/site/terms.hpp"

#include <algorithm>

#include "fedloom/site/policy_check.hpp"
#include "words.hpp"

namespace fedloom::site {
namespace {

template <class List, class Name>
std::string listed(const List& list, Name name) {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? "" : ", ") + name(item);
  return text;
}

std::string unit_in_words(const config::SitePolicy& policy) {
  if (!policy.unit_column) {
    return policy.max_sites == 1 ? "one row" : "one row, at up to " + std::to_string(policy.max_sites) + " sites";
  }
  return "all rows with the same " + *policy.unit_column + ": the first " +
         counted(policy.max_rows, "row counts", "rows count") +
         (policy.unit_order ? ", in the order of " + *policy.unit_order : "") +
         (policy.max_sites == 1 ? "" : ", at up to " + std::to_string(policy.max_sites) + " sites");
}

std::string trust_in_words(config::Trust trust) {
  switch (trust) {
    case config::Trust::central:
      return "central: one owner holds all rows and adds the noise; nothing is sent";
    case config::Trust::aggregate:
      return "aggregate: this site gives EXACT counts, masked, and the coordinator SEES EXACT TOTALS of all sites, "
             "without noise; it is trusted to add the noise to all that it releases";
    case config::Trust::none:
      break;
  }
  return "none: this site adds its own noise and masks; the coordinator sees noisy totals only";
}

/// Whom the masks hide this site's counts from, where the coordinator sees exact totals.
std::string aggregate_in_words(const Quorum& quorum) {
  const std::string others = std::to_string(quorum.sites - quorum.colluding);
  return "the other sites learn nothing but what is released; the coordinator learns the exact totals, and together "
         "with " +
         counted(quorum.colluding, "site", "sites") + " those of the other " + others +
         "; where a column tells the sites apart, a total may be one site's own; the run ends when a site is lost, and "
         "can be resumed; from the first run on, exact totals of this data set go to this roster and to no other";
}

}  // namespace

std::string in_words(const Quorum& quorum) {
  const std::uint32_t honest = quorum.contributors();
  const bool lies = quorum.coordinator == Coordinator::malicious;
  std::string text =
      quorum.colluding == 1 ? "any other site" : "any " + std::to_string(quorum.colluding) + " of the other sites";
  text += std::string(" together with the coordinator") + (lies ? ", even one that lies," : "") +
          (quorum.colluding == 1 ? " learns nothing but " : " learn nothing but ") +
          (honest == 1 ? "this site's answers under enough noise for the guarantee"
                       : "noisy totals of at least " + std::to_string(honest) + " sites");
  if (!lies) text += " as long as the coordinator keeps to the protocol";
  const std::string sites = std::to_string(quorum.sites);
  return text + (quorum.recovers() ? "; the run goes on when up to " + std::to_string(quorum.dropouts) + " of " +
                                         sites + " sites " + (quorum.dropouts == 1 ? "is" : "are") + " lost"
                                   : "; the run ends when one of the " + sites + " sites is lost, and can be resumed");
}

namespace {

/// "age", "stay (of admitted, discharged)".
std::string column_in_words(const schema::Attribute& attribute) {
  if (attribute.origin.is_own_cell()) return attribute.name;
  return attribute.name + " (of " + listed(attribute.sources(), [](const auto& column) { return column; }) + ")";
}

}  // namespace

std::vector<Term> terms_of(const config::SitePolicy& policy, const config::Experiment& experiment) {
  std::vector<Term> terms{{"columns", listed(experiment.schema.attributes(), column_in_words)},
                          {"unit", unit_in_words(policy)},
                          {"budget", "epsilon " + figure(experiment.privacy.epsilon.value, 4) + " at delta " +
                                         figure(experiment.privacy.delta.value, 2) + " for the whole run"},
                          {"trust", trust_in_words(experiment.privacy.trust)}};
  if (!experiment.roster) return terms;
  const auto& members = experiment.roster->members();
  terms.push_back({"sites", std::to_string(members.size()) + ": " +
                                listed(members, [](const Member& member) { return member.id.name; })});
  terms.push_back({"roster", "fingerprint " + to_hex(experiment.roster->fingerprint())});
  terms.push_back({"secrecy", experiment.privacy.trust == config::Trust::aggregate
                                  ? aggregate_in_words(experiment.quorum())
                                  : in_words(experiment.quorum())});
  return terms;
}

std::string spent_in_words(const config::SitePolicy& policy, privacy::Rho all) {
  if (all.value <= 0) return "nothing spent yet on data set " + policy.data_set;
  std::string text = "spent so far on data set " + policy.data_set + ": epsilon " +
                     figure(privacy::epsilon_of(all, policy.allow.delta).value, 4);
  if (policy.allow.epsilon_lifetime) text += " of " + figure(policy.allow.epsilon_lifetime->value, 4);
  return text + " at delta " + figure(policy.allow.delta.value, 2);
}

std::string left_in_words(const config::SitePolicy& policy, privacy::Rho all) {
  if (policy.data_class == config::DataClass::public_data || !policy.allow.epsilon_lifetime) {
    return "public data: no lifetime budget";
  }
  const double limit = privacy::rho_of(*policy.allow.epsilon_lifetime, policy.allow.delta).value;
  const double left = limit - all.value;
  // What is left below the last digits of a sum is nothing.
  if (left <= 1e-9 * limit) return "nothing left for life";
  return figure(100 * left / limit, 3) + " % of the lifetime budget left (counted in rho), which pays for epsilon " +
         figure(privacy::epsilon_of({left}, policy.allow.delta).value, 4) + " more";
}

std::string left_in_words(const config::SitePolicy& policy, const config::Experiment& experiment,
                          const LifetimeSpent& spent) {
  const double rest = std::max(0.0, limits(policy, experiment).per_run.value - spent.by_run.value);
  return left_in_words(policy, {spent.all.value + rest});
}

}  // namespace fedloom::site
