#!/bin/sh
# Plugs an interface of a running guest into a switch that was started after the guest was; else there is nothing to do.
# Usage: _replug.sh FOLDER NETNS DEVICE INTERFACE SOCKET TRANSPORT
set -eu
folder=$1 netns=$2 device=$3 interface=$4 socket=$5 transport=$6
[ "$socket/ctl" -nt "$folder/started" ] || exit 0

console() { nsenter --net="/run/netns/$netns" -- uml_mconsole "$folder/run/guest/mconsole" "$@" 2>/dev/null; }

# What the guest has in its root is the socket directory of the switch that is gone.
read -r pid <"$folder/started"
place=$folder/root$socket
nsenter --target="$pid" --mount --root -- sh -ec 'umount -l "$2"; mount --bind "$1" "$2"' sh "$socket" "$place"

echo "unplug $interface" >"$folder/agent"
tries=0
until answer=$(console remove "$device") && [ "${answer#OK}" != "$answer" ]; do
  case $answer in *'No such device'* | *"doesn't exist"*) break ;; esac
  tries=$((tries + 1))
  if [ $tries -ge 50 ]; then
    echo "the guest does not let go of $interface: $answer" >&2
    exit 1
  fi
  sleep 0.1
done
answer=$(console config "$device=$transport")
case $answer in
OK*) echo plugged >"$folder/agent" ;;
*)
  echo "the guest does not take $interface: $answer" >&2
  exit 1
  ;;
esac
