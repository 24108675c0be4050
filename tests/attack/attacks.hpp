#pragma once
// The lies, as a table: which genuine message is changed, how, and the no that must follow.

#include "liar.hpp"

namespace fedloom::test {

/// Where in Liar::told the messages of a whole scene stand. Without recovery a round is its plan alone.
struct Script {
  std::size_t open, keys, plan, deal, survivors, proof, plan_2, deal_2, survivors_2, proof_2, open_2, keys_2, plan_3,
      close;
};
inline constexpr Script with_recovery{.open = 0,
                                      .keys = 1,
                                      .plan = 2,
                                      .deal = 3,
                                      .survivors = 4,
                                      .proof = 5,
                                      .plan_2 = 6,
                                      .deal_2 = 7,
                                      .survivors_2 = 8,
                                      .proof_2 = 9,
                                      .open_2 = 10,
                                      .keys_2 = 11,
                                      .plan_3 = 12,
                                      .close = 16};
inline constexpr Script all_or_nothing{.open = 0, .keys = 1, .plan = 2, .plan_2 = 3, .close = 4};

struct Attack {
  const char* name;
  std::size_t at;  ///< of the genuine message in Liar::told that is changed
  std::function<secagg::Message(const Liar&, secagg::Message)> lie;
  secagg::RefusalCode code;
  const char* word;  ///< in the site's reason
};

std::vector<Attack> key_list_attacks();
std::vector<Attack> session_attacks();
std::vector<Attack> plan_attacks();
std::vector<Attack> deal_attacks();
std::vector<Attack> agreement_attacks();
std::vector<Attack> closing_attacks();
std::vector<Attack> all_or_nothing_attacks();

/// What happens to the message of type T.
template <class T>
auto change(std::function<void(const Liar&, T&)> how) {
  return [how](const Liar& liar, secagg::Message message) -> secagg::Message {
    how(liar, std::get<T>(message));
    return message;
  };
}
/// Another message that was told before or will be.
inline auto instead(std::size_t index) {
  return [index](const Liar& liar, const secagg::Message&) { return liar.told[0][index]; };
}

}  // namespace fedloom::test
