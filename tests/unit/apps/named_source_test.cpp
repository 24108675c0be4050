#include "apps/named_source.hpp"

#include <gtest/gtest.h>

namespace fedloom::apps {
namespace {

using Names = std::vector<std::string>;

Names names_of(const std::vector<std::string>& words) {
  Names names;
  for (const NamedSource& one : named_sources(words)) names.push_back(one.name);
  return names;
}

TEST(NamedSources, AreCalledAsTheirWordsSayElseAsTheirFiles) {
  const auto sources = named_sources({"north=a/rows.csv", "b/other.csv", "parquet:c.parquet", "postgres:SELECT a=b"});
  EXPECT_EQ(names_of({"north=a/rows.csv", "b/other.csv", "parquet:c.parquet", "postgres:SELECT a=b"}),
            (Names{"north", "other", "c", "query"}));
  EXPECT_EQ(sources[0].source, "a/rows.csv");
  EXPECT_EQ(sources[2].source, "parquet:c.parquet");
  EXPECT_EQ(sources[3].source, "postgres:SELECT a=b");
}

TEST(NamedSources, OfOneFileNameAreToldApartByTheirFolders) {
  EXPECT_EQ(names_of({"runs/a-1/public/synthetic.csv", "runs/a-2/public/synthetic.csv", "x/rows.csv"}),
            (Names{"a-1/public/synthetic", "a-2/public/synthetic", "rows"}));
  EXPECT_EQ(names_of({"synthetic.csv", "/other/synthetic.csv"}), (Names{"synthetic", "other/synthetic"}));
  EXPECT_EQ(names_of({"rows.csv", "csv:a/rows.csv", "parquet:rows.parquet"}), (Names{"rows", "a/rows", "rows (2)"}));
}

TEST(NamedSources, ThatAreTheSameAreNumbered) {
  EXPECT_EQ(names_of({"a/rows.csv", "a/rows.csv", "a/rows.csv"}), (Names{"a/rows", "a/rows (2)", "a/rows (3)"}));
  EXPECT_EQ(names_of({"one=a.csv", "one=b.csv"}), (Names{"one", "one (2)"}));
}

}  // namespace
}  // namespace fedloom::apps
