#!/bin/sh
# The snapshots that guests are restored from, in the cache of guest images: one for each kernel and initrd, version of
# QEMU, and shape of machine. Never made twice.
# Usage: _snapshot.sh has|make LINK BOOT ARGV...
#   LINK  becomes a symbolic link to the snapshot: ram, state
#   BOOT  the link to kernel and initrd
#   ARGV  QEMU's command line, with @FOLDER@ where its files belong
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../_image_cache.sh"
verb=$1 link=$2 boot=$3
shift 3

# Each experiment has a link of its own to kernel and initrd: what counts is where it leads.
about() {
  "$1" --version | head -n 1
  readlink "$boot"
  printf '%s\n' "$@" | sed "s|^$boot/|@BOOT@/|"
}
entry=$cache/snapshot-$(about "$@" | sha256sum | cut -c1-16)

case $verb in
has) [ "$(readlink "$link")" = "$entry" ] && is_whole "$entry" && exit 0 || exit 1 ;;
esac

open_cache
if ! is_whole "$entry"; then
  name=${entry##*/}
  lock "$name"
  if ! is_whole "$entry"; then
    need_room 512
    make_tmp "$name"
    mkdir "$tmp/out"
    about "$@" >"$tmp/out/about"
    # Its name while it is made: what QEMU writes there it writes by that name.
    for word; do
      shift
      set -- "$@" "$(printf '%s' "$word" | sed "s|@FOLDER@|$tmp/out|g")"
    done
    say "taking a snapshot of a guest that has just booted, once for this shape of machine"
    node "$here/_snapshot.mjs" "$tmp/out" "$@"
    rm -f "$tmp/out/qmp" "$tmp/out/identity" "$tmp/out/console"
    seal "$tmp/out" "$entry"
  fi
fi
point "$link" "$entry"
