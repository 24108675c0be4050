#include <algorithm>
#include <stdexcept>

#include "fedloom/base/identity.hpp"

namespace fedloom {

bool is_site_name(std::string_view name) noexcept {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), allowed);
}

Roster::Roster(std::vector<Member> members) : members_(std::move(members)) {
  constexpr std::size_t most = 100;
  if (members_.empty()) throw std::invalid_argument("a roster names at least one site");
  if (members_.size() > most) throw std::invalid_argument("a roster names at most 100 sites");
  std::sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) { return a.id < b.id; });
  FieldHasher hasher;
  hasher.field("fedloom roster 1").field(members_.size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    if (!is_site_name(member.id.name)) {
      throw std::invalid_argument("\"" + member.id.name + "\" is not a site name: 1 to 64 of a-z, 0-9, _ and -");
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (members_[j].id == member.id) throw std::invalid_argument("site " + member.id.name + " is named twice");
      if (members_[j].key == member.key) {
        throw std::invalid_argument("sites " + members_[j].id.name + " and " + member.id.name + " have the same key");
      }
    }
    hasher.field(member.id.name).field(ByteView(member.key));
  }
  fingerprint_ = hasher.finish();
}

std::optional<std::size_t> Roster::index_of(const SiteId& id) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.id == id; });
  if (found == members_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - members_.begin());
}

std::optional<std::size_t> Roster::index_of(const PublicKey& key) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.key == key; });
  if (found == members_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - members_.begin());
}

}  // namespace fedloom
