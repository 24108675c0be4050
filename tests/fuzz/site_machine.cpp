// A site against a coordinator that says anything: the input chooses what comes next, genuine messages of whole scenes
// (in turn, out of turn, changed, signed anew by an accomplice), raw ones, silence, a stop, a restart. Targets:
// site (one of five sites may drop out) and site_all_or_nothing (three sites).

#include "fuzzer.hpp"
#include "liar.hpp"
#include "signing.hpp"

namespace fedloom::fuzz {
namespace {

using namespace secagg;
using test::Liar;
using test::Victim;

const Liar& scene() {
  static const Liar played = target() == "site" ? test::play_with_recovery() : test::play_all_or_nothing();
  return played;
}

/// Some of its bytes changed; none when it is no message any more.
std::optional<Message> changed(const Message& message, Choices& choices) {
  Bytes bytes = encode(message);
  const std::size_t count = choices.byte() % 4 + 1;
  for (std::size_t k = 0; k < count; ++k) bytes[choices.below(bytes.size())] ^= choices.byte();
  return decode(bytes);
}

std::optional<Message> raw(Choices& choices) {
  ByteWriter out;
  out.u8(choices.byte());
  out.u16(protocol_version);
  out.raw(choices.take(choices.word() % 512));
  return decode(out.bytes());
}

/// What the coordinator passes on of a site that is on its side: whatever it is, it is signed.
void sign_as_accomplice(Message& message) {
  const SigningKey& key = scene().world.keys.back();
  const RunContext& run = scene().world.run;
  if (auto* list = std::get_if<KeyList>(&message); list != nullptr && !list->keys.empty()) {
    sign(list->keys.back(), key, run);
  }
  if (auto* deal = std::get_if<Deal>(&message); deal != nullptr && !deal->offers.empty()) {
    sign(deal->offers.back().terms, key, run);
  }
  if (auto* proof = std::get_if<Proof>(&message); proof != nullptr && !proof->agreed.empty()) {
    sign(proof->agreed.back(), key, run);
  }
}

class Play {
 public:
  explicit Play(Choices& choices) : choices_(choices), site_(scene().world, 0) { check(site_.start()); }

  void run() {
    for (int steps = 0; steps < 40 && choices_.more(); ++steps) step();
  }

 private:
  const Message& any_genuine() { return told_[choices_.below(told_.size())]; }

  void step() {
    static constexpr std::array held{"", "Preparing", "Sealing", "Waiting", "Deciding"};
    switch (choices_.byte() % 10) {
      case 0:
      case 1:
      case 2:
        if (next_ < told_.size()) give(told_[next_++]);
        break;
      case 3:
        give(any_genuine());
        break;
      case 4:
        give(changed(next_ < told_.size() ? told_[next_] : any_genuine(), choices_));
        break;
      case 5: {
        auto message = changed(next_ < told_.size() ? told_[next_] : any_genuine(), choices_);
        if (message) sign_as_accomplice(*message);
        give(message);
        break;
      }
      case 6:
        give(raw(choices_));
        break;
      case 7:
        check(site_.wait(Millis(choices_.word() * 20)));
        break;
      case 8:
        site_.hold_in(held[choices_.byte() % held.size()]);
        break;
      default:
        if (choices_.byte() % 4 == 0) {
          check(site_.stop());
        } else {
          ended_ = false;
          check(site_.restart());
        }
        break;
    }
  }

  void give(const std::optional<Message>& message) {
    if (message) check(site_.give(*message));
  }

  /// After every step, whatever was said to it.
  void check(const std::vector<Message>& said) {
    require(site_.breach().empty(), site_.breach().c_str());
    require(!ended_ || said.empty(), "a site speaks after its end");
    for (const Message& message : said) {
      const auto again = decode(encode(message));
      require(again && encode(*again) == encode(message), "a site says what cannot be read");
      const auto* refuse = std::get_if<Refuse>(&message);
      if (refuse == nullptr) continue;
      require(is_genuine(*refuse, scene().world.run), "a no is not signed");
      require(site_.aborted() && site_.aborted()->refusal == refuse->code, "a site goes on after its no");
    }
    if (site_.aborted()) require(!site_.aborted()->reason.empty(), "an end without a reason");
    ended_ = site_.aborted() || site_.finished();
  }

  Choices& choices_;
  Victim site_;
  const std::vector<Message>& told_ = scene().told[0];
  std::size_t next_ = 0;
  bool ended_ = false;
};

}  // namespace
}  // namespace fedloom::fuzz

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  using namespace fedloom::fuzz;
  target() = target_of(*argc, *argv);
  require(target() == "site" || target() == "site_all_or_nothing", "no such target");
  for (const auto& site : scene().sites) require(site->finished(), "the scene does not come to its end");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedloom::fuzz;
  Choices choices(fedloom::ByteView(data, size));
  Play(choices).run();
  return 0;
}
