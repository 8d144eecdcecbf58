#!/bin/sh
# Accounts as lines of a file: set JID PASSWORD, remove JID, list [HOST] on standard input, fields separated by tabs.
set -eu
file=/srv/data/accounts
touch "$file"
while IFS='	' read -r verb jid password; do
  case $verb in
    set | remove)
      grep -v "^$jid	" "$file" >"$file.new" || true
      [ "$verb" = remove ] || printf '%s\t%s\n' "$jid" "$password" >>"$file.new"
      mv "$file.new" "$file"
      printf 'ok\t%s\t%s\tchanged\n' "$verb" "$jid"
      ;;
    list)
      cut -f1 "$file" | sed 's/^/account\t/'
      printf 'ok\tlist\t*\t%s\n' "$(wc -l <"$file")"
      ;;
  esac
done
