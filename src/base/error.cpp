#include "fedloom/base/error.hpp"

namespace fedloom {
namespace {

std::string sentence(std::string_view where, std::string_view what, std::string_view remedy) {
  std::string text(where);
  if (!what.empty()) {
    if (!text.empty()) text += ": ";
    text += what;
  }
  if (!remedy.empty()) {
    if (!text.empty()) text += "; ";
    text += remedy;
  }
  return text;
}

}  // namespace

Error::Error(ExitCode code, std::string_view where, std::string_view what, std::string_view remedy)
    : std::runtime_error(sentence(where, what, remedy)), code_(code) {}

std::string FilePosition::str() const {
  std::string text = file;
  if (line > 0) {
    text += ':' + std::to_string(line);
    if (column > 0) text += ':' + std::to_string(column);
  }
  return text;
}

UsageError::UsageError(std::string_view what, std::string_view remedy) : Error(ExitCode::usage, "", what, remedy) {}

ConfigError::ConfigError(const FilePosition& at, std::string_view what, std::string_view remedy)
    : Error(ExitCode::config, at.str(), what, remedy) {}

DataError::DataError(const FilePosition& at, std::string_view what, std::string_view remedy)
    : Error(ExitCode::data, at.str(), what, remedy) {}

RefusedError::RefusedError(std::string_view where, std::string_view what, std::string_view remedy)
    : Error(ExitCode::refused, where, what, remedy) {}

BudgetError::BudgetError(std::string_view where, std::string_view what, std::string_view remedy)
    : Error(ExitCode::budget, where, what, remedy) {}

LedgerError::LedgerError(std::string_view where, std::string_view what, std::string_view remedy)
    : Error(ExitCode::ledger, where, what, remedy) {}

PeerError::PeerError(std::string_view where, std::string_view what, std::string_view remedy)
    : Error(ExitCode::peer, where, what, remedy) {}

EnvironmentError::EnvironmentError(std::string_view where, std::string_view what, std::string_view remedy)
    : Error(ExitCode::environment, where, what, remedy) {}

Interrupted::Interrupted(std::string_view what, std::string_view remedy)
    : Error(ExitCode::interrupted, "", what, remedy) {}

AuditError::AuditError(std::string_view where, std::string_view what, std::string_view remedy)
    : Error(ExitCode::audit, where, what, remedy) {}

}  // namespace fedloom
