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
# Where this machine is a chroot, its root is no mount point, which nothing is propagated from either.
mount --make-rprivate / 2>/dev/null || true
mount --types tmpfs --options mode=755,size=1m,nr_inodes=4k sandbox "$base"
cd "$base"
mkdir -p proc tmp run var/tmp dev/shm
ln -s /run var/run
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr

seen() {
  mkdir -p ".$1"
  # A user namespace may not leave off what is mounted below a folder.
  printf '%s %s none rbind,ro,nosuid,nodev 0 0\n' "$2" "$base$2"
}
for path in /usr /etc /opt /nix /gnu /bin /sbin /lib /lib32 /lib64 /libx32; do
  if [ -L "$path" ]; then ln -s "$(readlink "$path")" ".$path"
  elif [ -d "$path" ]; then seen "$path" "$path"
  fi
done >fstab
while IFS= read -r path; do
  case $path in
    '') ;;
    *[!A-Za-z0-9_./-]*) seen "$path" "$(printf %s "$path" | sed 's/\\/\\134/g; s/ /\\040/g; s/\t/\\011/g; s/#/\\043/g')" ;;
    *) seen "$path" "$path" ;;
  esac
done >>fstab <<END
$folders
END
for device in null zero full random urandom; do
  : >"dev/$device"
  printf '/dev/%s %s/dev/%s none bind,ro,nosuid,noexec 0 0\n' "$device" "$base" "$device"
done >>fstab
mount --all --fstab fstab
# What is mounted below a folder is not read-only for that.
while read -r _ _ _ _ at options _; do
  case $at,$options in
    "$base"/*,rw*) mount --options remount,bind,ro,nosuid "$(printf %b "$at")" ;;
  esac
done </proc/self/mountinfo
# Within a container the kernel may refuse a user's /proc; what needs none works.
mount --types proc --options ro,nosuid,nodev,noexec proc proc 2>/dev/null || [ "$way" = user ]
rm fstab
mount --options remount,bind,ro,nosuid,nodev "$base"
# To change the user is to lose what unshare's --kill-child asked for.
case $way in
  root) drop='--reuid=65534 --regid=65534 --clear-groups' ;;
  user) drop='--securebits=+noroot,+noroot_locked' ;;
esac
# shellcheck disable=SC2086
exec chroot . env --ignore-environment $environment prlimit $limits \
  setpriv $drop --pdeathsig KILL --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
