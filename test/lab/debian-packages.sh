# Debian packages of the lab, the only list of them; sourced by prepare.sh.
# shellcheck shell=sh disable=SC2034

# LXD and what it makes containers with. Left out when LXD is there as a snap.
LXD_PACKAGES="lxd lxd-client"

# What convene init, the demo and Node 26 (libatomic1) use on the host.
DEMO_PACKAGES="dnsmasq-base nftables iptables btrfs-progs squashfs-tools zstd debootstrap acl attr rsync uidmap
  git iproute2 openssl procps util-linux ca-certificates curl libatomic1 pebble"

# Servers and parsers of the integration tests. Their services are not started and not enabled.
TEST_PACKAGES="haproxy coturn prosody nginx-light certbot socat lua5.4 ruby-hocon systemd faketime"
TEST_SERVICES="haproxy coturn prosody nginx certbot.timer"
