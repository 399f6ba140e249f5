# Users' roots: a directory is used as it is; a tarball is unpacked once, into oci-user-HASH of its contents.
# sources/HASH tells which contents a path had, in two lines: how to know that it is still the same, and the entry.
# shellcheck shell=sh

note_of() { echo "$cache/sources/$(printf 'root %s' "$1" | hash)"; }
identity_of() { stat -L -c '%s %.9Y %i' "$1"; }

# known_root PATH: the root that it is, or was made when it was the same as now.
known_root() {
  if [ -d "$1" ]; then
    echo "$1"
    return
  fi
  [ -f "$(note_of "$1")" ] && { read -r same && read -r one; } <"$(note_of "$1")" || return 1
  [ ! -e "$1" ] || [ "$(identity_of "$1")" = "$same" ] || return 1
  is_whole "$one" && echo "$one/rootfs"
}

# user_root PATH: sets `root`.
user_root() {
  [ -e "$1" ] || fail "there is no $1" 'name a directory or a tarball of this host'
  if [ -d "$1" ]; then
    root=$1
    has_shell "$root" || fail "the directory $1 is no root file system: it has no /bin/sh" \
      'name the directory that would be / in the node'
    return
  fi
  [ -f "$1" ] || fail "$1 is neither a file nor a directory" 'name a directory or a tarball of this host'
  if root=$(known_root "$1"); then return; fi
  source=oci-source-$(note_of "$1" | hash)
  lock "$source"
  make_tmp "$source"
  if root=$(known_root "$1"); then return; fi
  now=$(identity_of "$1")
  contents=$(hash <"$1")
  entry=$cache/oci-user-$contents
  is_whole "$entry" || unpack "$1"
  [ "$(identity_of "$1")" = "$now" ] || fail "$1 was written to while it was read" 'try again'
  mkdir -p "$cache/sources"
  printf '%s\n' "$now" "$entry" >"$tmp/note"
  mv "$tmp/note" "$(note_of "$1")"
  root=$entry/rootfs
}

unpack() {
  say "unpacking the root file system $1"
  mkdir -p "$tmp/out/rootfs"
  echo "contents $contents" >"$tmp/out/about"
  # Devices are the container's own.
  if ! tar --extract --file="$1" --directory="$tmp/out/rootfs" --numeric-owner --same-permissions --xattrs \
    --xattrs-include='security.capability' --anchored --exclude='./dev/*' --exclude='dev/*' 2>"$tmp/log"; then
    if grep -q 'No space left' "$tmp/log" || [ "$(free_mb)" -lt 16 ]; then fail_full; fi
    sed 's/^/  | /' "$tmp/log" | head -n 3 >&2
    fail "$1 cannot be unpacked" 'a tarball is wanted: .tar, or one compressed by gzip, bzip2, xz or zstd'
  fi
  # Nothing else would keep root in a container from what they lead to.
  find "$tmp/out/rootfs" -xdev \( -type b -o -type c \) -delete
  has_shell "$tmp/out/rootfs" || fail "$1 is no root file system: it has no bin/sh in its uppermost directory" \
    'name a tarball of what would be / in the node'
  seal "$tmp/out" "$entry"
}

has_shell() { [ -e "$1/bin/sh" ] || [ -L "$1/bin/sh" ]; }
