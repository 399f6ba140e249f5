"""Mininet's `single,SIZE` with Linux bridges, driven by words on stdin: up, answer COMMAND..., down."""

import subprocess
import sys

from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo

setLogLevel('error')
# sysfs shows the network namespace that it was mounted in: brctl looks there.
subprocess.run(['mount', '-t', 'sysfs', 'sysfs', '/sys'], check=True)
subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
net = None

while words := sys.stdin.readline().split():
    verb, command = words[0], words[1:]
    said = 'done'
    if verb == 'up':
        net = Mininet(topo=SingleSwitchTopo(k=int(sys.argv[1])), switch=LinuxBridge, controller=None)
        net.start()
    elif verb == 'answer':
        inside = ['mnexec', '-a', str(net.hosts[0].pid), *command]
        ended = subprocess.run(inside, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if ended.returncode != 0:
            said = f'{command[0]} ended with {ended.returncode}'
    elif verb == 'down':
        net.stop()
    print(said, flush=True)
