#!/bin/sh
# Runs a command where it can change nothing: started by sandbox.ts as the first process of new mount, network, PID, IPC
# and UTS namespaces, and of a user namespace where it is not root who asks.
# Usage: sandbox.sh root|user BASE FOLDERS LIMITS ENVIRONMENT COMMAND [ARGUMENT]...
# FOLDERS, one a line, are seen, and the system's programs; nothing else of the host, and no place to write to.
# BASE is a folder of the host that none of them lies in; LIMITS are options of prlimit, ENVIRONMENT options of env.
set -e
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
way=$1 base=$2 folders=$3 limits=$4 environment=$5
shift 5
# Where this machine is a chroot, its root is no mount point, and what is mounted might be seen outside.
private=yes
mount --make-rprivate / 2>/dev/null || private=
mount --types tmpfs --options mode=755,size=1m,nr_inodes=4k sandbox "$base"
if [ -z "$private" ] && grep --quiet " $base [^ ]* shared:" /proc/self/mountinfo; then
  umount "$base"
  echo "the mounts of this chroot are seen outside of it: make it a mount point of its own, mount --bind" >&2
  exit 1
fi
cd "$base"

tree='proc tmp run var/tmp dev/shm' links='' table=''
line() {
  table="$table$1 $base$2 none $3 0 0
"
}
for path in usr etc opt nix gnu bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$path" ] && [ "/$path" -ef "/usr/$path" ]; then links="$links usr/$path"
  elif [ -d "/$path" ]; then
    tree="$tree $path"
    # A user namespace may not leave off what is mounted below a folder.
    line "/$path" "/$path" rbind,ro,nosuid,nodev
  fi
done
# shellcheck disable=SC2086
mkdir -p $tree
# shellcheck disable=SC2086
[ -z "$links" ] || ln -s $links .
ln -s /run var/run
cp --no-dereference /dev/fd /dev/stdin /dev/stdout /dev/stderr dev/ 2>/dev/null || true
while IFS= read -r path; do
  [ -n "$path" ] || continue
  mkdir -p ".$path"
  case $path in
    *[!A-Za-z0-9_./-]*) path=$(printf %s "$path" | sed 's/\\/\\134/g; s/ /\\040/g; s/\t/\\011/g; s/#/\\043/g') ;;
  esac
  line "$path" "$path" rbind,ro,nosuid,nodev
done <<END
$folders
END
for device in null zero full random urandom; do
  : >"dev/$device"
  line "/dev/$device" "/dev/$device" bind,ro,nosuid,noexec
done
proc="proc $base/proc proc ro,nosuid,nodev,noexec 0 0"
if [ "$way" = root ]; then printf '%s%s\n' "$table" "$proc" >fstab
else printf %s "$table" >fstab
fi
mount --all --fstab fstab
rm fstab
# Within a container the kernel may refuse a user's /proc; what needs none works.
[ "$way" = root ] || mount --types proc --options ro,nosuid,nodev,noexec proc proc 2>/dev/null || true
# What is mounted below a folder is not read-only for that.
while read -r _ _ _ _ at options _; do
  case $at,$options in
    "$base",*) ;;
    "$base"/*,rw*) mount --options remount,bind,ro,nosuid "$(printf %b "$at")" ;;
  esac
done </proc/self/mountinfo
mount --options remount,bind,ro,nosuid,nodev "$base"
# To change the user is to lose what unshare's --kill-child asked for.
case $way in
  root) drop='--reuid=65534 --regid=65534 --clear-groups' ;;
  user) drop='--securebits=+noroot,+noroot_locked' ;;
esac
# shellcheck disable=SC2086
exec chroot . env --ignore-environment $environment prlimit $limits \
  setpriv $drop --pdeathsig KILL --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
