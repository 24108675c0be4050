#pragma once

namespace fedloom {
/// Of the software; CMake checks that it is the project's version.
inline constexpr const char* version = "0.1.0";
}  // namespace fedloom
