#!/bin/sh
# The mount namespace that an experiment's process nodes start from: the host's file systems, with the experiment's
# /var/benito and /etc/hosts over the host's. Holds it until it is killed.
# Usage: _base.sh STAGING CONFIG_DIR LAUNCH_DIR LOG_DIR READY_FILE
set -e
staging=$1 config=$2 launch=$3 log=$4 ready=$5

# What the host mounts later is seen in here, what is mounted in here stays in here. Where the host is itself a chroot,
# its root is no mount point: its mounts have to be told one by one.
if mountpoint -q /; then
  mount --make-rslave /
else
  while read -r _ _ _ _ place _; do mount --make-slave "$place"; done </proc/self/mountinfo
fi

# Names of network namespaces seen in here would keep them alive.
if mountpoint -q /run/netns; then umount --lazy /run/netns; fi

mount -t tmpfs -o mode=755,size=64k benito "$staging"
mkdir "$staging/config" "$staging/launch" "$staging/log"
mount --bind "$config" "$staging/config"
mount -o remount,bind,ro "$staging/config"
mount --bind "$launch" "$staging/launch"
mount -o remount,bind,ro "$staging/launch"
mount --bind "$log" "$staging/log"
mount --bind "$config/hosts" /etc/hosts
mount --move "$staging" /var/benito
# Every node mounts its own; the host's would only be copied for each.
umount --lazy /sys /proc
: >"$ready"
exec catatonit -P
