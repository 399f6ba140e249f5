#!/bin/sh
# Brings up what was written out in FOLDER.
# Usage: script-up.sh FOLDER CGROUP
set -e
folder=$1
mkdir "$2"
echo 0 >"$2/cgroup.procs"
sh "$folder/switches.sh" </dev/null >/dev/null 2>&1 &
# Before the mount namespace is left behind: the host is to see the names.
ip -batch "$folder/netns-add"
wait
# The nodes' mount namespaces are copies of one that has the experiment's /etc/hosts.
exec unshare --mount --propagation slave sh -c '
  mount --bind "$0/hosts" /etc/hosts
  for lane in "$0"/lane.*.sh; do sh "$lane" </dev/null >/dev/null 2>&1 & done
  wait' "$folder"
