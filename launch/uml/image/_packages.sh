# Debian packages, by the host's apt and its sources, whatever is installed on the host itself.
# shellcheck shell=sh

packages() {
  echo busybox-static dash bash ncurses-base dropbear-bin openssh-sftp-server iproute2 libc-bin \
    libc6 libtinfo6 libcrypt1 libgmp10 libtomcrypt1 libtommath1 zlib1g \
    libbpf1 libelf1 libbsd0 libmd0 libmnl0 libcap2 libxtables12 libselinux1 libpcre2-8-0 \
    libtirpc3 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1
}

# The host's own caches of packages, which are of what it has installed, stay as they are.
apt_as_on_a_bare_host() {
  command=$1
  shift
  "$command" -q -o Dir::State::status=/dev/null -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Sandbox::User=root -o DPkg::Lock::Timeout=400 "$@"
}

# versions PACKAGE...: a line `PACKAGE VERSION` for each that the package lists know, sorted. To ask costs over a second of
# computing: the answer is remembered, with the state of the lists that it is about.
versions() {
  state=$(find /var/lib/apt/lists /etc/apt -type f -printf '%p %s %T@\n' 2>/dev/null | sort)
  remembered=$cache/.versions-uml-$(printf '%s\n' "$*" "$state" | hash)
  if [ ! -s "$remembered" ]; then
    rm -f "$cache/.versions-uml-"*
    apt_as_on_a_bare_host apt-cache policy "$@" 2>/dev/null |
      awk '/^[^ ].*:$/ { name = $1; sub(/:.*/, "", name) } $1 == "Candidate:" && $2 != "(none)" { print name, $2 }' |
      sort >"$remembered.$$"
    mv "$remembered.$$" "$remembered"
  fi
  cat "$remembered"
}

update_lists() {
  say 'fetching the Debian package lists: apt-get update'
  # One after the other: apt does not wait for the lock of its lists. One source of many may fail.
  (flock 8 && apt_as_on_a_bare_host apt-get -o Acquire::Retries=3 update) 8<"$cache" >"$tmp/log" 2>&1 || true
}

# download FOLDER: all packages. Lists that are older than the mirror are the usual reason where it fails: renewed once.
download() {
  mkdir -p "$1"
  (cd "$1" && apt_as_on_a_bare_host apt-get -o Acquire::Retries=3 download $(packages)) >"$tmp/log" 2>&1 && return
  update_lists
  (cd "$1" && logged apt_as_on_a_bare_host apt-get -o Acquire::Retries=3 download $(packages)) ||
    fail 'the root of User-Mode Linux guests could not be made: its Debian packages could not be had' \
      'is there a network, and are the sources in /etc/apt right?'
}
