#include "fedloom/coordinator/public_ledger.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/base/json_depth.hpp"
#include "fedloom/privacy/event_json.hpp"

namespace fedloom::coordinator {
namespace {
using nlohmann::ordered_json;

ordered_json head_to_json(const privacy::LedgerHead& head) {
  return {{"entries", head.entries},
          {"hash", to_hex(ByteView(head.hash))},
          {"signature", to_hex(ByteView(head.signature))}};
}

template <std::size_t N>
std::array<std::uint8_t, N> bytes_of(const ordered_json& text) {
  const auto bytes = fixed_from_hex<N>(text.get<std::string>());
  if (!bytes) throw std::invalid_argument("not " + std::to_string(N) + " bytes in hexadecimal");
  return *bytes;
}

privacy::LedgerHead head_from_json(const ordered_json& json) {
  return {.entries = json.at("entries").get<std::uint64_t>(),
          .hash = bytes_of<32>(json.at("hash")),
          .signature = bytes_of<64>(json.at("signature"))};
}

[[noreturn]] void damaged(const std::filesystem::path& file, const std::string& what) {
  throw LedgerError(file.string(), what, "it was changed or damaged after the run: take the copy that a site holds");
}

/// Whose key it is: a roster's member, or the one owner.
std::string name_of(const config::Experiment& experiment, const PublicKey& key) {
  if (!experiment.roster) return "owner";
  const auto place = experiment.roster->index_of(key);
  FEDLOOM_CHECK(place.has_value());
  return experiment.roster->members()[*place].id.name;
}

/// A site that was lost before the end has signed nothing.
bool has_signed(const secagg::Goodbye& goodbye) { return goodbye.signature != Signature{}; }

std::size_t least_signatures(const config::Experiment& experiment) {
  return experiment.roster ? experiment.quorum().threshold() : 1;
}

privacy::Curve total_of(const std::vector<PublicSpend>& spends) {
  privacy::Curve total;
  for (const auto& spend : spends) {
    if (privacy::is_free(spend.kind)) continue;
    for (const auto& event : spend.events) total.add(event);
  }
  return total;
}

std::string file_text(const std::string& run_id, const config::Experiment& experiment,
                      const std::vector<PublicSpend>& spends, const ClosedBooks& books) {
  const privacy::Curve total = total_of(spends);
  ordered_json json{{"version", 1}, {"run_id", run_id}, {"session", books.session}};
  json["rho"] = total.rho().value;
  json["delta"] = experiment.privacy.delta.value;
  json["epsilon"] = total.epsilon(experiment.privacy.delta).value;
  json["entries"] = ordered_json::parse(spends_to_json(spends));
  json["sites"] = ordered_json::array();
  for (std::size_t i = 0; i < books.heads.size(); ++i) {
    ordered_json site{{"site", name_of(experiment, books.heads[i].key)}};
    if (!experiment.roster) site["key"] = to_hex(ByteView(books.heads[i].key));
    site["head"] = head_to_json(books.heads[i].head);
    const auto& goodbye = books.goodbyes.at(i);
    site["acknowledged"] = has_signed(goodbye) ? ordered_json(to_hex(ByteView(goodbye.signature))) : nullptr;
    json["sites"].push_back(std::move(site));
  }
  return json.dump(1) + "\n";
}

/// The next site of the list, which is in roster order and may leave sites out.
PublicKey key_of(const Roster& roster, const ordered_json& site, std::size_t& next) {
  const auto place = roster.index_of(SiteId{site.at("site").get<std::string>()});
  if (!place || *place < next) throw std::invalid_argument("it holds a site twice, out of order or from outside");
  next = *place + 1;
  return roster.members()[*place].key;
}

ClosedBooks books_from_json(const ordered_json& json, const config::Experiment& experiment) {
  ClosedBooks books{.session = json.at("session").get<std::uint32_t>()};
  std::size_t next = 0;  // in roster order, each once
  for (const auto& site : json.at("sites")) {
    const PublicKey key = experiment.roster ? key_of(*experiment.roster, site, next) : bytes_of<32>(site.at("key"));
    const auto& acknowledged = site.at("acknowledged");
    books.heads.push_back({key, head_from_json(site.at("head"))});
    books.goodbyes.push_back({.key = key,
                              .session = books.session,
                              .signature = acknowledged.is_null() ? Signature{} : bytes_of<64>(acknowledged)});
  }
  if (books.heads.size() < least_signatures(experiment) || (!experiment.roster && books.heads.size() != 1)) {
    throw std::invalid_argument("it does not hold every site that the run needs");
  }
  return books;
}

void verify_signatures(const PublicLedger& ledger, ClosedBooks& books, const config::Experiment& experiment,
                       const std::filesystem::path& file) {
  const secagg::RunContext run{.run_id = ledger.run_id,
                               .config_hash = experiment.hash(),
                               .roster_hash = experiment.roster ? experiment.roster->fingerprint() : Digest{}};
  const Digest closing = secagg::closing_hash(books.heads, privacy::public_ledger_hash(ledger.spends));
  std::size_t signatures = 0;
  for (std::size_t i = 0; i < books.heads.size(); ++i) {
    const auto& [key, head] = books.heads[i];
    if (!secagg::is_genuine_head(key, head)) {
      damaged(file, "the ledger head of site '" + name_of(experiment, key) + "' is not signed by its key");
    }
    if (!has_signed(books.goodbyes[i])) continue;
    ++signatures;
    books.goodbyes[i].closing = closing;
    if (!secagg::verify_goodbye(books.goodbyes[i], run)) {
      damaged(file, "site '" + name_of(experiment, key) + "' has not signed these entries and heads");
    }
  }
  if (signatures < least_signatures(experiment)) {
    damaged(file, "only " + std::to_string(signatures) + " sites have signed these entries and heads, and " +
                      std::to_string(least_signatures(experiment)) + " must");
  }
}

PublicLedger read_and_verify(const std::filesystem::path& file, const config::Experiment& experiment) {
  const std::string text = read_text(file);
  if (nested_too_deeply(text)) damaged(file, "is nested too deeply");
  const auto json = ordered_json::parse(text);
  PublicLedger ledger;
  ledger.run_id = json.at("run_id").get<std::string>();
  ledger.spends = spends_from_json(json.at("entries").dump());
  ledger.total = total_of(ledger.spends);
  ClosedBooks books = books_from_json(json, experiment);
  verify_signatures(ledger, books, experiment, file);
  // What is not signed (version, sums, names, the way it is written) must follow from what is.
  if (file_text(ledger.run_id, experiment, ledger.spends, books) != text) {
    damaged(file, "does not follow from its own entries");
  }
  for (std::size_t i = 0; i < books.heads.size(); ++i) {
    auto& names = has_signed(books.goodbyes[i]) ? ledger.sites : ledger.lost;
    names.push_back(name_of(experiment, books.heads[i].key));
  }
  ledger.heads = std::move(books.heads);
  return ledger;
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
  if (const auto fault = privacy::fault_of(spends); !fault.empty()) throw std::invalid_argument("the list " + fault);
  return spends;
}

void write_public_ledger(const std::filesystem::path& file, const std::string& run_id,
                         const config::Experiment& experiment, const std::vector<PublicSpend>& spends,
                         const ClosedBooks& books) {
  write_atomically(file, file_text(run_id, experiment, spends, books));
}

PublicLedger verify_public_ledger(const std::filesystem::path& file, const config::Experiment& experiment) {
  try {
    return read_and_verify(file, experiment);
  } catch (const ordered_json::parse_error& error) {
    // The library's own text may quote bytes of the file, whatever they are.
    damaged(file, "is not JSON from byte " + std::to_string(error.byte) + " on");
  } catch (const nlohmann::json::exception& error) {
    damaged(file, std::string("is not a public ledger (") + error.what() + ")");
  } catch (const std::invalid_argument& error) {
    damaged(file, std::string("is not a public ledger (") + error.what() + ")");
  }
}

}  // namespace fedloom::coordinator
