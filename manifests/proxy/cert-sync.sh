#!/bin/sh
# Makes the certificates match the list of domains: a self-signed one where there is none, none where none is listed.
#
# Runs when the list changes and before HAProxy starts. Never asks a certificate authority for
# anything: that is cert-issue. Does nothing when all is as it should be.
#
# Usage: cert-sync
set -eu
# shellcheck source-path=SCRIPTDIR source=certificates.sh
. "${0%/*}/certificates.sh"

self_sign() {
    directory=$(mktemp -d)
    if ! complaint=$(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
        -subj '/CN=convene self-signed' -addext "subjectAltName=DNS:$1" \
        -keyout "$directory/key" -out "$directory/chain" 2>&1); then
        rm -rf "$directory"
        fail "no self-signed certificate for $1: $(printf '%s' "$complaint" | one_line)"
    fi
    install_certificate "$1" "$directory/chain" "$directory/key"
    rm -rf "$directory"
    echo "$1: self-signed until the certificate authority has answered"
}

remove() {
    rm -f "$haproxy_certificates$1.pem"
    unload_from_haproxy "$haproxy_certificates$1.pem"
    rm -f "$shared_certificates/$1.key.pem" "$shared_certificates/$1.cert.pem"
    # What `certbot delete` removes.
    rm -rf "$letsencrypt/renewal/$1.conf" "$letsencrypt/live/$1" "$letsencrypt/archive/$1"
    echo "$1: removed, no longer listed"
}

# Without a list nothing is known about what to keep.
[ -e "$domains_file" ] || exit 0
take_turn
mkdir -p "$haproxy_certificates" "$shared_certificates"
chmod 700 "$haproxy_certificates"
chgrp "$key_group" "$shared_certificates"
chmod 750 "$shared_certificates"

for domain in $(wanted_domains); do
    if [ -e "$haproxy_certificates$domain.pem" ] && [ -e "$shared_certificates/$domain.cert.pem" ] &&
        [ -e "$shared_certificates/$domain.key.pem" ]; then
        continue
    fi
    lineage=$letsencrypt/live/$domain
    if [ -e "$lineage/fullchain.pem" ] && [ -e "$lineage/privkey.pem" ]; then
        install_certificate "$domain" "$lineage/fullchain.pem" "$lineage/privkey.pem"
    else
        self_sign "$domain"
    fi
done
for file in "$haproxy_certificates"*.pem "$shared_certificates"/*.cert.pem "$letsencrypt"/renewal/*.conf; do
    [ -e "$file" ] || continue
    domain=$(basename "$file" | sed 's/\.cert\.pem$//; s/\.pem$//; s/\.conf$//')
    is_wanted "$domain" || remove "$domain"
done
