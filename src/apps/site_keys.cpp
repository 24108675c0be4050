// fedloom-site keygen: a site's identity.

#include <CLI/CLI.hpp>
#include <iostream>

#include "fedloom/base/error.hpp"
#include "fedloom/base/identity.hpp"
#include "site_commands.hpp"

namespace fedloom::apps {
namespace {

void keygen(const std::string& file, const std::string& site) {
  if (!is_site_name(site)) {
    throw UsageError("'" + site + "' is no site name", "use 1 to 64 of a-z, 0-9, '-' and '_'");
  }
  const SigningKey key = SigningKey::generate();
  key.save_new(file);
  std::cout
      << "The secret key is in " << file << " (readable by you alone). Send this line to the lead, for the roster:\n\n"
      << "  - {site: \"" << site << "\", key: \"" << to_hex(ByteView(key.public_key())) << "\"}\n\n"
      << "Compare the roster's fingerprint with the other sites by telephone before you put it into your policy.\n";
}

}  // namespace

void add_keygen(CLI::App& app) {
  auto* command = app.add_subcommand("keygen", "Make this site's key; prints the public half for the roster");
  auto file = std::make_shared<std::string>();
  auto site = std::make_shared<std::string>();
  command->add_option("file", *file, "New file for the secret key")->required();
  command->add_option("--site", *site, "This site's name in the roster")->required();
  command->footer("Example: fedloom-site keygen north.key --site north");
  command->callback([file, site] { keygen(*file, *site); });
}

}  // namespace fedloom::apps
