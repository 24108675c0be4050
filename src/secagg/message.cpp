#include "fedloom/secagg/message.hpp"

#include <type_traits>

#include "fedloom/boundary/raw.hpp"
#include "signing.hpp"

namespace fedloom::secagg {

// The set is closed: nothing private becomes a message by accident.
static_assert(!std::is_constructible_v<Message, boundary::NoisedShare>);
static_assert(!std::is_constructible_v<Message, boundary::RawCounts>);
static_assert(!std::is_constructible_v<Message, boundary::RawScores>);
static_assert(!std::is_constructible_v<Message, std::vector<std::uint64_t>>);
static_assert(!std::is_constructible_v<Message, std::vector<std::int64_t>>);
static_assert(!std::is_constructible_v<Message, Bytes>);
static_assert(!std::is_constructible_v<boundary::MaskedShare, boundary::NoisedShare>);
static_assert(!std::is_constructible_v<boundary::MaskedShare, std::vector<std::uint64_t>>);

Digest context_hash(const RunContext& run, std::uint32_t session, std::uint32_t round, std::uint32_t attempt) {
  return FieldHasher()
      .field(std::string_view("fedloom context"))
      .field(std::uint64_t{protocol_version})
      .field(std::string_view(run.run_id))
      .field(ByteView(run.config_hash))
      .field(ByteView(run.roster_hash))
      .field(std::uint64_t{session})
      .field(std::uint64_t{round})
      .field(std::uint64_t{attempt})
      .finish();
}

Digest plan_hash(const boundary::RoundPlan& plan) {
  ByteWriter out;
  out.text("fedloom plan as sent 1");
  boundary::write(out, plan);
  return sha256(out.bytes());
}

Message make_refusal(const SigningKey& key, const RunContext& run, RefusalCode code) {
  Refuse refusal{.code = code};
  sign(refusal, key, run);
  return refusal;
}

Digest closing_hash(const std::vector<SiteHead>& heads, const Digest& public_ledger) {
  FieldHasher hasher;
  hasher.field(std::string_view("fedloom closing")).field(std::uint64_t{heads.size()});
  for (const SiteHead& entry : heads) {
    hasher.field(ByteView(entry.key))
        .field(entry.head.entries)
        .field(ByteView(entry.head.hash))
        .field(ByteView(entry.head.signature));
  }
  return hasher.field(ByteView(public_ledger)).finish();
}

Goodbye make_goodbye(const SigningKey& key, const RunContext& run, std::uint32_t session, const Digest& closing) {
  Goodbye goodbye{.session = session, .closing = closing};
  sign(goodbye, key, run);
  return goodbye;
}

bool verify_goodbye(const Goodbye& goodbye, const RunContext& run) { return is_genuine(goodbye, run); }

namespace {
struct NameOf {
  const char* operator()(const Join&) const noexcept { return "Join"; }
  const char* operator()(const Advertise&) const noexcept { return "Advertise"; }
  const char* operator()(const ShareMessage&) const noexcept { return "Share"; }
  const char* operator()(const Refuse&) const noexcept { return "Refuse"; }
  const char* operator()(const Goodbye&) const noexcept { return "Goodbye"; }
  const char* operator()(const OpenSession&) const noexcept { return "OpenSession"; }
  const char* operator()(const KeyList&) const noexcept { return "KeyList"; }
  const char* operator()(const PlanMessage&) const noexcept { return "Plan"; }
  const char* operator()(const CloseRun&) const noexcept { return "CloseRun"; }
  const char* operator()(const Abort&) const noexcept { return "Abort"; }
};
}  // namespace

const char* name_of(const Message& message) noexcept { return std::visit(NameOf{}, message); }

const char* name_of(RefusalCode code) noexcept {
  switch (code) {
    case RefusalCode::withdrew:
      return "withdrew";
    case RefusalCode::policy:
      return "policy";
    case RefusalCode::budget_run:
      return "budget per run";
    case RefusalCode::budget_lifetime:
      return "lifetime budget";
    case RefusalCode::roster:
      return "roster";
    case RefusalCode::configuration:
      return "configuration";
    case RefusalCode::protocol:
      return "protocol";
    case RefusalCode::stopping:
      return "stopping";
  }
  return "unknown";
}

}  // namespace fedloom::secagg
