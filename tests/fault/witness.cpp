#include "witness.hpp"

#include <algorithm>

#include "offer.hpp"
#include "share_box.hpp"

namespace fedloom::fault {
namespace {

using secagg::RoundId;

std::string text(const RoundId& id) {
  return "session " + std::to_string(id.session) + ", round " + std::to_string(id.round) + ", attempt " +
         std::to_string(id.attempt);
}
std::pair<std::uint32_t, std::uint32_t> answer_of(const boundary::RoundPlan& plan) {
  return {plan.round, plan.attempt};
}

}  // namespace

const char* name_of(Rule rule) noexcept {
  switch (rule) {
    case Rule::exact_sum:
      return "exact sum";
    case Rule::enough_survivors:
      return "enough survivors";
    case Rule::no_hang:
      return "no hang";
    case Rule::all_listed:
      return "all listed";
    case Rule::within_budget:
      return "within budget";
    case Rule::paid_before_sent:
      return "paid before sent";
    case Rule::sealed_once:
      return "sealed once";
    case Rule::masks_fresh:
      return "masks fresh";
    case Rule::sessions_rise:
      return "sessions rise";
    case Rule::one_secret:
      return "one secret";
    case Rule::one_list:
      return "one list";
    case Rule::no_short_list:
      return "no short list";
    case Rule::disk_not_asked_to:
      return "disk not asked to";
  }
  return "";
}

bool Witness::has_broken(Rule rule) const {
  return std::ranges::any_of(violations_, [rule](const Violation& violation) { return violation.rule == rule; });
}

void Witness::check_size(std::size_t size, const char* list) {
  if (size >= promised_.threshold()) return;
  break_rule(Rule::no_short_list, std::string(list) + " of " + std::to_string(size) + " sites");
}

void Witness::on_session(std::size_t place, std::uint32_t session) {
  std::uint32_t& last = sites_[place].session;
  if (session <= last) {
    break_rule(Rule::sessions_rise,
               site(place) + " has session " + std::to_string(session) + " after " + std::to_string(last));
  }
  last = session;
}

void Witness::on_booked(std::size_t place, const boundary::RoundPlan& plan) {
  sites_[place].booked.insert(answer_of(plan));
}

void Witness::on_released(std::size_t place, const boundary::RoundPlan& plan, std::vector<std::uint64_t> words) {
  SiteMemory& memory = sites_[place];
  memory.released[answer_of(plan)] = std::move(words);
  memory.newest[content_hash(plan)] = answer_of(plan);
}

void Witness::on_released_again(std::size_t place, const boundary::RoundPlan& plan) {
  SiteMemory& memory = sites_[place];
  memory.released[answer_of(plan)] = memory.released.at(memory.newest.at(content_hash(plan)));
}

std::vector<std::uint64_t> Witness::released(std::size_t place, const boundary::RoundPlan& plan) const {
  const auto memory = sites_.find(place);
  if (memory == sites_.end()) return {};
  const auto words = memory->second.released.find(answer_of(plan));
  return words == memory->second.released.end() ? std::vector<std::uint64_t>{} : words->second;
}

void Witness::on_sealed(std::size_t place, const secagg::StoreSealed& sealed) {
  SiteMemory& memory = sites_[place];
  const RoundId& id = sealed.announcement.id;
  if (!memory.sealed.insert(sealed.context).second) {
    break_rule(Rule::sealed_once, site(place) + " seals twice: " + text(id));
  }
  // What is left without the numbers is the mask; eight words tell any two apart.
  const auto released = memory.released.find({id.round, id.attempt});
  if (released == memory.released.end())
    return break_rule(Rule::paid_before_sent, site(place) + " seals what nobody released");
  std::vector<std::uint64_t> mask(sealed.share.words().begin(), sealed.share.words().end());
  mask.resize(std::min<std::size_t>(mask.size(), 8));
  for (std::size_t k = 0; k < mask.size(); ++k) mask[k] -= released->second[k];
  if (!masks_.insert(secagg::chunk_hash(mask)).second) {
    break_rule(Rule::masks_fresh, site(place) + " uses a mask again: " + text(id));
  }
}

void Witness::on_said(std::size_t place, const secagg::Message& message) {
  SiteMemory& memory = sites_[place];
  if (const auto* offer = std::get_if<secagg::Offer>(&message)) {
    const auto [known, is_new] = offers_.try_emplace({place, offer->terms.id}, *offer);
    if (!is_new && known->second.terms.signature != offer->terms.signature) {
      break_rule(Rule::masks_fresh, site(place) + " offers other keys again: " + text(offer->terms.id));
    }
  }
  if (const auto* share = std::get_if<secagg::ShareMessage>(&message)) {
    const auto known = memory.announced.try_emplace(share->id, share->signature).first;
    if (known->second != share->signature) {
      break_rule(Rule::sealed_once, site(place) + " announces another share: " + text(share->id));
    }
  }
  if (const auto* chunk = std::get_if<secagg::ShareChunk>(&message)) {
    const Digest digest = secagg::chunk_hash(chunk->words.words());
    const auto known = memory.chunks.try_emplace({chunk->id, chunk->index}, digest).first;
    if (known->second != digest) {
      break_rule(Rule::sealed_once, site(place) + " sends other bytes than before: " + text(chunk->id));
    }
  }
  if (const auto* agree = std::get_if<secagg::Agree>(&message)) {
    const auto known = memory.agreed.try_emplace(agree->id, agree->agreement).first;
    if (known->second != agree->agreement) {
      break_rule(Rule::one_list, site(place) + " signs a second list: " + text(agree->id));
    }
    const auto list = memory.list_size.find(agree->id);
    check_size(list == memory.list_size.end() ? 0 : list->second, "a signed list");
  }
  if (const auto* unmask = std::get_if<secagg::Unmask>(&message)) on_unmask(place, *unmask);
}

// Which secret a share is of follows from the commitments that were made to it, not from what anybody says.
void Witness::on_unmask(std::size_t place, const secagg::Unmask& unmask) {
  const Digest context = secagg::context_hash(world_->run, unmask.id);
  std::size_t survivors = 0;
  for (const secagg::ShownShare& share : unmask.shares) {
    const auto offer = offers_.find({share.place, unmask.id});
    if (offer == offers_.end()) continue;
    const auto about = secagg::box_of(offer->second.terms, context, world_->keys[place].public_key());
    const auto entry = std::ranges::find(offer->second.entries, place, &secagg::OfferEntry::place);
    const auto is_of = [&](secagg::SecretKind kind, const Digest& commitment) {
      return secagg::commit_to_share(about, kind, secagg::SecretBytes(share.share)) == commitment;
    };
    Shown& shown = sites_[place].shown[share.place];
    if (is_of(secagg::SecretKind::self_seed, entry->self_seed)) {
      shown.self_seed.insert(unmask.id);
      ++survivors;
    } else if (is_of(secagg::SecretKind::mask_key, entry->mask_key)) {
      shown.mask_key.insert(unmask.id);
    }
    if (shown.self_seed.contains(unmask.id) && shown.mask_key.contains(unmask.id)) {
      break_rule(Rule::one_secret, site(place) + " shows both secrets of " + site(share.place));
    }
  }
  check_size(survivors, "an opened list");
}

void Witness::on_told(std::size_t place, const secagg::Message& message) {
  if (const auto* survivors = std::get_if<secagg::Survivors>(&message)) {
    sites_[place].list_size[survivors->id] = survivors->places.size();
  }
}

void Witness::on_coordinator_said(const secagg::Message& message) {
  if (const auto* keys = std::get_if<secagg::KeyList>(&message)) check_size(keys->keys.size(), "a key list");
  if (const auto* deal = std::get_if<secagg::Deal>(&message)) check_size(deal->offers.size(), "a deal");
  if (const auto* proof = std::get_if<secagg::Proof>(&message)) check_size(proof->agreed.size(), "a proof");
  if (const auto* survivors = std::get_if<secagg::Survivors>(&message)) {
    check_size(survivors->places.size(), "a list of survivors");
  }
}

void Witness::on_summed(const secagg::RoundSummed& summed) {
  ++sums_;
  const std::string round = "round " + std::to_string(summed.plan.round);
  if (summed.survivors.size() < promised_.threshold()) {
    break_rule(Rule::enough_survivors, round + " of " + std::to_string(summed.survivors.size()) + " sites");
  }
  std::vector<std::uint64_t> expected(summed.total.words().size());
  std::set<std::string> names;
  for (const SiteId& survivor : summed.survivors) names.insert(survivor.name);
  if (names.size() != summed.survivors.size()) break_rule(Rule::exact_sum, round + " names a site twice");
  for (std::size_t place = 0; place < world_->sites(); ++place) {
    if (!names.contains(world_->roster.members()[place].id.name)) continue;
    const auto words = released(place, summed.plan);
    for (std::size_t k = 0; k < std::min(words.size(), expected.size()); ++k) expected[k] += words[k];
    const bool paid = summed.plan.reuse || sites_[place].booked.contains(answer_of(summed.plan));
    if (!paid) break_rule(Rule::paid_before_sent, site(place) + " has not booked " + round);
  }
  if (expected != summed.total.words()) break_rule(Rule::exact_sum, round + " has a wrong total");
}

void Witness::on_books(double listed, double budget, const std::vector<double>& booked) {
  constexpr double rounding = 1e-9;
  for (std::size_t place = 0; place < booked.size(); ++place) {
    if (booked[place] * (1 - rounding) > listed) {
      break_rule(Rule::all_listed, site(place) + " has booked " + std::to_string(booked[place]) + " of " +
                                       std::to_string(listed) + " listed");
    }
    if (booked[place] > budget * (1 + rounding)) break_rule(Rule::within_budget, site(place) + " is over its budget");
  }
  if (listed > budget * (1 + rounding)) {
    break_rule(Rule::within_budget, "the list costs " + std::to_string(listed) + " of " + std::to_string(budget));
  }
}

}  // namespace fedloom::fault
