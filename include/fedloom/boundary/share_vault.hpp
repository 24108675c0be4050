#pragma once
// The site's own disk for noised shares, so that a round lost to a crash can be sealed again at no cost
// (secure-sum: the same stored share under a new context). XChaCha20-Poly1305 under a key derived from the
// site's signing key; bound to run, round and the plan's content hash.

#include <filesystem>
#include <optional>
#include <string>

#include "fedloom/base/identity.hpp"
#include "fedloom/base/random_words.hpp"
#include "fedloom/boundary/noised_share.hpp"

namespace fedloom::boundary {

class ShareVault {
 public:
  struct Slot {
    std::string run;
    std::uint32_t round = 0;
    Digest plan{};  ///< content_hash of the plan
  };
  ShareVault(std::filesystem::path folder, const SigningKey& key, RandomWords& random);
  /// On disk (fsync) when it returns. The share itself is handed back for sealing.
  NoisedShare put(const Slot& slot, NoisedShare&& share);
  /// None when there is no such share. Throws LedgerError when the file was changed.
  std::optional<NoisedShare> take(const Slot& slot) const;
  bool holds(const Slot& slot) const;
  /// Deletes what rounds before `round` of the run left.
  void drop_before(const std::string& run, std::uint32_t round);

 private:
  std::filesystem::path folder_;
  Digest key_{};
  RandomWords* random_;
};

}  // namespace fedloom::boundary
