#!/bin/sh
# All guests answer: the host, plugged into their LAN's switch for as long as that takes, pings them.
# Usage: guests-answer.sh SWITCH ADDRESS/PREFIX COMMAND...
# ADDRESS is nobody's in the LAN.
set -e
switch=$1 address=$2
shift 2
ip -batch - <<END
tuntap add dev asker mode tap
address add $address dev asker
link set asker up
END
vde_plug2tap --sock "$switch" asker </dev/null >/dev/null 2>&1 &
plug=$!
trap 'kill $plug; wait $plug || :; ip link delete asker' EXIT
"$@"
