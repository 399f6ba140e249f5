#!/bin/sh
# What a container writes: changes to its root, which is an overlay. A folder with `lower`, a link to the root that it is
# made on, and `upper` and `work`, or, where its size is limited, `image`: an ext4 file system that holds these two.
# Usage: _disk.sh FOLDER ROOT_LINK [KIB]
set -e
folder=$1 link=$2 size=${3-}
PATH=$PATH:/usr/sbin:/sbin
rm -rf "$folder.new"
mkdir "$folder.new"
ln -s "$(readlink "$link")" "$folder.new/lower"
if [ -n "$size" ]; then
  mkdir "$folder.new/tree" "$folder.new/tree/upper" "$folder.new/tree/work"
  truncate --size "${size}K" "$folder.new/image"
  mke2fs -q -t ext4 -m 0 -O ^has_journal -E lazy_itable_init=1,nodiscard,root_owner=0:0 -d "$folder.new/tree" \
    "$folder.new/image"
  rm -r "$folder.new/tree"
else
  mkdir "$folder.new/upper" "$folder.new/work"
fi
mv -T "$folder.new" "$folder"
