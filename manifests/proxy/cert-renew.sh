#!/bin/sh
# Renews what is due and sees to it that every certificate certbot holds is the one in service.
#
# Started by certbot's timer twice a day. Deploying again what is in service changes nothing, and
# makes up for a deploy hook that failed earlier.
#
# Usage: cert-renew      Exit: 1 if anything failed, after trying everything.
set -eu
# shellcheck source-path=SCRIPTDIR source=certificates.sh
. "${0%/*}/certificates.sh"

status=0
trust_acme_root
run_certbot -q renew --no-random-sleep-on-renew || status=1
for domain in $(wanted_domains); do
    [ ! -e "$letsencrypt/live/$domain/fullchain.pem" ] || "$scripts/cert-deploy" "$domain" || status=1
done
exit "$status"
