#!/bin/sh
# Says whether coturn would run with a candidate configuration: starts it for a moment, out of the way, and reads its words.
#
# coturn has no option for this, and it starts with options it does not know, addresses it cannot
# read and without TLS when a key is missing, with only a line in its log. So the candidate is
# started on loopback, on ports nobody uses, and every such line fails it. A certificate that is
# not there yet is said and passes: coturn relays without TLS until it is.
#
# Usage: check-turnserver FILE        Exit: 0 would run, 1 would not, with coturn's own words.
set -eu
umask 077

candidate=$1
directory=$(mktemp -d /run/convene-check-turnserver.XXXXXX)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$directory"' EXIT

fail() {
    printf '%s: %s\n' "$candidate" "$1" >&2
    exit 1
}

# The value of an option, the last one if there are several.
value() {
    sed -n "s/^$1=//p" "$candidate" | tail -n 1
}

# What coturn reads with atoi() and swallows.
for option in listening-port tls-listening-port min-port max-port user-quota total-quota stale-nonce; do
    number=$(value "$option")
    case $number in
        '' | *[!0-9]*) fail "$option is not a number: '$number'" ;;
    esac
    [ "$number" -ge 1 ] && [ "$number" -le 65535 ] || fail "$option is not between 1 and 65535: $number"
done
[ "$(value min-port)" -le "$(value max-port)" ] || fail "min-port is above max-port"
[ -n "$(value realm)" ] || fail "realm is empty"
openssl ciphers "$(value cipher-list)" > "$directory/ciphers" 2>&1 || fail "cipher-list names no cipher: $(value cipher-list)"
[ -n "$(value static-auth-secret)" ] || fail "static-auth-secret is empty: anybody could relay"
grep -q '^use-auth-secret$' "$candidate" || fail "use-auth-secret is missing: anybody could relay"

# Listening happens on loopback and unused ports, so that the running coturn is not in the way.
grep -v -E '^(listening-ip|relay-ip|listening-port|tls-listening-port|min-port|max-port|log-file|no-stdout-log|simple-log|userdb)(=|$)' \
    "$candidate" > "$directory/turnserver.conf"
cat >> "$directory/turnserver.conf" <<END
listening-ip=127.0.0.1
relay-ip=127.0.0.1
listening-port=20478
tls-listening-port=20349
min-port=20500
max-port=20510
userdb=$directory/turndb
log-file=stdout
no-stdout-log
END
chown -R turnserver:turnserver "$directory"

: > "$directory/log"
setpriv --reuid turnserver --regid turnserver --init-groups \
    turnserver -c "$directory/turnserver.conf" --pidfile= > "$directory/log" 2>&1 &
server=$!

# It is up when its last thread says so; 5 seconds is fifty times what it takes.
attempts=0
until grep -q 'IO method (admin thread)' "$directory/log"; do
    attempts=$((attempts + 1))
    if [ "$attempts" -gt 50 ] || ! kill -0 "$server" 2>/dev/null; then
        tail -n 5 "$directory/log" >&2
        fail "coturn did not start with it"
    fi
    sleep 0.1
done

complaints=$(grep -E 'Bad configuration|ERROR|[Ww]rong|error resolving|cannot (bind|open)|[Uu]nknown|[Ii]nvalid|unable' "$directory/log" | sort -u || true)
[ -z "$complaints" ] || fail "$complaints"

certificate=$(value cert)
key=$(value pkey)
if [ ! -e "$certificate" ] || [ ! -e "$key" ]; then
    printf '%s: no certificate at %s yet: coturn runs without TLS until there is\n' "$candidate" "$certificate" >&2
    exit 0
fi
refused=$(grep -E 'cannot find (certificate|private key)|cannot start TLS|SSL_CTX|certificate .*(check|match)' "$directory/log" | sort -u || true)
[ -z "$refused" ] || fail "$refused"
