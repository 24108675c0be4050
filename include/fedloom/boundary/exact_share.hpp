#pragma once
// trust: aggregate. One site's exact counts, on their way into a sum over all sites. Not safe to send alone, and cannot
// be: it has no accessor. Its ways on: MaskedShare::seal_exact (masked_share.hpp) and ShareVault (share_vault.hpp, the
// site's own disk, encrypted). There is no way to a Total, and so to a Measurement.

#include <cstdint>
#include <vector>

namespace fedloom::boundary {

class ExactShare {
 public:
  ExactShare(ExactShare&&) noexcept = default;
  ExactShare& operator=(ExactShare&&) noexcept = default;
  ExactShare(const ExactShare&) = delete;
  ExactShare& operator=(const ExactShare&) = delete;
  std::size_t length() const noexcept { return words_.size(); }

 private:
  friend class Releaser;
  friend class MaskedShare;
  friend class ShareVault;
  explicit ExactShare(std::vector<std::uint64_t>&& words) noexcept : words_(std::move(words)) {}
  std::vector<std::uint64_t> words_;
};

}  // namespace fedloom::boundary
