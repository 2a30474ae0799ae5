# lode_add_fuzz(NAME SOURCES file... [PLUGIN target] [LIBS target...])
#
# A libFuzzer program. libFuzzer is led by the coverage of what it runs, so a build with LODE_FUZZ instruments
# everything.
if(LODE_FUZZ)
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
endfunction()
