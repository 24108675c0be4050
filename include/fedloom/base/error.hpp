#pragma once
// Errors that a person can act on. Bad input and a broken environment throw a
// fedloom::Error; what a protocol expects to happen (a drop, a refusal, a
// deadline) is a value instead, and a broken invariant aborts (see check.hpp).

#include <stdexcept>
#include <string>
#include <string_view>

namespace fedloom {

/// Exit codes of the three programs; documented in docs/errors.md.
enum class ExitCode : int {
  ok = 0,
  internal = 1,      ///< a defect in Fedloom
  usage = 2,         ///< the command line is wrong
  config = 3,        ///< an experiment, policy, roster or schema file is wrong
  data = 4,          ///< a table does not fit its schema, or cannot be read
  refused = 5,       ///< a site's policy refuses the plan
  budget = 6,        ///< the privacy budget does not allow it
  ledger = 7,        ///< a ledger is damaged, or was changed
  peer = 8,          ///< a peer is missing, late, or sent something wrong
  environment = 9,   ///< disk, MPI, memory, a missing program
  interrupted = 10,  ///< stopped on a signal after a checkpoint; --resume goes on
  audit = 11         ///< an audit found that a claim does not hold
};

/// One clear sentence: what is wrong, where, and what to do about it.
/// what() is "<where>: <what>; <remedy>" with empty parts left out.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, std::string_view where, std::string_view what, std::string_view remedy);
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

/// Position in a text file, as a person counts: from 1; 0 means unknown.
struct FilePosition {
  std::string file;
  int line = 0;
  int column = 0;
  std::string str() const;  ///< "file:line:column", unknown parts left out
};

struct UsageError : Error {
  UsageError(std::string_view what, std::string_view remedy);
};
struct ConfigError : Error {
  ConfigError(const FilePosition& at, std::string_view what, std::string_view remedy);
};
struct DataError : Error {
  DataError(const FilePosition& at, std::string_view what, std::string_view remedy);
};
struct RefusedError : Error {
  RefusedError(std::string_view where, std::string_view what, std::string_view remedy);
};
struct BudgetError : Error {
  BudgetError(std::string_view where, std::string_view what, std::string_view remedy);
};
struct LedgerError : Error {
  LedgerError(std::string_view where, std::string_view what, std::string_view remedy);
};
struct PeerError : Error {
  PeerError(std::string_view where, std::string_view what, std::string_view remedy);
};
struct EnvironmentError : Error {
  EnvironmentError(std::string_view where, std::string_view what, std::string_view remedy);
};
struct Interrupted : Error {
  Interrupted(std::string_view what, std::string_view remedy);
};
struct AuditError : Error {
  AuditError(std::string_view where, std::string_view what, std::string_view remedy);
};

}  // namespace fedloom
