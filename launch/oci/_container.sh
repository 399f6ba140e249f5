# What a container's scripts share.
# shellcheck shell=sh

# crun refuses a host with both versions of cgroups, some controllers of the second among them; it is not to touch them
# anyway: lifetimes and limits are settled before it starts. Only in a mount namespace of its own.
hide_cgroups() { mount -t tmpfs -o size=4k,mode=755 none /sys/fs/cgroup; }

# join_limits FOLDER: the cgroups that limit the container.
join_limits() {
  for list in "$1/limits" "$1/cgroup2"; do
    [ -f "$list" ] || continue
    while read -r cgroup; do echo 0 >"$cgroup/cgroup.procs"; done <"$list"
  done
}
