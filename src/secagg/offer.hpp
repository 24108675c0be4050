#pragma once
// How an offer's terms, its boxes and its commitments hang together: the same for who makes it, who opens it and who
// checks what is shown of it.

#include "fedloom/secagg/message.hpp"
#include "share_box.hpp"

namespace fedloom::secagg {

/// Binds the shares for one receiver to the keys that they are shares of. Needs terms.key, plan, mask_key, self_seed.
BoxContext box_of(const OfferTerms& terms, const Digest& context, const PublicKey& receiver);

}  // namespace fedloom::secagg
