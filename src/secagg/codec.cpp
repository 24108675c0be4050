#include "codec.hpp"

#include <algorithm>
#include <cmath>

#include "fedloom/base/check.hpp"

namespace fedloom::secagg {
namespace {

void write(ByteWriter& out, const RunContext& run) {
  FEDLOOM_CHECK(run.run_id.size() <= max_text);
  out.text(run.run_id);
  out.raw(run.config_hash);
  out.raw(run.roster_hash);
}
void write(ByteWriter& out, const RoundId& id) {
  out.u32(id.session);
  out.u32(id.round);
  out.u32(id.attempt);
}
void write(ByteWriter& out, const OfferEntry& entry) {
  out.u32(entry.place);
  out.raw(entry.self_seed);
  out.raw(entry.mask_key);
  out.raw(entry.sealed);
}
void write(ByteWriter& out, const privacy::LedgerHead& head) {
  out.u64(head.entries);
  out.raw(head.hash);
  out.raw(head.signature);
}
void write(ByteWriter& out, const std::vector<SiteHead>& heads) {
  FEDLOOM_CHECK(heads.size() <= max_list);
  out.u32(static_cast<std::uint32_t>(heads.size()));
  for (const SiteHead& entry : heads) {
    out.raw(entry.key);
    write(out, entry.head);
  }
}

template <std::size_t size>
std::array<std::uint8_t, size> read_array(ByteReader& in) {
  std::array<std::uint8_t, size> out{};
  in.raw(out);
  return out;
}
bool read_bool(ByteReader& in) {
  const std::uint8_t value = in.u8();
  if (value > 1) in.fail();
  return value == 1;
}
/// A cost: finite and not negative; no second encoding of zero.
double read_rho(ByteReader& in) {
  const double value = in.f64();
  if (!std::isfinite(value) || std::signbit(value)) in.fail();
  return value;
}
std::uint32_t read_count(ByteReader& in) {
  const std::uint32_t count = in.u32();
  if (count <= max_list) return count;
  in.fail();
  return 0;
}
RunContext read_run(ByteReader& in) {
  RunContext run;
  run.run_id = in.text(max_text);
  run.config_hash = read_array<32>(in);
  run.roster_hash = read_array<32>(in);
  return run;
}
RoundId read_id(ByteReader& in) {
  RoundId id;
  id.session = in.u32();
  id.round = in.u32();
  id.attempt = in.u32();
  return id;
}
std::uint32_t read_place(ByteReader& in) {
  const std::uint32_t place = in.u32();
  if (place >= max_list) in.fail();
  return place;
}
/// The next of an ascending list, in which nobody stands twice.
void check_ascending(ByteReader& in, std::optional<std::uint32_t>& last, std::uint32_t place) {
  if (last && place <= *last) in.fail();
  last = place;
}
OfferEntry read_entry(ByteReader& in) {
  OfferEntry entry;
  entry.place = read_place(in);
  entry.self_seed = read_array<32>(in);
  entry.mask_key = read_array<32>(in);
  entry.sealed = read_array<sizeof(SealedShares)>(in);
  return entry;
}
privacy::LedgerHead read_head(ByteReader& in) {
  privacy::LedgerHead head;
  head.entries = in.u64();
  head.hash = read_array<32>(in);
  head.signature = read_array<64>(in);
  return head;
}
std::vector<SiteHead> read_heads(ByteReader& in) {
  std::vector<SiteHead> heads(read_count(in));
  for (SiteHead& entry : heads) {
    entry.key = read_array<32>(in);
    entry.head = read_head(in);
  }
  return heads;
}

Join read(ByteReader& in, std::type_identity<Join>) {
  Join message;
  message.key = read_array<32>(in);
  message.run = read_run(in);
  message.last_session = in.u32();
  message.stored_round = in.u32();
  message.stored_plan = read_array<32>(in);
  message.booked_rho = read_rho(in);
  message.head = read_head(in);
  message.signature = read_array<64>(in);
  return message;
}
Advertise read(ByteReader& in, std::type_identity<Advertise>) {
  Advertise message;
  message.key = read_array<32>(in);
  message.session = in.u32();
  message.session_key = read_array<32>(in);
  message.signature = read_array<64>(in);
  return message;
}
ShareMessage read(ByteReader& in, std::type_identity<ShareMessage>) {
  ShareMessage message;
  message.key = read_array<32>(in);
  message.id = read_id(in);
  message.plan = read_array<32>(in);
  message.words = in.u64();
  if (message.words == 0 || message.words > max_share_words) in.fail();
  // One by one: a length that the bytes do not bear out must not take memory.
  const std::uint32_t chunks = in.ok() ? chunk_count(message.words) : 0;
  for (std::uint32_t i = 0; i < chunks && in.ok(); ++i) message.chunks.push_back(read_array<32>(in));
  message.head = read_head(in);
  message.booked_rho = read_rho(in);
  message.signature = read_array<64>(in);
  return message;
}
ShareChunk read(ByteReader& in, std::type_identity<ShareChunk>) {
  const RoundId id = read_id(in);
  const std::uint32_t index = in.u32();
  return {id, index, boundary::MaskedShare::from_wire(in.words(chunk_words))};
}
OfferTerms read(ByteReader& in, std::type_identity<OfferTerms>) {
  OfferTerms terms;
  terms.key = read_array<32>(in);
  terms.id = read_id(in);
  terms.plan = read_array<32>(in);
  terms.mask_key = read_array<32>(in);
  terms.self_seed = read_array<32>(in);
  terms.entries = read_array<32>(in);
  terms.signature = read_array<64>(in);
  return terms;
}
Offer read(ByteReader& in, std::type_identity<Offer>) {
  Offer message;
  message.terms = read(in, std::type_identity<OfferTerms>{});
  const std::uint32_t count = read_count(in);
  std::optional<std::uint32_t> last;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    message.entries.push_back(read_entry(in));
    check_ascending(in, last, message.entries.back().place);
  }
  return message;
}
Agree read(ByteReader& in, std::type_identity<Agree>) {
  Agree message;
  message.key = read_array<32>(in);
  message.id = read_id(in);
  message.agreement = read_array<32>(in);
  message.signature = read_array<64>(in);
  return message;
}
Unmask read(ByteReader& in, std::type_identity<Unmask>) {
  Unmask message;
  message.key = read_array<32>(in);
  message.id = read_id(in);
  message.agreement = read_array<32>(in);
  const std::uint32_t count = read_count(in);
  std::optional<std::uint32_t> last;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::uint32_t place = read_place(in);
    check_ascending(in, last, place);
    message.shares.push_back({place, read_array<32>(in)});
  }
  message.signature = read_array<64>(in);
  return message;
}
Deal read(ByteReader& in, std::type_identity<Deal>) {
  Deal message;
  message.id = read_id(in);
  const std::uint32_t count = read_count(in);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const OfferTerms terms = read(in, std::type_identity<OfferTerms>{});
    message.offers.push_back({terms, read_entry(in)});
  }
  return message;
}
Resend read(ByteReader& in, std::type_identity<Resend>) { return {read_id(in)}; }
Survivors read(ByteReader& in, std::type_identity<Survivors>) {
  Survivors message;
  message.id = read_id(in);
  const std::uint32_t count = read_count(in);
  std::optional<std::uint32_t> last;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    message.places.push_back(read_place(in));
    check_ascending(in, last, message.places.back());
  }
  return message;
}
Proof read(ByteReader& in, std::type_identity<Proof>) {
  Proof message;
  message.id = read_id(in);
  const std::uint32_t count = read_count(in);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    message.agreed.push_back(read(in, std::type_identity<Agree>{}));
  }
  return message;
}
Refuse read(ByteReader& in, std::type_identity<Refuse>) {
  Refuse message;
  message.key = read_array<32>(in);
  message.session = in.u32();
  message.round = in.u32();
  const std::uint8_t code = in.u8();
  if (code < static_cast<std::uint8_t>(RefusalCode::withdrew) ||
      code > static_cast<std::uint8_t>(RefusalCode::stopping))
    in.fail();
  message.code = static_cast<RefusalCode>(code);
  message.signature = read_array<64>(in);
  return message;
}
Goodbye read(ByteReader& in, std::type_identity<Goodbye>) {
  Goodbye message;
  message.key = read_array<32>(in);
  message.session = in.u32();
  message.closing = read_array<32>(in);
  message.signature = read_array<64>(in);
  return message;
}
OpenSession read(ByteReader& in, std::type_identity<OpenSession>) {
  OpenSession message;
  message.run = read_run(in);
  message.session = in.u32();
  return message;
}
KeyList read(ByteReader& in, std::type_identity<KeyList>) {
  KeyList message;
  message.session = in.u32();
  message.keys.resize(read_count(in));
  for (Advertise& entry : message.keys) entry = read(in, std::type_identity<Advertise>{});
  return message;
}
PlanMessage read(ByteReader& in, std::type_identity<PlanMessage>) {
  PlanMessage message;
  message.session = in.u32();
  message.plan = boundary::read_plan(in);
  message.heads = read_heads(in);
  return message;
}
CloseRun read(ByteReader& in, std::type_identity<CloseRun>) {
  CloseRun message;
  message.session = in.u32();
  message.finished = read_bool(in);
  message.heads = read_heads(in);
  message.public_ledger = privacy::read_public_spends(in);
  return message;
}
/// It is shown on a person's terminal.
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
Abort read(ByteReader& in, std::type_identity<Abort>) {
  Abort message{in.text(max_text)};
  if (std::ranges::any_of(message.reason, is_control)) in.fail();
  return message;
}

template <class T>
concept Signed = requires(T message) {
  message.signature;
};

void write_body(ByteWriter& out, const Signed auto& message) {
  write_unsigned(out, message);
  out.raw(message.signature);
}
void write_body(ByteWriter& out, const OpenSession& message) {
  write(out, message.run);
  out.u32(message.session);
}
void write_body(ByteWriter& out, const KeyList& message) {
  FEDLOOM_CHECK(message.keys.size() <= max_list);
  out.u32(message.session);
  out.u32(static_cast<std::uint32_t>(message.keys.size()));
  for (const Advertise& entry : message.keys) write_body(out, entry);
}
void write_body(ByteWriter& out, const ShareChunk& message) {
  FEDLOOM_CHECK(message.words.words().size() <= chunk_words);
  write(out, message.id);
  out.u32(message.index);
  out.words(message.words.words());
}
void write_body(ByteWriter& out, const Offer& message) {
  FEDLOOM_CHECK(message.entries.size() <= max_list);
  write_body(out, message.terms);
  out.u32(static_cast<std::uint32_t>(message.entries.size()));
  for (const OfferEntry& entry : message.entries) write(out, entry);
}
void write_body(ByteWriter& out, const Deal& message) {
  FEDLOOM_CHECK(message.offers.size() <= max_list);
  write(out, message.id);
  out.u32(static_cast<std::uint32_t>(message.offers.size()));
  for (const Deal::Offered& offered : message.offers) {
    write_body(out, offered.terms);
    write(out, offered.entry);
  }
}
void write_body(ByteWriter& out, const Resend& message) { write(out, message.id); }
void write_body(ByteWriter& out, const Survivors& message) {
  FEDLOOM_CHECK(message.places.size() <= max_list);
  write(out, message.id);
  out.u32(static_cast<std::uint32_t>(message.places.size()));
  for (const std::uint32_t place : message.places) out.u32(place);
}
void write_body(ByteWriter& out, const Proof& message) {
  FEDLOOM_CHECK(message.agreed.size() <= max_list);
  write(out, message.id);
  out.u32(static_cast<std::uint32_t>(message.agreed.size()));
  for (const Agree& entry : message.agreed) write_body(out, entry);
}
void write_body(ByteWriter& out, const PlanMessage& message) {
  out.u32(message.session);
  boundary::write(out, message.plan);
  write(out, message.heads);
}
void write_body(ByteWriter& out, const CloseRun& message) {
  out.u32(message.session);
  out.u8(message.finished ? 1 : 0);
  write(out, message.heads);
  privacy::write(out, message.public_ledger);
}
void write_body(ByteWriter& out, const Abort& message) {
  std::string reason = message.reason.substr(0, max_text);
  std::ranges::replace_if(reason, is_control, ' ');
  out.text(reason);
}

/// Position in the variant is the type on the wire; a new message goes at the end.
template <std::size_t index = 0>
std::optional<Message> read_body(std::size_t type, ByteReader& in) {
  if constexpr (index < std::variant_size_v<Message>) {
    if (type != index) return read_body<index + 1>(type, in);
    Message message = read(in, std::type_identity<std::variant_alternative_t<index, Message>>{});
    if (in.finished()) return message;
  }
  return std::nullopt;
}

}  // namespace

void write_unsigned(ByteWriter& out, const Join& message) {
  out.raw(message.key);
  write(out, message.run);
  out.u32(message.last_session);
  out.u32(message.stored_round);
  out.raw(message.stored_plan);
  out.f64(message.booked_rho);
  write(out, message.head);
}
void write_unsigned(ByteWriter& out, const Advertise& message) {
  out.raw(message.key);
  out.u32(message.session);
  out.raw(message.session_key);
}
void write_unsigned(ByteWriter& out, const ShareMessage& message) {
  FEDLOOM_CHECK(message.words > 0 && message.words <= max_share_words);
  FEDLOOM_CHECK(message.chunks.size() == chunk_count(message.words));
  out.raw(message.key);
  write(out, message.id);
  out.raw(message.plan);
  out.u64(message.words);
  for (const Digest& chunk : message.chunks) out.raw(chunk);
  write(out, message.head);
  out.f64(message.booked_rho);
}
void write_unsigned(ByteWriter& out, const OfferTerms& message) {
  out.raw(message.key);
  write(out, message.id);
  out.raw(message.plan);
  out.raw(message.mask_key);
  out.raw(message.self_seed);
  out.raw(message.entries);
}
void write_unsigned(ByteWriter& out, const Agree& message) {
  out.raw(message.key);
  write(out, message.id);
  out.raw(message.agreement);
}
void write_unsigned(ByteWriter& out, const Unmask& message) {
  FEDLOOM_CHECK(message.shares.size() <= max_list);
  out.raw(message.key);
  write(out, message.id);
  out.raw(message.agreement);
  out.u32(static_cast<std::uint32_t>(message.shares.size()));
  for (const ShownShare& shown : message.shares) {
    out.u32(shown.place);
    out.raw(shown.share);
  }
}
void write_unsigned(ByteWriter& out, const Refuse& message) {
  out.raw(message.key);
  out.u32(message.session);
  out.u32(message.round);
  out.u8(static_cast<std::uint8_t>(message.code));
}
void write_unsigned(ByteWriter& out, const Goodbye& message) {
  out.raw(message.key);
  out.u32(message.session);
  out.raw(message.closing);
}

Bytes encode(const Message& message) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(message.index()));
  out.u16(protocol_version);
  std::visit([&out](const auto& body) { write_body(out, body); }, message);
  return std::move(out).take();
}

std::optional<Message> decode(ByteView bytes) {
  ByteReader in(bytes);
  const std::uint8_t type = in.u8();
  if (in.u16() != protocol_version || !in.ok()) return std::nullopt;
  return read_body(type, in);
}

}  // namespace fedloom::secagg
