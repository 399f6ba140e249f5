# shellcheck shell=sh

# ext4 TREE IMAGE SIZE LABEL: a sparse file system of SIZE (2G, say) with the contents of TREE. The same tree gives
# the same bytes; nothing of it is left for the guest's kernel to initialise.
ext4() {
  find "$1" -exec touch --no-dereference --date=@0 {} +
  E2FSPROGS_FAKE_TIME=1 logged mke2fs -q -t ext4 -d "$1" -L "$4" -m 0 -i 32768 -J size=8 -U 62656e69-746f-4000-8000-000000000000 \
    -E hash_seed=62656e69-746f-4000-8000-000000000001,lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0 \
    "$2.full" "$3" || fail_full
  # The one time that nobody can set beforehand. Guests' disks rest on these bytes, also where the image is made again.
  seq 2 $(($(find "$1" | wc -l) + 20)) | sed 's/.*/set_inode_field <&> ctime @0/' >"$2.times"
  E2FSPROGS_FAKE_TIME=1 logged debugfs -w -f "$2.times" "$2.full" || fail_full
  rm "$2.times"
  cp --sparse=always "$2.full" "$2" || fail_full
  rm "$2.full"
}
