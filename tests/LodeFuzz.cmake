# lode_add_fuzz(NAME SOURCES file... [PLUGIN target] [LIBS target...])
#
# A libFuzzer program. PLUGIN: also links that plugin's objects and libraries. libFuzzer is led by the coverage of what
# it runs, so a build with LODE_FUZZ instruments everything.
if(LODE_FUZZ)
  foreach(language C CXX)  # where lode_add_plugin sees that a sanitizer is used
    string(APPEND CMAKE_${language}_FLAGS " -fsanitize=fuzzer-no-link,address")
  endforeach()
endif()
function(lode_add_fuzz name)
  if(NOT LODE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PLUGIN" "SOURCES;LIBS")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${Lode_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE lode::sdk ${arg_LIBS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  if(arg_PLUGIN)
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:${arg_PLUGIN}>)
    target_link_libraries(${name} PRIVATE $<TARGET_PROPERTY:${arg_PLUGIN},LINK_LIBRARIES>)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endfunction()
