if(LODE_TESTS)
  find_package(GTest REQUIRED)
  # The tested code is optimized, the tests themselves need not be. Fortifying needs optimization.
  set(LODE_TEST_OPTIONS -O0 -U_FORTIFY_SOURCE -fPIC)  # -fPIC: programs too, to match the precompiled header
  # GoogleTest's headers take as long to read as a test takes to compile: they are read once for all tests.
  add_library(test_headers OBJECT ${CMAKE_CURRENT_LIST_DIR}/test_headers.cc)
  target_link_libraries(test_headers PRIVATE GTest::gmock)
  target_compile_options(test_headers PRIVATE ${LODE_TEST_OPTIONS})
  target_precompile_headers(test_headers PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> <algorithm> <filesystem> <fstream> <optional> <string> <thread> <vector>)
endif()

# lode_add_test_program(NAME SOURCES file... [PLUGIN target] [LIBS target...])
#
# A program of the tests. PLUGIN: also links that plugin's objects and libraries.
function(lode_add_test_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PLUGIN" "SOURCES;LIBS")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${Lode_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  if(arg_PLUGIN)
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:${arg_PLUGIN}>)
    target_link_libraries(${name} PRIVATE $<TARGET_PROPERTY:${arg_PLUGIN},LINK_LIBRARIES>)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endfunction()

# lode_add_test(NAME SOURCES file... [PLUGIN target] [LIBS target...] [NEEDS target...] [LABELS label...] [WHOLE]
#   [SHARDS n] [APART])
#
# A GoogleTest program, in which every case is its own ctest entry. NEEDS: what it starts or loads, such as `lode` and
# plugins; targets may be added later. WHOLE makes the program a single entry, for programs that are slow to start, as
# all are under a sanitizer; SHARDS splits it into that many entries, for programs that run long. APART: its files use
# the same names for different things, and are never compiled as one.
# Label "slow" keeps a test out of the sanitizer runs, and has it begin first: a long test that begins last leaves
# processors idle. Those that take about a minute have `COST 100`, and begin before the slow ones.
function(lode_add_test name)
  if(NOT LODE_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "WHOLE;APART" "PLUGIN;SHARDS" "SOURCES;LIBS;NEEDS;LABELS")
  lode_add_test_program(${name} SOURCES ${arg_SOURCES} PLUGIN ${arg_PLUGIN} LIBS ${arg_LIBS} GTest::gmock_main)
  if(NOT "torch" IN_LIST arg_LABELS)  # those share LibTorch's headers
    target_compile_options(${name} PRIVATE ${LODE_TEST_OPTIONS})
    target_precompile_headers(${name} REUSE_FROM test_headers)
  endif()
  if(arg_APART)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  if(arg_NEEDS)
    add_dependencies(${name} ${arg_NEEDS})
  endif()
  target_compile_definitions(${name} PRIVATE LODE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    LODE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set(cost 0)
  if("slow" IN_LIST arg_LABELS)
    set(cost 10)
  endif()
  if(arg_WHOLE OR LODE_SANITIZE)
    lode_add_shards(${name} "${arg_SHARDS}" "${arg_LABELS}")
  else()
    set(properties COST ${cost})
    if(arg_LABELS)  # gtest_discover_tests drops an empty value, and then takes the next name for it
      list(APPEND properties LABELS "${arg_LABELS}")
    endif()
    gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
  endif()
endfunction()

function(lode_add_shards name shards labels)
  if(NOT shards)
    set(shards 1)
  endif()
  foreach(shard RANGE 1 ${shards})
    set(entry ${name})
    if(shards GREATER 1)
      set(entry ${name}.${shard})
    endif()
    math(EXPR index "${shard} - 1")
    add_test(NAME ${entry} COMMAND ${name})
    set_tests_properties(${entry} PROPERTIES LABELS "${labels}" COST 100
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
include(GoogleTest)
