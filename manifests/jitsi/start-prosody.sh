#!/bin/sh
# Makes what Prosody needs on its data volume before it starts: its own folder, and a certificate for STARTTLS.
#
# Run as root by prosody.service. A fresh volume belongs to root, and Prosody's number may differ
# from image to image. Bridges and jicofo encrypt with this certificate and do not check its name:
# it never leaves the container network, so nobody signs it and nobody has to renew it.
set -eu
umask 077

data=/var/lib/prosody
if [ ! -s "$data/convene-c2s.crt" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=prosody.invalid \
        -keyout "$data/convene-c2s.key" -out "$data/.convene-c2s.crt"
    mv "$data/.convene-c2s.crt" "$data/convene-c2s.crt"
fi
chown --recursive prosody:prosody "$data"
chmod 0750 "$data"
