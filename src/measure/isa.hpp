#pragma once
// Which vector instructions this machine has; asked once at run time, so that one program runs anywhere.

namespace fedloom::measure {

enum class Isa { portable, avx2, avx512 };  ///< each includes those before it; avx512: with BW and VPOPCNTDQ

Isa best_isa();

}  // namespace fedloom::measure
