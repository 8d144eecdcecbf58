#!/bin/sh
# Makes a Debian 12 container a host as its owner would have it before convene comes: prepare-host.sh PACKAGES...
set -eu
export DEBIAN_FRONTEND=noninteractive

systemctl enable --quiet nested-cgroups.service
# A container has no binary formats of its own.
systemctl mask --quiet systemd-binfmt.service
apt-get update --quiet=2
apt-get install --quiet=2 --yes --no-install-recommends "$@"
apt-get clean
rm -rf /var/lib/apt/lists/*
: >/etc/machine-id
