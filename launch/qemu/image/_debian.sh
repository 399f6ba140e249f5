# Debian packages, by the host's apt and its sources, whatever is installed on the host itself.
# shellcheck shell=sh

# The host's own caches of packages, which are of what it has installed, stay as they are.
apt_as_on_a_bare_host() {
  command=$1
  shift
  "$command" -q -o Dir::State::status=/dev/null -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Sandbox::User=root -o DPkg::Lock::Timeout=400 "$@"
}

# versions PACKAGE...: a line `PACKAGE VERSION` for each that the package lists know, sorted. To ask apt as on a bare host
# costs over a second of computing: its answer is remembered, with the state of the lists that it is about.
versions() {
  state=$(find /var/lib/apt/lists /etc/apt -type f -printf '%p %s %T@\n' 2>/dev/null | sort)
  remembered=$cache/.versions-$name-$(printf '%s\n' "$*" "$state" | hash)
  if [ ! -s "$remembered" ]; then
    rm -f "$cache/.versions-$name-"*
    versions_by_apt "$@" >"$remembered.$$"
    mv "$remembered.$$" "$remembered"
  fi
  cat "$remembered"
}

versions_by_apt() {
  apt_as_on_a_bare_host apt-cache policy "$@" 2>/dev/null |
    awk '/^[^ ].*:$/ { name = $1; sub(/:.*/, "", name) } $1 == "Candidate:" && $2 != "(none)" { print name, $2 }' | sort
}

update_lists() {
  say 'fetching the Debian package lists: apt-get update'
  # One after the other: apt does not wait for the lock of its lists. One source of many may fail.
  (flock 8 && apt_as_on_a_bare_host apt-get -o Acquire::Retries=3 update) 8<"$cache" >"$tmp/log" 2>&1 || true
}

# download FOLDER PACKAGE...: a file `not-downloaded` in `tmp` tells that this is what failed.
download() {
  folder=$1
  shift
  mkdir -p "$folder"
  (cd "$folder" && logged apt_as_on_a_bare_host apt-get -o Acquire::Retries=3 download "$@") && return
  touch "$tmp/not-downloaded"
  return 1
}

# unpack FOLDER TREE: all packages of FOLDER, into TREE.
unpack() {
  mkdir -p "$2"
  for package in "$1"/*.deb; do logged dpkg-deb -x "$package" "$2" || fail_full; done
}

# The mirrors of Debian proper that the host uses, as lines of sources.list.
debian_sources() {
  apt_as_on_a_bare_host apt-cache policy |
    awk '$2 ~ /^(http|https|file|copy|cdrom|mirror)/ { url = $2; split($3, part, "/") }
      /^ *release / && /o=Debian,/ { print "deb", url, part[1], part[2] }' | sort -u
}
