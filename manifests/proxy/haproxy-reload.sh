#!/bin/sh
# Reloads HAProxy and waits until the new worker serves; the replaced one keeps its connections.
#
# Before that it writes down what is known of other modules' servers, so that the new worker need
# not ask Consul before it can serve them. systemd hands over the master's process id.
#
# Usage: MAINPID=PID haproxy-reload
set -eu
# shellcheck source-path=SCRIPTDIR source=certificates.sh
. "${0%/*}/certificates.sh"

master_socket=$root/run/haproxy-master.sock
state=$root/var/lib/haproxy/server-state

# The master's list of processes; nothing while it re-executes itself in the middle of a reload.
processes() {
    printf 'show proc\n' | socat -t 5 - "UNIX-CONNECT:$master_socket" 2> /dev/null || true
}

current_worker() {
    printf '%s\n' "$1" | awk '/^# old workers/ { exit } $2 == "worker" { print $1 }'
}

# How many reloads failed since the last good one: "master 2 [failed: 1]".
failed_reloads() {
    printf '%s\n' "$1" | sed -n 's/.*master .*\[failed: \([0-9]*\)\].*/\1/p'
}

if haproxy_runs; then
    printf 'show servers state\n' | haproxy_says > "$state.new" && mv -f "$state.new" "$state"
fi
before=$(processes)
failed_before=$(failed_reloads "$before")
failed_before=${failed_before:-0}
kill -USR2 "$MAINPID"
attempts=0
while [ "$attempts" -lt 100 ]; do
    attempts=$((attempts + 1))
    sleep 0.1
    now=$(processes)
    failed=$(failed_reloads "$now")
    worker=$(current_worker "$now")
    [ -n "$failed" ] || continue
    [ "$failed" -le "$failed_before" ] ||
        fail "HAProxy refused the configuration and goes on with the old one: haproxy -c -f $root/etc/haproxy/haproxy.cfg"
    [ -z "$worker" ] || [ "$worker" = "$(current_worker "$before")" ] || exit 0
done
fail "no new worker 10 s after the reload; its words are in: journalctl -u haproxy"
