#pragma once
// JSON from strangers: parsers cope with any depth, but what walks over their values calls itself for each level.

#include <string_view>

namespace fedloom {

/// True where brackets are open inside one another more than `most` deep (outside of strings). No file of ours comes
/// near the default. Ask before parsing.
bool nested_too_deeply(std::string_view json, int most = 64) noexcept;

}  // namespace fedloom
