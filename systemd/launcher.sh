#!/bin/sh
# The `convene` command: starts the bundle beside it with the Node 26 that npm installed for it.
set -eu

self=$(readlink -f "$0")
package=${self%/*}

# npm puts what a package needs into it, or next to it.
find_node() {
  for node in "$package"/node_modules/node-linux-*/bin/node "$package"/../node-linux-*/bin/node; do
    if [ -x "$node" ]; then
      printf '%s\n' "$node"
      return
    fi
  done
  # A processor that npm has no binary for: the machine's own, when it is new enough.
  if command -v node >/dev/null && [ "$(node --print 'process.versions.node.split(".")[0]')" -ge 24 ]; then
    command -v node
  fi
}

node=$(find_node)
if [ -z "$node" ]; then
  echo "convene: no Node.js 24 or newer; install convene again without --omit=optional" >&2
  exit 1
fi

# What starts convene again: the hooks, systemd's units. npm's link stays the same over an upgrade.
link=${self%/lib/node_modules/*}/bin/convene
if [ -x "$link" ]; then CONVENE_LAUNCHER=$link; else CONVENE_LAUNCHER=$self; fi
export CONVENE_LAUNCHER

# A small young generation and one arena: the agent allocates little, and an idle one then stays small.
export MALLOC_ARENA_MAX=1
exec "$node" --max-semi-space-size=1 "$package/convene.mjs" "$@"
