"""Guests by a bare script: `guests-script.py up|down WORDS`. Every word of it is in the file WORDS (guests-script.ts)."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

QUIET = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}


def up(words):
    os.mkdir(words['cgroup'])
    with open(words['cgroup'] + '/cgroup.procs', 'w') as procs:
        procs.write('0')
    ip(words['links'])
    for path, value in words['settings'].items():
        with open(path, 'w') as setting:
            setting.write(value)
    for argv in words['daemons']:
        subprocess.Popen(argv, start_new_session=True, **QUIET)
    for fresh, disk in words['disks'].items():
        shutil.copyfile(fresh, disk)
    for path in words['sockets']:
        until(lambda: os.path.exists(path))
    for server in words['servers']:
        until(lambda: answers(server['address'], server['port'], b''))
    with ThreadPoolExecutor(words['atATime']) as lanes:
        list(lanes.map(start, words['guests']))


def start(guest):
    with socket.socket(socket.AF_UNIX) as port, open(guest['identity'], 'rb') as identity:
        port.bind(guest['port'])
        port.listen()
        subprocess.run(guest['argv'], check=True, stdin=subprocess.DEVNULL)
        with port.accept()[0] as connection:
            connection.sendall(identity.read())
            until(lambda: answers(guest['address'], 22, b'SSH-'))


def down(words):
    with open(words['cgroup'] + '/cgroup.kill', 'w') as kill:
        kill.write('1')
    ip(words['unlinks'])
    until(lambda: 'populated 0' in open(words['cgroup'] + '/cgroup.events').read())
    os.rmdir(words['cgroup'])
    for path in words['stale']:
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.exists(path):
            os.unlink(path)


def ip(batch):
    subprocess.run(['ip', '-batch', '-'], input='\n'.join(batch).encode(), check=True)


def answers(address, port, greeting):
    try:
        with socket.create_connection((address, port), timeout=0.5) as connection:
            return connection.recv(len(greeting)).startswith(greeting) if greeting else True
    except OSError:
        return False


def until(condition):
    while not condition():
        time.sleep(0.02)


with open(sys.argv[2]) as file:
    {'up': up, 'down': down}[sys.argv[1]](json.load(file))
