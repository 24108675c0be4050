// fedloom-site audit, receipt: what this site did, for its custodian.

#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "fedloom/config/config.hpp"
#include "fedloom/site/audit_log.hpp"
#include "fedloom/site/receipt.hpp"
#include "program.hpp"
#include "site_commands.hpp"
#include "world.hpp"

namespace fedloom::apps {
namespace {

/// A reason may quote a file's name: control characters would confuse a terminal.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text;
}

std::string details(const site::AuditEvent& event) {
  std::string text = event.rho ? "rho " + figure(event.rho->value, 4) + " so far" : "";
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  if (event.sent) add("sent " + grouped(event.sent->messages) + " messages, " + grouped(event.sent->bytes) + " bytes");
  if (!event.reason.empty()) add(event.reason);
  return printable(text);
}

std::string number_or_dash(std::uint32_t number) { return number == 0 ? "-" : std::to_string(number); }

void audit(const std::string& policy_file) {
  const auto policy = config::load_policy(policy_file);
  const auto key = SigningKey::load(policy.key);
  const auto folder = site::audit_folder(policy);
  const auto trail = site::verify_audit(folder, key.public_key());
  if (trail.lines.empty()) {
    std::cout << "No event yet at site " << policy.site.name << " on data set " << policy.data_set << "\n";
    return;
  }
  std::size_t widest = 3;
  for (const auto& line : trail.lines) widest = std::max(widest, line.event.run.size());
  const auto row = [&](const std::string& time, const std::string& event, const std::string& run,
                       const std::string& session, const std::string& round, const std::string& rest) {
    std::ostringstream line;
    line << std::left << std::setw(22) << time << std::setw(10) << event << std::setw(static_cast<int>(widest) + 2)
         << run << std::setw(9) << session << std::setw(7) << round << rest;
    std::string text = line.str();
    text.erase(text.find_last_not_of(' ') + 1);
    std::cout << text << "\n";
  };
  row("time", "event", "run", "session", "round", "");
  for (const auto& line : trail.lines) {
    const auto& event = line.event;
    row(line.time, name_of(event.kind), event.run.empty() ? "-" : printable(event.run), number_or_dash(event.session),
        number_or_dash(event.round), details(event));
  }
  std::cout << "\naudit log  " << folder.string() << ": " << trail.lines.size() << " events, chain and signatures sound"
            << (trail.half_line ? "; a half-written line at its end, left by a crash, is not counted" : "") << "\n"
            << "Reasons may speak of real rows: not safe to publish.\n";
}

void receipt(const std::string& policy_file, const std::string& run) {
  const auto policy = config::load_policy(policy_file);
  const auto key = SigningKey::load(policy.key);
  site::AuditLog log(policy, key);
  const auto file = site::write_receipt(policy, key, run_id_of(run), log);
  std::cout << "The receipt is in " << file.string() << "\n";
}

}  // namespace

void add_audit(CLI::App& app) {
  auto* command = app.add_subcommand("audit", "Verify and list what this site did and refused");
  auto policy = std::make_shared<std::string>();
  command->add_option("policy", *policy, "This site's policy file")->required();
  command->footer("Example: fedloom-site audit north.policy.yaml");
  command->callback([policy] { audit(*policy); });
}

void add_receipt(CLI::App& app) {
  auto* command = app.add_subcommand("receipt", "Write the page about a run for this site's custodian again");
  auto policy = std::make_shared<std::string>();
  auto run = std::make_shared<std::string>();
  command->add_option("policy", *policy, "This site's policy file")->required();
  command->add_option("run", *run, "The run's id, or its folder")->required();
  command->footer("Example: fedloom-site receipt north.policy.yaml runs/adult-1");
  command->callback([policy, run] { receipt(*policy, *run); });
}

}  // namespace fedloom::apps
