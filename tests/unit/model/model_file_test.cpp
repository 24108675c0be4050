#include "fedloom/model/model_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/base/hash.hpp"
#include "model/safetensors.hpp"

namespace fedloom::model {
namespace {

using nlohmann::json;

/// Two components over a (2 codes) and b (2 bins of 3 codes), with a network and a card.
ModelData model() {
  const schema::Domain fine({{"a", 2}, {"b", 3}});
  const schema::Coarsening bins({{1, {0, 1, 1}}});
  ModelData made{bins.over(fine), 2, {0, 1, 2, 3, 4, 5, 6, 7}, {{{2, 1}, {0.5F, -1}}}, {}, {}};
  made.expansion = Expansion(fine, bins, {{1, 0.25, 0.75}});
  made.card = {"version: 1\n", R"({"epsilon":1})", "c0ffee", R"({"run_id":"x"})"};
  return made;
}

std::string error_of(ByteView bytes) {
  try {
    decode_model(bytes, "m");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "read";
}

struct File {
  json header;
  Bytes numbers;
  Bytes bytes() const {
    const std::string text = header.dump();
    ByteWriter out;
    out.u64(text.size());
    out.raw(as_bytes(text));
    out.raw(numbers);
    return std::move(out).take();
  }
};
File file_of(const ModelData& data) {
  const Bytes bytes = encode_model(data);
  ByteReader reader(bytes);
  const auto length = static_cast<std::ptrdiff_t>(reader.u64());
  return {json::parse(bytes.begin() + 8, bytes.begin() + 8 + length), Bytes(bytes.begin() + 8 + length, bytes.end())};
}

/// What is said after `edit` of a good file whose hash then fits again.
std::string error_after(const std::function<void(File&)>& edit) {
  File file = file_of(model());
  edit(file);
  json& texts = file.header["__metadata__"];
  if (texts.is_object() && texts.contains("sha256")) texts["sha256"] = to_hex(sha256(file.numbers));
  return error_of(file.bytes());
}
std::string error_with(const char* pointer, const json& value) {
  return error_after([&](File& file) { file.header[json::json_pointer(pointer)] = value; });
}

#define EXPECT_SAYS(error, part) EXPECT_NE((error).find(part), std::string::npos) << (error)

TEST(ModelFile, ComesBackWhole) {
  const ModelData data = model(), back = decode_model(encode_model(data), "m");
  EXPECT_EQ(back.domain, data.domain);
  EXPECT_EQ(back.logits, data.logits);
  ASSERT_EQ(back.network.size(), 1U);
  EXPECT_EQ(back.network[0].shape, data.network[0].shape);
  EXPECT_EQ(back.network[0].values, data.network[0].values);
  EXPECT_EQ(back.expansion.coarsening(), data.expansion.coarsening());
  EXPECT_EQ(back.expansion.shares(), data.expansion.shares());
  EXPECT_EQ(back.card.schema_yaml, data.card.schema_yaml);
  EXPECT_EQ(back.card.privacy_json, data.card.privacy_json);
  EXPECT_EQ(back.card.config_hash, data.card.config_hash);
  EXPECT_EQ(back.card.notes_json, data.card.notes_json);
  EXPECT_EQ(encode_model(back), encode_model(data));
}

TEST(ModelFile, IsLaidOutByteByByte) {
  ModelData data;
  data.domain = schema::Domain({{"a", 1}});
  data.components = 1;
  data.logits = {1.0F};
  const std::string header =
      R"({"__metadata__":{"components":"1","config_hash":"","domain":"[{\"name\":\"a\",\"size\":1}]",)"
      R"("format":"fedloom-model","format_version":"2","kind":"product mixture","notes":"{}","privacy":"{}",)"
      R"("schema":"","sha256":"e00e5eb9444182f352323374ef4e08ebcb784725fdd4fd612d7730540b3e0c8c"},)"
      R"("logits":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}})";
  const Bytes bytes = encode_model(data);
  const std::size_t padded = (header.size() + 7) / 8 * 8;
  ASSERT_EQ(bytes.size(), 8 + padded + 4);
  EXPECT_EQ(bytes[0], padded & 255);
  EXPECT_EQ(bytes[1], padded >> 8);
  EXPECT_EQ(std::string(bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(header.size())), header);
  EXPECT_EQ(Bytes(bytes.end() - 4, bytes.end()), (Bytes{0, 0, 0x80, 0x3f}));
}

TEST(ModelFile, IsRefusedAtEveryLengthButItsOwn) {
  const Bytes bytes = encode_model(model());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_NE(error_of(ByteView(bytes).first(length)), "read") << length;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_SAYS(error_of(longer), "do not fill the file");
}

TEST(ModelFile, IsRefusedWhenAnyByteOfItsNumbersChanges) {
  const Bytes bytes = encode_model(model());
  for (std::size_t k = bytes.size() - file_of(model()).numbers.size(); k < bytes.size(); ++k) {
    Bytes bad = bytes;
    bad[k] ^= 1;
    EXPECT_SAYS(error_of(bad), "wrong sha256");
  }
}

TEST(ModelFile, OfANewerVersionIsRefusedByName) {
  EXPECT_SAYS(error_with("/__metadata__/format_version", "3"),
              "a model of version 3, and this program reads version 2");
  EXPECT_SAYS(error_with("/__metadata__/format_version", "x"), "format_version is not a number");
  EXPECT_SAYS(error_with("/__metadata__/format", "pt"), "no model of Fedloom");
  EXPECT_SAYS(error_with("/__metadata__/kind", "tree"), "of a kind that this program does not know");
}

TEST(ModelFile, IsRefusedWithASentenceForADamagedHeader) {
  ByteWriter huge;
  huge.u64(~std::uint64_t{0});
  EXPECT_SAYS(error_of(huge.bytes()), "header is longer");
  ByteWriter deep;
  deep.u64(4000);
  deep.raw(as_bytes(std::string(4000, '[')));
  EXPECT_SAYS(error_of(deep.bytes()), "nested too deeply");
  EXPECT_SAYS(error_with("/__metadata__", 3), "__metadata__ is not an object");
  EXPECT_SAYS(error_with("/__metadata__/notes", 3), "holds what is not text");
  EXPECT_SAYS(error_after([](File& f) { f.header["__metadata__"].erase("schema"); }), "lacks 'schema'");
  EXPECT_SAYS(error_after([](File& f) { f.header["__metadata__"].erase("sha256"); }), "lacks 'sha256'");
}

// What a text must hold is tested below; the schema's where it is read (e2e.bad_input).
TEST(ModelFile, IsRefusedWithoutAnyOfItsTexts) {
  const File file = file_of(model());
  std::vector<std::string> texts;
  for (const auto& [key, text] : file.header["__metadata__"].items()) texts.push_back(key);
  EXPECT_EQ(texts, (std::vector<std::string>{"components", "config_hash", "domain", "expansion", "format",
                                             "format_version", "kind", "notes", "privacy", "schema", "sha256"}));
  for (const std::string& key : texts) {
    // Of the hash a text that is another one: error_after writes the right one into it.
    if (key != "sha256") {
      EXPECT_SAYS(error_with(("/__metadata__/" + key).c_str(), 3), "__metadata__ holds what is not text");
    }
    const std::string error = error_after([&](File& f) { f.header["__metadata__"].erase(key); });
    EXPECT_SAYS(error, key == "format"      ? "no model of Fedloom"
                       : key == "expansion" ? "a tensor that no model has"
                                            : "__metadata__ lacks '" + key + "'");
  }
}

/// A file without that tensor, the others moved together.
void take_out(File& file, const std::string& name) {
  const json offsets = file.header[name]["data_offsets"];
  const auto begin = offsets[0].get<std::ptrdiff_t>(), end = offsets[1].get<std::ptrdiff_t>();
  file.numbers.erase(file.numbers.begin() + begin, file.numbers.begin() + end);
  file.header.erase(name);
  for (auto& [other, tensor] : file.header.items()) {
    if (other == "__metadata__" || tensor["data_offsets"][0].get<std::ptrdiff_t>() < end) continue;
    for (json& at : tensor["data_offsets"]) at = at.get<std::ptrdiff_t>() - (end - begin);
  }
}

TEST(ModelFile, IsRefusedWithASentenceForEachFieldOfEachTensor) {
  std::vector<std::string> tensors;
  const File made = file_of(model());
  for (const auto& [name, part] : made.header.items()) {
    if (name != "__metadata__") tensors.push_back(name);
  }
  EXPECT_EQ(tensors, (std::vector<std::string>{"bins.0", "logits", "network.0", "shares.0"}));
  for (const std::string& name : tensors) {
    const auto field = [&](const char* key, const json& value) {
      return error_with(("/" + name + key).c_str(), value);
    };
    EXPECT_SAYS(field("/dtype", "F16"), "none of F32, F64 and I32");
    EXPECT_SAYS(field("/dtype", 3), "none of F32, F64 and I32");
    EXPECT_SAYS(field("/shape", 3), "not a short list");
    EXPECT_SAYS(field("/shape", json::array({1, 1, 1, 1, 1, 1, 1, 1, 1})), "not a short list");
    EXPECT_SAYS(field("/shape", json::array({"2"})), "not a whole number");
    EXPECT_SAYS(field("/data_offsets", json::array({0})), "not two numbers");
    EXPECT_SAYS(field("/data_offsets", json::array({0, -4})), "not a whole number");
    EXPECT_SAYS(field("/more", 1), "not described by dtype, shape and data_offsets");
    for (const char* key : {"dtype", "shape", "data_offsets"}) {
      EXPECT_SAYS(error_after([&](File& f) { f.header[name].erase(key); }), "not described by dtype");
    }
    if (name != "network.0") {
      EXPECT_SAYS(error_after([&](File& f) { take_out(f, name); }), "the tensor '" + name + "' is missing");
    }
    const bool wide = name == "shares.0";
    const std::string other = error_after([&](File& f) {
      f.header[name]["dtype"] = wide ? "F32" : name == "bins.0" ? "F32" : "I32";
      if (wide) f.header[name]["shape"][0] = 2 * f.header[name]["shape"][0].get<int>();
    });
    EXPECT_SAYS(other, "the tensor '" + name + "' holds another kind of numbers");
  }
}

TEST(ModelFile, IsRefusedWithASentenceForADamagedTensor) {
  EXPECT_SAYS(error_with("/logits/dtype", "F16"), "none of F32, F64 and I32");
  EXPECT_SAYS(error_with("/logits/dtype", "I32"), "another kind of numbers");
  EXPECT_SAYS(error_with("/logits/shape", json::array({4, 2})), "not components × width");
  EXPECT_SAYS(error_with("/logits/shape", json::array({2, 5})), "does not fit its place");
  EXPECT_SAYS(error_with("/logits/shape", json::array({std::uint64_t{1} << 62, 8})), "shape is too large");
  EXPECT_SAYS(error_with("/logits/shape", json::array({-1})), "not a whole number");
  EXPECT_SAYS(error_with("/logits/data_offsets", json::array({8, 0})), "ends before it begins");
  EXPECT_SAYS(error_with("/logits/data_offsets", json::array({0, 32})), "one after the other");
  EXPECT_SAYS(error_with("/logits", 3), "not described");
  EXPECT_SAYS(error_after([](File& f) { f.header.erase("logits"); }), "one after the other");
  EXPECT_SAYS(error_after([](File& f) {
                f.header["other"] = {
                    {"dtype", "F32"}, {"shape", {1}}, {"data_offsets", {f.numbers.size(), f.numbers.size() + 4}}};
                f.numbers.resize(f.numbers.size() + 4);
              }),
              "a tensor that no model has");
  for (const std::uint64_t wide : {std::uint64_t{2}, ~std::uint64_t{0} >> 1}) {
    EXPECT_SAYS(
        error_after([&](File& f) {
          f.header["network.1"] = {{"dtype", "F32"}, {"shape", {std::uint64_t{0}, wide}}, {"data_offsets", {0, 0}}};
        }),
        "a tensor has no numbers");
  }
  EXPECT_SAYS(error_with("/logits/shape", json::array({(std::uint64_t{1} << 31) + 1})), "shape is too large");
}

TEST(ModelFile, IsRefusedWithASentenceForWrongFacts) {
  EXPECT_SAYS(error_with("/__metadata__/components", "0"), "components is not a number");
  EXPECT_SAYS(error_with("/__metadata__/components", "-4"), "components is not a number");
  EXPECT_SAYS(error_with("/__metadata__/components", "3"), "not components × width");
  EXPECT_SAYS(error_with("/__metadata__/domain", "7"), "the domain is not a list");
  EXPECT_SAYS(error_with("/__metadata__/domain", "["), "the domain is not JSON");
  EXPECT_SAYS(error_with("/__metadata__/domain", R"([{"name":"a","size":0},{"name":"b","size":2}])"), "has no values");
  EXPECT_SAYS(error_with("/__metadata__/domain", R"([{"name":"a","size":4294967295}])"), "too wide");
  EXPECT_SAYS(error_with("/__metadata__/domain", R"([{"name":3,"size":2}])"), "the domain is not a list of names");
  EXPECT_SAYS(error_with("/__metadata__/domain", R"([{"name":"a","size":-2}])"), "the domain is not a list of names");
  EXPECT_SAYS(error_with("/__metadata__/domain", R"([{"size":2}])"), "the domain is not a list of names and sizes");
  EXPECT_SAYS(error_with("/__metadata__/expansion", "{}"), "expansion lacks its domain");
  EXPECT_SAYS(error_with("/__metadata__/expansion", "["), "the expansion is not JSON");
  EXPECT_SAYS(error_with("/__metadata__/expansion", R"({"domain":7,"attributes":[]})"), "the domain is not a list");
  EXPECT_SAYS(error_with("/__metadata__/expansion", R"({"domain":[{"name":"a","size":2}],"attributes":[-1]})"),
              "an attribute that is not there");
  EXPECT_SAYS(error_with("/__metadata__/expansion", R"({"domain":[{"name":"a","size":2}],"attributes":[4]})"),
              "an attribute that is not there");
  EXPECT_SAYS(error_with("/__metadata__/expansion", R"({"domain":[{"name":"b","size":3}],"attributes":[0]})"),
              "not the domain");
}

TEST(ModelFile, IsRefusedWithASentenceForACardThatIsNone) {
  EXPECT_SAYS(error_with("/__metadata__/privacy", "{"), "the privacy statement is not JSON");
  EXPECT_SAYS(error_with("/__metadata__/privacy", "[1]"), "the privacy statement is no JSON object");
  EXPECT_SAYS(error_with("/__metadata__/privacy", std::string(3000, '[')),
              "the privacy statement is nested too deeply");
  EXPECT_SAYS(error_with("/__metadata__/config_hash", "C0"), "config_hash is not in hexadecimal digits");
  EXPECT_SAYS(error_with("/__metadata__/notes", ""), "the text of the notes is not JSON");
  EXPECT_SAYS(error_with("/__metadata__/notes", "7"), "the notes are no JSON object");
}

TEST(ModelFile, IsRefusedWhenANumberIsNotFinite) {
  ModelData data = model();
  data.logits[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_SAYS(error_of(encode_model(data)), "the weights are not finite");
  data = model();
  data.network[0].values[0] = std::numeric_limits<float>::infinity();
  EXPECT_SAYS(error_of(encode_model(data)), "the network's weights are not finite");
}

TEST(ModelFile, IsRefusedWhenItsExpansionIsDamaged) {
  const auto poke = [](const char* tensor, auto value) {
    return error_after([&](File& file) {
      const std::size_t at = file.header[tensor]["data_offsets"][0].template get<std::size_t>();
      std::memcpy(file.numbers.data() + at, &value, sizeof value);
    });
  };
  EXPECT_SAYS(poke("bins.0", std::int32_t{-1}), "a bin below 0");
  EXPECT_NE(poke("bins.0", std::int32_t{1000000000}), "read");
  EXPECT_SAYS(poke("shares.0", 9.0), "do not sum to 1");
  EXPECT_SAYS(poke("shares.0", std::nan("")), "not a number from 0 to 1");
}

TEST(ModelFile, IsRefusedWhenATextInsideIsNestedBeyondAllNeed) {
  const std::string deep(3'000'000, '[');
  EXPECT_SAYS(error_with("/__metadata__/expansion", deep + std::string(deep.size(), ']')), "nested too deeply");
}

TEST(ModelFile, DoesNotWriteTextsThatAreNoUtf8) {
  ModelData data = model();
  data.card.schema_yaml = "\xff";
  EXPECT_THROW(encode_model(data), std::invalid_argument);
}

}  // namespace
}  // namespace fedloom::model
