#!/usr/bin/env bash
# Builds and strips a sample like an author's plugin, with any compiler.
# usage: build.sh OUT SOURCE COMPILER [OPTION...]
# SOURCE is relative to this directory; options come last and win; $MINOR is the target minor, 0 if
# unset, and $INCLUDE where <lode/plugin.h> is if not in this tree's SDK.
set -euo pipefail
mkdir -p "$(dirname "$1")"
out=$(realpath "$1")
source=$2
compiler=$3
shift 3
cd "$(dirname "$0")"
sdk=../../../sdk
"$compiler" -shared -fPIC -fvisibility=hidden -Os -DLODE_TARGET_MINOR="${MINOR:-0}" \
  -I"${INCLUDE:-$sdk/include}" -Wl,--version-script=$sdk/cmake/lode_plugin.map -Wl,-z,defs -s \
  "$source" -o "$out" "$@"
