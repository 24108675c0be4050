#include "fedloom/boundary/masked_share.hpp"

#include "fedloom/base/check.hpp"

namespace fedloom::boundary {

MaskedShare MaskedShare::seal(NoisedShare&& share, Mask&& mask) {
  // Moved out first, so that neither can be used again: one mask covers one share.
  auto words = std::move(share.words_);
  const auto mask_words = std::move(mask.words_);
  FEDLOOM_CHECK(!words.empty() && words.size() == mask_words.size());
  for (std::size_t k = 0; k < words.size(); ++k) words[k] += mask_words[k];
  return MaskedShare(std::move(words));
}

}  // namespace fedloom::boundary
