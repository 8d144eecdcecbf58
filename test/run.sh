#!/bin/sh
# Runs tests: `run.sh all|unit|integration|e2e|bench`. Ends with one line `N passed, N failed, N skipped`.
# Unit tests need no root. The others get what they need from test/lab/prepare.sh, and leave nothing running.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
node=$root/node_modules/.bin/node
lab=$root/test/lab
counts=$(mktemp)
passed=0
failed=0
skipped=0
child=

say() { printf '%s\n' "$*"; }

# A child in the background, in a session of its own: a signal to this script is acted on at once, and ends the servers
# that tests have started too.
supervise() {
  setsid "$@" &
  child=$!
  status=0
  wait "$child" || status=$?
  child=
  return $status
}

run_stage() {
  say ""
  say "== $1"
  : >"$counts"
  supervise "$node" "$root/test/run-stage.ts" "$1" "$counts" || true
  if read -r stage_passed stage_failed stage_skipped <"$counts"; then
    passed=$((passed + stage_passed))
    failed=$((failed + stage_failed))
    skipped=$((skipped + stage_skipped))
  else
    say "✗ stage $1 ended without a result"
    failed=$((failed + 1))
  fi
}

prepare() {
  "$lab/prepare.sh" test
  "$node" "$lab/tidy.ts" before
}

clean_up() {
  status=$?
  when=after
  trap - EXIT INT TERM
  if [ -n "$child" ]; then
    kill -TERM -- "-$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
    when=interrupted
  fi
  rm -f "$counts"
  if [ "$needs_lab" = yes ]; then
    "$node" "$lab/tidy.ts" "$when" || status=1
    "$lab/stop-lxd.sh" || status=1
  fi
  [ -z "$final_line" ] || say "$final_line"
  exit "$status"
}

finish() {
  line="$passed passed, $failed failed, $skipped skipped"
  # .ci/run prints it itself, after the checks.
  if [ -n "${CONVENE_TOTALS_FILE:-}" ]; then say "$line" >"$CONVENE_TOTALS_FILE"; else final_line=$line; fi
  [ "$failed" = 0 ] && [ "$skipped" = 0 ]
}

needs_lab=no
final_line=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

case ${1:-} in
  unit)
    "$lab/npm-packages.sh"
    run_stage unit
    ;;
  integration | e2e)
    needs_lab=yes
    prepare
    run_stage "$1"
    ;;
  all)
    needs_lab=yes
    prepare
    run_stage unit
    run_stage integration
    run_stage e2e
    ;;
  bench)
    needs_lab=yes
    prepare
    shift
    supervise "$node" "$root/test/bench/bench.ts" "$@"
    exit 0
    ;;
  *)
    say "usage: run.sh all|unit|integration|e2e|bench" >&2
    exit 1
    ;;
esac
finish
