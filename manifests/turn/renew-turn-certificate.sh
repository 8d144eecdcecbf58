#!/bin/sh
# Makes coturn take over a certificate that changed on the shared volume, without ending a call.
#
# Started by convene-turn-certificate.path, so that a renewal arrives also while the agent is
# down. Certificate and key are two files replaced one after the other: a pair that does not
# belong together is left alone until it does. SIGUSR2 makes a running coturn load both; a coturn
# that started before there was a certificate has no TLS listener and is restarted, once.
# A path unit may miss a change that comes while this runs, so it stays until nothing changes.
set -eu

configuration=/etc/turnserver.conf
seen=/run/convene-turn-certificate

value() {
    sed -n "s/^$1=//p" "$configuration"
}

# Succeeds when the key is the certificate's.
pair() {
    public=$(openssl x509 -in "$certificate" -noout -pubkey 2>/dev/null) &&
        [ "$public" = "$(openssl pkey -in "$key" -pubout 2>/dev/null)" ]
}

take_over() {
    if ss --listening --numeric --tcp --no-header "sport = :$(value tls-listening-port)" | grep -q .; then
        systemctl kill --signal=SIGUSR2 coturn
        echo "coturn loads the new certificate"
    else
        systemctl restart coturn
        echo "coturn restarted: it had no certificate before"
    fi
}

[ -e "$configuration" ] || exit 0
certificate=$(value cert)
key=$(value pkey)
quiet=0
waited=0
while [ "$quiet" -lt 2 ]; do
    [ -e "$certificate" ] && [ -e "$key" ] && systemctl is-active --quiet coturn || exit 0
    digest=$(sha256sum "$certificate" "$key")
    if [ "$digest" = "$(cat "$seen" 2>/dev/null)" ]; then
        quiet=$((quiet + 1))
    elif pair; then
        take_over
        printf '%s\n' "$digest" > "$seen"
        quiet=0
    elif [ "$waited" -lt 10 ]; then
        waited=$((waited + 1))
    else
        echo "$key does not belong to $certificate: coturn keeps the pair it has" >&2
        exit 1
    fi
    sleep 1
done
