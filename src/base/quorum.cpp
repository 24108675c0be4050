#include "fedloom/base/quorum.hpp"

namespace fedloom {

const char* name_of(Coordinator coordinator) noexcept {
  return coordinator == Coordinator::malicious ? "malicious" : "curious";
}

bool is_possible(const Quorum& quorum) noexcept {
  const std::uint64_t n = quorum.sites, c = quorum.colluding, u = quorum.dropouts;
  if (n < 2 || c < 1 || c + u >= n) return false;
  return quorum.coordinator == Coordinator::curious || 2 * (n - u) > n + c;
}

std::optional<std::uint32_t> most_dropouts(const Quorum& quorum) noexcept {
  std::optional<std::uint32_t> most;
  Quorum tried = quorum;
  for (tried.dropouts = 0; tried.dropouts < quorum.sites && is_possible(tried); ++tried.dropouts) most = tried.dropouts;
  return most;
}

std::string fault_of(const Quorum& quorum) {
  if (is_possible(quorum)) return "";
  const std::string n = std::to_string(quorum.sites);
  if (quorum.sites < 2) return "a secure sum needs at least 2 sites, but the roster has " + n;
  const std::string asked = std::to_string(quorum.colluding) + " colluding sites and " +
                            std::to_string(quorum.dropouts) + " dropouts among " + n + " sites with a " +
                            name_of(quorum.coordinator) + " coordinator are impossible";
  if (quorum.colluding < 1) return asked + ": every site knows its own noise, so that colluding_sites is at least 1";
  const auto most = most_dropouts(quorum);
  if (!most) return asked + ": with " + n + " sites colluding_sites can be 1 to " + std::to_string(quorum.sites - 1);
  return asked + ": with " + std::to_string(quorum.colluding) + " colluding sites dropouts can be 0" +
         (*most > 0 ? " to " + std::to_string(*most) : "");
}

}  // namespace fedloom
