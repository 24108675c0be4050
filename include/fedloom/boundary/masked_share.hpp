#pragma once
// words + mask mod 2^64: uniform to anyone who lacks the mask. This is what travels.

#include <cstdint>
#include <span>
#include <vector>

#include "fedloom/boundary/noised_share.hpp"

namespace fedloom::secagg {
class MaskMaker;
}

namespace fedloom::boundary {

/// A one-time mask. Made by secagg from the pairwise keys, and by nothing else: its only maker is secagg::MaskMaker.
/// Move-only, consumed by seal.
class Mask {
 public:
  Mask(Mask&&) noexcept = default;
  Mask& operator=(Mask&&) noexcept = default;
  Mask(const Mask&) = delete;
  Mask& operator=(const Mask&) = delete;
  std::size_t length() const noexcept { return words_.size(); }

 private:
  friend class MaskedShare;
  friend class secagg::MaskMaker;
  explicit Mask(std::vector<std::uint64_t>&& words) noexcept : words_(std::move(words)) {}
  std::vector<std::uint64_t> words_;
};

class MaskedShare {
 public:
  /// Consumes both. Aborts when the lengths differ.
  static MaskedShare seal(NoisedShare&& share, Mask&& mask);
  /// From bytes that came over the wire: already masked, so public.
  static MaskedShare from_wire(std::vector<std::uint64_t>&& words) { return MaskedShare(std::move(words)); }
  std::span<const std::uint64_t> words() const noexcept { return words_; }

 private:
  explicit MaskedShare(std::vector<std::uint64_t>&& words) noexcept : words_(std::move(words)) {}
  std::vector<std::uint64_t> words_;
};

}  // namespace fedloom::boundary
