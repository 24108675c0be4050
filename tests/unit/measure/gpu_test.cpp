// A GPU counts what the processor counts. Where there is no GPU, these tests are skipped, but for the last.

#include <gtest/gtest.h>

#include "counting_device.hpp"
#include "histograms.hpp"
#include "tables.hpp"

namespace fedloom::measure {
namespace {

using schema::Marginal;

class Gpu : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = why_no_gpu(); !why.empty()) GTEST_SKIP() << "There is no GPU to count on: " << why;
  }
};

void expect_same(const data::Table& table, const std::vector<Marginal>& marginals) {
  const auto device = gpu(table, 1);
  ASSERT_NE(device, nullptr) << "the table could not be copied to the GPU";
  const auto counted = device->count(marginals);
  ASSERT_EQ(counted.size(), marginals.size());
  for (std::size_t k = 0; k < marginals.size(); ++k)
    EXPECT_EQ(counted[k], test::counted_plainly(table, marginals[k])) << marginals[k].name(table.domain());
}

TEST_F(Gpu, CountsAllPairsAsTheProcessorDoes) {
  const auto table = test::mixed_table(150'001);  // several blocks of threads, and a rest
  auto marginals = schema::all_marginals(table.domain().dimensions(), 2);
  marginals.push_back(Marginal({0, 1, 2}));
  marginals.push_back(Marginal({4, 7, 8}));  // too large for shared memory
  marginals.push_back(Marginal({9}));
  marginals.push_back(Marginal({}));
  expect_same(table, marginals);
}

TEST_F(Gpu, CountsColumnsOfAllWidths) {
  expect_same(test::skewed_table({300, 2, 70'000, 4}, 2500), test::marginals_up_to(4, 2));
}

TEST_F(Gpu, CountsAnEmptyTable) { expect_same(test::skewed_table({5, 4}, 0), test::marginals_up_to(2, 2)); }

TEST(CountingDevice, IsNoneWhereThereIsNoGpu) {
  const auto table = test::skewed_table({5, 4}, 100);
  EXPECT_EQ(gpu(table, 1) == nullptr, !why_no_gpu().empty());
}

}  // namespace
}  // namespace fedloom::measure
