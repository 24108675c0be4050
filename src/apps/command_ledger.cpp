// fedloom ledger show | verify: what was spent, recomputed without any data.

#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <tuple>

#include "commands.hpp"
#include "fedloom/coordinator/public_ledger.hpp"
#include "fedloom/report/verify.hpp"
#include "fedloom/site/site_state.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

struct LedgerArguments {
  std::string run, policy, peer_heads, fingerprint, key;
  bool json = false;
};

struct RunLedger {
  config::Experiment experiment;
  coordinator::PublicLedger ledger;
};

void require_run(const fs::path& run) {
  if (fs::is_directory(run / "public")) return;
  throw UsageError(run.string() + (fs::exists(run) ? " is no folder of a run" : " is not there"),
                   "name a folder that `fedloom run` made (runs/<name>-…)");
}

RunLedger open_run(const fs::path& run) {
  require_run(run);
  auto experiment = config::load_experiment(run / "public" / "config.resolved.yaml");
  auto ledger = coordinator::verify_public_ledger(run / "public" / "ledger.json", experiment);
  return {std::move(experiment), std::move(ledger)};
}

double cost(const coordinator::PublicSpend& spend) {
  privacy::Curve curve;
  if (!privacy::is_free(spend.kind)) {
    for (const auto& event : spend.events) curve.add(event);
  }
  return curve.rho().value;
}

void show(const LedgerArguments& arguments) {
  const auto [experiment, ledger] = open_run(arguments.run);
  const auto delta = experiment.privacy.delta;
  if (arguments.json) {
    nlohmann::ordered_json json{{"run_id", ledger.run_id},
                                {"rho", ledger.total.rho().value},
                                {"epsilon", ledger.total.epsilon(delta).value},
                                {"delta", delta.value},
                                {"entries", nlohmann::json::array()}};
    for (const auto& spend : ledger.spends) {
      json["entries"].push_back({{"round", spend.round},
                                 {"attempt", spend.attempt},
                                 {"kind", spend.kind},
                                 {"stage", spend.stage},
                                 {"mechanisms", spend.events.size()},
                                 {"rho", cost(spend)}});
    }
    std::cout << json.dump(1) << "\n";
    return;
  }
  std::cout << "run " << ledger.run_id << "\n\n"
            << std::left << std::setw(7) << "round" << std::setw(9) << "kind" << std::setw(12) << "stage" << std::right
            << std::setw(12) << "mechanisms" << std::setw(14) << "rho" << std::setw(12) << "rho so far"
            << "\n";
  double sum = 0;
  for (const auto& spend : ledger.spends) {
    sum += cost(spend);
    std::cout << std::left << std::setw(7) << spend.round << std::setw(9) << spend.kind << std::setw(12) << spend.stage
              << std::right << std::setw(12) << spend.events.size() << std::setw(14) << figure(cost(spend), 6)
              << std::setw(12) << figure(sum, 6) << "\n";
  }
  std::cout << "\ntotal: epsilon " << figure(ledger.total.epsilon(delta).value, 6) << " at delta "
            << figure(delta.value, 2) << "\n";
}

/// Whose signatures these are is known from outside the folder only.
void check_anchor(const report::VerifiedRun& run, const LedgerArguments& arguments) {
  const auto& roster = run.experiment.roster;
  const auto fingerprint = roster ? to_hex(ByteView(roster->fingerprint())) : std::string();
  const auto key = roster ? std::string() : to_hex(ByteView(run.ledger.heads.at(0).key));
  constexpr const char* remedy = "do not trust it: ask the sites for the run they took part in";
  if (!arguments.fingerprint.empty() && arguments.fingerprint != fingerprint)
    throw LedgerError(arguments.run, "its roster is not the one of fingerprint " + arguments.fingerprint, remedy);
  if (!arguments.key.empty() && arguments.key != key)
    throw LedgerError(arguments.run, "it is not signed by an owner of key " + arguments.key, remedy);
  std::cout << (roster ? "roster          fingerprint " + fingerprint : "owner           key " + key)
            << (arguments.fingerprint.empty() && arguments.key.empty() ? ": compare it with what you know of the sites"
                                                                       : ", as you named it")
            << "\n";
}

void print(const report::VerifiedRun& run) {
  const auto& [experiment, ledger] = std::tie(run.experiment, run.ledger);
  std::cout << "public ledger   " << ledger.spends.size() << " entries, epsilon "
            << figure(ledger.total.epsilon(experiment.privacy.delta).value, 6) << " of "
            << figure(experiment.privacy.epsilon.value, 6) << " at delta " << figure(experiment.privacy.delta.value, 2)
            << ", recomputed\n";
  for (const auto& site : ledger.sites)
    std::cout << "site            " << site << ": head and acknowledgement signed by its key\n";
  for (const auto& site : ledger.lost)
    std::cout << "site            " << site << ": lost before the end; its last head is signed by its key\n";
  std::cout << "measurements    " << grouped(run.measurements) << " with " << grouped(run.values)
            << " noisy numbers, each paid for by an entry, and no entry without its own\n"
            << "report          " << (run.report ? "is the page that the files give, byte for byte" : "there is none")
            << "\n";
}

/// The heads that the run's public ledger holds of this site are witnesses against a rewritten chain.
std::vector<privacy::LedgerHead> witnesses(const std::string& run, const PublicKey& key) {
  std::vector<privacy::LedgerHead> heads;
  if (run.empty()) return heads;
  const auto [experiment, ledger] = open_run(run);
  for (const auto& head : ledger.heads) {
    if (head.key == key) heads.push_back(head.head);
  }
  if (heads.empty()) {
    throw LedgerError((fs::path(run) / "public" / "ledger.json").string(),
                      "is not signed by the key of this policy's site", "name a run that this site took part in");
  }
  return heads;
}

void verify_site(const LedgerArguments& arguments) {
  const auto policy = config::load_policy(arguments.policy);
  const auto key = SigningKey::load(policy.key).public_key();
  const fs::path folder = policy.state / policy.data_set / "ledger";
  auto heads = witnesses(arguments.run, key);
  if (!arguments.peer_heads.empty()) {
    for (const auto& peer : site::load_peer_heads(arguments.peer_heads)) {
      if (peer.key == key) heads.push_back(peer.head);
    }
  }
  const auto report = privacy::verify_ledger(folder, key, heads);
  std::cout << "site ledger     " << folder.string() << ": " << report.entries.size()
            << " entries, chain and head sound" << (heads.empty() ? "" : ", and as its peers saw it") << "; epsilon "
            << figure(report.total.epsilon(policy.allow.delta).value, 6) << " at delta "
            << figure(policy.allow.delta.value, 2) << " over all runs on " << policy.data_set << "\n";
}

void verify(const LedgerArguments& arguments) {
  if (arguments.run.empty() && arguments.policy.empty())
    throw UsageError("nothing to verify", "name a run's folder, or --policy FILE, or both");
  if (arguments.run.empty() && !(arguments.fingerprint + arguments.key).empty())
    throw UsageError("no run to hold the fingerprint or key against", "name a run's folder");
  if (!arguments.run.empty()) {
    require_run(arguments.run);
    const auto run = report::verify_run(fs::path(arguments.run) / "public");
    check_anchor(run, arguments);
    print(run);
  }
  if (!arguments.policy.empty()) verify_site(arguments);
}

}  // namespace

void add_ledger(CLI::App& app) {
  auto* command = app.add_subcommand("ledger", "Show or verify what was spent");
  command->require_subcommand(1);
  command->footer("Example: fedloom ledger verify runs/adult-1");
  auto arguments = std::make_shared<LedgerArguments>();
  auto* show_command = command->add_subcommand("show", "List a run's entries and their cost");
  show_command->add_option("run", arguments->run, "The run's folder")->required();
  show_command->add_flag("--json", arguments->json, "For programs");
  show_command->footer("Example: fedloom ledger show runs/adult-1");
  show_command->callback([arguments] { show(*arguments); });
  auto* verify_command = command->add_subcommand("verify", "Recompute epsilon and check every hash and signature");
  verify_command->add_option("run", arguments->run, "The run's folder: checks its public ledger");
  verify_command->add_option("--policy", arguments->policy, "A site's policy: checks that site's own ledger");
  verify_command->add_option("--peer-heads", arguments->peer_heads,
                             "A peer's peer-heads.json: what it saw of that site's ledger (with --policy)");
  verify_command->add_option("--roster-fingerprint", arguments->fingerprint,
                             "The roster's fingerprint, as a site knows it: another roster is refused");
  verify_command->add_option("--key", arguments->key, "The owner's public key (trust: central): another is refused");
  verify_command->footer("Example: fedloom ledger verify runs/adult-1 --policy fedloom-demo/sites/young.policy.yaml");
  verify_command->callback([arguments] { verify(*arguments); });
}

}  // namespace fedloom::apps
