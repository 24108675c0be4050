#include "fedloom/boundary/share_vault.hpp"

#include <sodium.h>

#include <charconv>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"

namespace fedloom::boundary {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view suffix = ".share";

std::string run_prefix(const std::string& run) { return to_hex(sha256(run)).substr(0, 16) + "-"; }

/// <run>-<round>-<plan>.share: all public.
std::filesystem::path file_of(const std::filesystem::path& folder, const ShareVault::Slot& slot) {
  return folder / (run_prefix(slot.run) + std::to_string(slot.round) + "-" + to_hex(slot.plan).substr(0, 16) +
                   std::string(suffix));
}

constexpr std::string_view noised = "fedloom noised share 1";
constexpr std::string_view exact = "fedloom exact share 1";

Bytes associated_data(const ShareVault::Slot& slot, std::string_view kind) {
  ByteWriter out;
  out.text(kind);
  out.text(slot.run);
  out.u32(slot.round);
  out.raw(slot.plan);
  return std::move(out).take();
}

/// The round that a file of this run is for.
std::optional<std::uint32_t> round_of(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::uint32_t round = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), round);
  if (error != std::errc() || end == name.data() + name.size() || *end != '-') return std::nullopt;
  return round;
}

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view kind) {
  throw LedgerError(file.string(), "this stored share was changed, or belongs to another site",
                    kind == noised ? "delete the file: the round is then lost, and is paid for again"
                                   : "exact totals are opened once: this run cannot go on, start a new one");
}

}  // namespace

ShareVault::ShareVault(std::filesystem::path folder, const SigningKey& key, RandomWords& random)
    : folder_(std::move(folder)), key_(key.storage_key("share-vault")), random_(&random) {
  FEDLOOM_CHECK(sodium_init() >= 0);
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error)
    throw EnvironmentError(folder_.string(), "cannot create this folder: " + error.message(),
                           "choose a folder that this account may write to");
}

NoisedShare ShareVault::put(const Slot& slot, NoisedShare&& share) {
  store(slot, noised, share.contributors_, share.words_);
  return std::move(share);
}

ExactShare ShareVault::put(const Slot& slot, ExactShare&& share) {
  store(slot, exact, 0, share.words_);
  return std::move(share);
}

std::optional<NoisedShare> ShareVault::take(const Slot& slot) const {
  auto stored = read(slot, noised);
  if (!stored) return std::nullopt;
  return NoisedShare(std::move(stored->words), stored->contributors);
}

std::optional<ExactShare> ShareVault::take_exact(const Slot& slot) const {
  auto stored = read(slot, exact);
  if (!stored) return std::nullopt;
  return ExactShare(std::move(stored->words));
}

void ShareVault::store(const Slot& slot, std::string_view kind, std::uint32_t contributors,
                       const std::vector<std::uint64_t>& words) {
  FEDLOOM_CHECK(!words.empty());
  ByteWriter plain;
  plain.u32(contributors);
  plain.words(words);
  auto message = std::move(plain).take();

  Bytes sealed(nonce_bytes + message.size() + tag_bytes);
  random_->fill(std::span(sealed).first(nonce_bytes));
  const auto bound = associated_data(slot, kind);
  const int failed =
      crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + nonce_bytes, nullptr, message.data(), message.size(),
                                                 bound.data(), bound.size(), nullptr, sealed.data(), key_.data());
  FEDLOOM_CHECK(failed == 0);
  sodium_memzero(message.data(), message.size());
  write_atomically(file_of(folder_, slot), ByteView(sealed));
}

std::optional<ShareVault::Stored> ShareVault::read(const Slot& slot, std::string_view kind) const {
  const auto file = file_of(folder_, slot);
  if (!holds(slot)) return std::nullopt;
  const auto sealed = read_bytes(file);
  if (sealed.size() < nonce_bytes + tag_bytes) refuse(file, kind);

  Bytes message(sealed.size() - nonce_bytes - tag_bytes);
  const auto bound = associated_data(slot, kind);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(message.data(), nullptr, nullptr, sealed.data() + nonce_bytes,
                                                 sealed.size() - nonce_bytes, bound.data(), bound.size(), sealed.data(),
                                                 key_.data()) != 0)
    refuse(file, kind);
  ByteReader in(message);
  const auto contributors = in.u32();
  auto words = in.words(message.size() / sizeof(std::uint64_t));
  FEDLOOM_CHECK(in.finished() && !words.empty());
  sodium_memzero(message.data(), message.size());
  return Stored{contributors, std::move(words)};
}

bool ShareVault::holds(const Slot& slot) const {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file_of(folder_, slot), ignored);
}

void ShareVault::drop_before(const std::string& run, std::uint32_t round) {
  const auto prefix = run_prefix(run);
  std::vector<std::filesystem::path> old;
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    if (const auto stored = round_of(entry.path().filename().string(), prefix); stored && *stored < round)
      old.push_back(entry.path());
  std::error_code ignored;  // a file that stays costs disk space only
  for (const auto& file : old) std::filesystem::remove(file, ignored);
}

}  // namespace fedloom::boundary
