#pragma once
// The pages about a run: the one that may be published (what was asked, what it cost, how well the model fits), and
// the local one that sets it beside real rows.

#include <filesystem>
#include <string>

namespace fedloom::report {

/// The page report.html, from what a finished run left in that folder and nothing else:
///   metrics.json        the run's figures, and the labels of each attribute
///   rounds.jsonl        one line a round
///   measurements.jsonl  the released, noised answers
///   model.safetensors
///   config.resolved.yaml, schema.yaml, roster.yaml, ledger.json, synthetic.csv   where they are there; the ledger's
///                       signatures are verified
/// All of them are released values, so the page costs no budget. It is one file: no script, nothing loaded from
/// elsewhere, every text from the files escaped. The same folder gives the same bytes.
/// Throws ConfigError naming the file (and line) that is missing or wrong, LedgerError when the ledger does not verify.
std::string public_report(const std::filesystem::path& public_folder);
/// Writes that page into the folder.
void write_report(const std::filesystem::path& public_folder);

/// What `fedloom evaluate --json` wrote, and where it stands.
struct EvaluationText {
  std::string json;
  std::filesystem::path file;
};

/// Writes `page`, readable by its owner only: the same page below a comparison with real rows. NOT PRIVATE, as it says
/// on top: it holds exact figures of real rows. Throws what write_report throws, and ConfigError for an evaluation that
/// is none.
void write_local_report(const std::filesystem::path& public_folder, const EvaluationText& evaluation,
                        const std::filesystem::path& page);

}  // namespace fedloom::report
