#!/bin/sh
# Runs a command in a container, with no more rights than the container has, and within its limits.
# Usage: _exec.sh FOLDER COMMAND...
set -e
here=$(dirname "$0")
if [ "$1" != --inner ]; then
  . "$here/_container.sh"
  join_limits "$1"
  exec unshare --mount --propagation private -- "$0" --inner "$@"
fi
. "$here/_container.sh"
folder=$2
shift 2
hide_cgroups
tty=
[ ! -t 0 ] || tty=--tty
# shellcheck disable=SC2086 # one word or none
exec crun --root "$folder/crun" --cgroup-manager=disabled exec $tty --env "TERM=${TERM:-dumb}" \
  --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env HOME=/root node "$@"
