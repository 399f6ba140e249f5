#!/bin/sh
# Starts a container: its root is mounted in a mount namespace that goes with it, so that nothing is left of it where
# it is killed. Comes back when the container's first process says that it is ready.
# Usage: _start.sh FOLDER DISK CONSOLE_LOG    the host's mount namespace has been left already
#   FOLDER  its bundle (config.json), with `limits` and `root`
#   DISK    as _disk.sh makes it
set -e
here=$(dirname "$0")
[ "$1" = --inner ] || exec perl "$here/../_pivot.pl" "$1/root" "$0" --inner "$@"
shift
. "$here/_container.sh"
folder=$1 disk=$2 console=$3
fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Names of network namespaces seen in here would keep them alive.
if mountpoint -q /run/netns; then umount --lazy /run/netns; fi
rm -f "$folder/fifo" "$folder/cgroup2"
# Of cgroups version 2 the container's own has the limits; its controllers are switched on from the root down.
if [ -s "$folder/limits2" ]; then
  read -r mount_point controllers <"$folder/limits2"
  own=$(sed -n 's/^0:://p' /proc/self/cgroup)
  above=$mount_point rest=${own#/}
  while
    for one in $controllers; do echo "+$one" >"$above/cgroup.subtree_control"; done
    above=$above/${rest%%/*} rest=${rest#*/}
    [ "$above" != "$mount_point$own" ]
  do :; done
  tail -n +2 "$folder/limits2" | while IFS== read -r file value; do echo "$value" >"$mount_point$own/$file"; done
  echo "$mount_point$own" >"$folder/cgroup2"
fi
join_limits "$folder"
hide_cgroups

# An image is a file system of a limited size; its loop device goes with the mount.
if [ -f "$disk/image" ]; then
  mount -o loop "$disk/image" "$folder/disk" || fail "the file system in $disk/image cannot be mounted"
  writable=$folder/disk
else
  writable=$disk
fi
lower=$(readlink "$disk/lower")
[ -d "$lower" ] || fail "$lower is gone, which the root in $disk was made on" "bring the experiment down and up: the root is made anew"
cd "$writable"
mount -t overlay -o "lowerdir=$disk/lower,upperdir=upper,workdir=work" root "$folder/root" ||
  fail "the file system of $disk cannot hold changes to a root (an overlay's upper directory)" \
    'choose another directory with --var, or give nodes containers:openvz_diskspace'
cd /

mkdir -p "${console%/*}"
mkfifo -m 600 "$folder/fifo"
exec 3<>"$folder/fifo" 4<"$folder/fifo"
rm "$folder/fifo"
start() {
  crun --root "$folder/crun" --cgroup-manager=disabled run --detach --preserve-fds=1 --bundle "$folder" node
}
start </dev/null >>"$console" 2>&1 4<&- || fail "$(tail -n 3 "$console")"
exec 3>&-
read -r word <&4 || word='it ended at once'
[ "$word" = ready ] || fail "its first process: $word" "$(tail -n 3 "$console")"
