#pragma once
// One site's counts with ONE site's part of the noise. Not safe to send alone, and cannot be: it has no accessor.
// Its ways on: MaskedShare::seal (masked_share.hpp), ShareVault (share_vault.hpp, the site's own disk,
// encrypted), reveal_central (measurement.hpp, when this party's noise is all the noise there is).

#include <cstdint>
#include <vector>

namespace fedloom::boundary {

class NoisedShare;
class Total;
/// trust: central only (measurement.hpp). Aborts unless the share holds all the noise there is.
Total reveal_central(NoisedShare&& share);

class NoisedShare {
 public:
  NoisedShare(NoisedShare&&) noexcept = default;
  NoisedShare& operator=(NoisedShare&&) noexcept = default;
  NoisedShare(const NoisedShare&) = delete;
  NoisedShare& operator=(const NoisedShare&) = delete;
  std::size_t length() const noexcept { return words_.size(); }

 private:
  friend class Releaser;
  friend class MaskedShare;
  friend class ShareVault;
  friend Total reveal_central(NoisedShare&& share);
  NoisedShare(std::vector<std::uint64_t>&& words, std::uint32_t contributors) noexcept
      : words_(std::move(words)), contributors_(contributors) {}
  std::vector<std::uint64_t> words_;
  std::uint32_t contributors_;  ///< m the noise was sized for
};

}  // namespace fedloom::boundary
