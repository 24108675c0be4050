#pragma once
// A schema in the words of SDV (the Synthetic Data Vault), so that its tools, SDMetrics among them, can read the rows.
// A function of the public schema alone.

#include <string>

#include "fedloom/schema/schema.hpp"

namespace fedloom::config {

struct SdvForm {
  std::string table = "synthetic";
  /// SINGLE_TABLE_V1, for SDMetrics before it knew tables by name, in place of V1.
  bool single_table = false;
};

/// SDV's metadata as JSON, of the rows that Fedloom writes: identifiers first, derived columns under their own names.
/// Categories and codes are categorical, "true" and "false" boolean, numbers numerical, dates and times datetime with
/// their format; the first identifier is the primary key.
/// https://docs.sdv.dev/sdv/concepts/metadata/metadata-json
std::string sdv_metadata(const schema::Schema& schema, const SdvForm& form = {});

}  // namespace fedloom::config
