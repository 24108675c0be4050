#pragma once
// A site's signature covers (message name ‖ context ‖ body without the signature), so that no message can be passed
// off as one of another type, run, session, round or attempt.

#include "codec.hpp"

namespace fedloom::secagg {

template <class T>
concept SiteMessage = requires(ByteWriter& out, T message) {
  write_unsigned(out, message);
  message.key = PublicKey{};
  message.signature = Signature{};
};

/// The context a message belongs to, as it says itself; whether that is the one expected is for the receiver to check.
Digest context_of(const Join& message, const RunContext& run);
Digest context_of(const Advertise& message, const RunContext& run);
Digest context_of(const ShareMessage& message, const RunContext& run);
Digest context_of(const OfferTerms& message, const RunContext& run);
Digest context_of(const Agree& message, const RunContext& run);
Digest context_of(const Unmask& message, const RunContext& run);
Digest context_of(const Refuse& message, const RunContext& run);
Digest context_of(const Goodbye& message, const RunContext& run);

Bytes signed_bytes(const char* name, const Digest& context, ByteView body);

template <SiteMessage T>
Bytes signed_bytes(const T& message, const char* name, const RunContext& run) {
  ByteWriter body;
  write_unsigned(body, message);
  return signed_bytes(name, context_of(message, run), body.bytes());
}

/// One short name for each type, part of what is signed.
inline const char* signing_name(const Join&) { return "join"; }
inline const char* signing_name(const Advertise&) { return "advertise"; }
inline const char* signing_name(const ShareMessage&) { return "share"; }
inline const char* signing_name(const OfferTerms&) { return "offer"; }
inline const char* signing_name(const Agree&) { return "agree"; }
inline const char* signing_name(const Unmask&) { return "unmask"; }
inline const char* signing_name(const Refuse&) { return "refuse"; }
inline const char* signing_name(const Goodbye&) { return "goodbye"; }

/// Fills in key and signature.
template <SiteMessage T>
void sign(T& message, const SigningKey& key, const RunContext& run) {
  message.key = key.public_key();
  message.signature = key.sign(signed_bytes(message, signing_name(message), run));
}

/// True when the holder of message.key signed it in this run.
template <SiteMessage T>
bool is_genuine(const T& message, const RunContext& run) {
  return verify(message.key, signed_bytes(message, signing_name(message), run), message.signature);
}


}  // namespace fedloom::secagg
