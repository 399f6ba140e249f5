#!/usr/bin/env python3
"""What a host consists of, and what differs between two moments: shares no code with the engine that it judges.

  residue-scan.py snapshot [--root DIR]... [--exclude PATH]... [--strict]   a JSON of the host it runs on, on stdout
  residue-scan.py diff BEFORE AFTER [--only TEXT]...             what differs, a line each; exit status 1 if anything does

A snapshot holds links, addresses, routes, namespaces, mounts, processes, sockets, packet filters, sysctls, cgroups and
files. Of files it looks at /run, /var, /etc, /tmp and /root, or at each --root instead; --exclude leaves a path out, and
--strict takes in what programs write that have nothing to do with an experiment: for hosts where none of them runs.
--only keeps differences that contain one of the texts: for hosts where others are at work at the same time.
Zombies whose parent is the host's init are listed apart, and are no difference: their death is init's business.
"""
import argparse
import collections
import json
import os
import re
import stat
import subprocess
import sys

ROOTS = ['/run', '/var', '/etc', '/tmp', '/root']

# Written by programs that have nothing to do with an experiment, whatever is done.
VOLATILE_FILES = re.compile(
    r'^(/run/(utmp|mount(/.*)?|udev/.*|systemd/.*|user/.*|log/.*)|/var/(log|cache|tmp|lib/(apt|dpkg|systemd))(/.*)?'
    r'|/etc/mtab|/root/\.(npm|cache|bash_history|python_history|pyenv|cargo|rustup|local)(/.*)?'
    r'|/tmp/(bash_jobs\..*|node-compile-cache(/.*)?|tsx-\d+(/.*)?|v8-compile-cache.*))$')

# Of those, what the command itself and mount(8) write for themselves.
OWN_FILES = re.compile(r'^(/\.changes)?/(root/\.cache(/.*)?|run/mount(/.*)?|tmp/(node-compile-cache(/.*)?|tsx-\d+(/.*)?))$')

# Counters and random numbers among the sysctls.
VOLATILE_SYSCTLS = re.compile(
    r'^(kernel/random/|fs/(dentry-state|file-nr|inode-nr|inode-state|aio-nr|quota/)|kernel/(ns_last_pid|pty/nr|cap_last_cap'
    r'|perf_event_|sched_domain|max_lock_depth)|net/netfilter/nf_conntrack_count|net/ipv[46]/conf/[^/]+/stable_secret'
    r'|net/ipv4/tcp_fastopen_key|vm/(stat_refresh|compact_memory|drop_caches)|net/ipv[46]/route/flush'
    r'|sunrpc/|fs/binfmt_misc/|debug/)')


def run(*argv):
    """The command's output; '' where there is no such command."""
    try:
        result = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        return ''
    return result.stdout


def read(path):
    try:
        with open(path, errors='replace') as file:
            return file.read()
    except OSError:
        return ''


def links():
    found = {}
    for link in json.loads(run('ip', '-details', '-json', 'link', 'show') or '[]'):
        if not link.get('ifname'):
            continue
        kind = link.get('linkinfo', {}).get('info_kind', link.get('link_type', ''))
        flags = 'up' if 'UP' in link.get('flags', []) else 'down'
        found[link['ifname']] = ' '.join([kind, link.get('address', ''), flags, f"mtu {link.get('mtu')}",
                                          f"master {link.get('master', '-')}"])
    return found


def lines_of(*argv):
    return sorted(re.sub(r'\b(expires|valid_lft|preferred_lft) \d+\s*sec', '', line).strip()
                  for line in run(*argv).splitlines() if line.strip())


def routes():
    return ([f'{family} {line}' for family in ('-4', '-6') for line in lines_of('ip', family, 'route', 'show', 'table', 'all')]
            + lines_of('ip', 'rule', 'show'))


def addresses():
    return [re.sub(r'^\d+: ', '', line) for line in lines_of('ip', '-oneline', 'address', 'show')]


def named_namespaces():
    folder = '/run/netns'
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def pids():
    return [name for name in os.listdir('/proc') if name.isdigit()]


def namespaces(own):
    """Every namespace that a process is in, by what kind it is; a number and who is in it."""
    found = collections.defaultdict(list)
    for pid in pids():
        if int(pid) in own:
            continue
        for kind in ('cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'):
            try:
                found[os.readlink(f'/proc/{pid}/ns/{kind}')].append(read(f'/proc/{pid}/comm').strip())
            except OSError:
                pass
    return {name: ' '.join(sorted(set(members))) for name, members in found.items()}


def mounts():
    found = []
    for line in read('/proc/self/mountinfo').splitlines():
        fields = line.split(' ')
        dash = fields.index('-')
        # Without the ids and peer groups, which the kernel gives out anew.
        found.append(' '.join([fields[4], fields[3], fields[5], fields[dash + 1], fields[dash + 2]]))
    return sorted(found)


def stat_fields(pid):
    text = read(f'/proc/{pid}/stat')
    return text[text.rfind(')') + 2:].split(' ') if text else None


def ancestors():
    own, pid = set(), os.getpid()
    while pid > 1:
        own.add(pid)
        fields = stat_fields(pid)
        if not fields:
            break
        pid = int(fields[1])
    return own


def processes(own):
    alive, zombies = {}, []
    for pid in pids():
        fields = stat_fields(pid)
        if not fields or int(pid) in own:
            continue
        state, parent, flags, started = fields[0], fields[1], int(fields[6]), fields[19]
        if flags & 0x00200000:  # PF_KTHREAD
            continue
        if state == 'Z' and parent in ('0', '1'):
            zombies.append(f"{pid} {read(f'/proc/{pid}/comm').strip()}")
            continue
        command = read(f'/proc/{pid}/cmdline').replace('\0', ' ').strip() or f"[{read(f'/proc/{pid}/comm').strip()}]"
        alive[f'{pid} started {started}'] = f"{'zombie ' if state == 'Z' else ''}{command} (parent {parent})"
    return alive, zombies


def sockets():
    found = []
    for line in read('/proc/net/unix').splitlines()[1:]:
        fields = line.split(None, 7)
        if len(fields) == 8:  # only those with a name: others come and go with every program
            found.append(f'unix {fields[4]} {fields[7]}')
    for protocol in ('tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'raw', 'raw6'):
        for line in read(f'/proc/net/{protocol}').splitlines()[1:]:
            fields = line.split()
            if fields[3] in ('06', '0B', '04', '05', '08', '09'):  # on their way out
                continue
            found.append(f'{protocol} {fields[1]} {fields[2]} {fields[3]}')
    for line in read('/proc/net/packet').splitlines()[1:]:
        found.append('packet ' + ' '.join(line.split()[2:5]))
    return sorted(found)


def sysctls():
    found = {}
    for folder, _folders, files in os.walk('/proc/sys'):
        for name in files:
            key = os.path.join(folder, name)[len('/proc/sys/'):]
            if VOLATILE_SYSCTLS.match(key):
                continue
            try:
                mode = os.stat(f'/proc/sys/{key}').st_mode
            except OSError:
                continue
            if mode & stat.S_IRUSR:
                found[key] = read(f'/proc/sys/{key}').strip()
    return found


def cgroups():
    found = []
    for line in read('/proc/self/mountinfo').splitlines():
        fields = line.split(' ')
        if fields[fields.index('-') + 1] in ('cgroup', 'cgroup2'):
            found += [folder for folder, _folders, _files in os.walk(fields[4]) if folder != fields[4]]
    return sorted(set(found))


def files(roots, excluded, volatile):
    found = {}

    def left_out(path):
        return volatile.match(path) or any(path == one or path.startswith(one + '/') for one in excluded)

    for root in roots:
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if not left_out(os.path.join(folder, name))
                          and not os.path.ismount(os.path.join(folder, name))]
            for name in folders + names:
                path = os.path.join(folder, name)
                if left_out(path):
                    continue
                try:
                    status = os.lstat(path)
                except OSError:
                    continue
                text = f'{stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid}'
                if stat.S_ISREG(status.st_mode):
                    text += f' {status.st_size} bytes of {status.st_mtime_ns}'
                elif stat.S_ISLNK(status.st_mode):
                    text += f' -> {os.readlink(path)}'
                found[path] = text
    return found


def snapshot(roots, excluded, volatile):
    own = ancestors()
    alive, zombies = processes(own)
    return {
        'links': links(),
        'addresses': addresses(),
        'routes': routes(),
        'named network namespaces': named_namespaces(),
        'namespaces': namespaces(own),
        'mounts': mounts(),
        'processes': alive,
        'zombies of init': zombies,
        'sockets': sockets(),
        'nftables': lines_of('nft', 'list', 'ruleset'),
        'qdiscs': lines_of('tc', 'qdisc', 'show'),
        'sysctls': sysctls(),
        'cgroups': cgroups(),
        'files': files(roots, excluded, volatile),
    }


def differences(before, after):
    for section in before:
        if section == 'zombies of init':
            continue
        old, new = before[section], after[section]
        if isinstance(old, dict):
            for key in sorted(old.keys() | new.keys()):
                if key not in new:
                    yield f'{section}: gone: {key}: {old[key]}'
                elif key not in old:
                    yield f'{section}: new: {key}: {new[key]}'
                elif old[key] != new[key] and section != 'namespaces':
                    yield f'{section}: changed: {key}: {old[key]} -> {new[key]}'
        else:
            old, new = collections.Counter(old), collections.Counter(new)
            yield from (f'{section}: gone: {line}' for line in sorted((old - new).elements()))
            yield from (f'{section}: new: {line}' for line in sorted((new - old).elements()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', required=True)
    taking = commands.add_parser('snapshot')
    taking.add_argument('--root', action='append', default=[])
    taking.add_argument('--exclude', action='append', default=[])
    taking.add_argument('--strict', action='store_true')
    comparing = commands.add_parser('diff')
    comparing.add_argument('before')
    comparing.add_argument('after')
    comparing.add_argument('--only', action='append', default=[])
    options = parser.parse_args()
    if options.command == 'snapshot':
        volatile = OWN_FILES if options.strict else VOLATILE_FILES
        json.dump(snapshot(options.root or ROOTS, options.exclude, volatile), sys.stdout, indent=0)
        return 0
    with open(options.before) as before, open(options.after) as after:
        found = list(differences(json.load(before), json.load(after)))
    if options.only:
        found = [line for line in found if any(text in line for text in options.only)]
    for line in found:
        print(line)
    return 1 if found else 0


sys.exit(main())
