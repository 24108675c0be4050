#include "data/postgres_query.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fedloom::data {
namespace {

TEST(PostgresQuery, TellsTablesFromQueries) {
  for (const char* table : {"person", " omop.person ", "\"Ward 7\".\"a\"\"b\"", "größe", "a_1.b$"}) {
    EXPECT_TRUE(parse_postgres(table).is_table) << table;
  }
  for (const char* query :
       {"SELECT 1", "with a as (select 1) select * from a", "VALUES (1)", " /* x */ select\n1;", "-- who\nSELECT 1"}) {
    EXPECT_FALSE(parse_postgres(query).is_table) << query;
  }
  for (const char* neither : {"DELETE FROM person", "person; DROP TABLE person", "a.", ".a", "1a", "a..b", "\"a",
                              "host=db", "person x", "person)", "\"\""}) {
    EXPECT_THROW(parse_postgres(neither), std::invalid_argument) << neither;
  }
}

TEST(PostgresQuery, AsksATableForTheColumnsThatAreNeeded) {
  const PostgresQuery query = parse_postgres("omop.person");
  EXPECT_EQ(query.select({"a", "b\"c"}, {}), "SELECT \"a\", \"b\"\"c\" FROM omop.person");
  EXPECT_EQ(query.select({"a"}, {"d", "a"}), "SELECT \"a\" FROM omop.person ORDER BY \"d\", \"a\"");
  EXPECT_EQ(query.describe(), "SELECT * FROM omop.person");
}

TEST(PostgresQuery, LeavesAQueryAsItIsUnlessItIsSorted) {
  const PostgresQuery query = parse_postgres("SELECT a FROM b -- all of them\n;");
  EXPECT_EQ(query.select({"a"}, {}), "SELECT a FROM b -- all of them");
  EXPECT_EQ(query.select({"a"}, {"a"}),
            "SELECT * FROM (SELECT a FROM b -- all of them\n) AS fedloom_source ORDER BY \"a\"");
}

TEST(PostgresQuery, FindsAnOrderOfItsOwn) {
  for (const char* ordered :
       {"SELECT a FROM b ORDER BY a", "select a from b order /* by */ by a", "SELECT f('(') FROM b ORDER\n\tBY 1"}) {
    EXPECT_TRUE(parse_postgres(ordered).ordered) << ordered;
  }
  for (const char* unordered :
       {"SELECT a FROM (SELECT a FROM b ORDER BY a) c", "SELECT 'ORDER BY a' FROM b", "SELECT \"ORDER BY\" FROM b",
        "SELECT a FROM b -- ORDER BY a", "SELECT rank() OVER (ORDER BY a) FROM b", "SELECT a AS \"order\" , by FROM b",
        "SELECT $$ ORDER BY a $$ FROM b", "SELECT $x$ ORDER BY $$ a $x$ FROM b", "SELECT a /* ORDER BY a */ FROM b"}) {
    EXPECT_FALSE(parse_postgres(unordered).ordered) << unordered;
  }
}

TEST(PostgresQuery, ThatTakesSomeRowsOfManyIsRefused) {
  for (const char* some : {"SELECT a FROM b LIMIT 3", "select a from b order by a limit all",
                           "SELECT a FROM b OFFSET 1", "SELECT a FROM b FETCH FIRST 1 ROW ONLY",
                           "SELECT DISTINCT ON (a) a, b FROM c", "WITH c AS (SELECT 1) SELECT * FROM c\nLimit 1"}) {
    EXPECT_THROW(parse_postgres(some), std::invalid_argument) << some;
  }
  for (const char* all : {"SELECT 'LIMIT 3' FROM b", "SELECT \"limit\" FROM b", "SELECT a AS limit, b.offset FROM b",
                          "SELECT a FROM b -- LIMIT 3", "SELECT DISTINCT a FROM b JOIN c ON a = d",
                          "SELECT a FROM b WHERE a IS DISTINCT FROM 1"}) {
    EXPECT_NO_THROW(parse_postgres(all)) << all;
  }
}

TEST(PostgresFaults, AreOurWordsAndNeverTheServers) {
  EXPECT_EQ(fault_of("42P01").what, "there is no such table, or this user may not see it");
  EXPECT_EQ(fault_of("57P01").what, "the server ended the connection");
  EXPECT_EQ(fault_of("22P02").what, "the server refused the query with SQLSTATE 22P02");
  EXPECT_EQ(fault_of("").what, "the server refused the query with SQLSTATE unknown");
}

}  // namespace
}  // namespace fedloom::data
