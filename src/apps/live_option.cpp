#include "live_option.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <string>

namespace fedloom::apps {
namespace {

constexpr unsigned least_port = 1024, most_port = 65535;

/// What is wrong with it; empty where nothing is.
std::string fault_of(const std::string& text, std::uint16_t& port) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || (number != 0 && (number < least_port || number > most_port)))
    return "--live " + text + " is no port; give one from " + std::to_string(least_port) + " to " +
           std::to_string(most_port) + ", or --live alone for one that is free";
  port = static_cast<std::uint16_t>(number);
  return "";
}

}  // namespace

void add_live_option(CLI::App& command, LiveOption& live) {
  const CLI::callback_t take = [&live](const CLI::results_t& words) {
    std::uint16_t port = 0;
    const bool alone = words.empty() || words[0].empty() || words[0] == "{}";
    const auto fault = alone ? std::string() : fault_of(words[0], port);
    if (!fault.empty()) throw CLI::ValidationError(fault, CLI::ExitCodes::ValidationError);
    live = port;
    return true;
  };
  command
      .add_option("--live", take,
                  "Show the run while it goes on, on a page for browsers of this machine only; write --live=PORT for a "
                  "port of your own (default: one that is free)")
      ->type_name("[PORT]")
      ->expected(0, 1);
}

}  // namespace fedloom::apps
