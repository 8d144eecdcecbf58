#!/bin/sh
# Makes the running HAProxy take over the addresses of the servers named "own" from its configuration file.
#
# No reload: connections go on, new ones go to the new address. Only what differs is set, and each
# is read back. An HAProxy that does not run will read the file when it starts.
#
# Usage: haproxy-live [FILE]
set -eu
# shellcheck source-path=SCRIPTDIR source=certificates.sh
. "${0%/*}/certificates.sh"

configuration=${1:-$root/etc/haproxy/haproxy.cfg}

# "BACKEND ADDRESS PORT" of every own server in the file; an IPv6 address is in brackets there.
wanted() {
    awk '$1 == "backend" || $1 == "listen" { section = $2 }
        $1 == "server" && $2 == "own" {
            port = $3; sub(/.*:/, "", port)
            address = $3; sub(/:[0-9]+$/, "", address); gsub(/[][]/, "", address)
            print section, address, port
        }' "$configuration"
}

# The same of the running process: columns 2, 4, 5 and 19 of the server state (management guide, 9.3).
running() {
    printf 'show servers state\n' | haproxy_says | awk '$4 == "own" { print $2, $5, $19 }'
}

if ! haproxy_runs; then
    echo "HAProxy does not run: it reads $configuration when it starts"
    exit 0
fi
before=$(running)
wanted | while read -r backend address port; do
    if printf '%s\n' "$before" | grep -qxF "$backend $address $port"; then
        continue
    fi
    answer=$(printf 'set server %s/own addr %s port %s\n' "$backend" "$address" "$port" | haproxy_says)
    running | grep -qxF "$backend $address $port" ||
        fail "HAProxy did not take $backend over to $address:$port: $(printf '%s' "$answer" | one_line)"
    echo "$backend: now at $address:$port"
done
