#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {

Next Summing::enter(Desk& desk, boundary::RoundPlan&& plan) {
  const std::uint64_t length = plan.length(desk.setup().domain);
  FEDLOOM_CHECK(length <= max_share_words);
  desk.send_to_all(PlanMessage{desk.session(), plan, desk.heads()});
  desk.set_deadline(desk.setup().reply_limit);
  return std::make_unique<Summing>(std::move(plan), length, desk.sites());
}

Next Summing::on_message(Desk& desk, Endpoint from, Message&& message) {
  if (const auto* share = std::get_if<ShareMessage>(&message)) return on_share(desk, from, *share);
  return State::on_message(desk, from, std::move(message));
}

Next Summing::on_share(Desk& desk, Endpoint from, const ShareMessage& share) {
  const auto who = desk.author(share, from);
  if (const auto* rejection = std::get_if<Rejection>(&who)) return desk.fail(rejection->reason, rejection->sites);
  const std::size_t place = std::get<std::size_t>(who);
  if (share.session != desk.session() || share.round != plan_.round || share.attempt != plan_.attempt) {
    return desk.out_of_turn("a share of another session, round or attempt", name(), from);
  }
  if (added_[place]) return desk.out_of_turn("a second share", name(), from);
  if (share.plan != plan_hash_) {
    return desk.fail(desk.site_name(place) +
                         " answered another plan than the one sent; check that nothing between "
                         "the coordinator and that site changes messages",
                     {place});
  }
  const auto words = share.share.words();
  if (words.size() != sum_.size()) {
    return desk.fail(desk.site_name(place) + " sent " + std::to_string(words.size()) + " numbers where the plan asks " +
                         std::to_string(sum_.size()) + "; check that all programs are of the same version",
                     {place});
  }
  if (!is_genuine(share.key, share.head)) {
    return desk.fail(
        desk.site_name(place) + " sent a ledger head that it has not signed; run `fedloom ledger verify` there",
        {place});
  }
  for (std::size_t k = 0; k < words.size(); ++k) sum_[k] += words[k];
  added_[place] = true;
  desk.heads()[place].head = share.head;
  desk.booked()[place] = share.booked_rho;
  if (!waiting_for().empty()) return nullptr;

  desk.clear_deadline();
  desk.act(RoundSummed{std::move(plan_), boundary::Total(std::move(sum_)), desk.heads(), desk.booked()});
  return std::make_unique<Idle>();
}

Next Summing::on_close(Desk& desk, const CloseSession& close) {
  FEDLOOM_CHECK(!close.finished);
  return Closing::enter(desk, close);
}

}  // namespace fedloom::secagg::coordinator
