#!/bin/sh
# Plugs an interface of a running guest in again, as what it was plugged into was made anew:
# _plug.sh STARTED OTHER_SIDE QMP NUMBER NETDEV
# A guest plugs its interfaces in itself when it starts, after it has made STARTED: where the other side, a file, is no
# newer than that, there is nothing to do.
set -eu
if [ -e "$2" ] && ! [ "$2" -nt "$1" ]; then exit 0; fi
shift 2
exec node "$(dirname "$0")/_plug.mjs" "$@"
