#!/bin/sh
# Says whether a HOCON file can be read, and has the section its program reads: check-hocon FILE SECTION.
#
# ruby-hocon is what Jitsi's own packages edit these files with.
set -eu

if ! section=$(hocon -f "$1" get "$2" 2>&1); then
    printf '%s: %s\n' "$1" "$(printf '%s' "$section" | head -n 3)" >&2
    exit 1
fi
if [ -z "$section" ] || [ "$section" = "{}" ]; then
    printf '%s: it has no section %s\n' "$1" "$2" >&2
    exit 1
fi
