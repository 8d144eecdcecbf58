#!/bin/sh
# Puts the certificate certbot holds for a domain into service, after checking that it will do.
#
# certbot's deploy hook (then RENEWED_LINEAGE names the lineage), and by hand or by cert-issue at
# any time: an equal certificate in service is left alone, so that it can be run again and again.
#
# Usage: cert-deploy DOMAIN
set -eu
# shellcheck source-path=SCRIPTDIR source=certificates.sh
. "${0%/*}/certificates.sh"

domain=${1:-$(basename "${RENEWED_LINEAGE:-}")}
[ -n "$domain" ] || fail "usage: cert-deploy DOMAIN"
lineage=$letsencrypt/live/$domain
is_wanted "$domain" || fail "$domain is not listed in $domains_file"
[ -e "$lineage/fullchain.pem" ] || fail "$domain: certbot holds no certificate in $lineage"

# Chain, name and dates at once: an issuer in the chain must have signed it for this name, now.
verdict=$(openssl verify -partial_chain -trusted "$lineage/chain.pem" -verify_hostname "$domain" \
    "$lineage/cert.pem" 2>&1) || fail "$domain: the new certificate does not hold: $(printf '%s' "$verdict" | one_line)"
public=$(openssl x509 -in "$lineage/cert.pem" -noout -pubkey) || fail "$domain: no public key in $lineage/cert.pem"
[ "$public" = "$(openssl pkey -in "$lineage/privkey.pem" -pubout)" ] ||
    fail "$domain: the key in $lineage/privkey.pem belongs to another certificate"

take_turn
install_certificate "$domain" "$lineage/fullchain.pem" "$lineage/privkey.pem"
echo "$domain: in service, $(openssl x509 -in "$lineage/cert.pem" -noout -enddate)"
