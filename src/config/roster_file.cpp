#include <stdexcept>

#include "document.hpp"
#include "fedloom/config/config.hpp"
#include "text.hpp"

namespace fedloom::config {

Roster load_roster(const std::filesystem::path& file) {
  const Document document(file, "roster");
  const nlohmann::json& sites = document.value()["sites"];
  std::vector<Member> members;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const std::string at = "/sites/" + std::to_string(i);
    const auto key = fixed_from_hex<32>(sites[i]["key"].get<std::string>());
    if (!key) document.fail(at + "/key", "the key is not 64 digits", "correct it");
    Member member{{sites[i]["site"]}, *key};
    for (const Member& other : members) {
      if (other.id == member.id)
        document.fail(at + "/site", "the site '" + member.id.name + "' is here twice", "remove one");
      if (other.key == member.key) {
        document.fail(at + "/key", "the sites '" + other.id.name + "' and '" + member.id.name + "' have the same key",
                      "ask each site for its own public key");
      }
    }
    members.push_back(std::move(member));
  }
  try {
    return Roster(std::move(members));
  } catch (const std::invalid_argument& error) {
    document.fail("/sites", error.what(), "correct the list of sites");
  }
}

std::string roster_yaml(const Roster& roster) {
  std::string text = "# Fingerprint, to be compared out of band: " + to_hex(roster.fingerprint()) + "\n";
  text += "version: 1\nsites:\n";
  for (const Member& member : roster.members()) {
    text += "  - {site: \"" + member.id.name + "\", key: \"" + to_hex(ByteView(member.key)) + "\"}\n";
  }
  return text;
}

}  // namespace fedloom::config
