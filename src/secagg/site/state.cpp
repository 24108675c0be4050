#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::site {

Next State::on_message(Conversation& talk, Message&& message) {
  return talk.refuse(RefusalCode::protocol, std::string("the coordinator sent ") + name_of(message) +
                                                " out of turn (this site is " + name() +
                                                "); check that all programs are of the same version");
}

Next State::on_share(Conversation&, SharePrepared&&) {
  FEDLOOM_CHECK(!"a share was prepared that no plan asked for");
  return nullptr;
}

Next State::on_no(Conversation&, PlanRefused) {
  FEDLOOM_CHECK(!"a plan was refused that had not come");
  return nullptr;
}

Next State::on_stored(Conversation&) {
  FEDLOOM_CHECK(!"bytes were stored that had not been sealed");
  return nullptr;
}

Next State::on_decision_stored(Conversation&) {
  FEDLOOM_CHECK(!"a decision was stored that had not been made");
  return nullptr;
}

Next State::on_due(Conversation& talk) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(talk.setup().wait_limit).count();
  return talk.end({"the coordinator was silent for " + std::to_string(seconds) +
                       " s; see its log, then start the run again with --resume",
                   true, std::nullopt});
}

namespace {

/// Costs are added up in another order there than here: a difference in the last digits is none.
constexpr double rounding = 1e-9;

bool covers(const std::vector<privacy::PublicSpend>& public_ledger, double booked) {
  return privacy::cost_of(public_ledger).value >= booked * (1 - rounding);
}

}  // namespace

Next close(Conversation& talk, const CloseRun& message) {
  if (message.session != talk.session()) {
    return talk.refuse(RefusalCode::protocol, "the coordinator closed session " + std::to_string(message.session) +
                                                  ", but this one is " + std::to_string(talk.session()) +
                                                  "; start the run again with --resume");
  }
  // A stopped run may have lost a round that the coordinator learns of when it goes on.
  if (message.finished && !covers(message.public_ledger, talk.booked())) {
    return talk.refuse(RefusalCode::protocol,
                       "the public ledger of the run is smaller than what this site has booked; ask the lead why");
  }
  if (!talk.store_heads(message.heads)) {
    return talk.refuse(RefusalCode::protocol,
                       "the coordinator passed on ledger heads that are not signed by each site of the roster; ask "
                       "the lead why");
  }
  const Digest public_ledger = privacy::public_ledger_hash(message.public_ledger);
  talk.take();
  const Digest closing = closing_hash(message.heads, public_ledger, message.finished);
  talk.send_signed(Goodbye{.session = talk.session(), .closing = closing});
  talk.act(SiteFinished{message.finished});
  return std::make_unique<Ended>("Closed");
}

}  // namespace fedloom::secagg::site
