#pragma once
// The outputs of a run, in runs/<run id>/:
//   public/     may be published: synthetic.csv, model.safetensors, measurements.jsonl, rounds.jsonl, ledger.json,
//               metrics.json, report.html, config.resolved.yaml with schema.yaml and roster.yaml
//   local/      stays: logs of the sites that ran here, comparisons with real rows
//   checkpoint/ what --resume needs; public values only

#include <filesystem>
#include <string>
#include <vector>

#include "fedloom/coordinator/measurement_source.hpp"

namespace fedloom::coordinator {

class RunFolder {
 public:
  /// Makes the folders of a new run. Throws UsageError when the folder is not empty (without `resume`), or holds no
  /// run of this experiment (with).
  static RunFolder create(const std::filesystem::path& folder, const config::Experiment& experiment);
  static RunFolder reopen(const std::filesystem::path& folder, const config::Experiment& experiment);

  /// The folder's own name: unique among the runs that a site's ledger knows.
  const std::string& run_id() const noexcept { return run_id_; }
  std::filesystem::path root() const { return root_; }
  std::filesystem::path public_folder() const { return root_ / "public"; }
  std::filesystem::path checkpoint() const { return root_ / "checkpoint"; }
  bool has_checkpoint() const;
  /// True after reopen().
  bool resumed() const noexcept { return resumed_; }

  /// Appends to public/rounds.jsonl.
  void add_round(const RoundRecord& record, const schema::Domain& domain);
  /// Adds to the public ledger's list; on disk when it returns. What was paid for once stands there once: a "reuse" of
  /// what was never listed as paid becomes the "spend" that a crash kept from being listed, and a "spend" that turns
  /// out "lost" becomes that.
  void add_spend(PublicSpend spend);
  /// The public ledger's list as it stands: what the sites acknowledge.
  const std::vector<PublicSpend>& spends() const noexcept { return spends_; }
  /// A round's plan is about to leave; on disk when it returns. After a crash asked() tells which it was.
  void note_asked(std::uint32_t round) const;
  std::uint32_t asked() const;  ///< 0: none
  void write_ledger(const ClosedBooks& books, const config::Experiment& experiment) const;

 private:
  explicit RunFolder(std::filesystem::path root);
  void load();
  void drop_last_fit() const;
  std::filesystem::path root_;
  std::string run_id_;
  bool resumed_ = false;
  std::vector<PublicSpend> spends_;
};

}  // namespace fedloom::coordinator
