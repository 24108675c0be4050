# fedloom_warnings: what the compiler should say; errors with FEDLOOM_WARNINGS_AS_ERRORS (preset ci).
add_library(fedloom_warnings INTERFACE)
set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
  $<$<BOOL:${FEDLOOM_WARNINGS_AS_ERRORS}>:-Werror>)
target_compile_options(fedloom_warnings INTERFACE "$<$<COMPILE_LANGUAGE:C,CXX>:${warnings}>"
  "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall;$<$<BOOL:${FEDLOOM_WARNINGS_AS_ERRORS}>:-Werror=all-warnings>>")
# GCC 12 sees an overlap in `"literal" + std::string` where there is none (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(fedloom_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
if(FEDLOOM_SANITIZE)
  list(JOIN FEDLOOM_SANITIZE "," sanitizers)
  add_compile_options(-fsanitize=${sanitizers} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizers})
endif()
