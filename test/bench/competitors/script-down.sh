#!/bin/sh
# Takes down what script-up.sh brought up, and returns when it is gone.
# Usage: script-down.sh FOLDER CGROUP
folder=$1 cgroup=$2
echo 1 >"$cgroup/cgroup.kill"
ip -force -batch "$folder/netns-del" 2>/dev/null
while grep -q 'populated 1' "$cgroup/cgroup.events"; do sleep 0.002; done
rmdir "$cgroup"
rm -rf "$folder"/switches/*
