#!/usr/bin/env bash
# Builds the plugins that are kept for a released minor: usage: keep.sh 1.N
set -euo pipefail
cd "$(dirname "$0")"
kept=../$1
[ ! -e "$kept" ] || { echo "keep.sh: $1 is already kept, and kept plugins never change"; exit 1; }
export MINOR=${1#1.}
./build.sh "$kept/sample.lode.so" sample.cc g++ -std=c++20 -fvisibility-inlines-hidden -fno-gnu-unique
./build.sh "$kept/c_space.lode.so" ../../verify/plugins/c_space.c gcc -std=c11
chmod 644 "$kept"/*.lode.so
