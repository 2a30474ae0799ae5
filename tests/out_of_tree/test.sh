#!/usr/bin/env bash
# Plays a plugin author: installs Lode into a prefix, builds a plugin that knows only the prefix, searches with it.
# usage: test.sh BUILD_DIR CXX_FLAGS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$1" --prefix "$work/prefix" >"$work/install.log"
cmake -G Ninja -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_FLAGS="$2 -Wall -Wextra -Wconversion -Werror"
cmake --build "$work/build"

exported=$(nm -D --defined-only "$work/build/ring.lode.so" | awk '{print $3}' | grep -v -e '^__' || true)
[ "$exported" = lode_plugin_v1 ] || { echo "the plugin exports: $exported"; exit 1; }

export XDG_CACHE_HOME="$work/cache" RING_PLUGIN="$work/build/ring.lode.so"
cd "$work"
for optimizer in rea random; do
  prefix/bin/lode run "$here/ring.toml" --set optimizer.use=$optimizer --json >result.json
  python3 -c 'import json; r = json.load(open("result.json")); assert r["summary"]["mean"] >= 9, r["summary"]'
done
