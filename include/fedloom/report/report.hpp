#pragma once
// The page that may be published with a run: what was measured, what it cost, how well the model fits.

#include <filesystem>

namespace fedloom::report {

/// Writes `public_folder`/report.html from what a finished run left in that folder and nothing else:
///   metrics.json        the run's figures, and the labels of each attribute
///   rounds.jsonl        one line a round
///   measurements.jsonl  the released, noised answers
///   model.pt, model.json
/// All of them are released values, so the page costs no budget. It is one file: no script, nothing loaded from
/// elsewhere, every text from the files escaped. The same folder gives the same bytes.
/// Throws ConfigError naming the file (and line) that is missing or wrong.
void write_report(const std::filesystem::path& public_folder);

}  // namespace fedloom::report
