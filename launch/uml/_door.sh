#!/bin/sh
# Lets those connect to a VDE switch who are not root and have its socket directory: nobody gets there through the folder that it
# is in, which is root's. He puts a socket of his own beside the one of the switch. Usage: _door.sh SOCKET_DIRECTORY
set -e
chmod 1733 "$1"
chmod 666 "$1/ctl"
