#include "fedloom/config/draft.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "config_folder.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/hash.hpp"

namespace fedloom::config::test {
namespace {

using schema::ValueKind;

const std::vector<DraftColumn> columns{{"patient_id", ValueKind::whole},       {"age", ValueKind::whole},
                                       {"weight: kg", ValueKind::number},      {"sex", ValueKind::text},
                                       {"admitted", ValueKind::date},          {"seen", ValueKind::datetime},
                                       {"gender_concept_id", ValueKind::whole}};

std::string load_error(const std::string& text) {
  const ConfigFolder folder;
  try {
    load_schema(folder.write("draft.yaml", text));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

TEST(Draft, LeavesBoundsAndCategoriesBlankAndIsRefusedUntilTheyAreFilledIn) {
  const std::string text = draft_schema(columns, {});
  const std::string error = load_error(text);
  EXPECT_NE(error.find("draft.yaml:"), std::string::npos);
  EXPECT_NE(error.find("the column 'age' leaves 'min' blank (10 more blanks follow); fill it in from public knowledge"),
            std::string::npos)
      << error;
  EXPECT_NE(text.find("- name: \"patient_id\"\n    role: id"), std::string::npos) << text;
  EXPECT_NE(text.find("- name: \"gender_concept_id\"\n    type: integer"), std::string::npos) << text;
}

TEST(Draft, TellsIdentifiersByTheirNamesOnly) {
  for (const char* name : {"id", "ID", "person_id", "PatientID", "patientId", "visit-id", "uuid", "Record Id"}) {
    EXPECT_NE(draft_schema({{name, ValueKind::number}}, {}).find("role: id"), std::string::npos) << name;
  }
  for (const char* name : {"paid", "valid", "race_concept_id", "idea", "age"}) {
    EXPECT_EQ(draft_schema({{name, ValueKind::number}}, {}).find("role: id"), std::string::npos) << name;
  }
}

constexpr const char* book =
    "column,kind,value,label,min,max,width,step,missing\n"
    "age,,,,18,110,5,,\n"
    "weight: kg,,,,30,250,,,true\n"
    "sex,,1,\"male, or so\",,,,,\n"
    "sex,,2,female,,,,,\n"
    "admitted,,,,2015-01-01,2020-12-31,,quarter,\n"
    "seen,,,,2015-01-01,2020-12-31,,,\n"
    "gender_concept_id,categorical,8507,MALE,,,,,\n"
    "gender_concept_id,,8532,FEMALE,,,,,\n"
    "height,,,,100,230,,,\n";

TEST(Draft, FilledFromACodeBookIsASchemaThatNamesTheBook) {
  const ConfigFolder folder;
  const auto file = folder.write("book.csv", book);
  const Codebook codebook = load_codebook(file);
  const std::string text = draft_schema(columns, codebook);
  const auto schema = load_schema(folder.write("draft.yaml", text));
  EXPECT_EQ(schema.ids(), (std::vector<std::string>{"patient_id"}));
  EXPECT_EQ(schema.domain().dimensions(), 6u);
  EXPECT_EQ(schema.encode(2, "2").code, 1u);
  EXPECT_EQ(schema.label(3, 0), "2015-01-01 – 2015-03-31");
  EXPECT_EQ(schema.encode(5, "8532").code, 1u);
  EXPECT_TRUE(schema.attributes()[1].missing);
  EXPECT_NE(text.find("codebook: {file: \"book.csv\", sha256: " + to_hex(sha256(std::string_view(book))) + "}"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("# male, or so"), std::string::npos);
  EXPECT_EQ(columns_without_data(columns, codebook), (std::vector<std::string>{"height"}));
}

TEST(Draft, TakesACodeBookInYaml) {
  const ConfigFolder folder;
  const Codebook codebook = load_codebook(folder.write(
      "book.yaml", "- {column: age, min: 0, max: 99, width: 10}\n- {column: sex, value: 1, label: male}\n"));
  EXPECT_EQ(codebook.columns.at("age").max, "99");
  EXPECT_EQ(codebook.columns.at("sex").values.size(), 1u);
}

struct BadBook {
  const char *name, *file, *text, *sentence;
};

class BadCodebook : public ::testing::TestWithParam<BadBook> {};

TEST_P(BadCodebook, IsRefusedWithASentence) {
  const ConfigFolder folder;
  try {
    load_codebook(folder.write(GetParam().file, GetParam().text));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find(GetParam().sentence), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Draft, BadCodebook,
    ::testing::Values(
        BadBook{"empty", "b.csv", "", "the code book is empty; give it a header line"},
        BadBook{"unknown_field", "b.csv", "column,lable\n",
                "b.csv:1: a code book has no field 'lable'; did you mean 'label'?"},
        BadBook{"ragged", "b.csv", "column,value\na\n", "b.csv:2: the line has another number of fields"},
        BadBook{"quotes", "b.csv", "column,value\n\"a,b\n", "b.csv:2: the code book is no CSV file"},
        BadBook{"no_column", "b.csv", "column,value\n,1\n", "b.csv:2: the code book names no column here"},
        BadBook{"kind", "b.csv", "column,kind\na,nominal\n", "'kind' must be one of categorical, integer"},
        BadBook{"missing", "b.csv", "column,missing\na,maybe\n", "'missing' must be true or false, not 'maybe'"},
        BadBook{"twice", "b.csv", "column,value\na,1\na,1\n", "b.csv:3: the code book lists '1' twice for one column"},
        BadBook{"two_bounds", "b.csv", "column,min\na,1\na,2\n", "the code book says two things about 'min'"},
        BadBook{"more_yaml", "b.csv", "column,min\na,\"1\n    max: 2\"\n",
                "'min' of the code book is no number, date or step"},
        BadBook{"mapping", "b.yaml", "a: 1\n", "the code book is not a list of mappings"},
        BadBook{"scalar", "b.yaml", "- a\n", "b.yaml:1:3: an entry of the code book is not a mapping"},
        BadBook{"list", "b.yaml", "- {column: a, value: [1, 2]}\n", "'value' of the code book is not plain text"},
        BadBook{"unknown_key", "b.yaml", "- {columm: a}\n", "did you mean 'column'?"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Codebook, ThatIsNotThereIsNamed) {
  EXPECT_THROW(load_codebook("/nowhere/book.csv"), ConfigError);
  EXPECT_THROW(load_codebook("/nowhere/book.yaml"), ConfigError);
}

}  // namespace
}  // namespace fedloom::config::test
