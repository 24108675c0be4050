#include "fedloom/privacy/ledger.hpp"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "fedloom/privacy/event_json.hpp"
#include "ledger_fixture.hpp"

namespace fedloom::privacy {
namespace {

using LedgerTest = LedgerFixture;

TEST_F(LedgerTest, a_new_ledger_is_empty_and_has_a_signed_head) {
  const Ledger ledger(folder(), key_, test::fixed_timestamp);
  EXPECT_TRUE(ledger.entries().empty());
  EXPECT_EQ(ledger.head().entries, 0U);
  EXPECT_EQ(complaint(), "");
}

TEST_F(LedgerTest, entries_come_back_as_they_were_booked) {
  write_entries(3, key_);
  const Ledger ledger(folder(), key_, test::fixed_timestamp);
  ASSERT_EQ(ledger.entries().size(), 3U);
  for (std::uint32_t round = 0; round < 3; ++round) {
    const LedgerEntry& entry = ledger.entries()[round];
    EXPECT_EQ(entry.seq, round);
    EXPECT_EQ(entry.round, round);
    EXPECT_EQ(entry.time, test::fixed_timestamp());
    EXPECT_EQ(entry.events, spend(round).events);
    EXPECT_GE(entry.cost.value, rho(entry.events[0]).value + rho(entry.events[1]).value);
  }
  EXPECT_EQ(ledger.head().entries, 3U);
  EXPECT_EQ(ledger.head().hash, ledger.entries()[2].hash);
}

TEST_F(LedgerTest, each_entry_is_one_line_of_json_with_integers) {
  write_entries(1, key_);
  const nlohmann::json line = nlohmann::json::parse(read_text(log()));
  EXPECT_EQ(line.at("events")[0].at("variance_num"), 33);
  EXPECT_TRUE(line.at("events")[0].at("variance_num").is_number_integer());
  EXPECT_EQ(line.at("events")[1].at("epsilon_shift"), 4);
}

TEST_F(LedgerTest, the_largest_numbers_survive) {
  const Event event = GaussianEvent{.sensitivity = {UINT64_MAX},
                                    .site_noise = {.variance_num = UINT64_MAX, .variance_shift = 24, .grid_bits = 24},
                                    .contributors = UINT32_MAX / 4096,
                                    .dimension = UINT64_MAX};
  { Ledger(folder(), key_, test::fixed_timestamp).append({.run = "run-1", .kind = "spend", .events = {event}}); }
  EXPECT_EQ(Ledger(folder(), key_, test::fixed_timestamp).entries()[0].events[0], event);
}

std::vector<Event> many(std::size_t count) {
  std::vector<Event> events(count,
                            GaussianEvent{.sensitivity = {8}, .site_noise = {.variance_num = 99}, .dimension = 8});
  events.push_back(GaussianEvent{.sensitivity = {1}, .site_noise = {.variance_num = 33}, .dimension = 4});
  return events;
}

TEST_F(LedgerTest, very_many_equal_mechanisms_stand_in_it_once_and_all_come_back) {
  { Ledger(folder(), key_, test::fixed_timestamp).append({.run = "run-1", .kind = "spend", .events = many(300000)}); }
  const nlohmann::json line = nlohmann::json::parse(read_text(log()));
  ASSERT_EQ(line.at("events").size(), 2U);
  EXPECT_EQ(line.at("events")[0].at("times"), 300000);
  EXPECT_EQ(Ledger(folder(), key_, test::fixed_timestamp).entries()[0].events, many(300000));
}

TEST_F(LedgerTest, a_few_equal_mechanisms_are_written_out) {
  { Ledger(folder(), key_, test::fixed_timestamp).append({.run = "run-1", .kind = "spend", .events = many(3)}); }
  EXPECT_EQ(nlohmann::json::parse(read_text(log())).at("events").size(), 4U);
  EXPECT_EQ(Ledger(folder(), key_, test::fixed_timestamp).entries()[0].events, many(3));
}

TEST(EventJson, more_mechanisms_than_any_plan_asks_for_are_refused_before_memory_is_taken) {
  auto list = nlohmann::json::parse(events_to_json(many(5000)));
  for (const std::uint64_t times : {std::uint64_t{0}, std::uint64_t{2'000'000}, UINT64_MAX}) {
    list[0]["times"] = times;
    EXPECT_THROW(events_from_json(list.dump()), std::invalid_argument) << times;
  }
}

TEST_F(LedgerTest, only_the_owner_can_read_it) {
  write_entries(1, key_);
  for (const auto& file : {folder(), log(), head()}) {
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 077, 0U) << file;
  }
}

TEST_F(LedgerTest, a_second_opener_is_refused) {
  const Ledger first(folder(), key_, test::fixed_timestamp);
  EXPECT_THROW(Ledger(folder(), key_, test::fixed_timestamp), EnvironmentError);
}

TEST_F(LedgerTest, a_crash_between_entry_and_head_counts_the_entry) {
  write_entries(2, key_);
  const std::string old_head = read_text(head());
  write_entries(1, key_);
  put(head(), old_head);  // as if killed after the entry was on disk and before its head was
  EXPECT_EQ(complaint(), "");
  {
    const Ledger ledger(folder(), key_, test::fixed_timestamp);
    EXPECT_EQ(ledger.entries().size(), 3U);
    EXPECT_EQ(ledger.head().entries, 3U);
  }
  const LedgerReport report = verify_ledger(folder(), key_.public_key(), {});
  EXPECT_EQ(report.head.entries, 3U);
}

TEST_F(LedgerTest, a_half_written_line_beyond_the_head_is_cut_off) {
  write_entries(3, key_);
  const std::string whole = read_text(log());
  const std::string head_of_three = read_text(head());
  write_entries(1, key_);
  const std::string longer = read_text(log());
  for (const std::size_t kept : {whole.size() + 1, whole.size() + 20, longer.size() - 1}) {
    put(head(), head_of_three);
    put(log(), longer.substr(0, kept));
    EXPECT_EQ(complaint(), "") << "nothing was released for it";
    Ledger ledger(folder(), key_, test::fixed_timestamp);
    EXPECT_EQ(ledger.entries().size(), 3U);
    EXPECT_EQ(read_text(log()), whole);
    ledger.append(spend(3));
    EXPECT_EQ(read_text(log()), longer) << "what follows is whole again";
    EXPECT_EQ(complaint(), "");
  }
}

TEST_F(LedgerTest, a_kill_within_an_append_never_loses_an_acknowledged_entry) {
  write_entries(2, key_);
  const std::string before = read_text(log());
  const std::string head_before = read_text(head());
  write_entries(1, key_);
  const std::string after = read_text(log());
  for (std::size_t killed = 0; killed <= 40; ++killed) {
    const std::size_t size = before.size() + (after.size() - before.size()) * killed / 40;
    put(head(), head_before);
    put(log(), after.substr(0, size));
    const Ledger ledger(folder(), key_, test::fixed_timestamp);
    EXPECT_EQ(ledger.entries().size(), size == after.size() ? 3U : 2U);
    EXPECT_EQ(ledger.head().entries, ledger.entries().size());
  }
}

TEST_F(LedgerTest, after_a_failed_write_nothing_more_is_booked) {
  Ledger ledger(folder(), key_, test::fixed_timestamp);
  ledger.append(spend(0));
  std::filesystem::create_directory(folder() / "head.json.tmp");  // the head's new content has nowhere to go
  EXPECT_THROW(ledger.append(spend(1)), EnvironmentError);
  std::filesystem::remove(folder() / "head.json.tmp");
  EXPECT_THROW(ledger.append(spend(1)), LedgerError);
  EXPECT_EQ(complaint(), "");
}

TEST_F(LedgerTest, a_name_that_is_not_text_is_refused_before_anything_is_written) {
  Ledger ledger(folder(), key_, test::fixed_timestamp);
  EXPECT_THROW(ledger.append({.run = "\xff\xfe", .kind = "reuse"}), LedgerError);
  EXPECT_EQ(read_text(log()), "");
  ledger.append(spend(0));
  EXPECT_EQ(complaint(), "");
}

}  // namespace
}  // namespace fedloom::privacy
