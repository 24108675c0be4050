// Each decoder of bytes that came over the wire: what it takes encodes to the same bytes again, and what a receiver
// computes of it before it trusts it does no harm. One target for each message, one for a plan, one for a public
// ledger; see the table.

#include <algorithm>
#include <array>
#include <iterator>

#include "fedloom/secagg/message.hpp"
#include "fuzzer.hpp"

namespace fedloom::fuzz {
namespace {

/// As in secagg::Message: the position is the type on the wire.
constexpr std::array messages{"Join",    "Advertise", "Share",    "Refuse", "Goodbye",    "OpenSession",
                              "KeyList", "Plan",      "CloseRun", "Abort",  "ShareChunk", "Offer",
                              "Agree",   "Unmask",    "Deal",     "Resend", "Survivors",  "Proof"};
static_assert(messages.size() == std::variant_size_v<secagg::Message>);

const schema::Domain& domain() {
  static const schema::Domain made({{"a", 7}, {"b", 5}, {"c", 1000}});
  return made;
}

void look_at(const boundary::RoundPlan& plan) {
  secagg::plan_hash(plan);
  boundary::content_hash(plan);
  if (!boundary::fits(plan, domain())) return;
  require(plan.length(domain()) > 0, "a plan that fits asks for nothing");
  boundary::cost_of(plan, domain());
}

void look_at(const std::vector<privacy::PublicSpend>& spends) {
  require(privacy::cost_of(spends).value >= 0, "a public ledger costs less than nothing");
  privacy::public_ledger_hash(spends);
}

void run_message(std::uint8_t type, ByteView body) {
  ByteWriter out;
  out.u8(type);
  out.u16(secagg::protocol_version);
  out.raw(body);
  const auto message = secagg::decode(out.bytes());
  if (!message) return;
  require(message->index() == type, "another message was decoded than was sent");
  require(std::string_view(secagg::name_of(*message)) == messages[type], "the table of names is out of date");
  require(secagg::encode(*message) == out.bytes(), "a message has two encodings");
  if (const auto* plan = std::get_if<secagg::PlanMessage>(&*message)) look_at(plan->plan);
  if (const auto* close = std::get_if<secagg::CloseRun>(&*message)) look_at(close->public_ledger);
}

void run_plan(ByteView bytes) {
  ByteReader in(bytes);
  const auto plan = boundary::read_plan(in);
  if (!in.finished()) return;
  ByteWriter out;
  boundary::write(out, plan);
  require(std::ranges::equal(out.bytes(), bytes), "a plan has two encodings");
  look_at(plan);
}

void run_spends(ByteView bytes) {
  ByteReader in(bytes);
  const auto spends = privacy::read_public_spends(in);
  if (!in.finished()) return;
  ByteWriter out;
  privacy::write(out, spends);
  require(std::ranges::equal(out.bytes(), bytes), "a public ledger has two encodings");
  look_at(spends);
}

}  // namespace
}  // namespace fedloom::fuzz

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  using namespace fedloom::fuzz;
  target() = target_of(*argc, *argv);
  const bool known = target() == "plan" || target() == "public_spends" || std::ranges::count(messages, target()) > 0;
  require(known, "no such target");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedloom::fuzz;
  const fedloom::ByteView bytes(data, size);
  if (target() == "plan") {
    run_plan(bytes);
  } else if (target() == "public_spends") {
    run_spends(bytes);
  } else {
    run_message(static_cast<std::uint8_t>(std::ranges::find(messages, target()) - messages.begin()), bytes);
  }
  return 0;
}
