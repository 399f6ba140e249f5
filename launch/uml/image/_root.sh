# shellcheck shell=sh

# make_root OUT WORK
make_root() {
  tree=$2/tree
  say '  downloading busybox, shells, dropbear, iproute2 and their libraries (8 MB)'
  download "$2/packages"
  mkdir "$tree"
  for package in "$2/packages"/*.deb; do logged dpkg-deb -x "$package" "$tree" || fail_full; done
  (cd "$tree" && drop)
  add_files
  check
  ext4 "$tree" "$1/root.img" 2G
  # A copy-on-write file knows the time of what it is based on, which may be made again.
  touch --date=@1000000000 "$1/root.img"
}

# What no guest needs, in the tree that is the working directory.
drop() {
  rm -rf usr/share usr/include usr/games usr/lib/x86_64-linux-gnu/gconv usr/lib/x86_64-linux-gnu/audit usr/lib/systemd
  rm -rf lib/systemd etc/default usr/lib/locale etc/ld.so.conf.d
  find usr/bin usr/sbin sbin bin -type f ! -name busybox ! -name dash ! -name bash ! -name 'dropbear*' \
    ! -name dbclient ! -name ip ! -name tc ! -name bridge ! -name ss ! -name getent ! -name nstat -delete
  find . -xtype l ! -path './lib64/*' -delete
}

add_files() {
  (cd "$tree" && mkdir -p dev proc sys run tmp mnt root var/log var/lib var/tmp var/benito/config var/benito/launch)
  (cd "$tree" && mkdir -p etc/benito etc/dropbear lib/modules usr/bin usr/sbin)
  ln -sfn ../run "$tree/var/run"
  cp -r "$here/tree/." "$tree"
  "$tree/bin/busybox" --list-full | while read -r applet; do
    name=${applet##*/}
    for there in "$tree/bin/$name" "$tree/sbin/$name" "$tree/usr/bin/$name" "$tree/usr/sbin/$name"; do
      [ ! -e "$there" ] && [ ! -L "$there" ] || continue 2
    done
    ln -s /bin/busybox "$tree/$applet"
  done
  ln -sfn /usr/lib/openssh/sftp-server "$tree/usr/lib/sftp-server"
  chown -R 0:0 "$tree"
  chmod 1777 "$tree/tmp" "$tree/var/tmp"
  chmod 700 "$tree/root"
}

# Every program finds its libraries, and is the one that is meant: busybox's ip and tc know no -V.
check() {
  for line in 'ip -V' 'tc -V' 'ss -V' 'dropbear -V' 'busybox true' 'bash -c "tc -V"'; do
    logged env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$tree" sh -c "$line" || fail "$line fails in the image"
  done
}

# ext4 TREE IMAGE SIZE: a sparse file system with the contents of TREE. The same tree gives the same bytes.
ext4() {
  find "$1" -exec touch --no-dereference --date=@0 {} +
  E2FSPROGS_FAKE_TIME=1 logged mke2fs -q -t ext4 -d "$1" -L uml -m 0 -i 32768 -J size=8 \
    -U 62656e69-746f-4000-8000-000000000002 \
    -E hash_seed=62656e69-746f-4000-8000-000000000003,lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0 \
    "$2.full" "$3" || fail_full
  # The one time that nobody can set beforehand.
  seq 2 $(($(find "$1" | wc -l) + 20)) | sed 's/.*/set_inode_field <&> ctime @0/' >"$2.times"
  E2FSPROGS_FAKE_TIME=1 logged debugfs -w -f "$2.times" "$2.full" || fail_full
  rm "$2.times"
  cp --sparse=always "$2.full" "$2" || fail_full
  rm "$2.full"
}
