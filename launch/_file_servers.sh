#!/bin/sh
# Makes the place where the 9P servers of a pnode work, in a mount namespace of its own, and becomes their router.
# Their root holds the exports, diod and its libraries, and nothing else: diod follows symbolic links, and attaches
# paths that it does not export.
# Usage: _file_servers.sh PLACE ROUTER OPTIONS [EXPORT DIRECTORY]... -- [UID]...
set -e
place=$1 router=$2 options=$3
shift 3

if mountpoint -q /; then
  mount --make-rslave /
else
  while read -r _ _ _ _ at _; do mount --make-slave "$at"; done </proc/self/mountinfo
fi
mount -t tmpfs -o mode=755,size=1m,nosuid,nodev files "$place"

# The loader is named by its path in every program: it has to be where it says.
diod=$(command -v diod) || {
  echo 'diod, which serves directories over 9P, is not there: apt-get install diod' >&2
  exit 1
}
: >"$place/diod"
mount --bind "$diod" "$place/diod"
for library in $(ldd "$diod" | grep -o '/[^ ]*'); do
  mkdir -p "$place${library%/*}"
  : >"$place$library"
  mount --bind "$library" "$place$library"
done

while [ "$1" != -- ]; do
  mkdir -p "$place$1"
  mount --bind "$2" "$place$1"
  shift 2
done
shift
for uid in "$@"; do
  mkdir -p "$place/run/$uid"
  chown "$uid" "$place/run/$uid"
  # Other users of this host see this place through their own diod (/proc/PID/root): each server is his user's, until the
  # router, who opens it for himself, has closed `run` to everybody else.
  chmod 700 "$place/run/$uid"
  # Root's server serves whom this host knows, with the groups that he has here.
  if [ "$uid" = 0 ]; then
    mkdir "$place/etc"
    getent passwd >"$place/etc/passwd"
    getent group >"$place/etc/group"
  fi
done
exec node "$router" "$options"
