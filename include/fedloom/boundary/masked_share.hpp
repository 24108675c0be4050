#pragma once
// words + mask mod 2^64: uniform to anyone who lacks the mask. This is what travels.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fedloom/boundary/exact_share.hpp"
#include "fedloom/boundary/noised_share.hpp"

namespace fedloom::secagg {
class MaskMaker;
}

namespace fedloom::boundary {

/// Where a mask's words come from: expanded when they are added, so that they are never all in memory.
class MaskSource {
 public:
  virtual ~MaskSource() = default;
  /// words += mask mod 2^64.
  virtual void add_to(std::span<std::uint64_t> words) const = 0;
};

/// A one-time mask. Made by secagg, and by nothing else: its only maker is secagg::MaskMaker. Move-only, consumed by
/// seal.
class Mask {
 public:
  Mask(Mask&&) noexcept = default;
  Mask& operator=(Mask&&) noexcept = default;

 private:
  friend class MaskedShare;
  friend class secagg::MaskMaker;
  explicit Mask(std::unique_ptr<MaskSource> source) noexcept : source_(std::move(source)) {}
  std::unique_ptr<MaskSource> source_;
};

class MaskedShare {
 public:
  /// Consumes both. Aborts on an empty share, and on a mask that was used before.
  static MaskedShare seal(NoisedShare&& share, Mask&& mask);
  /// trust: aggregate: the same for exact counts, which the mask hides from everyone as well as noisy ones.
  static MaskedShare seal_exact(ExactShare&& share, Mask&& mask);
  /// From bytes that came over the wire: already masked, so public.
  static MaskedShare from_wire(std::vector<std::uint64_t>&& words) { return MaskedShare(std::move(words)); }
  std::span<const std::uint64_t> words() const noexcept { return words_; }
  /// A copy of `count` words from `first` on: what one message carries.
  MaskedShare part(std::size_t first, std::size_t count) const;

 private:
  static MaskedShare cover(std::vector<std::uint64_t>&& words, Mask&& mask);
  explicit MaskedShare(std::vector<std::uint64_t>&& words) noexcept : words_(std::move(words)) {}
  std::vector<std::uint64_t> words_;
};

}  // namespace fedloom::boundary
