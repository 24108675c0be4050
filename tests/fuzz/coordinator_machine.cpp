// A coordinator against sites that say anything: the input chooses what comes next of a recorded run, genuine messages
// in turn and out of turn, changed, signed anew by their site, raw ones, losses, time. As long as no site signs a lie,
// a sum is the exact sum of its survivors' words. Targets: coordinator (one of four sites may drop out) and
// coordinator_all_or_nothing (three sites).

#include <algorithm>

#include "fuzzer.hpp"
#include "harness.hpp"
#include "signing.hpp"

namespace fedloom::fuzz {
namespace {

using namespace secagg;
using test::World;

constexpr std::uint32_t rounds = 2;

/// One run without a fault: what its sites said, and what they added.
struct Recording {
  World world;
  std::vector<ReceivedFrom> said;
  std::vector<std::size_t> ends;                               ///< of joining, and of each round
  std::vector<std::vector<std::vector<std::uint64_t>>> words;  ///< by round and place
};

Recording record(const Quorum& quorum) {
  Recording made{.world = World(quorum), .said = {}, .ends = {}, .words = {}};
  test::Simulation run(made.world);
  const auto keep = [&] {
    run.settle();
    for (const auto& sent : run.wire) {
      if (sent.to == 0) made.said.push_back({sent.from, decode(sent.bytes).value()});
    }
    run.wire.clear();
    made.ends.push_back(made.said.size());
  };
  keep();
  for (std::uint32_t round = 1; round <= rounds; ++round) {
    run.start_round(made.world.plan(round));
    keep();
    auto& words = made.words.emplace_back();
    for (std::size_t place = 0; place < made.world.sites(); ++place) {
      words.push_back(test::SiteProgram::words(made.world, place, 1, made.world.plan(round)));
    }
  }
  run.close(true);
  keep();
  return made;
}

const Recording& recording() {
  static const Recording made =
      record(target() == "coordinator"
                 ? Quorum{.sites = 4, .colluding = 1, .dropouts = 1, .coordinator = Coordinator::malicious}
                 : Quorum{.sites = 3, .colluding = 1, .dropouts = 0, .coordinator = Coordinator::malicious});
  return made;
}

/// As its site would have signed it.
void sign_again(Message& message, Endpoint from) {
  const World& world = recording().world;
  if (from == 0 || from > world.sites()) return;
  const SigningKey& key = world.keys[from - 1];
  std::visit(
      [&](auto& any) {
        using T = std::decay_t<decltype(any)>;
        if constexpr (SiteMessage<T>) sign(any, key, world.run);
        if constexpr (std::is_same_v<T, Offer>) {
          any.terms.entries = entries_hash(any.entries);
          sign(any.terms, key, world.run);
        }
      },
      message);
}

class Play {
 public:
  explicit Play(Choices& choices)
      : choices_(choices),
        protocol_({.roster = recording().world.roster,
                   .quorum = recording().world.quorum,
                   .run = recording().world.run,
                   .domain = recording().world.domain}) {
    give(CoordinatorStart{});
  }

  void run() {
    for (int steps = 0; steps < 120 && choices_.more(); ++steps) step();
  }

 private:
  bool is_in(std::string_view state) const { return state == protocol_.state(); }
  const ReceivedFrom& any_said() { return said_[choices_.below(said_.size())]; }

  void step() {
    switch (choices_.byte() % 12) {
      case 0:
      case 1:
        go_on();
        break;
      case 2:
        for (std::size_t left = choices_.byte() % 32; left > 0; --left) go_on();
        break;
      case 3:
        give(ReceivedFrom(any_said()));
        break;
      case 4:
        give_changed(false);
        break;
      case 5:
        give_changed(true);
        break;
      case 6: {
        ByteWriter out;
        out.u8(choices_.byte());
        out.u16(protocol_version);
        const Endpoint from = choices_.byte() % 6;
        out.raw(choices_.take(choices_.word() % 512));
        if (auto message = decode(out.bytes())) give(ReceivedFrom{from, std::move(*message)});
        break;
      }
      case 7:
        clock_.advance(Millis(choices_.word() * 8));
        give(CoordinatorTimer{});
        break;
      case 8:
        give(Garbled{static_cast<Endpoint>(choices_.byte() % 6)});
        break;
      case 9:
        next_ += 1;  // a message that is lost
        break;
      case 10:
        start_round();
        break;
      default:
        close(choices_.byte() % 2 == 0);
        break;
    }
  }

  /// The next thing that happened in the recorded run.
  void go_on() {
    const std::size_t phase = std::ranges::upper_bound(recording().ends, next_) - recording().ends.begin();
    if (phase > started_) {
      if (phase <= rounds && is_in("Idle")) start_round();
      if (phase == rounds + 1) close(true);
      started_ = phase;
    }
    if (next_ < said_.size()) give(ReceivedFrom(said_[next_++]));
  }

  void start_round() {
    if (!is_in("Idle") || round_ == rounds) return;
    give(StartRound{recording().world.plan(++round_)});
  }

  void close(bool finished) {
    const bool in_round = is_in("Offering") || is_in("Summing") || is_in("Agreeing") || is_in("Unmasking");
    if (!is_in("Idle") && !is_in("Gathering") && !is_in("Keying") && !in_round) return;
    std::vector<privacy::PublicSpend> spends;
    for (std::uint32_t round = 1; round <= round_; ++round) {
      spends.push_back(recording().world.spend(recording().world.plan(round)));
    }
    give(CloseSession{.finished = finished && !in_round, .public_ledger = spends});
  }

  void give_changed(bool signed_again) {
    const ReceivedFrom& genuine = next_ < said_.size() && choices_.byte() % 2 == 0 ? said_[next_] : any_said();
    Bytes bytes = encode(genuine.message);
    const std::size_t count = choices_.byte() % 4 + 1;
    for (std::size_t k = 0; k < count; ++k) bytes[choices_.below(bytes.size())] ^= choices_.byte();
    auto message = decode(bytes);
    if (!message) return;
    if (signed_again) sign_again(*message, genuine.from);
    lied_ = lied_ || signed_again;
    give(ReceivedFrom{genuine.from, std::move(*message)});
  }

  void give(CoordinatorEvent&& event) {
    const auto actions = protocol_.step(std::move(event), clock_.now());
    require(!ended_ || actions.empty(), "the coordinator acts after its end");
    for (const auto& action : actions) look_at(action);
    protocol_.waiting_for();
  }

  void look_at(const CoordinatorAction& action) {
    if (const auto* send = std::get_if<SendTo>(&action)) {
      const auto again = decode(encode(send->message));
      require(again && encode(*again) == encode(send->message), "the coordinator says what cannot be read");
    }
    if (const auto* summed = std::get_if<RoundSummed>(&action)) check_sum(*summed);
    if (const auto* failed = std::get_if<Failed>(&action)) {
      require(!failed->reason.empty(), "a failure without a reason");
      ended_ = true;
    }
    if (std::holds_alternative<SessionClosed>(action)) ended_ = true;
  }

  void check_sum(const RoundSummed& summed) const {
    const World& world = recording().world;
    require(summed.survivors.size() >= world.quorum.threshold(), "a sum of too few");
    if (lied_) return;
    std::vector<std::uint64_t> exact(summed.total.words().size());
    for (const SiteId& site : summed.survivors) {
      const auto& words = recording().words[summed.plan.round - 1][world.roster.index_of(site).value()];
      require(words.size() == exact.size(), "a sum of another length");
      std::ranges::transform(exact, words, exact.begin(), std::plus<>());
    }
    require(std::ranges::equal(exact, summed.total.words()), "a wrong sum");
  }

  Choices& choices_;
  CoordinatorProtocol protocol_;
  test::ManualClock clock_;
  const std::vector<ReceivedFrom>& said_ = recording().said;
  std::size_t next_ = 0, started_ = 0;
  std::uint32_t round_ = 0;
  bool lied_ = false, ended_ = false;
};

}  // namespace
}  // namespace fedloom::fuzz

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  using namespace fedloom::fuzz;
  target() = target_of(*argc, *argv);
  require(target() == "coordinator" || target() == "coordinator_all_or_nothing", "no such target");
  require(recording().ends.size() == rounds + 2, "the recorded run does not come to its end");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedloom::fuzz;
  Choices choices(fedloom::ByteView(data, size));
  Play(choices).run();
  return 0;
}
