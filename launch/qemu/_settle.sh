#!/bin/sh
# Tells a running guest what has changed since it started: hosts, routes, file servers that were started anew.
# Usage: _settle.sh FOLDER WHAT CONFIG_DIR NODE SSH...
# A guest knows all of that when it starts, and makes `started` in FOLDER before it reads any of it: the first time, there is
# nothing to do where nothing is newer. WHAT stands for what it is to know: another one, and this is run again.
set -eu
folder=$1 config=$3 node=$4
shift 4
if [ ! -e "$folder/settled" ]; then
  : >"$folder/settled"
  if ! [ "$config/hosts" -nt "$folder/started" ] && ! [ "$config/route/$node" -nt "$folder/started" ]; then exit 0; fi
fi
# shellcheck disable=SC2016 # it is the guest's shell that is meant
tar -C "$config" -c hosts topo.xml $([ -e "$config/route/$node" ] && echo "route/$node") |
  "$@" '
    set -e
    mkdir -p /var/benito/config
    table=/var/benito/config/route/$(hostname)
    told=$(cat "$table" 2>/dev/null) || true
    tar -x -C /var/benito/config -f -
    cat /var/benito/config/hosts >/etc/hosts
    /var/benito/launch/routes /var/benito/config "$(hostname)"
    # Of the routes that it was told earlier, those that are wanted no longer.
    echo "$told" | while read -r route; do
      grep -qxF "$route" "$table" || ip route del $route 2>/dev/null || true
    done
    while read -r source target type options rest; do
      case $type in 9p) ;; *) continue ;; esac
      # Of a server that was started anew: the old connection is dead.
      ls "$target" >/dev/null 2>&1 && continue
      umount -l "$target" 2>/dev/null || true
      mount -t 9p -o "${options#_netdev,}" "$source" "$target"
    done </etc/benito/fstab'
