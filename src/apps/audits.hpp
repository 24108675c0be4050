#pragma once
// The three audits behind `fedloom audit`. Each prints what it found, and what that can and cannot show.

#include <cstdint>
#include <string>
#include <vector>

namespace fedloom::apps {

struct MechanismAuditArguments {
  std::string experiment;
  std::uint64_t trials = std::uint64_t{1} << 22;
  std::uint64_t seed = 0;
  bool json = false;
};
struct CanaryAuditArguments {
  std::string experiment, out;
  std::vector<std::string> data;
  std::size_t canaries = 1000, guesses = 100;
  bool json = false;
};
struct RowAuditArguments {
  std::string schema, synthetic;
  std::vector<std::string> members, hold_out;
  std::size_t rows = 2000;
  std::uint64_t seed = 0;
  bool json = false;
};

/// Each throws AuditError when the claim does not hold, after it has printed why.
void audit_mechanism_of(const MechanismAuditArguments& arguments);
void audit_canaries(const CanaryAuditArguments& arguments);
void audit_rows(const RowAuditArguments& arguments);

}  // namespace fedloom::apps
