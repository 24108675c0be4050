#include "fedloom/boundary/masked_share.hpp"

#include "fedloom/base/check.hpp"

namespace fedloom::boundary {

MaskedShare MaskedShare::seal(NoisedShare&& share, Mask&& mask) {
  return cover(std::move(share.words_), std::move(mask));
}

MaskedShare MaskedShare::seal_exact(ExactShare&& share, Mask&& mask) {
  return cover(std::move(share.words_), std::move(mask));
}

MaskedShare MaskedShare::cover(std::vector<std::uint64_t>&& private_words, Mask&& mask) {
  // Moved out first, so that neither can be used again: one mask covers one share.
  auto words = std::move(private_words);
  const auto source = std::move(mask.source_);
  FEDLOOM_CHECK(!words.empty() && source != nullptr);
  source->add_to(words);
  return MaskedShare(std::move(words));
}

MaskedShare MaskedShare::part(std::size_t first, std::size_t count) const {
  FEDLOOM_CHECK(first <= words_.size() && count <= words_.size() - first);
  const auto begin = words_.begin() + static_cast<std::ptrdiff_t>(first);
  return MaskedShare(std::vector<std::uint64_t>(begin, begin + static_cast<std::ptrdiff_t>(count)));
}

}  // namespace fedloom::boundary
