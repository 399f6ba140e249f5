#!/bin/sh
# Has a running guest look again at hosts and routes, where they have changed since it started.
# Usage: _settle.sh FOLDER WHAT CONFIG_DIR NODE SSH...
# WHAT stands for what it is to know: another one, and this is run again.
set -eu
folder=$1 config=$3 node=$4
shift 4
[ "$config/hosts" -nt "$folder/started" ] || [ "$config/route/$node" -nt "$folder/started" ] || exit 0
exec "$@" benito-settle
