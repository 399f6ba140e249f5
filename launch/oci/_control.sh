#!/bin/sh
# A container's interface on the control net: a veth pair whose inner end is born in the node's network namespace.
# Usage: _control.sh has|make|unmake OUTER BRIDGE NETNS ADDRESS/PREFIX MAC
verb=$1 outer=$2 bridge=$3 netns=$4 address=$5 mac=$6
inner=control0
case $verb in
has)
  [ -e "/sys/class/net/$outer/brport" ] || exit 1
  seen=$(ip -n "$netns" -o address show dev "$inner" 2>/dev/null) || exit 1
  case $seen in *" inet $address "*) ;; *) exit 1 ;; esac
  seen=$(ip -n "$netns" -o link show dev "$inner" up)
  case $seen in *" link/ether $mac "*) ;; *) exit 1 ;; esac
  ;;
make)
  [ ! -e "/sys/class/net/$outer" ] || ip link delete "$outer"
  ip link add "$outer" type veth peer name "$inner" netns "$netns" address "$mac" || exit 1
  [ ! -e "/proc/sys/net/ipv6/conf/$outer" ] || echo 1 >"/proc/sys/net/ipv6/conf/$outer/disable_ipv6"
  ip link set "$outer" master "$bridge" up && ip -n "$netns" -batch - <<END
address add $address broadcast + dev $inner
link set $inner up
END
  ;;
unmake) [ ! -e "/sys/class/net/$outer" ] || ip link delete "$outer" ;;
esac
