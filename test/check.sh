#!/bin/sh
# Everything about the code that can be said without running it; needs no root. Exits 0 only when all of it is right.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
bin=$root/node_modules/.bin
output=$(mktemp)
trap 'rm -f "$output"' EXIT
failed=0

# TypeScript, biome and knip start with `#!/usr/bin/env node`: it has to be the project's own.
export PATH="$bin:$PATH"
cd "$root"

check() {
  what=$1
  shift
  if "$@" >"$output" 2>&1; then
    echo "✓ $what"
  else
    echo "✗ $what"
    sed 's/^/    /' "$output"
    failed=$((failed + 1))
  fi
}

unit_score() {
  systemd-analyze security --offline=true --no-pager --threshold=15 systemd/convene.service
}

test/lab/npm-packages.sh
check "types" tsc
check "lint" oxlint --type-aware --deny-warnings
check "format" biome format .
check "unused code" knip --no-progress
check "score of the systemd unit" unit_score
[ "$failed" = 0 ]
