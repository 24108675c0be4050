// Until the public tick a site answers nothing: the time of an answer would tell how long it counted.

#include "site_fixture.hpp"

namespace fedloom::secagg {
namespace {

using SilenceTest = SiteTest;

TEST_F(SilenceTest, AStopThatComesBeforeTheTickIsAnsweredAfterTheShare) {
  to_waiting();
  EXPECT_TRUE(protocol_->is_silent());
  EXPECT_TRUE(receive(close_run(false)).empty());
  clock_.advance(Millis(100));
  step(TimerFired{});
  ASSERT_GE(actions_.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<SendSealed>(actions_.front()));
  EXPECT_NE(sent<Goodbye>(), nullptr);
}

TEST_F(SilenceTest, WhatBreaksTheProtocolBeforeTheTickIsRefusedAfterIt) {
  to_preparing();
  EXPECT_TRUE(receive(key_list()).empty());
  step(program().prepare(world_.plan(1)));
  EXPECT_TRUE(receive(key_list()).empty());
  EXPECT_EQ(sent<Refuse>(), nullptr);
  step(SealStored{});
  EXPECT_EQ(sent<Refuse>(), nullptr);
  to_tick();
  expect_refused(RefusalCode::protocol, "out of turn");
}

TEST_F(SilenceTest, AFloodBeforeTheTickTakesNoMemory) {
  to_waiting();
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(receive(key_list()).empty());
  to_tick();
  expect_refused(RefusalCode::protocol, "out of turn");
}

}  // namespace
}  // namespace fedloom::secagg
