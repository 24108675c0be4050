#include "claims.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "fedloom/base/error.hpp"
#include "fedloom/base/hash.hpp"
#include "html.hpp"

namespace fedloom::report {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view block_start = "<script type=\"application/json\" id=\"claims\">\n";
constexpr std::string_view block_end = "\n</script>\n";
constexpr std::string_view mark_start = "<span data-claim=\"";
/// Without these marks in its text a page says nothing that was compared.
constexpr std::array<const char*, 3> must_be_marked = {"epsilon", "delta", "epsilon_spent"};

[[noreturn]] void differs(const fs::path& file, const std::string& what) {
  throw LedgerError(file.string(), what,
                    "do not publish it: if nobody has changed it on purpose, make it again by `fedloom report`");
}

/// Nothing in it can end the block.
std::string safe(const Json& json) {
  std::string text = json.dump(1), out;
  for (const char c : text) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return out;
}

/// Sums of the same figures may differ in the last digits from machine to machine.
bool same(const Json& a, const Json& b) {
  if (!a.is_number() || !b.is_number()) return a == b;
  const double x = a.get<double>(), y = b.get<double>();
  return std::abs(x - y) <= 1e-9 * std::max(std::abs(x), std::abs(y));
}

std::string in_words(const Json& value) {
  const auto text = value.dump(-1, ' ', true);
  return text.size() > 80 ? text.substr(0, 77) + "…" : text;
}

struct Parts {
  std::string_view top, block, rest;
};

std::optional<Parts> parts_of(std::string_view page) {
  const auto start = page.find(block_start);
  if (start == page.npos) return std::nullopt;
  const auto inside = start + block_start.size();
  const auto end = page.find(block_end, inside);
  if (end == page.npos || page.find(block_start, inside) != page.npos) return std::nullopt;
  return Parts{page.substr(0, start), page.substr(inside, end - inside), page.substr(end + block_end.size())};
}

std::string hash_of_rest(std::string_view top, std::string_view rest) {
  return to_hex(sha256(std::string(top) + std::string(rest)));
}

void compare(const Json& found, const Json& expected, const fs::path& file) {
  for (const auto& [name, value] : expected.items()) {
    if (!found.contains(name)) differs(file, "does not claim " + name);
    if (value.is_object()) {
      if (!found[name].is_object()) differs(file, "claims no list of " + name);
      compare(found[name], value, file);
    } else if (!same(found[name], value)) {
      differs(file, "claims " + name + " " + in_words(found[name]) + ", but the run's files give " + in_words(value));
    }
  }
  if (found.size() != expected.size()) differs(file, "claims more than the run's files give");
}

bool is_shown_as(const Json& value, std::string_view text) {
  if (value.is_string()) return text == escape(value.get<std::string>());
  if (!value.is_number()) return false;
  const double figure = value.get<double>();
  return text == grouped(figure) || [&] {
    for (int digits = 3; digits <= 6; ++digits) {
      if (text == number(figure, digits)) return true;
    }
    return false;
  }();
}

void check_marks(std::string_view page, const Json& expected, const fs::path& file) {
  std::vector<std::string> marked;
  for (auto at = page.find(mark_start); at != page.npos; at = page.find(mark_start, at)) {
    at += mark_start.size();
    const auto name_end = page.find("\">", at), text_end = page.find("</span>", at);
    if (name_end == page.npos || text_end == page.npos || text_end < name_end) differs(file, "holds a broken mark");
    marked.emplace_back(page.substr(at, name_end - at));
    const auto text = page.substr(name_end + 2, text_end - name_end - 2);
    if (!expected.contains(marked.back()) || !is_shown_as(expected[marked.back()], text)) {
      differs(file, "shows another figure as its " + marked.back() + " than the run's files give");
    }
  }
  for (const char* name : must_be_marked) {
    if (std::find(marked.begin(), marked.end(), name) == marked.end())
      differs(file, std::string("does not show its ") + name);
  }
}

}  // namespace

SignedBooks read_books(const fs::path& public_folder) {
  auto experiment = config::load_experiment(public_folder / "config.resolved.yaml");
  auto ledger = coordinator::verify_public_ledger(public_folder / "ledger.json", experiment);
  return {std::move(experiment), std::move(ledger)};
}

std::vector<FileHash> hashes_of(const fs::path& public_folder) {
  std::vector<FileHash> hashes;
  for (const auto& entry : fs::directory_iterator(public_folder)) {
    const auto name = entry.path().filename().string();
    if (!entry.is_regular_file() || name == "report.html" || name.starts_with('.')) continue;
    hashes.push_back({name, to_hex(sha256_of_file(entry.path()))});
  }
  std::sort(hashes.begin(), hashes.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return hashes;
}

Json claims_of(const SignedBooks& books, const std::vector<boundary::Measurement>& measurements,
               const std::vector<FileHash>& files) {
  const auto& [experiment, ledger] = books;
  const auto& privacy = experiment.privacy;
  std::uint64_t values = 0;
  for (const auto& one : measurements) values += one.grid_values.size();
  Json claims{{"run_id", ledger.run_id},
              {"name", experiment.name},
              {"config_hash", to_hex(experiment.hash())},
              {"schema_hash", to_hex(experiment.schema.hash())},
              {"trust", config::name_of(privacy.trust)},
              {"colluding_sites", privacy.colluding_sites},
              {"dropouts", privacy.dropouts},
              {"adjacency", "add_remove"},
              {"max_rows", privacy.max_rows},
              {"max_sites", privacy.max_sites},
              {"epsilon", privacy.epsilon.value},
              {"delta", privacy.delta.value},
              {"rho_budget", privacy::rho_of(privacy.epsilon, privacy.delta).value},
              {"rho_spent", ledger.total.rho().value},
              {"epsilon_spent", ledger.total.epsilon(privacy.delta).value},
              {"ledger_entries", ledger.spends.size()},
              {"measurements", measurements.size()},
              {"values", values},
              {"signed_by", ledger.sites},
              {"lost", ledger.lost},
              {"files", Json::object()}};
  for (const auto& file : files) claims["files"][file.name] = file.sha256;
  return claims;
}

std::string claimed(std::string_view name, const std::string& text) {
  return std::string(mark_start) + std::string(name) + "\">" + text + "</span>";
}

std::string with_claims(const std::string& top, Json claims, const std::string& rest) {
  claims["page"] = hash_of_rest(top, rest);
  return top + std::string(block_start) + safe(claims) + std::string(block_end) + rest;
}

void check_claims(std::string_view page, const Json& expected, const fs::path& file) {
  const auto parts = parts_of(page);
  if (!parts) differs(file, "does not hold its claims once, in a form that can be compared");
  const auto claims = Json::parse(parts->block, nullptr, false);
  if (claims.is_discarded() || !claims.is_object()) differs(file, "holds claims that are not JSON");
  Json all = expected;
  all["page"] = hash_of_rest(parts->top, parts->rest);
  // Files that came into the folder later are no claim of the page's.
  if (claims.contains("files") && claims["files"].is_object()) {
    for (const auto& [name, hash] : expected["files"].items()) {
      if (!claims["files"].contains(name)) all["files"].erase(name);
    }
  }
  compare(claims, all, file);
  check_marks(page, expected, file);
}

}  // namespace fedloom::report
