#!/bin/sh
# The first process of a process node, PID 1 of its PID namespace. Reaps what is orphaned, until it is killed.
# Usage: _init.sh HOSTNAME READY_FILE
set -e
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys
echo "$1" >/proc/sys/kernel/hostname
: >"$2"
exec catatonit -P
