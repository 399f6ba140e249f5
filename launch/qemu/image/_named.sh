# Images that are made here. The recipe of NAME is the program NAME/recipe:
#   recipe title           what is made, for the user
#   recipe room            MB that making it takes
#   recipe packages        Debian packages that go in
#   recipe inputs          files that go in, relative to this folder, beside those in NAME/
#   recipe uses            other images that go in
#   recipe make OUT WORK   makes the image's files in OUT; WORK is a place for anything else
# shellcheck shell=sh

recipe() {
  recipe_of=$1
  shift
  "$here/$recipe_of/recipe" "$@"
}

# with_used NAME: NAME and what it is made from.
with_used() {
  echo "$1"
  for used in $(recipe "$1" uses); do with_used "$used"; done
}

# recipe_hash NAME: of all files that say how it is made.
recipe_hash() {
  for part in $(with_used "$1"); do
    (cd "$here" && find "$part" $(recipe "$part" inputs) _debian.sh _ext4.sh -type f -exec sha256sum {} +)
  done | sort -u | hash
}

packages_of() {
  for part in $(with_used "$1"); do recipe "$part" packages; done | sort -u
}

# named_image NAME: sets `entry` to the image's directory, made now or earlier.
named_image() {
  name=$1
  [ -x "$here/$name/recipe" ] || fail "there is no guest image $name; there are: $(names)" \
    'for an image of your own give its URL, or a path with a / in it'
  [ "$(uname -m)" = x86_64 ] || fail "guest images are made for x86_64 hosts; this one is $(uname -m)"
  how=$(recipe_hash "$name")
  packages=$(packages_of "$name")
  if find_entry; then return; fi
  lock "$name"
  make_tmp "$name"
  if find_entry; then return; fi # somebody else has made it meanwhile
  if [ -z "$entry" ]; then
    update_lists
    find_entry || true
    [ -n "$entry" ] || fail_lists
  fi
  make_entry
}

# Sets `entry` to where the image belongs, empty where the package lists are; whether it is there.
# Without lists, or without a network since, the newest image of the same recipe is as good as can be had.
find_entry() {
  # shellcheck disable=SC2086 # words
  made_of=$(versions $packages)
  entry=
  if [ "$(echo "$made_of" | cut -d' ' -f1)" = "$packages" ]; then
    entry=$cache/$name-$(printf '%s\n' "$how" "$made_of" | hash)
    is_whole "$entry"
  else
    newest=$(newest_entry)
    [ -n "$newest" ] && entry=$newest
  fi
}

newest_entry() {
  # shellcheck disable=SC2012 # our own names
  ls -td "$cache/$name"-*/ 2>/dev/null | while read -r one; do
    if [ "$(head -n 1 "$one/about")" = "recipe $how" ] && is_whole "$one"; then
      echo "${one%/}"
      break
    fi
  done
}

make_entry() {
  need_room "$(recipe "$name" room)"
  say "$(recipe "$name" title), once for this host"
  mkdir "$tmp/out" "$tmp/work"
  printf '%s\n' "recipe $how" "$made_of" >"$tmp/out/about"
  if ! recipe "$name" make "$tmp/out" "$tmp/work"; then
    [ "$(free_mb)" -gt 16 ] || fail_full
    renew_or_fail
    return
  fi
  seal "$tmp/out" "$entry"
  say "the guest image $name is ready: $(du -sm "$entry" | cut -f1) MB in $entry"
}

# Package lists that are older than the mirror are the usual reason, and renewed once. Where there is no network, an
# image from older packages has to do.
renew_or_fail() {
  if [ -z "${BENITO_LISTS_RENEWED-}" ] && [ -e "$tmp/work/not-downloaded" ]; then
    update_lists
    tidy
    BENITO_LISTS_RENEWED=1 exec "$here/provide" "$name" "$link"
  fi
  newest=$(newest_entry)
  if [ -e "$tmp/work/not-downloaded" ] && [ -n "$newest" ]; then
    say "Debian's packages cannot be had now: an image $name that was made from older ones serves"
    entry=$newest
    return
  fi
  [ -e "$tmp/work/not-downloaded" ] || fail "the guest image $name could not be made"
  fail "the guest image $name could not be made: its Debian packages could not be had" \
    'is there a network, and are the sources in /etc/apt right?'
}

fail_lists() {
  tail -n 12 "$tmp/log" | sed 's/^/  | /' >&2
  fail "apt knows no Debian packages to make the guest image $name from" \
    'is there a network, and are the sources in /etc/apt right? Then: apt-get update'
}

names() { (cd "$here" && for one in */recipe; do printf '%s ' "${one%/recipe}"; done); }
