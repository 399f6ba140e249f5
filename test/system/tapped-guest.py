#!/usr/bin/env python3
"""Plays a guest on a TAP, as a hypervisor would: what comes out of the TAP goes into eth0 of a network namespace, and back.

  tapped-guest.py TAP NETNS MAC ADDRESS/PREFIX   prints `ready`, and lives until it is killed
"""
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys

TUNSETIFF = 0x400454CA
IFF_TAP_NO_PACKET_INFO = 0x0002 | 0x1000
CLONE_NEWNET = 0x40000000


def open_tap(name):
    descriptor = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack('16sH22x', name.encode(), IFF_TAP_NO_PACKET_INFO))
    return descriptor


tap, netns, mac, address = sys.argv[1:]
host = open_tap(tap)
if ctypes.CDLL(None).setns(os.open(f'/run/netns/{netns}', os.O_RDONLY), CLONE_NEWNET) != 0:
    sys.exit(f'{netns} cannot be entered')
guest = open_tap('eth0')
subprocess.run(['ip', 'address', 'add', address, 'brd', '+', 'dev', 'eth0'], check=True)
subprocess.run(['ip', 'link', 'set', 'eth0', 'address', mac, 'up'], check=True)
print('ready', flush=True)
while True:
    for ready in select.select([host, guest], [], [])[0]:
        os.write(guest if ready == host else host, os.read(ready, 65536))
