#!/bin/sh
# Whether this host runs User-Mode Linux with VDE: status 0, or the reason on stdout. Starts the kernel and ends it when it has
# examined the host, which it does first of all (ptrace, memory that may be executed): 10 ms, of which nothing is left.
set -u
linux.uml --showconfig | grep -qx CONFIG_UML_NET_VDE=y || {
  echo "this host's linux.uml, $(linux.uml --version), has no VDE (CONFIG_UML_NET_VDE)"
  exit 1
}
setsid sh -c 'echo "kernel $$"; exec linux.uml mem=32M con=null con0=null,fd:1' 2>&1 </dev/null | {
  read -r _ kernel
  last='it ended without a word'
  while read -r line; do
    case $line in
    *'PROT_EXEC mmap'*OK | 'Linux version'* | *'physical memory'*) last= && break ;;
    *...OK | *'dump limits'* | *'soft - '* | *'hard - '*) ;;
    ?*) last=$line ;;
    esac
  done
  # With those of its processes that it has stopped just now.
  kill -9 "-$kernel" 2>/dev/null
  [ -z "$last" ] && exit 0
  echo "its kernel does not start here: $last"
  exit 1
}
