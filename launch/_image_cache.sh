# The host's cache of images, for the recipes of all platforms. An entry is a directory NAME-KEY: it appears whole, by a
# rename under NAME's lock, and never changes. Beside its images it holds `about` (what it was made of) and `manifest` (its
# files' sizes and times).
# shellcheck shell=sh
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
cache=/var/cache/benito-pipeline/images
tmp='' lock='' worker=''

# What this process leaves, however it ends; where it is killed, the next one to take its lock clears it.
tidy() {
  [ -z "$worker" ] || kill "$worker" 2>/dev/null || true
  [ -z "$tmp" ] || rm -rf "$tmp"
  [ -z "$lock" ] || rm -f "$lock"
}

say() { printf '%s\n' "$*" >&2; }

# fail WHAT [WHAT WOULD WORK]
fail() {
  say "$1"
  [ $# -lt 2 ] || say "  $2"
  exit 1
}

# Nodes run what lies in the cache: nobody but root may write there.
open_cache() {
  [ "$(id -u)" = 0 ] || fail 'images are made and kept by root' 'run this as root'
  mkdir -p "$cache" || fail "the image cache $cache cannot be made"
  case $(stat -c '%u %a' "$cache") in
  '0 '*[2367] | '0 '*[2367]?) fail "others than root may write to the image cache $cache" "chmod 755 $cache" ;;
  '0 '*) ;;
  *) fail "the image cache $cache does not belong to root" "chown root $cache" ;;
  esac
}

# lock NAME: holds NAME until this process and its children have ended, and clears what a killed holder left behind.
lock() {
  path=$cache/.$1.lock
  trap tidy EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  while
    exec 9>"$path"
    if ! flock --nonblock 9; then
      say "waiting for another process that is making the image $1"
      flock 9
    fi
    # Who holds a lock removes its file at the end.
    [ "$(stat -c %i "$path" 2>/dev/null)" != "$(stat -L -c %i /proc/self/fd/9)" ]
  do :; done
  lock=$path
  rm -rf "$cache/.tmp-$1-"*
}

# make_tmp NAME: sets `tmp` to a directory that is gone when this process ends.
make_tmp() {
  tmp=$(mktemp -d "$cache/.tmp-$1-XXXXXX") || fail_full
  chmod 755 "$tmp"
}

# files_of ENTRY: the files that count, with size and time. A platform whose entries are whole file systems has its own.
files_of() {
  (cd "$1" && find . -type f ! -path ./manifest -printf '%s %T@ %p\n' | sort -k3)
}

# freeze FOLDER: nobody is to write to the entry by mistake.
freeze() { find "$1" -type f -exec chmod a-w {} +; }

is_whole() {
  [ -f "$1/manifest" ] && [ "$(files_of "$1")" = "$(cat "$1/manifest")" ]
}

# seal FOLDER ENTRY: makes FOLDER, below `tmp`, the entry. What stands there and is damaged gives way.
seal() {
  freeze "$1"
  files_of "$1" >"$1/manifest" || fail_full
  sync --file-system "$1" || fail_full
  if [ -e "$2" ]; then
    is_whole "$2" && return
    mv -T "$2" "$tmp/damaged"
  fi
  mv -T "$1" "$2" 2>/dev/null || is_whole "$2" || fail "$2 cannot be put in its place"
}

# point LINK ENTRY: at no time is there no link.
point() {
  ln -sfn "$2" "$1.new.$$" && mv -fT "$1.new.$$" "$1" && return
  rm -f "$1.new.$$"
  fail "$1 cannot be made a link to $2" 'the folder has to be there, and LINK no folder itself'
}

fail_full() {
  fail "the disk that holds $cache is full or not to be written to: $(free_mb) MB are free" \
    "make room there; images that no experiment uses may be deleted from $cache"
}

free_mb() { df -Pm "$cache" | awk 'NR == 2 { print $4 }'; }

# need_room MB: early, rather than after long work.
need_room() {
  [ "$(free_mb)" -ge "$1" ] && return
  fail "an image needs $1 MB in $cache, and $(free_mb) MB are free there" \
    "make room; images that no experiment uses may be deleted from $cache"
}

hash() { sha256sum | cut -c1-16; }

# logged COMMAND...: its output goes to a file, and to the user where it fails.
logged() {
  "$@" >"$tmp/log" 2>&1 && return
  status=$?
  tail -n 12 "$tmp/log" | sed 's/^/  | /' >&2
  return "$status"
}
