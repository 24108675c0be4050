#pragma once
// What all states of a site share: who it is, what it has been told to do, and how it ends.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "../signing.hpp"
#include "fedloom/secagg/site_protocol.hpp"

namespace fedloom::secagg::site {

class State;
/// The state to go to; none: stay.
using Next = std::unique_ptr<State>;

class Conversation {
 public:
  /// Throws std::invalid_argument when the key is no roster member's or the quorum is impossible for the roster.
  explicit Conversation(SiteSetup setup);
  const SiteSetup& setup() const noexcept { return setup_; }
  std::size_t self() const noexcept { return self_; }
  std::uint32_t session() const noexcept { return session_; }
  /// Of a session that may be opened now: none of this site's past is.
  std::uint32_t last_session() const noexcept { return std::max(session_, setup_.resume.last_session); }
  const Quorum& quorum() const noexcept { return setup_.quorum; }
  Instant now() const noexcept { return now_; }

  void begin(Instant now) noexcept { now_ = now; }
  std::vector<SiteAction> take_actions() { return std::exchange(actions_, {}); }
  /// Made in place: GCC 12 takes a moved variant for uninitialised.
  template <class Action>
  void act(Action&& action) {
    actions_.emplace_back(std::forward<Action>(action));
  }
  template <SiteMessage T>
  void send_signed(T message) {
    sign(message, *setup_.key, setup_.run);
    send(std::move(message));
  }
  void send(Message&& message);

  /// The message that is being handled, as its digest.
  void received(const Digest& message) noexcept { received_ = message; }
  /// True when it is the one that was taken last: a repetition.
  bool is_repeated() const noexcept { return taken_ == received_; }
  /// Sends the answer to it again, if it has been given yet.
  void repeat_answer();
  /// The message being handled is in order; the next answer is the answer to it.
  void take() {
    taken_ = received_;
    answer_.reset();
  }
  template <SiteMessage T>
  void answer_signed(T message) {
    sign(message, *setup_.key, setup_.run);
    answer(std::move(message));
  }
  void answer(Message&& message);
  void answer_with_sealed(const Digest& context);

  /// ρ that this site's ledger holds for the run.
  double booked() const noexcept { return booked_; }
  void set_booked(double rho) noexcept { booked_ = rho; }
  /// What it has paid for in this run, one by one.
  const std::vector<privacy::PublicSpend>& payments() const noexcept { return setup_.booked; }
  void add_payment(privacy::PublicSpend&& paid) { setup_.booked.push_back(std::move(paid)); }

  void open_session(std::uint32_t session);
  /// A refusal says which round it is about.
  void enter_round(std::uint32_t round) noexcept { round_ = round; }

  void wake_at(Instant at);
  /// The coordinator may be silent for wait_limit from now.
  void wait_for_coordinator() { wake_at(now_ + setup_.wait_limit); }
  /// This site's own work: nobody is waited for.
  void wait_for_nobody() noexcept { deadline_.reset(); }
  /// True when the time asked for has come; asks again when the timer was early.
  bool is_due();

  /// Says no to the coordinator and ends.
  Next refuse(RefusalCode code, std::string reason);
  /// Ends without a word: the coordinator is gone, or has ended the run itself.
  Next end(SiteAborted aborted);
  /// Keeps the peers' heads when each is signed by its own site of the roster, and there are enough.
  bool store_heads(const std::vector<SiteHead>& heads);

 private:
  SiteSetup setup_;
  std::size_t self_ = 0;
  std::uint32_t session_ = 0;
  std::uint32_t round_ = 0;
  double booked_ = 0;
  Instant now_{0};
  std::optional<Instant> deadline_;
  std::vector<SiteAction> actions_;
  Digest received_{};
  std::optional<Digest> taken_;
  /// To the message taken: a message, or the sealed share of a context, which is on disk.
  std::optional<std::variant<Message, Digest>> answer_;
};

}  // namespace fedloom::secagg::site
