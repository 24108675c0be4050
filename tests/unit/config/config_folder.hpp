#pragma once
// A folder with a good set of files, any of which a test replaces by a bad one.

#include <string>
#include <string_view>
#include <vector>

#include "fedloom/config/config.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::config::test {

/// A file that goes wrong, and what the sentence about it must hold.
struct BadFile {
  const char* name;  ///< of the test case
  std::string yaml;
  const char* sentence;  ///< part of it, line and column included
};
/// The bad files that the tests of each kind go through; json_schema_test checks that no field is forgotten.
std::vector<BadFile> bad_experiments();
std::vector<BadFile> bad_policies();
std::vector<BadFile> bad_rosters();
std::vector<BadFile> bad_schemas();
std::vector<BadFile> bad_constraints();  ///< of schemas
void PrintTo(const BadFile& bad, std::ostream* out);

extern const std::string_view good_schema;
extern const std::string_view good_roster;
extern const std::string_view good_experiment;
extern const std::string_view good_policy;

/// `text` with its only `old_part` replaced; aborts the test program when there is not exactly one.
std::string with(std::string_view text, std::string_view old_part, std::string_view new_part);

class ConfigFolder {
 public:
  ConfigFolder();  ///< schema.yaml, roster.yaml, experiment.yaml, policy.yaml
  std::filesystem::path write(std::string_view name, std::string_view text) const;
  std::filesystem::path operator/(std::string_view name) const { return folder_ / name; }
  const std::filesystem::path& path() const { return folder_.path(); }
  /// The sentence that loading the file ends with; "no error" when there is none.
  std::string experiment_error(std::string_view text) const;
  std::string policy_error(std::string_view text) const;
  std::string roster_error(std::string_view text) const;
  std::string schema_error(std::string_view text) const;

 private:
  fedloom::test::TempFolder folder_;
};

}  // namespace fedloom::config::test
