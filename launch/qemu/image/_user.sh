# Users' images. What was fetched is kept by its contents, as user-HASH; sources/HASH tells which contents a path or URL
# had when it was fetched, in two lines: how to know that it is still the same, and the entry.
# shellcheck shell=sh

note_of() { echo "$cache/sources/$(printf %s "$(place_of "$1")" | hash)"; }

# place_of SOURCE: a URL, or an absolute path.
place_of() {
  case $1 in
  http://* | https://*) echo "$1" ;;
  file:///*) echo "${1#file://}" ;;
  *://*) fail "$(shown "$1") is no place to get images from" 'http://, https://, file:/// and paths are' ;;
  /*) echo "$1" ;;
  *) echo "$PWD/$1" ;;
  esac
}

# shown SOURCE: without a password.
shown() { echo "$1" | sed 's|//[^/@]*@|//|'; }

# known_entry SOURCE: the entry that it was, unless it is a file that has changed since.
known_entry() {
  note=$(note_of "$1")
  [ -f "$note" ] && { read -r same && read -r one; } <"$note" || return 1
  case $(place_of "$1") in
  /*) [ ! -e "$(place_of "$1")" ] || [ "$(identity_of "$(place_of "$1")")" = "$same" ] || return 1 ;;
  esac
  echo "$one"
}

identity_of() { stat -L -c '%s %.9Y %i' "$1"; }

# user_image SOURCE: sets `entry` to the directory of this image, fetched now or earlier.
user_image() {
  place=$(place_of "$1")
  note=$(note_of "$1")
  name=$(shown "$place")
  lock "source-${note##*/}"
  make_tmp "source-${note##*/}"
  mkdir "$tmp/out"
  mkdir -p "$cache/sources"
  case $place in
  /*) local_image ;;
  *) remote_image ;;
  esac
}

# is_known: whether what the note tells is the same as before and there.
is_known() {
  was_fetched && [ "$same" = "$1" ]
}

was_fetched() {
  [ -f "$note" ] && { read -r same && read -r entry; } <"$note" && is_whole "$entry"
}

local_image() {
  [ -e "$place" ] || fail "there is no image $place" 'name a qcow2 file of this host, or a URL'
  [ -f "$place" ] || fail "$place is no file" 'name a qcow2 file of this host, or a URL'
  now=$(identity_of "$place")
  if is_known "$now"; then return; fi
  keep "$place" "$now"
}

remote_image() {
  . "$here/_fetch.sh"
  asked='' total=0
  if ask; then
    asked=$(validator)
    total=$(length_told)
  fi
  if [ -n "$asked" ] && is_known "$asked"; then return; fi
  if [ -n "$unreachable" ] && was_fetched; then
    say "the image $name cannot be reached now; the copy of $(date -r "$note" +%F) serves"
    return
  fi
  fetch "$tmp/fetched"
  keep "$tmp/fetched" "$(validator)"
}

# keep FILE IDENTITY: unpacks and checks FILE, and makes it the entry of its contents.
keep() {
  image=$tmp/out/root.img
  kind=$(kind_of "$1")
  case $kind in
  bz2) unbzip2 "$1" ;;
  qcow2 | raw)
    case $1 in
    "$tmp"/*) mv "$1" "$image" ;;
    *) copy "$1" ;;
    esac
    ;;
  *) refuse ;;
  esac
  case $place in
  /*) [ "$(identity_of "$place")" = "$2" ] || fail "the image $name was written to while it was read" 'try again' ;;
  esac
  kind=$(kind_of "$image")
  case $kind in
  qcow2) check_qcow2 "$image" "$name" ;;
  raw) say "the image $name is raw: its disk is as large as the file" ;;
  *) refuse ;;
  esac
  echo "$kind" >"$tmp/out/format"
  contents=$(sha256sum <"$image" | cut -c1-16)
  # Not where it came from: several sources may have the same contents.
  echo "contents $contents" >"$tmp/out/about"
  entry=$cache/user-$contents
  seal "$tmp/out" "$entry"
  printf '%s\n' "$2" "$entry" >"$tmp/note"
  mv "$tmp/note" "$note"
  say "the image $name is ready: $(du -sm "$entry" | cut -f1) MB in $entry"
}

refuse() {
  fail "$name is no disk image that can be used here: it is $kind" 'a qcow2 is wanted, as it is or compressed by bzip2'
}

copy() {
  say "copying the image $name"
  need_room "$(du -m "$1" | cut -f1)"
  cp --sparse=always "$1" "$image" 2>"$tmp/log" &
  worker=$!
  progress copied "$(size_of "$1")" "size_of $image" && return
  failed_to 'cannot be copied'
}

unbzip2() {
  say "unpacking the image $name"
  bzip2 -dc <"$1" 2>"$tmp/log" >"$image" &
  worker=$!
  progress unpacked "$(size_of "$1")" "read_by $worker" && return
  case $(cat "$tmp/log") in
  *'unexpectedly'* | *'end of file'*) fail "the compressed image $name is cut off" 'get the file again' ;;
  *'integrity'* | *CRC* | *corrupt*) fail "the compressed image $name is damaged" 'get the file again' ;;
  esac
  failed_to 'cannot be unpacked'
}

failed_to() {
  # A full disk may have had no room for saying so.
  if grep -q 'No space left' "$tmp/log" || [ "$(free_mb)" -eq 0 ]; then fail_full; fi
  tail -n 3 "$tmp/log" | sed 's/^/  | /' >&2
  fail "the image $name $1"
}
