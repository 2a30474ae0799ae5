# lode_add_fuzz(NAME_fuzz SOURCES file... [PLUGIN target] [LIBS target...])
#
# A libFuzzer program NAME_fuzz, and the test NAME_fuzz that runs it for LODE_FUZZ_SECONDS. It starts from the files in
# tests/corpus/NAME; inputs that reach more code go to corpus/NAME of the build tree, those that fail to
# tests/NAME_fuzz-* there. libFuzzer is led by the coverage of what it runs, so a build with LODE_FUZZ instruments
# everything. The target `fuzz` builds all of them.
if(LODE_FUZZ)
  set(LODE_FUZZ_SECONDS 60 CACHE STRING "How long a test runs a libFuzzer target, in seconds")
  add_custom_target(fuzz)
  foreach(language C CXX)  # where lode_add_plugin sees that a sanitizer is used
    string(APPEND CMAKE_${language}_FLAGS " -fsanitize=fuzzer-no-link,address")
  endforeach()
endif()
function(lode_add_fuzz name)
  if(NOT LODE_FUZZ)
    return()
  endif()
  lode_add_test_program(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE lode::sdk)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzz ${name})
  string(REGEX REPLACE "_fuzz$" "" corpus ${name})
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/corpus/${corpus})
  add_test(NAME ${name} COMMAND ${name} -max_total_time=${LODE_FUZZ_SECONDS} -timeout=60 -rss_limit_mb=4096
    -artifact_prefix=${CMAKE_BINARY_DIR}/tests/${name}-
    ${CMAKE_BINARY_DIR}/corpus/${corpus} ${Lode_SOURCE_DIR}/tests/corpus/${corpus})
endfunction()
