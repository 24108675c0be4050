#pragma once
// 128-bit unsigned arithmetic of the compiler, named once.

namespace fedloom::privacy {
__extension__ typedef unsigned __int128 uint128;
}  // namespace fedloom::privacy
