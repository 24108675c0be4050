#include "fedloom/coordinator/public_ledger.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/privacy/event_json.hpp"

namespace fedloom::coordinator {
namespace {
using nlohmann::ordered_json;

ordered_json head_to_json(const privacy::LedgerHead& head) {
  return {{"entries", head.entries}, {"hash", to_hex(ByteView(head.hash))}, {"signature", to_hex(ByteView(head.signature))}};
}

template <std::size_t N>
std::array<std::uint8_t, N> bytes_of(const ordered_json& text) {
  const auto bytes = from_hex(text.get<std::string>());
  if (!bytes || bytes->size() != N) throw std::invalid_argument("not " + std::to_string(N) + " bytes in hexadecimal");
  std::array<std::uint8_t, N> result{};
  std::copy(bytes->begin(), bytes->end(), result.begin());
  return result;
}

privacy::LedgerHead head_from_json(const ordered_json& json) {
  return {.entries = json.at("entries").get<std::uint64_t>(),
          .hash = bytes_of<32>(json.at("hash")),
          .signature = bytes_of<64>(json.at("signature"))};
}

[[noreturn]] void damaged(const std::filesystem::path& file, const std::string& what) {
  throw LedgerError(file.string(), what, "it was changed or damaged after the run: take the copy that a site holds");
}

void verify_site(const PublicLedger& ledger, const config::Experiment& experiment, const ordered_json& entry,
                 const Digest& public_ledger, std::uint32_t session, const std::filesystem::path& file) {
  const std::string name = entry.at("site").get<std::string>();
  const auto index = experiment.roster->index_of(SiteId{name});
  if (!index) damaged(file, "names site '" + name + "', which is not in the roster");
  const PublicKey& key = experiment.roster->members()[*index].key;
  const auto head = head_from_json(entry.at("head"));
  if (!verify(key, privacy::ledger_head_message(head), head.signature)) {
    damaged(file, "the ledger head of site '" + name + "' is not signed by its key");
  }
  const secagg::Goodbye goodbye{.key = key,
                                .session = session,
                                .closing = secagg::closing_hash(ledger.heads, public_ledger),
                                .signature = bytes_of<64>(entry.at("acknowledged"))};
  const secagg::RunContext run{.run_id = ledger.run_id,
                               .config_hash = experiment.hash(),
                               .roster_hash = experiment.roster->fingerprint()};
  if (!secagg::verify_goodbye(goodbye, run)) damaged(file, "site '" + name + "' has not signed these entries and heads");
}

}  // namespace

std::string spends_to_json(const std::vector<PublicSpend>& spends) {
  ordered_json list = ordered_json::array();
  for (const auto& spend : spends) {
    list.push_back({{"round", spend.round},
                    {"attempt", spend.attempt},
                    {"kind", spend.kind},
                    {"stage", spend.stage},
                    {"events", ordered_json::parse(privacy::events_to_json(spend.events))}});
  }
  return list.dump();
}

std::vector<PublicSpend> spends_from_json(std::string_view text) {
  std::vector<PublicSpend> spends;
  try {
    for (const auto& entry : ordered_json::parse(text)) {
      spends.push_back({.round = entry.at("round").get<std::uint32_t>(),
                        .attempt = entry.at("attempt").get<std::uint32_t>(),
                        .kind = entry.at("kind").get<std::string>(),
                        .stage = entry.at("stage").get<std::string>(),
                        .events = privacy::events_from_json(entry.at("events").dump())});
    }
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument(error.what());
  }
  return spends;
}

void write_public_ledger(const std::filesystem::path& file, const std::string& run_id,
                         const config::Experiment& experiment, const std::vector<PublicSpend>& spends,
                         const ClosedBooks& books) {
  ordered_json json{{"version", 1}, {"run_id", run_id}, {"session", books.session}};
  privacy::Curve total;
  for (const auto& spend : spends) {
    if (spend.kind == "reuse") continue;
    for (const auto& event : spend.events) total.add(event);
  }
  json["rho"] = total.rho().value;
  json["delta"] = experiment.privacy.delta.value;
  json["epsilon"] = total.epsilon(experiment.privacy.delta).value;
  json["entries"] = ordered_json::parse(spends_to_json(spends));
  json["sites"] = ordered_json::array();
  for (std::size_t i = 0; i < books.heads.size(); ++i) {
    ordered_json site{{"site", experiment.roster ? experiment.roster->members()[i].id.name : "owner"},
                      {"head", head_to_json(books.heads[i].head)}};
    if (i < books.goodbyes.size()) site["acknowledged"] = to_hex(ByteView(books.goodbyes[i].signature));
    json["sites"].push_back(std::move(site));
  }
  write_atomically(file, json.dump(1) + "\n");
}

PublicLedger verify_public_ledger(const std::filesystem::path& file, const config::Experiment& experiment) {
  PublicLedger ledger;
  const std::string text = read_text(file);
  try {
    const auto json = ordered_json::parse(text);
    ledger.run_id = json.at("run_id").get<std::string>();
    const std::string entries = json.at("entries").dump();
    ledger.spends = spends_from_json(entries);
    for (const auto& spend : ledger.spends) {
      if (spend.kind == "reuse") continue;
      for (const auto& event : spend.events) ledger.total.add(event);
    }
    const auto session = json.at("session").get<std::uint32_t>();
    for (const auto& site : json.at("sites")) {
      ledger.sites.push_back(site.at("site").get<std::string>());
      const auto index = experiment.roster ? experiment.roster->index_of(SiteId{ledger.sites.back()}) : std::nullopt;
      ledger.heads.push_back({index ? experiment.roster->members()[*index].key : PublicKey{}, head_from_json(site.at("head"))});
    }
    if (experiment.roster) {
      if (ledger.sites.size() != experiment.roster->size()) damaged(file, "does not hold every site of the roster");
      for (const auto& site : json.at("sites")) verify_site(ledger, experiment, site, sha256(entries), session, file);
    }
    // The summary figures are not signed themselves: they must follow from the entries that are.
    ordered_json again = json;
    again["rho"] = ledger.total.rho().value;
    again["delta"] = experiment.privacy.delta.value;
    again["epsilon"] = ledger.total.epsilon(experiment.privacy.delta).value;
    again["entries"] = ordered_json::parse(spends_to_json(ledger.spends));
    if (again.dump(1) + "\n" != text) damaged(file, "does not follow from its own entries");
  } catch (const nlohmann::json::exception& error) {
    damaged(file, std::string("is not a public ledger (") + error.what() + ")");
  } catch (const std::invalid_argument& error) {
    damaged(file, std::string("is not a public ledger (") + error.what() + ")");
  }
  return ledger;
}

}  // namespace fedloom::coordinator
