#include "fedloom/config/draft.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "fedloom/schema/number.hpp"
#include "write_yaml.hpp"

namespace fedloom::config {
namespace {

using schema::ValueKind;

constexpr const char* head =
    "# A draft by `fedloom schema draft`. Names are those of the table's header. The kinds were seen from the rows, "
    "and\n"
    "# say so much of them: hold each against public knowledge before this file leaves the site. No bound, category "
    "or\n"
    "# count was taken from the rows. Fill in what is blank from a code book, a guideline, a publication or common "
    "sense,\n"
    "# never from the table; until then every command refuses this file. Where a value may be absent, add missing: "
    "true.\n";

const char* seen(ValueKind kind) {
  constexpr std::array words{"whole numbers", "numbers", "dates", "dates with times", "text"};
  return words.at(static_cast<std::size_t>(kind));
}

std::string type_of(const DraftColumn& column, const CodebookColumn& known) {
  if (!known.kind.empty()) return known.kind;
  if (!known.values.empty()) return "categorical";
  constexpr std::array types{"integer", "real", "date", "datetime", "categorical"};
  return types.at(static_cast<std::size_t>(column.kind));
}

/// Ends in id or uuid, as a word of its own; concept ids are categories (of the OMOP vocabulary).
bool is_id_by_name(const std::string& name) {
  std::string lowered;
  for (std::size_t k = 0; k < name.size(); ++k) {
    const auto c = static_cast<unsigned char>(name[k]);
    const bool hump = k > 0 && std::isupper(c) != 0 && std::islower(static_cast<unsigned char>(name[k - 1])) != 0;
    if (hump || name[k] == ' ' || name[k] == '-' || name[k] == '.') lowered += '_';
    if (std::isalnum(c) != 0 || c == '_') lowered += static_cast<char>(std::tolower(c));
  }
  if (lowered.ends_with("concept_id")) return false;
  for (const std::string word : {"id", "uuid", "guid", "mrn", "ssn"}) {
    if (lowered == word || lowered.ends_with("_" + word)) return true;
  }
  return false;
}

/// "    key: value  # comment"; without a value the key is left blank.
std::string line(const std::string& key, const std::string& value, const std::string& comment) {
  std::string text = "    " + key + ":" + (value.empty() ? "" : " " + value);
  if (comment.empty()) return text + "\n";
  constexpr std::size_t comments_begin = 28;
  text.append(text.size() < comments_begin ? comments_begin - text.size() : 2, ' ');
  return text + "# " + comment + "\n";
}

/// Bins that a code book fixes, or private ones.
std::string bins_lines(const CodebookColumn& known) {
  if (!known.width.empty()) return line("width", known.width, "");
  if (!known.bins.empty()) return line("bins", known.bins, "");
  return line("bins", "{private: 16}", "or width: 5, or edges: [...] where a publication groups the values");
}

std::string numbers(const CodebookColumn& known) {
  return line("min", known.min, known.min.empty() ? "smallest value that can be: code book, guideline, device" : "") +
         line("max", known.max, known.max.empty() ? "largest value that can be" : "") + bins_lines(known);
}

std::string quoted_or_blank(const std::string& text) { return text.empty() ? text : quoted_text(text); }

std::string dates(const CodebookColumn& known) {
  return line("from", quoted_or_blank(known.min),
              known.min.empty() ? "first day that can be: the study's protocol" : "") +
         line("to", quoted_or_blank(known.max), known.max.empty() ? "last day that can be" : "") +
         line("step", known.step.empty() ? "month" : known.step,
              known.step.empty() ? "or day, week, quarter, year" : "");
}

std::string without_line_breaks(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  return text;
}

std::string categories(const CodebookColumn& known, bool hierarchical) {
  const std::string other = line("outside", "other", "any other value counts as one more category; or refuse");
  if (known.values.empty()) {
    std::string text = line("values", "", "the categories, from the code book: [a, b]");
    if (hierarchical) text += line("prefix", "true", "or tree: a file of child,parent");
    return text + other;
  }
  std::string text = "    values:\n";
  for (const auto& [value, label] : known.values) {
    text += "      - " + quoted_text(value) + (label.empty() ? "" : "  # " + without_line_breaks(label)) + "\n";
  }
  if (hierarchical) text += line("prefix", "true", "or tree: a file of child,parent");
  return text + other;
}

std::string draft_of(const DraftColumn& column, const CodebookColumn& known) {
  const std::string name = "  - name: " + quoted_text(column.name) + "\n";
  const std::string type = type_of(column, known);
  if (type == "id" || (known.kind.empty() && known.values.empty() && is_id_by_name(column.name))) {
    return name + line("role", "id",
                       known.kind == "id" ? "never enters the model"
                                          : "looks like an identifier by its name; never enters the model");
  }
  std::string comment = std::string("seen: ") + seen(column.kind);
  if (type == "integer" && known.kind.empty()) comment += "; if they are codes: type: categorical, with values";
  std::string text = name + line("type", type, known.kind.empty() ? comment : "");
  if (type == "integer" || type == "real") text += numbers(known);
  if (type == "date" || type == "datetime") text += dates(known);
  if (type == "categorical" || type == "hierarchical") text += categories(known, type == "hierarchical");
  if (type == "coded") text += line("size", known.bins, known.bins.empty() ? "number of codes: 4 for 0 to 3" : "");
  if (known.missing) text += line("missing", *known.missing ? "true" : "false", "");
  return text;
}

}  // namespace

std::string draft_schema(const std::vector<DraftColumn>& columns, const std::optional<Codebook>& codebook) {
  std::string text = head;
  text += "version: 1\n";
  if (codebook) {
    text += "codebook: {file: " + quoted_text(codebook->file) + ", sha256: " + codebook->sha256 + "}\n";
  }
  text += "attributes:\n";
  for (const DraftColumn& column : columns) {
    const bool known = codebook && codebook->columns.contains(column.name);
    text += draft_of(column, known ? codebook->columns.at(column.name) : CodebookColumn());
  }
  return text;
}

std::vector<std::string> columns_without_data(const std::vector<DraftColumn>& columns, const Codebook& codebook) {
  std::vector<std::string> names;
  for (const auto& [name, known] : codebook.columns) {
    const auto same = [&, &wanted = name](const DraftColumn& column) { return column.name == wanted; };
    if (std::none_of(columns.begin(), columns.end(), same)) names.push_back(name);
  }
  return names;
}

}  // namespace fedloom::config
