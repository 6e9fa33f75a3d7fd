#!/bin/sh
# Runs every fuzz target for SECONDS each; stops at the first that finds something and leaves the input where it ran.
# Usage: tests/fuzz/run.sh SECONDS [build folder]
set -eu
seconds=${1:?usage: run.sh SECONDS [build folder]}
build=${2:-$(dirname "$0")/../../build/fuzz}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for target in "$build"/tests/fuzz/fuzz_*; do
  [ -f "$target" ] && [ -x "$target" ] || continue
  name=$(basename "$target")
  mkdir "$work/$name"
  if ! "$target" -max_total_time="$seconds" -max_len=1200 -print_final_stats=1 -artifact_prefix="$PWD/$name-" \
      "$work/$name" >"$work/log" 2>&1; then
    cat "$work/log"
    exit 1
  fi
  echo "$name: $(sed -n 's/.*number_of_executed_units: *//p' "$work/log") inputs in $seconds s"
done
