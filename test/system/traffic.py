#!/usr/bin/env python3
"""Numbered UDP datagrams, to count what a link loses and carries.
  traffic.py send ADDRESS PORT COUNT SIZE PER_SECOND     as fast as it goes where PER_SECOND is 0
  traffic.py count PORT IDLE_SECONDS                     until nothing has come for that long; prints JSON
SIZE is that of the frame: 14 bytes of Ethernet, 20 of IP and 8 of UDP are part of it."""
import json
import socket
import struct
import sys
import time

HEADERS = 42
CATCH_UP = 0.005
SHORTEST_SLEEP = 0.001


def send(address, port, count, size, per_second):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect((address, port))
    filler = bytes(size - HEADERS - 4)
    due = time.monotonic()
    for number in range(count):
        if per_second:
            # Sleeps of less than a millisecond take what they like: up to CATCH_UP is made up for. More would be a burst
            # that queues on the way have no room for.
            now = time.monotonic()
            due = max(due + 1 / per_second, now - CATCH_UP)
            if due > now + SHORTEST_SLEEP:
                time.sleep(due - now)
        try:
            sender.send(struct.pack('!I', number) + filler)
        except (BlockingIOError, ConnectionRefusedError):
            pass
        except OSError as error:
            if error.errno != 105:  # ENOBUFS
                raise


def count(port, idle):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
    receiver.bind(('', port))
    print('ready', flush=True)
    seen = {}
    first = last = None
    size = 0
    receiver.settimeout(30)
    while True:
        try:
            data = receiver.recv(65536)
        except socket.timeout:
            break
        last = time.monotonic()
        if first is None:
            first = last
            receiver.settimeout(idle)
        else:
            size += len(data) + HEADERS
        number = struct.unpack('!I', data[:4])[0]
        seen[number] = seen.get(number, 0) + 1
    seconds = last - first if first is not None else 0
    print(json.dumps({
        'different': len(seen),
        'all': sum(seen.values()),
        'seconds': seconds,
        # Of all frames but the first, which came before the time ran.
        'kbps': size * 8 / 1000 / seconds if seconds else 0,
    }))


command, *words = sys.argv[1:]
if command == 'send':
    send(words[0], int(words[1]), int(words[2]), int(words[3]), float(words[4]))
else:
    count(int(words[0]), float(words[1]))
