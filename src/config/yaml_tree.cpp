#include "yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <tuple>
#include <unordered_set>

#include "text.hpp"

namespace fedloom::config {
namespace {

constexpr std::uintmax_t most_bytes = 16u << 20;
constexpr std::size_t most_depth = 32;

FilePosition position(const std::filesystem::path& file, const YAML::Mark& mark) {
  if (mark.is_null()) return {file.string()};
  return {file.string(), mark.line + 1, mark.column + 1};
}

/// Builds the tree from the parser's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::filesystem::path& file) : file_(file) {}
  YamlNode take() && { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    YamlNode null = node(YamlNode::Kind::null, mark);
    // An empty value has the position of what comes after it, on another line; its key's serves a person better.
    if (!stack_.empty() && !stack_.back().node.keys.empty() && !at_key()) {
      const YamlNode& key = stack_.back().node.keys.back();
      if (null.line != key.line) std::tie(null.line, null.column) = std::tie(key.line, key.column);
    }
    add(std::move(null), mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark, 1); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    YamlNode scalar = node(YamlNode::Kind::scalar, mark);
    refuse_tag(mark, tag);
    // yaml-cpp makes single bytes of these two, which are no UTF-8.
    if (first_invalid_utf8(value) != std::string::npos) {
      fail(mark, "the escapes \\N and \\_ are not used in these files", "write the character itself");
    }
    scalar.quoted = tag == "!";  // yaml-cpp's tag for text in quotes and blocks; plain text has "?"
    scalar.text = value;
    add(std::move(scalar), mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::mapping, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    std::unordered_set<std::string> keys;
  };

  static YamlNode node(YamlNode::Kind kind, const YAML::Mark& mark) {
    YamlNode made;
    made.kind = kind;
    made.line = mark.line + 1;
    made.column = mark.column + 1;
    return made;
  }
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& what, const std::string& remedy) const {
    throw ConfigError(position(file_, mark), what, remedy);
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0) fail(mark, "anchors and aliases (& and *) are not used in these files", "write the value out");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") {
      fail(mark, "tags (!…) are not used in these files", "put text in quotes instead");
    }
  }
  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (stack_.size() == most_depth) fail(mark, "the file is nested too deeply", "compare it with the examples");
    if (at_key()) fail(mark, "a key must be plain text", "remove the brackets, or put it in quotes");
    stack_.push_back({node(kind, mark), {}});
  }
  void close() {
    YamlNode done = std::move(stack_.back().node);
    stack_.pop_back();
    attach(std::move(done));
  }
  bool at_key() const {
    if (stack_.empty()) return false;
    const YamlNode& top = stack_.back().node;
    return top.kind == YamlNode::Kind::mapping && top.keys.size() == top.items.size();
  }
  void add(YamlNode leaf, const YAML::Mark& mark) {
    if (!at_key()) return attach(std::move(leaf));
    if (leaf.kind != YamlNode::Kind::scalar) fail(mark, "a key is missing before ':'", "write the key");
    if (!stack_.back().keys.insert(leaf.text).second) {
      fail(mark, "the key '" + clipped(leaf.text) + "' is here twice", "remove one of them");
    }
    stack_.back().node.keys.push_back(std::move(leaf));
  }
  void attach(YamlNode done) {
    if (stack_.empty()) {
      root_ = std::move(done);
    } else {
      stack_.back().node.items.push_back(std::move(done));
    }
  }

  const std::filesystem::path& file_;
  YamlNode root_;
  std::vector<Frame> stack_;
};

std::string read_limited(const std::filesystem::path& file) {
  const FilePosition at{file.string()};
  std::error_code error;
  if (!std::filesystem::exists(file, error)) throw ConfigError(at, "there is no such file", "check the path");
  std::ifstream stream(file, std::ios::binary);
  if (!stream || !std::filesystem::is_regular_file(file, error)) {
    throw ConfigError(at, "the file cannot be read", "check that it is a file and who may read it");
  }
  if (std::filesystem::file_size(file, error) > most_bytes) {
    throw ConfigError(at, "the file is larger than 16 MiB", "check that it is the right file");
  }
  std::ostringstream content;
  content << stream.rdbuf();
  return std::move(content).str();
}

/// A zero byte is UTF-8, but yaml-cpp takes it for the beginning of an escape.
void check_text(const std::filesystem::path& file, const std::string& text) {
  const std::size_t bad = std::min(first_invalid_utf8(text), text.find('\0'));
  if (bad == std::string::npos) return;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
  throw ConfigError({file.string(), static_cast<int>(line)}, "the file is not UTF-8 text", "save it as UTF-8");
}

}  // namespace

YamlNode read_yaml(const std::filesystem::path& file) { return parse_yaml(read_limited(file), file); }

YamlNode parse_yaml(const std::string& text, const std::filesystem::path& file) {
  check_text(file, text);
  std::istringstream stream(text);
  TreeBuilder builder(file);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) throw ConfigError({file.string()}, "the file is empty", "write its keys");
    TreeBuilder next(file);
    if (parser.HandleNextDocument(next)) {
      throw ConfigError({file.string()}, "the file holds more than one YAML document", "keep one, and remove '---'");
    }
  } catch (const YAML::Exception& error) {
    throw ConfigError(position(file, error.mark), "this is not valid YAML: " + error.msg,
                      "check indentation, brackets and quotes here and on the line before");
  }
  return std::move(builder).take();
}

}  // namespace fedloom::config
