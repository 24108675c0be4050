#include "fedloom/schema/source_name.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fedloom::schema {
namespace {

using Scheme = SourceName::Scheme;

std::string refusal(const std::string& text) {
  try {
    parse_source(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

TEST(SourceName, SaysOfWhichKindTheSourceIs) {
  EXPECT_EQ(parse_source("csv:a/b.csv").scheme, Scheme::csv);
  EXPECT_EQ(parse_source("csv:a/b.csv").place, "a/b.csv");
  EXPECT_EQ(parse_source("parquet:a:b").place, "a:b");
  const SourceName table = parse_source("postgres:omop.person");
  EXPECT_EQ(table.scheme, Scheme::postgres);
  EXPECT_EQ(table.service, "");
  const SourceName query = parse_source("postgres(service=north-1):SELECT a FROM b WHERE c = 'x:y'");
  EXPECT_EQ(query.service, "north-1");
  EXPECT_EQ(query.place, "SELECT a FROM b WHERE c = 'x:y'");
}

TEST(SourceName, RefusesOtherKindsAndNothing) {
  for (const char* text : {"", "t.csv", "mysql:t", "csv:", "postgres: ", "CSV:a", "csv(service=a):b"}) {
    EXPECT_NE(refusal(text), "") << text;
  }
}

TEST(SourceName, RefusesSecretsAndNeverRepeatsThem) {
  for (const char* text :
       {"postgresql://me:hunter2@db/x", "postgres://me:hunter2@db/x", "postgres:host=db password=hunter2",
        "postgres(password=hunter2):person", "postgres(service=a,password=hunter2):person", "postgres(host=db):person",
        "postgres(service=):person", "postgres(service=a:person", "postgres:postgresql://me:hunter2@db/x",
        "postgres:user=me dbname=hunter2"}) {
    const std::string why = refusal(text);
    EXPECT_NE(why.find("keep user, password and address in libpq's own places"), std::string::npos) << text << why;
    EXPECT_EQ(why.find("hunter2"), std::string::npos) << why;
  }
  EXPECT_EQ(refusal("postgres:SELECT a FROM b WHERE kind = 'password='"), "") << "a query may speak of such a word";
}

}  // namespace
}  // namespace fedloom::schema
