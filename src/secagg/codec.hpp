#pragma once
// The body of each message in its wire order. A site's signature is always the last field, so that what it covers
// is everything before it.

#include "fedloom/secagg/message.hpp"

namespace fedloom::secagg {

void write_unsigned(ByteWriter& out, const Join& message);
void write_unsigned(ByteWriter& out, const Advertise& message);
void write_unsigned(ByteWriter& out, const ShareMessage& message);
void write_unsigned(ByteWriter& out, const OfferTerms& message);
void write_unsigned(ByteWriter& out, const Agree& message);
void write_unsigned(ByteWriter& out, const Unmask& message);
void write_unsigned(ByteWriter& out, const Refuse& message);
void write_unsigned(ByteWriter& out, const Goodbye& message);

}  // namespace fedloom::secagg
