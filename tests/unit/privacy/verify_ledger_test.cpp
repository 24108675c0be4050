#include <array>
#include <nlohmann/json.hpp>

#include "ledger_fixture.hpp"
#include "ledger_text.hpp"

namespace fedloom::privacy {
namespace {

using VerifyLedgerTest = LedgerFixture;

/// One bit each: a near digit or letter, the other case, and what is no text at all.
constexpr std::array<int, 3> flips{0x01, 0x20, 0x80};

TEST_F(VerifyLedgerTest, sums_the_events_and_not_the_stored_costs) {
  write_entries(3, key_);
  const LedgerReport report = verify_ledger(folder(), key_.public_key(), {});
  Curve expected;
  for (std::uint32_t round = 0; round < 3; ++round) {
    for (const Event& event : spend(round).events) expected.add(event);
  }
  EXPECT_EQ(report.entries.size(), 3U);
  EXPECT_EQ(report.total.rho(), expected.rho());
}

TEST_F(VerifyLedgerTest, finds_any_one_byte_change_in_the_log) {
  write_entries(2, key_);
  const std::string good = read_text(log());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ flips[i % flips.size()]);
    put(log(), bad);
    ASSERT_NE(complaint(), "") << "byte " << i << " of the log";
    ASSERT_FALSE(i % 16 == 0 && opens());  // the same check; opening also waits for the disk
  }
}

TEST_F(VerifyLedgerTest, finds_any_one_byte_change_in_the_head) {
  write_entries(2, key_);
  const std::string good = read_text(head());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ flips[i % flips.size()]);
    put(head(), bad);
    ASSERT_NE(complaint(), "") << "byte " << i << " of the head";
    ASSERT_FALSE(i % 16 == 0 && opens());  // the same check; opening also waits for the disk
  }
}

TEST_F(VerifyLedgerTest, finds_any_byte_that_was_added_or_removed) {
  write_entries(2, key_);
  for (const auto& file : {log(), head()}) {
    const std::string good = read_text(file);
    for (std::size_t i = 0; i < good.size(); ++i) {
      put(file, good.substr(0, i) + good.substr(i + 1));
      ASSERT_NE(complaint(), "") << "byte " << i << " removed";
      put(file, good.substr(0, i) + ' ' + good.substr(i));
      ASSERT_NE(complaint(), "") << "byte added at " << i;
    }
    put(file, good);
  }
  EXPECT_EQ(complaint(), "");
}

TEST_F(VerifyLedgerTest, finds_a_tail_cut_at_any_byte) {
  write_entries(3, key_);
  const std::string good = read_text(log());
  for (std::size_t size = 0; size < good.size(); ++size) {
    put(log(), good.substr(0, size));
    ASSERT_NE(complaint(), "") << "cut to " << size << " bytes";
    ASSERT_FALSE(size % 16 == 0 && opens());
  }
}

TEST_F(VerifyLedgerTest, finds_missing_files) {
  write_entries(1, key_);
  const std::string good = read_text(log());
  std::filesystem::remove(head());
  EXPECT_NE(complaint().find("the signed head is missing"), std::string::npos);
  EXPECT_FALSE(opens());
  std::filesystem::remove_all(folder());
  EXPECT_NE(complaint().find("there is no ledger"), std::string::npos);
}

TEST_F(VerifyLedgerTest, finds_a_log_that_went_on_without_its_head) {
  write_entries(1, key_);
  const std::string old_head = read_text(head());
  write_entries(2, key_);
  put(head(), old_head);
  EXPECT_NE(complaint().find("more entries than a crash can leave"), std::string::npos);
  EXPECT_FALSE(opens());
}

TEST_F(VerifyLedgerTest, finds_a_chain_signed_again_with_another_key) {
  write_entries(1, SigningKey::generate());
  EXPECT_NE(complaint().find("not by this site's key"), std::string::npos);
  EXPECT_FALSE(opens());
}

TEST_F(VerifyLedgerTest, finds_an_earlier_entry_that_was_replaced_with_its_own_hash_right) {
  write_entries(2, key_);
  std::vector<LedgerEntry> entries = verify_ledger(folder(), key_.public_key(), {}).entries;
  entries[0].run = "run-2";
  entries[0].hash = hash_of(entries[0]);
  put(log(), entry_line(entries[0]) + entry_line(entries[1]));
  EXPECT_NE(complaint().find("ledger.jsonl:2: the entry does not follow from the one before"), std::string::npos);
  EXPECT_FALSE(opens());
}

TEST_F(VerifyLedgerTest, finds_a_cost_that_its_events_do_not_have) {
  write_entries(1, key_);
  LedgerEntry entry = verify_ledger(folder(), key_.public_key(), {}).entries[0];
  entry.cost.value *= 1 - 1e-9;
  entry.hash = hash_of(entry);
  LedgerHead forged{.entries = 1, .hash = entry.hash};
  forged.signature = key_.sign(ledger_head_message(forged));
  put(log(), entry_line(entry));
  put(head(), head_text(forged));
  EXPECT_NE(complaint().find("cost is not that of the entry's events"), std::string::npos);
  EXPECT_FALSE(opens());
}

TEST_F(VerifyLedgerTest, finds_events_without_noise_and_unknown_kinds) {
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"\"contributors\":2", "\"contributors\":0"},
                                 {"\"variance_num\":33", "\"variance_num\":0"},
                                 {"\"kind\":\"spend\"", "\"kind\":\"spent\""},
                                 {"\"kind\":\"gaussian\"", "\"kind\":\"gaussien\""},
                                 {"\"variance_shift\":1", "\"variance_shift\":257"},
                                 {"\"dimension\":7", "\"dimension\":-7"},
                                 {"\"seq\":0", "\"extra\":1,\"seq\":0"}}) {
    std::filesystem::remove_all(folder());
    write_entries(1, key_);
    std::string text = read_text(log());
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
    nlohmann::json line = nlohmann::json::parse(text);
    line.erase("hash");  // the forger knows the hash rule and holds the key
    LedgerHead forged{.entries = 1, .hash = sha256(line.dump())};
    forged.signature = key_.sign(ledger_head_message(forged));
    line["hash"] = to_hex(forged.hash);
    put(log(), line.dump() + "\n");
    put(head(), head_text(forged));
    EXPECT_NE(complaint(), "") << to;
    EXPECT_FALSE(opens()) << to;
  }
}

TEST_F(VerifyLedgerTest, names_file_and_line_and_what_to_do) {
  write_entries(3, key_);
  std::string text = read_text(log());
  text.replace(text.rfind("sketch"), 6, "sketsh");
  put(log(), text);
  EXPECT_NE(complaint().find("ledger.jsonl:3: the entry's hash does not match"), std::string::npos) << complaint();
  EXPECT_NE(complaint().find("restore"), std::string::npos);
}

class WitnessTest : public LedgerFixture {
 protected:
  LedgerHead head_now() { return Ledger(folder(), key_, test::fixed_timestamp).head(); }
  std::string complaint_with(const LedgerHead& witness) {
    try {
      verify_ledger(folder(), key_.public_key(), std::span(&witness, 1));
    } catch (const LedgerError& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(WitnessTest, heads_that_peers_keep_are_found_in_an_honest_chain) {
  const LedgerHead empty = head_now();
  write_entries(2, key_);
  const LedgerHead two = head_now();
  write_entries(2, key_);
  EXPECT_EQ(complaint_with(empty), "");
  EXPECT_EQ(complaint_with(two), "");
  EXPECT_EQ(complaint_with(head_now()), "");
}

TEST_F(WitnessTest, a_chain_rewritten_and_signed_with_the_right_key_shows) {
  write_entries(3, key_);
  const LedgerHead kept = head_now();
  std::filesystem::remove_all(folder());
  Ledger rewritten(folder(), key_, test::fixed_timestamp);
  for (std::uint32_t round = 5; round < 9; ++round) rewritten.append(spend(round));
  EXPECT_EQ(complaint(), "") << "alone it looks right";
  EXPECT_NE(complaint_with(kept).find("the ledger was rewritten"), std::string::npos);
}

TEST_F(WitnessTest, a_tail_cut_and_signed_with_the_right_key_shows) {
  write_entries(3, key_);
  const LedgerHead kept = head_now();
  std::filesystem::remove_all(folder());
  write_entries(2, key_);
  EXPECT_EQ(complaint(), "");
  EXPECT_NE(complaint_with(kept).find("the tail was cut"), std::string::npos);
}

TEST_F(WitnessTest, a_witness_that_the_site_did_not_sign_is_refused) {
  write_entries(2, key_);
  LedgerHead forged = head_now();
  forged.entries = 1;
  EXPECT_NE(complaint_with(forged).find("not signed by this site's key"), std::string::npos);
}

}  // namespace
}  // namespace fedloom::privacy
