#pragma once
// A ledger of three entries on disk, and ways to meddle with it.

#include <gtest/gtest.h>

#include <fstream>

#include "fedloom/base/error.hpp"
#include "fedloom/privacy/ledger.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::privacy {

class LedgerFixture : public testing::Test {
 protected:
  static LedgerEntry spend(std::uint32_t round) {
    return {.run = "run-1",
            .kind = "spend",
            .round = round,
            .stage = "sketch",
            .events = {GaussianEvent{.sensitivity = {round + 1},
                                     .site_noise = {.variance_num = 33, .variance_shift = 1, .grid_bits = 2},
                                     .contributors = 2,
                                     .dimension = 7},
                       ExponentialEvent{.epsilon_num = 5, .epsilon_shift = 4, .candidates = 9}}};
  }

  void write_entries(std::uint32_t count, const SigningKey& key) {
    Ledger ledger(folder(), key, test::fixed_timestamp);
    for (std::uint32_t round = 0; round < count; ++round) {
      ledger.append(spend(static_cast<std::uint32_t>(ledger.entries().size())));
    }
  }

  std::filesystem::path folder() const { return temp_.path() / "ledger"; }
  std::filesystem::path log() const { return folder() / "ledger.jsonl"; }
  std::filesystem::path head() const { return folder() / "head.json"; }

  static void put(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  }

  std::string complaint() const {
    try {
      verify_ledger(folder(), key_.public_key(), {});
    } catch (const LedgerError& error) {
      return error.what();
    }
    return "";
  }

  bool opens() const {
    try {
      Ledger ledger(folder(), key_, test::fixed_timestamp);
      return true;
    } catch (const LedgerError&) {
      return false;
    }
  }

  test::TempFolder temp_;
  SigningKey key_ = SigningKey::generate();
};

}  // namespace fedloom::privacy
