import type { Host } from './_host.ts';

/**
 * What the reboot of a host takes: processes, network namespaces, links, /run, and the boot id; files outside of /run
 * stay. The kernel of the machine goes on, and so do other hosts of the tests.
 */
export async function reboot(host: Host): Promise<void> {
  boots += 1;
  const id = `00000000-0000-4000-8000-${String(boots).padStart(12, '0')}`;
  await host.must(['sh', '-ec', SCRIPT, 'sh', id]);
}

let boots = 0;

const SCRIPT = `
  cgroups=$(find /sys/fs/cgroup -type d -name benito-pipeline)
  for cgroup in $cgroups; do
    [ -e "$cgroup/cgroup.kill" ] || continue
    echo 1 >"$cgroup/cgroup.kill"
    while grep -q 'populated 1' "$cgroup/cgroup.events"; do sleep 0.05; done
  done
  for cgroup in $cgroups; do find "$cgroup" -depth -type d -exec rmdir {} +; done
  if [ -d /run/netns ]; then
    for path in /run/netns/*; do
      [ -e "$path" ] || continue
      umount "$path"
      rm "$path"
    done
    umount --lazy /run/netns || :
  fi
  for path in /sys/class/net/*; do
    [ "\${path##*/}" = lo ] || ip link delete "\${path##*/}" 2>/dev/null || :
  done
  rm -rf /run/benito-pipeline /run/netns
  echo "$1" >/run/boot_id
  while mountpoint -q /proc/sys/kernel/random/boot_id; do umount /proc/sys/kernel/random/boot_id; done
  mount --bind /run/boot_id /proc/sys/kernel/random/boot_id`;
