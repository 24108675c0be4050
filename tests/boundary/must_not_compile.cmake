# cmake -DCOMPILER=... -DINCLUDE=... -DSNIPPET=... -P must_not_compile.cmake
set(compile ${COMPILER} -std=c++20 -fsyntax-only -fdiagnostics-color=never -I${INCLUDE} ${SNIPPET})

# The line that must be refused, and the words of the refusal.
file(STRINGS ${SNIPPET} lines)
set(number 0)
set(found 0)
foreach(line IN LISTS lines)
  math(EXPR number "${number} + 1")
  if(line MATCHES "// expect: (.+)$")
    math(EXPR found "${found} + 1")
    set(diagnostic "${CMAKE_MATCH_1}")
    set(marked ${number})
  endif()
endforeach()
if(NOT found EQUAL 1)
  message(FATAL_ERROR "${SNIPPET}: needs exactly one line with // expect: <diagnostic>, has ${found}")
endif()

# Control: without the forbidden line the snippet is good code, so nothing else can be what fails.
execute_process(COMMAND ${compile} RESULT_VARIABLE failed ERROR_VARIABLE said OUTPUT_VARIABLE said)
if(failed)
  message(FATAL_ERROR "${SNIPPET}: the control does not compile:\n${said}")
endif()

execute_process(COMMAND ${compile} -DMUST_NOT_COMPILE RESULT_VARIABLE failed ERROR_VARIABLE said OUTPUT_VARIABLE said)
if(NOT failed)
  message(FATAL_ERROR "${SNIPPET}:${marked}: this compiles, and must not")
endif()
get_filename_component(name ${SNIPPET} NAME)
if(NOT said MATCHES "${name}:${marked}:[0-9]+: error: [^\n]*(${diagnostic})")
  message(FATAL_ERROR "${SNIPPET}:${marked}: refused, but not with \"${diagnostic}\":\n${said}")
endif()
