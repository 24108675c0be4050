#pragma once
// A YAML file of a known kind, checked against its JSON Schema, with the position of every value.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fedloom/base/error.hpp"

namespace fedloom::config {

struct YamlNode;

class Document {
 public:
  /// `kind`: experiment, policy, roster or schema. Throws ConfigError.
  Document(const std::filesystem::path& file, std::string_view kind);
  /// Of a text that was read already, out of `file`.
  Document(const std::filesystem::path& file, const std::string& text, std::string_view kind);
  /// As the JSON Schema describes it.
  const nlohmann::json& value() const noexcept { return value_; }
  /// The path that a value of the file means: relative paths begin at the file's own folder.
  std::filesystem::path beside(const std::string& path) const;
  /// Whether it is a text from inside another file, which may be a stranger's: it names no files of this machine.
  bool is_inside_another_file() const noexcept { return inside_; }
  /// Where the value at a JSON pointer stands; of the innermost value around it when it is not in the file.
  FilePosition at(const std::string& pointer) const;
  /// Where the key of that value stands.
  FilePosition at_key(const std::string& pointer) const;
  /// Throws ConfigError at that value.
  [[noreturn]] void fail(const std::string& pointer, std::string_view what, std::string_view remedy) const;

 private:
  friend class TypedView;
  void take(const YamlNode& tree, std::string_view kind);
  /// Of a schema: what a draft left open must be filled in by a person.
  void refuse_blanks() const;
  struct Place {
    int line = 0, column = 0, key_line = 0, key_column = 0;
  };
  const Place& place(const std::string& pointer) const;
  std::filesystem::path file_;
  bool inside_ = false;
  nlohmann::json value_;
  std::unordered_map<std::string, Place> places_;  ///< by JSON pointer
};

}  // namespace fedloom::config
