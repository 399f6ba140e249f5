#!/bin/sh
# Has a guest shape what it sends, now and when it restarts by itself.
# Usage: _shape.sh 'INTERFACE NETEM...'... -- SSH...      without NETEM words: not any more
set -eu
lines=''
while [ "$1" != -- ]; do
  name=${1%% *} netem=${1#* }
  if [ -n "$netem" ]; then line="tc qdisc replace dev $name root netem $netem"; else
    line="tc qdisc del dev $name root 2>/dev/null || :"
  fi
  lines="$lines$line
"
  shift
done
shift
printf 'set -e\n%s' "$lines" | "$@" '
  mkdir -p /etc/benito
  cat >/etc/benito/tc
  modprobe sch_netem 2>/dev/null || :
  error=$(sh /etc/benito/tc 2>&1) || { echo "$error" >&2; exit 1; }'
