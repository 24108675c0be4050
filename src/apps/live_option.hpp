#pragma once
// --live [PORT]

#include <cstdint>
#include <optional>

namespace CLI {
class App;
}

namespace fedloom::apps {

/// None: no live page. 0: on any port that is free.
using LiveOption = std::optional<std::uint16_t>;

/// --live [PORT], for a command that conducts a run.
void add_live_option(CLI::App& command, LiveOption& live);

}  // namespace fedloom::apps
