# lode_precompile(TARGET [HEADER...])
#
# With LODE_PCH, which the sanitized presets set, the headers that cost most are parsed once and not in every source: for
# TARGET with HEADERs of its own, or else once for all tests and once for all plugins, whose first target the others wait
# for. The release build goes without, so that a missing include is noticed.
set(lode_headers
  <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <cstdint> <cstdio> <cstdlib> <cstring> <deque> <exception>
  <filesystem> <fstream> <functional> <limits> <map> <memory> <mutex> <numeric> <optional> <random> <set> <span>
  <sstream> <stdexcept> <string> <string_view> <system_error> <thread> <tuple> <unordered_map> <utility> <variant>
  <vector> <lode/plugin.h>)
set(lode_headers_MODULE_LIBRARY ${lode_headers} <lode/plugin.hpp>)
set(lode_headers_EXECUTABLE ${lode_headers} <nlohmann/json.hpp> <gmock/gmock.h> <gtest/gtest.h>)

function(lode_precompile target)
  get_target_property(sources ${target} SOURCES)
  if(NOT LODE_PCH OR sources MATCHES "\\.c(;|$)")
    return()
  endif()
  get_target_property(type ${target} TYPE)
  get_property(first GLOBAL PROPERTY LODE_PRECOMPILED_${type})
  if(ARGN)
    target_precompile_headers(${target} PRIVATE ${lode_headers} ${ARGN})
  elseif(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${lode_headers_${type}})
    set_property(GLOBAL PROPERTY LODE_PRECOMPILED_${type} ${target})
  endif()
  target_compile_options(${target} PRIVATE -Xclang -fno-pch-timestamp)  # for ccache
endfunction()
