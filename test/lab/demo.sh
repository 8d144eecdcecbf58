#!/bin/sh
# The demo: `demo.sh up` brings a whole conferencing host up on this machine, `demo.sh down` takes it away again.
set -eu

lab=$(cd "$(dirname "$0")" && pwd)
node=$lab/../../node_modules/.bin/node

case ${1:-} in
  up)
    "$lab/prepare.sh" demo
    exec "$node" "$lab/demo.ts" up
    ;;
  down)
    if [ -x "$node" ]; then "$node" "$lab/demo.ts" down; fi
    exec "$lab/stop-lxd.sh"
    ;;
  *)
    echo "usage: demo.sh up|down" >&2
    exit 1
    ;;
esac
