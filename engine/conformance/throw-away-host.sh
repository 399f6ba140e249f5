#!/bin/sh
# Becomes the first process of a throw-away host: what it does to files, links, mounts and processes is its own, and
# is gone when it is. The caller has put it into namespaces of its own (mount, network, PID, UTS, IPC, cgroup).
# Usage: throw-away-host.sh REPOSITORY CGROUP2_MOUNT_POINT [SHARED_FOLDER]...
# A SHARED_FOLDER is the machine's own, at the same place; with `:ro` behind it, to be read only.
# Prints `ready`, and lives until its standard input ends.
set -e
repository=$1 cgroup2=$2
# Where this machine is itself a chroot, its root is made that of the mount namespace: in a chroot nobody gets user namespaces.
[ -n "${at_root-}" ] || exec env at_root=yes perl "$repository/launch/_pivot.pl" /mnt sh "$0" "$@"
mount --make-rprivate /
mount -t tmpfs -o mode=755 throw-away /mnt
mkdir /mnt/upper /mnt/work /mnt/root
# Every change to a file, wherever it is, comes to lie in `upper`; /run, /tmp and /var start empty.
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work throw-away /mnt/root
cd /mnt/root
rm -rf etc/benito
touch etc # what a test writes there makes a copy of the folder otherwise
mount --rbind /dev dev
mount -t proc proc proc
mount -t sysfs sysfs sys
if [ "$cgroup2" != /sys/fs/cgroup ]; then
  mount -t tmpfs -o mode=755 throw-away sys/fs/cgroup
  mkdir -p ".$cgroup2"
fi
mount -t cgroup2 cgroup2 ".$cgroup2"
# Controllers in version 1, as far as this machine has them there: from the caller's cgroups on.
seen=$(cat /proc/self/mountinfo)
while read -r _ _ _ _ place _ rest; do
  case ${rest#*- } in
  'cgroup '*)
    for controller in memory cpu pids; do
      case ",${rest##* }," in
      *",$controller,"*)
        mkdir -p ".$place"
        mount -t cgroup -o "${rest##* rw,}" "$controller" ".$place"
        ;;
      esac
    done
    ;;
  esac
done <<END
$seen
END
mount -t tmpfs -o mode=755 throw-away run
mount -t tmpfs -o mode=1777 throw-away tmp
mount -t tmpfs -o mode=755 throw-away var
ln -s /run var/run
mkdir -p run/lock var/lib var/log var/cache ".$repository" .changes
mkdir -m 1777 var/tmp
mount --bind "$repository" ".$repository"
mount --bind /mnt/upper .changes
shift 2
for shared; do
  folder=${shared%:ro}
  mkdir -p ".$folder"
  mount --bind "$folder" ".$folder"
  [ "$folder" = "$shared" ] || mount -o remount,bind,ro ".$folder"
done
pivot_root . mnt
cd /
umount --lazy /mnt
hostname throw-away
ip link set lo up
# iproute2 makes the place of its names for good, with the first of them.
ip netns add first
ip netns delete first
echo ready
exec catatonit -- sh -c 'while read -r line; do :; done'
