#!/usr/bin/env bash
# Makes a plugin from every template of `lode new`, all as parts of one project, against the build tree; builds them
# with all warnings and runs their tests.
# usage: templates.sh BUILD_DIR
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME="$work/cache"

printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(templates LANGUAGES C CXX)' 'include(CTest)' \
  >CMakeLists.txt
for kind in space oracle exploration optimizer; do
  for language in c c++; do
    name=my_${kind}_${language//+/x}
    "$1/bin/lode" new $kind $name --lang $language >/dev/null
    echo "add_subdirectory($name)" >>CMakeLists.txt
  done
done
if grep -rniE 'my_?component|my_kind' my_*; then echo "a placeholder is left"; exit 1; fi

warnings="-Wall -Wextra -Wconversion -Werror"
cmake -G Ninja -S . -B build -DCMAKE_PREFIX_PATH="$1" -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_C_FLAGS="$warnings" -DCMAKE_CXX_FLAGS="$warnings" >configure.log || { cat configure.log; exit 1; }
cmake --build build
for plugin in build/*/*.lode.so; do
  exported=$(nm -D --defined-only "$plugin" | awk '{print $3}')
  [ "$exported" = lode_plugin_v1 ] || { echo "$plugin exports: $exported"; exit 1; }
done
ctest --test-dir build --output-on-failure
