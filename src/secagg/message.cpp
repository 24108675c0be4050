#include "fedloom/secagg/message.hpp"

#include <algorithm>
#include <bit>
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

Digest context_hash(const RunContext& run, const RoundId& id) {
  return context_hash(run, id.session, id.round, id.attempt);
}

Digest entries_hash(const std::vector<OfferEntry>& entries) {
  FieldHasher hasher;
  hasher.field(std::string_view("fedloom offer entries")).field(std::uint64_t{entries.size()});
  for (const OfferEntry& entry : entries) {
    hasher.field(std::uint64_t{entry.place})
        .field(ByteView(entry.self_seed))
        .field(ByteView(entry.mask_key))
        .field(ByteView(entry.sealed));
  }
  return hasher.finish();
}

Digest deal_hash(const std::vector<OfferTerms>& terms) {
  FieldHasher hasher;
  hasher.field(std::string_view("fedloom deal")).field(std::uint64_t{terms.size()});
  for (const OfferTerms& each : terms) {
    ByteWriter out;
    write_unsigned(out, each);
    hasher.field(out.bytes());
  }
  return hasher.finish();
}

Digest agreement_hash(const Digest& deal, const std::vector<std::uint32_t>& survivors) {
  FieldHasher hasher;
  hasher.field(std::string_view("fedloom survivors")).field(ByteView(deal)).field(std::uint64_t{survivors.size()});
  for (const std::uint32_t place : survivors) hasher.field(std::uint64_t{place});
  return hasher.finish();
}

ChunkRange chunk_range(std::uint64_t words, std::uint32_t index) {
  const std::uint64_t first = std::min<std::uint64_t>(words, std::uint64_t{index} * chunk_words);
  return {first, std::min<std::uint64_t>(chunk_words, words - first)};
}

std::uint32_t chunk_count(std::uint64_t words) {
  return static_cast<std::uint32_t>((words + chunk_words - 1) / chunk_words);
}

Digest chunk_hash(std::span<const std::uint64_t> words) {
  static_assert(std::endian::native == std::endian::little);
  return sha256(ByteView(reinterpret_cast<const std::uint8_t*>(words.data()), words.size_bytes()));
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

Digest closing_hash(const std::vector<SiteHead>& heads, const Digest& public_ledger, bool finished) {
  FieldHasher hasher;
  hasher.field(std::string_view(finished ? "fedloom closing" : "fedloom stopping")).field(std::uint64_t{heads.size()});
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
  const char* operator()(const ShareChunk&) const noexcept { return "ShareChunk"; }
  const char* operator()(const Offer&) const noexcept { return "Offer"; }
  const char* operator()(const Agree&) const noexcept { return "Agree"; }
  const char* operator()(const Unmask&) const noexcept { return "Unmask"; }
  const char* operator()(const Deal&) const noexcept { return "Deal"; }
  const char* operator()(const Resend&) const noexcept { return "Resend"; }
  const char* operator()(const Survivors&) const noexcept { return "Survivors"; }
  const char* operator()(const Proof&) const noexcept { return "Proof"; }
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
