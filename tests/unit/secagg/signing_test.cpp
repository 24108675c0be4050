// What signatures, contexts and hashes cover: everything that two sites or two rounds could be told differently.

#include "signing.hpp"

#include <gtest/gtest.h>

#include <set>

#include "any_message.hpp"

namespace fedloom::secagg {
namespace {

class Signing : public testing::Test {
 protected:
  test::World world_{2};
  test::SplitMixRandom random_{1};
};

TEST_F(Signing, ASignatureHoldsInItsOwnContextOnly) {
  Advertise advertise{.session = 4, .session_key = any_array<32>(random_)};
  sign(advertise, world_.keys[0], world_.run);
  EXPECT_TRUE(is_genuine(advertise, world_.run));
  RunContext other = world_.run;
  other.run_id = "run-2";
  EXPECT_FALSE(is_genuine(advertise, other));
  other = world_.run;
  other.config_hash[5] ^= 1;
  EXPECT_FALSE(is_genuine(advertise, other));
  advertise.key = world_.keys[1].public_key();
  EXPECT_FALSE(is_genuine(advertise, world_.run));
}

TEST_F(Signing, ASignatureDoesNotHoldForAnotherType) {
  // Same fields in the same order: only the name in what is signed tells them apart.
  Advertise advertise{.session = 4, .session_key = any_array<32>(random_)};
  sign(advertise, world_.keys[0], world_.run);
  Goodbye goodbye{
      .key = advertise.key, .session = 4, .closing = advertise.session_key, .signature = advertise.signature};
  EXPECT_FALSE(is_genuine(goodbye, world_.run));
  EXPECT_FALSE(verify_goodbye(goodbye, world_.run));
  sign(goodbye, world_.keys[0], world_.run);
  EXPECT_TRUE(verify_goodbye(goodbye, world_.run));
}

TEST_F(Signing, EveryPartOfAContextCounts) {
  const Digest base = context_hash(world_.run, 1, 2, 3);
  EXPECT_EQ(context_hash(world_.run, 1, 2, 3), base);
  EXPECT_NE(context_hash(world_.run, 2, 2, 3), base);
  EXPECT_NE(context_hash(world_.run, 1, 3, 3), base);
  EXPECT_NE(context_hash(world_.run, 1, 2, 4), base);
  RunContext other = world_.run;
  other.roster_hash[0] ^= 1;
  EXPECT_NE(context_hash(other, 1, 2, 3), base);
}

TEST_F(Signing, ADealAndAnAgreementCoverEverythingInThem) {
  std::vector<OfferTerms> terms{any_offer(random_).terms, any_offer(random_).terms};
  const Digest base = deal_hash(terms);
  std::set<Digest> hashes{base};
  for (const std::size_t who : {0U, 1U}) {
    std::vector<std::vector<OfferTerms>> changed(7, terms);
    changed[0][who].key[0] ^= 1;
    changed[1][who].id.attempt ^= 1;
    changed[2][who].plan[0] ^= 1;
    changed[3][who].mask_key[0] ^= 1;
    changed[4][who].self_seed[0] ^= 1;
    changed[5][who].entries[0] ^= 1;
    changed[6].erase(changed[6].begin() + static_cast<std::ptrdiff_t>(who));
    for (const auto& other : changed) hashes.insert(deal_hash(other));
  }
  std::swap(terms[0], terms[1]);
  hashes.insert(deal_hash(terms));
  EXPECT_EQ(hashes.size(), 1U + 2 * 7 + 1);
  const std::set<Digest> agreements{agreement_hash(base, {0, 1, 2}), agreement_hash(base, {0, 1}),
                                    agreement_hash(base, {0, 1, 3}), agreement_hash(deal_hash(terms), {0, 1, 2}),
                                    agreement_hash(base, {})};
  EXPECT_EQ(agreements.size(), 5U);
}

TEST_F(Signing, EveryPartOfAnEntryCounts) {
  const std::vector<OfferEntry> entries{any_entry(random_, 0), any_entry(random_, 1)};
  std::vector<std::vector<OfferEntry>> changed(6, entries);
  changed[0][1].place = 2;
  changed[1][1].self_seed[31] ^= 1;
  changed[2][1].mask_key[31] ^= 1;
  changed[3][1].sealed.back() ^= 1;
  changed[4].pop_back();
  std::swap(changed[5][0], changed[5][1]);
  std::set<Digest> hashes{entries_hash(entries)};
  for (const auto& other : changed) hashes.insert(entries_hash(other));
  EXPECT_EQ(hashes.size(), 7U);
}

TEST_F(Signing, EveryFieldOfAPlanCountsInItsHash) {
  const boundary::RoundPlan plan = world_.plan(1);
  std::vector<boundary::RoundPlan> changed(9, plan);
  changed[0].round = 2;
  changed[1].attempt = 1;
  changed[2].reuse = true;
  changed[3].stage = "sketch";
  changed[4].contributors = 2;
  changed[5].entity_rows = 2;
  changed[6].queries[2].site_noise.variance_num += 1;
  changed[7].queries[2].query.sketch_seed += 1;
  std::swap(changed[8].queries[0], changed[8].queries[1]);
  std::set<Digest> hashes{plan_hash(plan)};
  for (const auto& other : changed) hashes.insert(plan_hash(other));
  EXPECT_EQ(hashes.size(), changed.size() + 1);
}

TEST_F(Signing, AClosingHashCoversEveryHeadAndTheLedger) {
  std::vector<SiteHead> heads(2);
  heads[0].head = any_head(random_);
  const Digest base = closing_hash(heads, sha256("public"));
  EXPECT_NE(closing_hash(heads, sha256("other")), base);
  EXPECT_NE(closing_hash(heads, sha256("public"), false), base);
  auto changed = heads;
  changed[1].head.entries = 1;
  EXPECT_NE(closing_hash(changed, sha256("public")), base);
  std::swap(heads[0], heads[1]);
  EXPECT_NE(closing_hash(heads, sha256("public")), base);
}

TEST_F(Signing, ARefusalBeforeJoiningIsSignedForTheRun) {
  const Message message = make_refusal(world_.keys[1], world_.run, RefusalCode::policy);
  const auto& refuse = std::get<Refuse>(message);
  EXPECT_EQ(refuse.session, 0U);
  EXPECT_EQ(refuse.round, 0U);
  EXPECT_EQ(refuse.code, RefusalCode::policy);
  EXPECT_TRUE(is_genuine(refuse, world_.run));
}

}  // namespace
}  // namespace fedloom::secagg
