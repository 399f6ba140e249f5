#!/bin/sh
# The first process of a container, its PID 1: makes the root its own, starts the SSH server that the root has, says
# `ready` on descriptor 3, and reaps what is orphaned until it is killed.
# Lies at /run/benito/init in the container, with `key` (who may log in), `stop`, and catatonit beside it.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
HOME=/root
export PATH HOME
cd /
own() {
  read -r name </proc/sys/kernel/hostname
  echo "$name" >/etc/hostname
  mkdir -p /root/.ssh && chmod 700 /root/.ssh
  read -r key </run/benito/key
  grep -qxF "$key" /root/.ssh/authorized_keys 2>/dev/null || echo "$key" >>/root/.ssh/authorized_keys
}
server() {
  if command -v sshd >/dev/null; then
    mkdir -p /run/sshd
    [ -s /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
    # PAM refuses whoever comes from a host's login session, whose audit id nobody in here may change.
    "$(command -v sshd)" -o UsePAM=no
  elif command -v dropbear >/dev/null; then
    mkdir -p /etc/dropbear
    dropbear -R
  else
    echo 'this root has no SSH server (sshd or dropbear): only exec, shell and console lead into it'
  fi
}
own 3>&-
server 3>&-
echo ready >&3
exec 3>&-
exec /run/benito/catatonit -P
