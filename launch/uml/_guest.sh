#!/bin/sh
# Runs one guest, as a process of user UID without privileges, in namespaces of its own (unshare has made them) and a root that
# holds its kernel, what makes it this guest, its switches, and the host's directories that it may use, and nothing else: root in
# a guest can have its kernel do what this process may do.
# Usage: _guest.sh FOLDER WHO UID GROUPS MEMORY IMAGE DISK LOG CONFIG_DIR ROUTES KEY [EXPORT DIRECTORY]... -- [DEVICE]...
#   FOLDER   of this guest, with `identity` in it; gets `run` (mconsole's socket), `console` and `agent` (pipes into it), and
#            `started`: this process, and as old as what the guest knows; `said`: what was on its console when it ended
#   WHO      stands for the identity: another one is another process
#   GROUPS   numbers, with commas between them; the first one is the process's own
#   MEMORY   MiB; IMAGE the folder of its root; DISK the folder of its copy-on-write file; LOG of its console; KEY who may log in
#   DEVICE   as the kernel takes it: eth100=vde,SWITCH,MAC,PORT
set -eu
folder=$1 uid=$3 groups=$4 memory=$5 image=$6 disk=$7 log=$8 config=$9
shift 9
routes=$1 key=$2
shift 2

read -r pid _ </proc/self/stat
echo "$pid" >"$folder/started"
: >"$folder/said"

jail=$folder/root
mkdir -p "$jail" "$folder/run" "${log%/*}"
mkfifo -m 600 "$folder/console" "$folder/agent"
chown "$uid" "$folder/run"
[ "$(stat -c %u "$disk")" = "$uid" ] || chown --recursive --no-dereference "$uid" "$disk"

# What the host mounts later is not seen in here, what is mounted in here not outside.
if mountpoint -q /; then
  mount --make-rprivate /
else
  while read -r _ _ _ _ at _; do mount --make-private "$at"; done </proc/self/mountinfo
fi
mount -t tmpfs -o "mode=755,size=1m,nosuid" guest "$jail"

# put FROM TO [OPTIONS]: a directory or file of the host's.
put() {
  if [ -d "$1" ]; then
    mkdir -p "$jail$2"
  else
    mkdir -p "$jail${2%/*}"
    : >"$jail$2"
  fi
  mount --bind "$1" "$jail$2"
  [ $# -lt 3 ] || mount -o "remount,bind,$3" "$jail$2"
}

# program NAME TO [LIBRARY]: with its libraries, and those of LIBRARY; the loader is named by its path in every program.
program() {
  from=$(command -v "$1")
  put "$from" "$2" ro
  for library in $(ldd "$from" "${3-$from}" | grep -o '/[^ :]* ' | sort -u); do
    [ -e "$jail$library" ] || put "$library" "$library" ro
  done
}
# The kernel runs a vde_plug for each of its interfaces, at the other end of a pair of sockets.
program linux.uml /linux.uml
plugs=$(ldd "$(command -v vde_plug)" | sed -n 's,.* \(/.*\)/libvdeplug[.]so.*,\1/vdeplug,p')
program vde_plug /bin/vde_plug "$plugs/libvdeplug_vde.so"
put "$plugs" "$plugs" ro
program setpriv /bin/setpriv
for device in null zero random urandom; do put "/dev/$device" "/dev/$device"; done
mkdir "$jail/dev/shm" "$jail/proc" "$jail/tmp"
mount -t tmpfs -o "mode=1777,nosuid,nodev,size=$((memory + 16))m" memory "$jail/dev/shm"
mount -t proc -o ro,nosuid,nodev,noexec proc "$jail/proc"
mkdir "$jail/identity"
{
  cat "$folder/identity"
  echo "seed $(head -c 48 /dev/urandom | base64 -w 0)"
} >"$jail/identity/about"
cp "$key" "$jail/identity/authorized_keys"
put "$config" /benito/config ro
put "$routes" /benito/launch/routes ro
image=$(readlink -f "$image")
put "$image/root.img" /image/root.img ro
put "$disk" /disk
put "$folder/run" /run
modules=/usr/lib/uml/modules
if [ -d $modules ]; then put $modules /lib/modules ro; else mkdir -p "$jail/lib/modules"; fi
while [ "$1" != -- ]; do
  put "$2" "/export$1" nosuid,nodev
  shift 2
done
shift
for device in "$@"; do
  rest=${device#*=vde,}
  put "${rest%%,*}" "${rest%%,*}"
done
mount -o remount,ro "$jail"

# Root's kernel, where guests are trusted, has of root's rights those that are about files.
rights='--bounding-set=-all --inh-caps=-all'
[ "$uid" != 0 ] || rights='--bounding-set=-all,+chown,+dac_override,+fowner,+fsetid --inh-caps=-all'
touch "$log"
told=$(stat -c %s "$log")
# Without address space randomisation, which the kernel would spend memory on bridging (its "exec-shield gap").
status=0
# shellcheck disable=SC2086 # words
PATH=/bin:/usr/bin:/sbin:/usr/sbin setarch --addr-no-randomize chroot "$jail" \
  /bin/setpriv --reuid="$uid" --regid="${groups%%,*}" --groups="$groups" --no-new-privs $rights -- /linux.uml \
  "mem=${memory}M" "ubd0=/disk/${image##*/}.cow,/image/root.img" root=/dev/ubda rw uml_dir=/run umid=guest quiet \
  con=null con0=fd:0,fd:1 con1=fd:3,fd:4 ssl=null "$@" \
  <>"$folder/console" >>"$log" 2>&1 3<>"$folder/agent" 4>/dev/null || status=$?
# Who waits for it is told why, in the last line; in those before it, what else its console had at the end.
tail -c "+$((told + 1))" "$log" | tr -d '\r' >"$folder/said"
tail -n 8 "$folder/said" >&2
sed -n 's/^benito: error: //p; /^Kernel panic/p' "$folder/said" | tail -n 1 >&2
exit "$status"
