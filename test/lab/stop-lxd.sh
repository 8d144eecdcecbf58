#!/bin/sh
# Stops the LXD that prepare.sh started, if it did and nothing else runs in it.
set -eu

pid_file=/run/convene-lab/lxd.pid

[ -f "$pid_file" ] || exit 0
pid=$(cat "$pid_file")
if ! tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q '^lxd '; then
  rm -f "$pid_file"
  exit 0
fi
if [ -n "$(lxc list --all-projects --format csv --columns n 2>/dev/null)" ]; then
  echo "· LXD goes on: other containers run in it"
  exit 0
fi
lxd shutdown --timeout 60
rm -f "$pid_file"
echo "✓ LXD stopped"
