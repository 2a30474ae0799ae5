#!/usr/bin/env bash
# Plays a newcomer: installs Lode, makes a search space with `lode new`, builds it, tests it, searches it. Nothing is
# edited, and only the prefix is known. Prints how long each step takes; all must take less than a minute, or less than
# a minute of processor time if the machine is busy with other work.
# usage: newcomer.sh BUILD_DIR
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME="$work/cache"

# Runs a command with its output in the file out; prints the output if the command fails.
step() {
  local begin=$EPOCHREALTIME
  "$@" >out 2>err || { cat out err; echo "failed: $*"; exit 1; }
  awk -v a="$begin" -v b="$EPOCHREALTIME" -v what="$*" 'BEGIN { printf "%6.1f s  %s\n", b - a, what }'
}

SECONDS=0
step cmake --install "$1" --prefix "$work/lode"
PATH="$work/lode/bin:$PATH"
step lode new space ring
sed -n 's/^  //p' out >commands  # the next commands, as printed
while read -r command; do step bash -c "$command"; done <commands
for optimizer in rea random l2nas; do
  step lode --plugin ring/build/ring.lode.so run ring/search.toml --set optimizer.use=$optimizer --json --out $optimizer
  # By hand: a 1x1 and a 3x3 convolution of width 32; nothing else has at least 10000 weights and fewer than 11000.
  python3 -c 'import json; mean = json.load(open("out"))["summary"]["mean"]; assert mean == 10240, mean'
done
wall=$SECONDS
times >out  # of this shell, and of everything it has started: "0m1.234s 0m0.567s"
cpu=$(awk -F '[ms ]+' 'NR == 2 { printf "%d", $1 * 60 + $2 + $3 * 60 + $4 }' out)
echo "$wall s in total, $cpu s of processor time"
[ "$wall" -lt 60 ] || [ "$cpu" -lt 60 ] || { echo "that is a minute or more"; exit 1; }
