#include <algorithm>

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

/// Everything that this site has paid for stands in the list, as often: the sum alone could be made up by rounds of
/// other sites. The attempt is not compared: of a round that was lost in a crash the coordinator may not know it.
bool holds_all(std::vector<privacy::PublicSpend> public_ledger, const std::vector<privacy::PublicSpend>& payments) {
  for (const privacy::PublicSpend& paid : payments) {
    const auto entry = std::ranges::find_if(public_ledger, [&paid](const privacy::PublicSpend& listed) {
      return listed.kind != "reuse" && listed.round == paid.round && listed.events == paid.events;
    });
    if (entry == public_ledger.end()) return false;
    public_ledger.erase(entry);
  }
  return true;
}

/// Whether what is listed as released is what this site has paid for: all of it where sites add the noise; no more than
/// was handed over where a trusted curator does.
bool costs_as_booked(const std::vector<privacy::PublicSpend>& public_ledger, const Conversation& talk) {
  const double released = privacy::cost_of(public_ledger).value;
  const bool handed = std::ranges::any_of(talk.payments(), [](const auto& paid) { return paid.kind == "handed"; });
  return handed ? released <= talk.booked() * (1 + rounding) : released >= talk.booked() * (1 - rounding);
}

bool covers(const std::vector<privacy::PublicSpend>& public_ledger, const Conversation& talk) {
  return costs_as_booked(public_ledger, talk) && holds_all(public_ledger, talk.payments());
}

}  // namespace

Next close(Conversation& talk, const CloseRun& message) {
  if (message.session != talk.session()) {
    return talk.refuse(RefusalCode::protocol, "the coordinator closed session " + std::to_string(message.session) +
                                                  ", but this one is " + std::to_string(talk.session()) +
                                                  "; start the run again with --resume");
  }
  // A stopped run may have lost a round that the coordinator learns of when it goes on.
  if (message.finished && !covers(message.public_ledger, talk)) {
    return talk.refuse(
        RefusalCode::protocol,
        "the public ledger of the run leaves out something that this site has booked, or releases more than it "
        "was given; ask the lead why");
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
