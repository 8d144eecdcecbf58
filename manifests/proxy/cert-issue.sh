#!/bin/sh
# Gets a certificate for one listed domain from the certificate authority and puts it into service.
#
# The authority asks http://DOMAIN/.well-known/acme-challenge/ (HTTP-01, RFC 8555 section 8.3);
# HAProxy sends that to certbot's own server on 127.0.0.1. A certificate that is still good and
# from the same authority is kept, and only put into service if it is not.
#
# Usage: cert-issue DOMAIN      Exit: 0 in service, 1 not, with certbot's own words on one line.
set -eu
# shellcheck source-path=SCRIPTDIR source=certificates.sh
. "${0%/*}/certificates.sh"

domain=${1:-}
[ -n "$domain" ] || fail "usage: cert-issue DOMAIN"
is_wanted "$domain" || fail "$domain is not listed in $domains_file"
directory=$(acme_directory)
[ -n "$directory" ] || fail "no line directory=URL in $acme_settings"
trust_acme_root

output=$(mktemp)
trap 'rm -f "$output"' EXIT

obtain() {
    run_certbot certonly --non-interactive --agree-tos --email "$(email_of "$domain")" --server "$directory" \
        --standalone --http-01-address 127.0.0.1 --http-01-port "$http_port" --preferred-challenges http \
        --key-type ecdsa --cert-name "$domain" -d "$domain" --keep-until-expiring \
        --deploy-hook "$scripts/cert-deploy" "$@" > "$output" 2>&1
}

# What certbot says between its advice: the authority's details if there are any, else its errors.
complaint() {
    { grep -E '^ *(Domain|Type|Detail):' "$output" || grep -iE 'error|failed|unable|problem' "$output" ||
        tail -n 3 "$output"; } | one_line
}

settings=$letsencrypt/renewal/$domain.conf
set --
if [ -e "$settings" ] && ! grep -qxF "server = $directory" "$settings"; then
    set -- --force-renewal
fi
if ! obtain "$@"; then
    # An authority that forgot the account (a test server started anew) is asked once more as a stranger.
    grep -qE "accountDoesNotExist|Account .*(not exist|not found)|can't set attribute" "$output" ||
        fail "$domain: $(complaint)"
    rm -rf "$letsencrypt/accounts" "$settings" "$letsencrypt/live/$domain" "$letsencrypt/archive/$domain"
    obtain || fail "$domain: $(complaint)"
fi
"$scripts/cert-deploy" "$domain"
