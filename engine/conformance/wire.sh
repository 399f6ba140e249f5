#!/bin/sh
# Plugs an observer into a VDE switch, asks addresses from there, and prints what the switch and the wire show: a stranger to
# the nodes and to the engine. Runs in a network namespace of its own (unshare --net), which takes all of it along.
# Usage: wire.sh SOCKET ADDRESS/PREFIX COUNT SECONDS TARGET...
#   port N in P out P      packets into and out of a port of the switch, before
#   answers TARGET N       how many of COUNT questions were answered within SECONDS each
#   owner TARGET MAC       who answers there
#   behind MAC N           the port that the switch saw this MAC behind last
#   then port N in P out P packets, afterwards
set -e
socket=$1 address=$2 count=$3 seconds=$4
shift 4
ask() { unixcmd -s "$socket.mgmt" -f /etc/vde2/vdecmd "$1" | tr -d '\000'; }
counters() {
  ask port/allprint | awk -v word="$1" '
    $1 == "Port" { port = $2 + 0 }
    $1 == "IN:" { packets = $3 }
    $1 == "OUT:" { print word "port " port " in " packets " out " $3 }'
}

counters ''
ports=$(ask port/showinfo | sed -n 's/^Numports=//p')
taken=$(ask port/allprint | awk '$1 == "Port" { print $2 + 0 }')
free=$((ports - 1))
while echo "$taken" | grep -qx "$free"; do free=$((free - 1)); done

sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || :
ip link set lo up
ip tuntap add dev wire mode tap
ip link set wire address 02:0b:5e:00:00:01 up
ip address add "$address" dev wire
vde_plug2tap --sock "$socket" --port "$free" wire &
plug=$!
trap 'kill $plug' EXIT
tries=0
until ask port/allprint | awk -v free="$free" '$1 == "Port" && $2 + 0 == free { found = 1 } END { exit !found }'; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo "the observer does not get into port $free of $socket" >&2; exit 1; }
  sleep 0.02
done
for target; do
  answers=$(ping -n -q -c "$count" -i 0.2 -W "$seconds" "$target" | sed -n 's/.* \([0-9]*\) received.*/\1/p') || :
  echo "answers $target ${answers:-0}"
done
ip -4 neigh show dev wire | awk '$2 == "lladdr" { print "owner " $1 " " $3 }'
ask hash/print | sed -n 's/.*Addr: \([0-9a-f:]*\).*to port: 0*\([0-9][0-9]*\) .*/behind \1 \2/p'
counters 'then '
