#!/bin/sh
# Brings a Debian machine to where the demo and the tests can run: `prepare.sh demo|test`.
# Runs before anything is installed, so it is plain sh. Installs only what is missing; safe to run again.
set -eu

lab=$(cd "$(dirname "$0")" && pwd)
log=/var/log/convene-lab.log
run_dir=/run/convene-lab
# shellcheck source=test/lab/debian-packages.sh
. "$lab/debian-packages.sh"

say() { printf '%s\n' "$*"; }

fail() {
  say "✗ $1" >&2
  [ $# -lt 2 ] || say "  $2" >&2
  exit 1
}

# Runs a command with its output in the log; on failure shows the last lines.
quietly() {
  what=$1
  shift
  printf '\n== %s\n' "$what" >>"$log"
  "$@" >>"$log" 2>&1 && return 0
  say "✗ $what failed; the last lines of $log:" >&2
  tail -n 15 "$log" | sed 's/^/    /' >&2
  return 1
}

has_package() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

lxd_is_a_snap() { [ -S /var/snap/lxd/common/lxd/unix.socket ]; }

systemd_runs() { [ -d /run/systemd/system ]; }

missing_packages() {
  for package in "$@"; do
    has_package "$package" || printf '%s ' "$package"
  done
}

apt_install() {
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold $1
}

apt_update() {
  for _ in 1 2 3 4 5 6; do
    apt-get update -o DPkg::Lock::Timeout=300 && return 0
    sleep 10
  done
  return 1
}

# Debian starts a server when it is installed, and would take ports 80 and 443 from the site.
without_starting_services() {
  policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  status=0
  "$@" || status=$?
  rm -f "$policy"
  trap - EXIT
  return $status
}

install_packages() {
  missing=$1
  say "· installing $missing"
  if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then
    quietly "apt-get update" apt_update || fail "package lists could not be read" "see $log"
  fi
  printf '\n== apt-get install %s\n' "$missing" >>"$log"
  without_starting_services apt_install "$missing" >>"$log" 2>&1 && return 0
  quietly "apt-get update" apt_update || fail "package lists could not be read" "see $log"
  without_starting_services quietly "apt-get install" apt_install "$missing" ||
    fail "packages could not be installed" "see $log"
}

prepare_packages() {
  wanted=$DEMO_PACKAGES
  lxd_is_a_snap || wanted="$LXD_PACKAGES $wanted"
  if [ "$1" = test ]; then wanted="$wanted $TEST_PACKAGES"; fi
  # shellcheck disable=SC2086
  missing=$(missing_packages $wanted)
  if [ -z "$missing" ]; then
    say "✓ Debian packages are there"
    return
  fi
  install_packages "$missing"
  if [ "$1" = test ] && systemd_runs; then
    # shellcheck disable=SC2086
    systemctl disable --quiet $TEST_SERVICES >>"$log" 2>&1 || true
  fi
  say "✓ Debian packages installed"
}

lxd_answers() {
  for socket in /var/lib/lxd/unix.socket /var/snap/lxd/common/lxd/unix.socket; do
    [ -S "$socket" ] || continue
    curl --silent --fail --max-time "$1" --output /dev/null --unix-socket "$socket" http://lxd/1.0 && return 0
  done
  return 1
}

start_lxd_daemon() {
  mkdir -p "$run_dir" /var/log/lxd
  setsid lxd --group lxd --logfile /var/log/lxd/lxd.log </dev/null >>"$log" 2>&1 &
  printf '%s\n' $! >"$run_dir/lxd.pid"
}

# Debian's unit starts LXD with `--group lxd`; one started by hand without it is closed to the agent.
open_socket_to_group() {
  socket=/var/lib/lxd/unix.socket
  if [ -S "$socket" ] && ! systemd_runs && [ "$(stat --format=%G "$socket")" = root ]; then chgrp lxd "$socket"; fi
}

# After a killed run socket and pid files are still there; a new daemon replaces them by itself.
prepare_lxd() {
  if lxd_answers 5; then
    open_socket_to_group
    say "✓ LXD runs"
    return
  fi
  say "· starting LXD"
  if lxd_is_a_snap; then
    quietly "snap start lxd" snap start lxd || fail "LXD did not start" "see $log"
  elif systemd_runs; then
    quietly "systemctl start lxd" systemctl start lxd.socket lxd.service || fail "LXD did not start" "see $log"
  else
    start_lxd_daemon
  fi
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    lxd_answers 5 && break
    sleep 2
  done
  lxd_answers 10 || fail "LXD does not answer" "see /var/log/lxd/lxd.log"
  say "✓ LXD started"
}

main() {
  case ${1:-} in
    demo | test) ;;
    *) fail "usage: prepare.sh demo|test" ;;
  esac
  [ "$(id -u)" = 0 ] || fail "this needs root: it installs packages and sets up LXD" "run it again as root"
  command -v apt-get >/dev/null || fail "this machine has no apt-get" "the lab runs on Debian 12 or newer"
  : >"$log"
  prepare_packages "$1"
  "$lab/npm-packages.sh" "$log"
  prepare_lxd
}

main "$@"
