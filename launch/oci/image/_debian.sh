# The default root: a small Debian of the host's own release, made by mmdebstrap. KEY is a hash of this file and of the
# versions of its packages.
# shellcheck shell=sh
# The host's own caches of packages stay as they are.
no_caches='-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache='

packages() { printf '%s\n' iproute2 iputils-ping openssh-server procps sudo; }

# debian_root: sets `entry`.
debian_root() {
  name=oci-debian
  how=$(hash <"$here/_debian.sh")
  if find_entry; then return; fi
  lock "$name"
  make_tmp "$name"
  if find_entry; then return; fi # somebody else has made it meanwhile
  if [ -z "$entry" ]; then
    update_lists
    find_entry || true
    [ -n "$entry" ] || fail 'apt knows no Debian packages to make a root file system from' \
      'is there a network, and are the sources in /etc/apt right? Then: apt-get update'
  fi
  make_entry
}

# Sets `entry` to where the root belongs, empty where the package lists are; whether it is there. Without lists, or
# without a network since, the newest of the same recipe is as good as can be had.
find_entry() {
  # shellcheck disable=SC2046 # words
  made_of=$(versions $(packages))
  entry=
  if [ "$(echo "$made_of" | cut -d' ' -f1)" = "$(packages)" ]; then
    entry=$cache/$name-$(printf '%s\n' "$how" "$made_of" | hash)
    is_whole "$entry"
  else
    entry=$(newest_entry)
    [ -n "$entry" ]
  fi
}

newest_entry() {
  # shellcheck disable=SC2012 # our own names
  ls -td "$cache/$name"-*/ 2>/dev/null | while read -r one; do
    if [ "$(head -n 1 "$one/about")" = "recipe $how" ] && is_whole "${one%/}"; then
      echo "${one%/}"
      break
    fi
  done
}

make_entry() {
  command -v mmdebstrap >/dev/null || fail 'mmdebstrap is missing, which makes the default root of containers' \
    'apt-get install mmdebstrap; or name a root of your own: containers:oci_rootfs'
  need_room 400
  say 'making a small Debian as the root of containers, once for this host: it takes a minute'
  mkdir "$tmp/out"
  printf '%s\n' "recipe $how" "$made_of" >"$tmp/out/about"
  if ! install_debian "$tmp/out/rootfs"; then
    [ "$(free_mb)" -gt 16 ] || fail_full
    newest=$(newest_entry)
    [ -n "$newest" ] || fail 'the root file system could not be made' \
      'is there a network, and are the sources in /etc/apt right? Then: apt-get update'
    say "Debian's packages cannot be had now: a root that was made from older ones serves"
    entry=$newest
    return
  fi
  seal "$tmp/out" "$entry"
  say "the root file system is ready: $(du -sm "$entry" | cut -f1) MB in $entry"
}

install_debian() {
  sources=$(debian_sources)
  suite=$(echo "$sources" | awk '$4 == "main" && $3 !~ /-/ { print $3; exit }')
  [ -n "$suite" ] || fail "this host's apt has no archive of Debian proper among its sources" \
    'see /etc/apt/sources.list, and apt-cache policy'
  include=$(packages | tr '\n' ',')
  echo "$sources" | logged mmdebstrap --mode=root --variant=essential --include="${include%,}" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --aptopt='Acquire::Retries "3"' --skip=output/dev "$suite" "$1" - || return 1
  # What is each node's own is not in it.
  rm -rf "$1/dev" "$1"/etc/ssh/ssh_host_* "$1/etc/hostname" "$1/etc/resolv.conf" "$1/etc/machine-id" "$1/run" "$1"/var/log/*
  mkdir "$1/dev" "$1/run"
  : >"$1/etc/motd"
}

# The mirrors of Debian proper that the host uses, as lines of sources.list.
debian_sources() {
  # shellcheck disable=SC2086 # words
  apt-cache $no_caches policy |
    awk '$2 ~ /^(http|https|file|copy|cdrom|mirror)/ { url = $2; split($3, part, "/") }
      /^ *release / && /o=Debian,/ { print "deb", url, part[1], part[2] }' | sort -u
}

# versions PACKAGE...: a line `PACKAGE VERSION` for each that the package lists know, sorted, as on a bare host. That costs
# over a second of computing: the answer is remembered, with the state of the lists that it is about.
versions() {
  state=$(find /var/lib/apt/lists /etc/apt -type f -printf '%p %s %T@\n' 2>/dev/null | sort)
  remembered=$cache/.versions-$name-$(printf '%s\n' "$*" "$state" | hash)
  if [ ! -s "$remembered" ]; then
    rm -f "$cache/.versions-$name-"*
    # shellcheck disable=SC2086 # words
    apt-cache $no_caches -o Dir::State::status=/dev/null policy "$@" 2>/dev/null |
      awk '/^[^ ].*:$/ { name = $1; sub(/:.*/, "", name) } $1 == "Candidate:" && $2 != "(none)" { print name, $2 }' |
      sort >"$remembered.$$"
    mv "$remembered.$$" "$remembered"
  fi
  cat "$remembered"
}

update_lists() {
  say 'fetching the Debian package lists: apt-get update'
  # One after the other: apt does not wait for the lock of its lists. One source of many may fail.
  (flock 8 && apt-get -q -o APT::Sandbox::User=root -o Acquire::Retries=3 update) 8<"$cache" >"$tmp/log" 2>&1 || true
}
