#include "world.hpp"

#include <charconv>

#include "fedloom/base/error.hpp"

namespace fedloom::apps {
namespace {

constexpr std::uint32_t most_parts = 4096;

/// The number that `text` is; 0 when it is none.
std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

}  // namespace

void check_world(const Roster& roster, const transport::Transport& transport) {
  const std::size_t expected = roster.size() + 1;
  if (transport.world() == expected) return;
  throw EnvironmentError("mpirun",
                         "started " + std::to_string(transport.world()) + " processes, but the roster needs " +
                             std::to_string(expected) + " (one coordinator and " + std::to_string(roster.size()) +
                             " sites)",
                         "start exactly one fedloom-site for each site of the roster, in one mpirun");
}

void require_roster(const config::Experiment& experiment) {
  if (experiment.roster) return;
  throw UsageError("this experiment says trust: central, which runs in one process",
                   "start it with `fedloom run " + experiment.file.string() + "`");
}

transport::Place place_of(const std::string& party, const std::string& part) {
  const auto slash = std::min(part.find('/'), part.size());
  const std::string_view text = part;
  const std::uint32_t own = number(text.substr(0, slash));
  const std::uint32_t parts = slash < text.size() ? number(text.substr(slash + 1)) : 0;
  if (own == 0 || own > parts || parts > most_parts) {
    throw UsageError("--part " + part + " is not I/K with I from 1 to K",
                     "number the ranks of a site, or of the coordinator, as in --part 1/2 and --part 2/2");
  }
  return {.party = party, .part = own - 1, .parts = parts};
}

std::string run_id_of(const std::filesystem::path& out) {
  auto path = std::filesystem::absolute(out).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

}  // namespace fedloom::apps
