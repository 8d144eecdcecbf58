# Where certificates lie and how one is put in place; sourced by the cert-* scripts.
#
# CONVENE_ROOT and CONVENE_HTTP_PORT exist for the tests: a folder in place of /, another port than 8080.
# shellcheck shell=sh disable=SC2034

umask 077
root=${CONVENE_ROOT:-}
http_port=${CONVENE_HTTP_PORT:-8080}
domains_file=$root/etc/convene/domains
acme_settings=$root/etc/convene/acme.conf
acme_root=$root/etc/convene/acme-root.pem
letsencrypt=$root/etc/letsencrypt
haproxy_certificates=$root/etc/haproxy/ssl/
shared_certificates=$root/var/certs
haproxy_socket=$root/run/haproxy/admin.sock
key_group=3000
scripts=$(cd "${0%/*}" && pwd)

fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

# Several lines as one, without the boxes and prefixes programs draw around them.
one_line() {
    tr '\n' ' ' | tr -s ' -' | sed 's/^[ -]*//; s/ *$//'
}

# One script at a time changes certificates. Not held while certbot talks to the authority.
take_turn() {
    mkdir -p "$root/run"
    exec 9> "$root/run/convene-certificates.lock"
    flock -w 60 9 || fail "another script has been changing certificates for a minute"
}

wanted_domains() {
    [ -e "$domains_file" ] || return 0
    sed -n 's/^\([a-z0-9.-][a-z0-9.-]*\) .*$/\1/p' "$domains_file"
}

is_wanted() {
    wanted_domains | grep -qxF "$1"
}

email_of() {
    sed -n "s/^$(printf '%s' "$1" | sed 's/[.]/[.]/g') //p" "$domains_file" | head -n 1
}

acme_directory() {
    sed -n 's/^directory=//p' "$acme_settings" | head -n 1
}

# The authority's own HTTPS may have a private root (requests' documentation, "SSL Cert Verification").
trust_acme_root() {
    if [ -s "$acme_root" ]; then
        export REQUESTS_CA_BUNDLE="$acme_root"
    fi
}

run_certbot() {
    certbot --config-dir "$letsencrypt" --work-dir "$root/var/lib/letsencrypt" \
        --logs-dir "$root/var/log/letsencrypt" --max-log-backups 20 "$@"
}

haproxy_runs() {
    [ -S "$haproxy_socket" ] && printf 'show version\n' | haproxy_says > /dev/null 2>&1
}

# Hands standard input to HAProxy's runtime API and prints its answer (management guide, 9.3).
haproxy_says() {
    socat -t 10 - "UNIX-CONNECT:$haproxy_socket"
}

# Prints the answer to a command, and fails unless HAProxy says that it was done.
haproxy_does() {
    answer=$(haproxy_says) || return 1
    case $answer in
        *Success* | *'New empty'* | *created* | *updated* | *deleted*) return 0 ;;
    esac
    printf '%s\n' "$answer" | one_line >&2
    return 1
}

# Writes standard input to FILE with MODE and GROUP, at once; leaves an equal file alone. What is no file gives way.
replace_file() {
    target=$1 mode=$2 group=$3
    # HAProxy skips names that begin with a dot when it loads the folder.
    temporary=$(mktemp "${target%/*}/.${target##*/}.XXXXXX") || return 1
    cat > "$temporary"
    chgrp "$group" "$temporary" && chmod "$mode" "$temporary" || return 1
    if [ -f "$target" ] && cmp -s "$temporary" "$target" &&
        [ "$(stat -c %a:%g "$target")" = "$(stat -c %a:%g "$temporary")" ]; then
        rm -f "$temporary"
        return 0
    fi
    sync "$temporary"
    [ ! -d "$target" ] || [ -L "$target" ] || rm -rf "$target"
    mv -fT "$temporary" "$target"
}

# Puts DOMAIN's full chain and key where HAProxy and coturn find them, and into the running HAProxy.
install_certificate() {
    domain=$1 chain=$2 key=$3
    # An empty line would end the payload of the runtime API; certbot writes one between certificates.
    cat "$chain" "$key" | grep -v '^[[:space:]]*$' | replace_file "$haproxy_certificates$domain.pem" 600 0
    replace_file "$shared_certificates/$domain.key.pem" 640 "$key_group" < "$key"
    replace_file "$shared_certificates/$domain.cert.pem" 644 0 < "$chain"
    if haproxy_runs; then
        load_into_haproxy "$haproxy_certificates$domain.pem" || systemctl reload haproxy
    fi
}

# Swaps the certificate of a file in the running HAProxy; connections go on, new ones get the new one.
load_into_haproxy() {
    file=$1
    wanted=$(openssl x509 -in "$file" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')
    loaded=$(printf 'show ssl cert %s\n' "$file" | haproxy_says)
    case $loaded in
        *"Status: Used"*"$wanted"*) return 0 ;;
        *Filename:*) ;;
        *) printf 'new ssl cert %s\n' "$file" | haproxy_does || return 1 ;;
    esac
    { printf 'set ssl cert %s <<\n' "$file" && cat "$file" && printf '\n'; } | haproxy_does || return 1
    printf 'commit ssl cert %s\n' "$file" | haproxy_does || return 1
    case $loaded in
        *"Status: Used"*) return 0 ;;
    esac
    printf 'add ssl crt-list %s %s\n' "$haproxy_certificates" "$file" | haproxy_does
}

# Takes a file's certificate out of the running HAProxy. The default one only leaves with a reload.
unload_from_haproxy() {
    file=$1
    haproxy_runs || return 0
    case $(printf 'show ssl cert %s\n' "$file" | haproxy_says) in
        *Filename:*) ;;
        *) return 0 ;;
    esac
    { printf 'del ssl crt-list %s %s\n' "$haproxy_certificates" "$file" | haproxy_does &&
        printf 'del ssl cert %s\n' "$file" | haproxy_does; } || systemctl reload haproxy
}
