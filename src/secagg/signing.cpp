#include "signing.hpp"

namespace fedloom::secagg {

Digest context_of(const Join& message, const RunContext&) { return context_hash(message.run, 0, 0, 0); }
Digest context_of(const Advertise& message, const RunContext& run) { return context_hash(run, message.session, 0, 0); }
Digest context_of(const ShareMessage& message, const RunContext& run) { return context_hash(run, message.id); }
Digest context_of(const OfferTerms& message, const RunContext& run) { return context_hash(run, message.id); }
Digest context_of(const Agree& message, const RunContext& run) { return context_hash(run, message.id); }
Digest context_of(const Unmask& message, const RunContext& run) { return context_hash(run, message.id); }
Digest context_of(const Refuse& message, const RunContext& run) {
  return context_hash(run, message.session, message.round, 0);
}
Digest context_of(const Goodbye& message, const RunContext& run) { return context_hash(run, message.session, 0, 0); }

Bytes signed_bytes(const char* name, const Digest& context, ByteView body) {
  ByteWriter out;
  out.text("fedloom message 1");
  out.text(name);
  out.raw(context);
  out.raw(body);
  return std::move(out).take();
}

bool is_genuine_head(const PublicKey& key, const privacy::LedgerHead& head) {
  if (head.entries == 0 && head.hash != Digest{}) return false;
  return verify(key, privacy::ledger_head_message(head), head.signature);
}

}  // namespace fedloom::secagg
