#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "audits.hpp"
#include "fedloom/audit/membership.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/schema/source_name.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
data::Table load_all(const std::vector<std::string>& files, const schema::Schema& schema) {
  data::Table table(schema.domain());
  for (const auto& file : files) {
    table.append(data::load(schema::with_scheme(file), "/", schema, {}).table);
  }
  return table;
}

/// Members may be copied this much more often than others before the rows are accused: a good model learns a little of
/// its own table's chances.
constexpr double copied_by_chance = 0.05;

/// With a little room: two samples of one population differ by chance.
bool same_population(const audit::MembershipReport& report) {
  constexpr double room = 0.02;
  return report.populations.auc_low <= 0.5 + room && report.populations.auc_high >= 0.5 - room;
}

nlohmann::ordered_json as_json(const audit::MembershipReport& report) {
  nlohmann::ordered_json json{{"private", "these figures come from real rows"}, {"attacks", nlohmann::json::array()}};
  for (const auto& attack : report.attacks) {
    json["attacks"].push_back({{"attack", attack.name},
                               {"members", attack.members},
                               {"others", attack.others},
                               {"auc", attack.auc},
                               {"auc_low", attack.auc_low},
                               {"auc_high", attack.auc_high},
                               {"tpr_at_1_percent_fpr", attack.tpr_at_low_fpr},
                               {"epsilon_lower", attack.epsilon_lower}});
  }
  json["populations_auc"] = report.populations.auc;
  json["same_population"] = same_population(report);
  const auto& copies = report.memorisation;
  json["copies"] = {{"members_exact", copies.members.exact},
                    {"others_exact", copies.others.exact},
                    {"members_near", copies.members.near},
                    {"others_near", copies.others.near},
                    {"exact_difference_low", copies.exact_difference_low},
                    {"exact_difference_high", copies.exact_difference_high}};
  return json;
}

void print(const audit::MembershipReport& report) {
  std::cout << "who was in the real table, told from synthetic rows alone (AUC 0.5: a coin; TPR 0.01: a coin)\n\n"
            << std::left << std::setw(20) << "attack" << std::right << std::setw(9) << "members" << std::setw(8)
            << "others" << std::setw(8) << "AUC" << std::setw(18) << "95 % interval" << std::setw(15)
            << "TPR at 1 % FPR" << std::setw(18) << "epsilon at least"
            << "\n";
  for (const auto& attack : report.attacks) {
    std::cout << std::left << std::setw(20) << attack.name << std::right << std::setw(9) << attack.members
              << std::setw(8) << attack.others << std::fixed << std::setprecision(3) << std::setw(8) << attack.auc
              << std::setw(10) << attack.auc_low << " – " << std::setw(5) << attack.auc_high << std::setw(15)
              << attack.tpr_at_low_fpr << std::setw(18) << attack.epsilon_lower << "\n";
  }
  const auto& copies = report.memorisation;
  std::cout
      << "\ncopies: " << 100 * copies.members.exact << " % of the members and " << 100 * copies.others.exact
      << " % of the others are among the synthetic rows; " << 100 * copies.members.near << " % and "
      << 100 * copies.others.near << " % but for one column\n(difference of exact copies "
      << 100 * copies.exact_difference_low << " to " << 100 * copies.exact_difference_high << " points at 95 %)\n\n"
      << (same_population(report)
              ? ""
              : "THE HOLD-OUT IS OF ANOTHER KIND: members and others can be told apart without any synthetic "
                "row, so "
                "these figures\nare not about who was in the table. Set aside a random part of the same table "
                "before the run.\n\n")
      << "An AUC above 0.5 by more than its interval, or members that are copied more often than others, show that "
         "rows leak.\nThe reverse shows nothing of stronger attacks, and is no proof of privacy: that is the "
         "ledger's.\nThese figures come from real rows and are NOT private: keep them where the rows are.\n";
}

}  // namespace

void audit_rows(const RowAuditArguments& arguments) {
  const auto schema = config::load_schema(arguments.schema);
  const auto report = audit::attack_rows(load_all(arguments.members, schema), load_all(arguments.hold_out, schema),
                                         load_all({arguments.synthetic}, schema.of_outputs()),
                                         {.most_rows = arguments.rows, .seed = arguments.seed});
  if (arguments.json) {
    std::cout << as_json(report).dump(1) << "\n";
  } else {
    print(report);
  }
  if (!same_population(report) || report.memorisation.exact_difference_low < copied_by_chance) return;
  throw AuditError("audit rows", "members are among the synthetic rows more often than others of their kind are",
                   "do not publish these rows; see docs/audit.md");
}

}  // namespace fedloom::apps
