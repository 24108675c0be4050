#include "fedloom/schema/source_name.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace fedloom::schema {
namespace {

constexpr const char* forms = "write it as csv:PATH, parquet:PATH, postgres:TABLE or postgres:SELECT …";
constexpr const char* no_secrets =
    "the source holds what belongs to a connection; keep user, password and address in libpq's own places "
    "(PGHOST, PGUSER, ~/.pgpass or a service file) and name at most postgres(service=NAME):";

[[noreturn]] void refuse(const std::string& what, const char* remedy) {
  throw std::invalid_argument(what + "; " + remedy);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool begins_a_query(const std::string& place) {
  for (const char* word : {"select", "with", "values", "table", "("}) {
    if (place.starts_with(word)) return true;
  }
  return false;
}

/// A query may compare with such words; a table's name has no business with them.
void refuse_secrets(const std::string& lowered) {
  const auto colon = lowered.find(':');
  const std::string head = lowered.substr(0, colon);
  std::string place = colon == std::string::npos ? "" : lowered.substr(colon + 1);
  place.erase(0, std::min(place.find_first_not_of(" \t\r\n"), place.size()));
  const auto secret = [](const std::string& text) {
    return text.find("password") != std::string::npos || text.find("passfile") != std::string::npos;
  };
  const bool address = place.starts_with("//") || (!begins_a_query(place) && place.find("://") != std::string::npos);
  const bool words = !begins_a_query(place) && (secret(place) || place.find("host=") != std::string::npos ||
                                                place.find("user=") != std::string::npos);
  if (head.starts_with("postgres") && (secret(head) || address || words)) throw std::invalid_argument(no_secrets);
}

std::string service_of(std::string_view options) {
  constexpr std::string_view key = "service=";
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; };
  if (options.starts_with(key) && options.size() > key.size()) {
    const std::string name(options.substr(key.size()));
    if (std::all_of(name.begin(), name.end(), allowed)) return name;
  }
  throw std::invalid_argument(no_secrets);
}

}  // namespace

SourceName parse_source(std::string_view text) {
  refuse_secrets(lower(text));
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) refuse("the source says no kind", forms);
  std::string_view scheme = text.substr(0, colon);
  SourceName name;
  if (const auto open = scheme.find('('); open != std::string_view::npos && scheme.starts_with("postgres(")) {
    if (scheme.back() != ')') throw std::invalid_argument(no_secrets);
    name.service = service_of(scheme.substr(open + 1, scheme.size() - open - 2));
    scheme = scheme.substr(0, open);
  }
  if (scheme == "csv") {
    name.scheme = SourceName::Scheme::csv;
  } else if (scheme == "parquet") {
    name.scheme = SourceName::Scheme::parquet;
  } else if (scheme == "postgres") {
    name.scheme = SourceName::Scheme::postgres;
  } else {
    refuse("the source is of a kind that cannot be read", forms);
  }
  name.place = std::string(text.substr(colon + 1));
  if (name.place.find_first_not_of(" \t\r\n") == std::string::npos) refuse("the source names no rows", forms);
  return name;
}

std::string with_scheme(const std::string& text) {
  for (const char* scheme : {"csv:", "parquet:", "postgres"}) {
    if (text.starts_with(scheme)) return text;
  }
  return (text.ends_with(".parquet") ? "parquet:" : "csv:") + text;
}

}  // namespace fedloom::schema
