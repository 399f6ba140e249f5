#!/bin/sh
# Where this host limits memory, processor time and processes: a line `CONTROLLER VERSION MOUNT_POINT` for each.
while read -r _ _ _ _ place _ rest; do
  kind=${rest#*- } options=${rest##* }
  case $kind in
  'cgroup '*)
    for controller in memory cpu pids; do
      case ",$options," in *",$controller,"*) echo "$controller 1 $place" ;; esac
    done
    ;;
  'cgroup2 '*)
    for controller in memory cpu pids; do
      grep -qw "$controller" "$place/cgroup.controllers" && echo "$controller 2 $place"
    done
    ;;
  esac
done </proc/self/mountinfo
exit 0
