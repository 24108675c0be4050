#pragma once
// One entry of a schema file's `attributes`, and what each kind of column makes of it.

#include <string>
#include <vector>

#include "document.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::config {

struct Entry {
  const Document& document;
  const nlohmann::json& value;
  std::string pointer;  ///< to the entry
  std::string name, type;

  std::string to(const std::string& key) const { return pointer + "/" + key; }
  bool has(const char* key) const { return value.contains(key); }
  double number(const char* key) const { return value[key].get<double>(); }
  std::string text(const char* key) const { return value.value(key, std::string()); }
  [[noreturn]] void fail(const std::string& key, const std::string& what, const std::string& remedy) const {
    document.fail(to(key), what, remedy);
  }
  /// Refuses keys that mean nothing for this kind of column.
  void only(const std::vector<std::string>& keys) const;
  void require(const char* key, const std::string& remedy) const;
};

/// Keys that say which columns of the table an attribute is made of; any kind may have `column`.
inline constexpr const char* column_key = "column";

schema::Outside outside_of(const Entry& entry, schema::Outside otherwise);
/// Types categorical and hierarchical.
schema::Categorical categorical_of(const Entry& entry);
/// Types integer and real.
schema::Binned numbers_of(const Entry& entry, const schema::Origin& origin);
/// Types date and datetime.
schema::Binned dates_of(const Entry& entry);
schema::Coded codes_of(const Entry& entry);
schema::Origin origin_of(const Entry& entry);

/// Bins as the keys say: how many, and whether what is made is a grid for private ones.
struct BinCount {
  std::uint64_t bins = 0;
  std::uint32_t private_bins = 0;
};
/// Of `bins: N`, or of `bins: {private: N}` over at most `numbers` different values.
BinCount bin_count(const Entry& entry, double numbers);
/// Edges of so many bins from min to max, as equal as whole numbers allow.
std::vector<double> equal_edges(std::uint64_t bins, double min, double max, bool integer);

}  // namespace fedloom::config
