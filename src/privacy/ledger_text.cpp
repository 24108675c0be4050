#include "ledger_text.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "event_values.hpp"
#include "fedloom/base/error.hpp"
#include "rounding.hpp"

namespace fedloom::privacy {
namespace {

using nlohmann::json;  // keys sorted, no spaces, shortest digits that read back as the same double: one text per value

json to_json(const LedgerEntry& entry) {
  json value{{"seq", entry.seq},
             {"time", entry.time},
             {"run", entry.run},
             {"kind", entry.kind},
             {"round", entry.round},
             {"stage", entry.stage},
             {"events", events_value(entry.events)},
             {"cost", entry.cost.value},
             {"attempt", entry.attempt},
             {"prev", to_hex(entry.prev)}};
  if (entry.plan) value["plan"] = to_hex(*entry.plan);
  return value;
}

std::string canonical(const json& value) {
  try {
    return value.dump(-1, ' ', true);
  } catch (const json::exception&) {
    throw LedgerError("ledger entry", "a name in it is not UTF-8 text", "use plain names for runs and stages");
  }
}

template <std::size_t size>
std::array<std::uint8_t, size> bytes_of(const json& text) {
  const auto bytes = fixed_from_hex<size>(text.get_ref<const std::string&>());
  if (!bytes) throw std::invalid_argument("not the right number of hexadecimal digits");
  return *bytes;
}

LedgerEntry parse_entry(std::string_view line) {
  const json e = json::parse(line);
  LedgerEntry entry{.seq = e.at("seq").get<std::uint64_t>(),
                    .time = e.at("time").get<std::string>(),
                    .run = e.at("run").get<std::string>(),
                    .kind = e.at("kind").get<std::string>(),
                    .round = e.at("round").get<std::uint32_t>(),
                    .attempt = e.at("attempt").get<std::uint32_t>(),
                    .stage = e.at("stage").get<std::string>(),
                    .plan = {},
                    .events = {},
                    .cost = {e.at("cost").get<double>()},
                    .prev = bytes_of<32>(e.at("prev")),
                    .hash = bytes_of<32>(e.at("hash"))};
  entry.events = parse_events(e.at("events"));
  if (const auto plan = e.find("plan"); plan != e.end()) entry.plan = bytes_of<32>(*plan);
  return entry;
}

/// An entry "within" another adds to what a curator has, who was paid for by an earlier entry of the run.
bool is_covered(const LedgerEntry& entry, const std::vector<LedgerEntry>& before) {
  if (entry.kind != "within") return true;
  return is_handover(entry.events) && std::ranges::any_of(before, [&entry](const LedgerEntry& paid) {
           return paid.kind == "spend" && paid.run == entry.run && is_handover(paid.events) &&
                  paid.events.front() == entry.events.front();
         });
}

[[noreturn]] void damaged(const std::filesystem::path& file, std::size_t line, const std::string& what) {
  const FilePosition at{.file = file.string(), .line = static_cast<int>(line)};
  throw LedgerError(at.str(), what,
                    "the ledger was damaged or changed: restore the folder from a backup that is not older than the "
                    "last run, and do not run on this data set before that");
}

/// The entry on `line` (numbered from 1), or the reason why it cannot be the next one.
std::variant<LedgerEntry, std::string> next_entry(std::string_view text, std::size_t line, const Digest& prev) {
  LedgerEntry entry;
  try {
    entry = parse_entry(text);
    if (entry_line(entry) != std::string(text) + '\n') return "the entry is not written as Fedloom writes it";
  } catch (const std::exception&) {
    return "the line is not a ledger entry";
  }
  if (entry.seq + 1 != line) return "the entry has another number than its place";
  if (entry.prev != prev) return "the entry does not follow from the one before";
  if (entry.hash != hash_of(entry)) return "the entry's hash does not match its content";
  if (entry.kind != "spend" && entry.kind != "reuse" && entry.kind != "within")
    return "the entry is of an unknown kind";
  // Another C library may compute exp() with another last digit.
  const double due = cost_of(entry).value;
  if (!(std::abs(entry.cost.value - due) <= 1e-12 * due)) return "the cost is not that of the entry's events";
  return entry;
}

}  // namespace

Rho cost_of(const LedgerEntry& entry) {
  Rho cost;
  if (entry.kind != "spend") return cost;
  for (const Event& event : entry.events) cost.value = add_up(cost.value, rho(event).value);
  return cost;
}

Digest hash_of(const LedgerEntry& entry) { return sha256(canonical(to_json(entry))); }

std::string entry_line(const LedgerEntry& entry) {
  json value = to_json(entry);
  value["hash"] = to_hex(entry.hash);
  return canonical(value) + '\n';
}

std::string head_text(const LedgerHead& head) {
  return canonical({{"entries", head.entries}, {"hash", to_hex(head.hash)}, {"signature", to_hex(head.signature)}}) +
         '\n';
}

std::optional<LedgerHead> parse_head(std::string_view text) {
  try {
    const json value = json::parse(text);
    const LedgerHead head{.entries = value.at("entries").get<std::uint64_t>(),
                          .hash = bytes_of<32>(value.at("hash")),
                          .signature = bytes_of<64>(value.at("signature"))};
    if (head_text(head) == text) return head;
  } catch (const std::exception&) {
    // Not JSON, or not a head: the caller says so with the file's name.
  }
  return std::nullopt;
}

LedgerFiles ledger_files(const std::filesystem::path& folder) {
  return {folder / "ledger.jsonl", folder / "head.json"};
}

std::optional<LedgerHead> read_head(const LedgerFiles& files) {
  if (!std::filesystem::exists(files.head)) return std::nullopt;
  std::optional<LedgerHead> head = parse_head(read_text(files.head));
  if (!head) damaged(files.head, 1, "the file is not a ledger head");
  return head;
}

VerifiedLog verified_log(const LedgerFiles& files, std::string_view log, const std::optional<LedgerHead>& head,
                         const PublicKey& key) {
  if (!head && !log.empty()) damaged(files.head, 0, "the signed head is missing");
  if (head && !verify(key, ledger_head_message(*head), head->signature)) {
    damaged(files.head, 1, "the signature is not by this site's key");
  }
  VerifiedLog verified;
  Digest prev{};
  for (std::size_t end = log.find('\n'); end != std::string_view::npos; end = log.find('\n', verified.whole_bytes)) {
    const std::size_t line = verified.entries.size() + 1;
    auto next = next_entry(log.substr(verified.whole_bytes, end - verified.whole_bytes), line, prev);
    if (const auto* reason = std::get_if<std::string>(&next)) damaged(files.log, line, *reason);
    if (!is_covered(std::get<LedgerEntry>(next), verified.entries))
      damaged(files.log, line, "the entry costs nothing, and nothing before has paid for it");
    verified.entries.push_back(std::get<LedgerEntry>(std::move(next)));
    prev = verified.entries.back().hash;
    verified.whole_bytes = end + 1;
  }
  const std::uint64_t covered = head ? head->entries : 0;
  const std::size_t count = verified.entries.size();
  if (count < covered) damaged(files.log, count + 1, "entries that the signed head covers are missing or cut");
  if (count > covered + 1) damaged(files.log, covered + 2, "there are more entries than a crash can leave uncovered");
  const bool half_line = verified.whole_bytes < log.size();
  if (half_line && count > covered)
    damaged(files.log, count + 1, "there are more entries than a crash can leave uncovered");
  const Digest last = covered == 0 ? Digest{} : verified.entries[covered - 1].hash;
  if (head && head->hash != last) damaged(files.head, 1, "the head is not that of the log");
  verified.head_is_behind = count > covered;
  return verified;
}

}  // namespace fedloom::privacy
