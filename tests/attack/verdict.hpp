#pragma once
// What a refusal is: a signed no as the site's only word, a reason that names what is wrong, and the end.

#include <gtest/gtest.h>

#include "liar.hpp"
#include "signing.hpp"

namespace fedloom::test {

/// Empty when `said` is a refusal of the site; else what is wrong with it.
inline std::string fault_of_refusal(const Victim& site, const std::vector<secagg::Message>& said, const World& world) {
  if (!site.breach().empty()) return site.breach();
  if (said.size() != 1) return "it said " + std::to_string(said.size()) + " things instead of a no";
  const auto* refuse = std::get_if<secagg::Refuse>(&said.front());
  if (refuse == nullptr) return std::string("it answered with ") + secagg::name_of(said.front());
  if (refuse->key != world.keys[0].public_key() || !is_genuine(*refuse, world.run)) return "its no is not signed";
  if (!site.aborted() || std::string_view(site.state()) != "Aborted") return "it went on after its no";
  if (!site.aborted()->by_us || site.aborted()->refusal != refuse->code) return "it did not say why it ended";
  if (site.aborted()->reason.empty()) return "its reason is empty";
  return "";
}

}  // namespace fedloom::test
