#include "offer.hpp"

namespace fedloom::secagg {

BoxContext box_of(const OfferTerms& terms, const Digest& context, const PublicKey& receiver) {
  return {.context = context,
          .sender = terms.key,
          .receiver = receiver,
          .terms = FieldHasher()
                       .field(std::string_view("fedloom box"))
                       .field(ByteView(terms.plan))
                       .field(ByteView(terms.mask_key))
                       .field(ByteView(terms.self_seed))
                       .finish()};
}

}  // namespace fedloom::secagg
