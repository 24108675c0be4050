#pragma once
// The site's own disk for noised and exact shares, so that a round lost to a crash can be sealed again at no cost
// (secure-sum: the same stored share under a new context). XChaCha20-Poly1305 under a key derived from the
// site's signing key; bound to run, round and the plan's content hash.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "fedloom/base/identity.hpp"
#include "fedloom/base/random_words.hpp"
#include "fedloom/boundary/exact_share.hpp"
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
  ExactShare put(const Slot& slot, ExactShare&& share);
  /// None when there is no such share. Throws LedgerError when the file was changed, or holds a share of the other
  /// kind.
  std::optional<NoisedShare> take(const Slot& slot) const;
  std::optional<ExactShare> take_exact(const Slot& slot) const;
  bool holds(const Slot& slot) const;
  /// Deletes what rounds before `round` of the run left.
  void drop_before(const std::string& run, std::uint32_t round);

 private:
  void store(const Slot& slot, std::string_view kind, std::uint32_t contributors,
             const std::vector<std::uint64_t>& words);
  struct Stored {
    std::uint32_t contributors = 0;
    std::vector<std::uint64_t> words;
  };
  std::optional<Stored> read(const Slot& slot, std::string_view kind) const;
  std::filesystem::path folder_;
  Digest key_{};
  RandomWords* random_;
};

}  // namespace fedloom::boundary
