#!/bin/sh
# Prints the path of an OpenVZ template: a tarball NAME, or NAME.tar and what it may be compressed by, in one of the
# directories; nothing where there is none.
# Usage: _find_template.sh NAME DIRECTORY...
name=$1
shift
case $name in */* | .*) exit 0 ;; esac
for directory; do
  for end in '' .tar.gz .tgz .tar.xz .tar.zst .tar.bz2 .tar; do
    if [ -f "$directory/$name$end" ]; then
      echo "$directory/$name$end"
      exit 0
    fi
  done
done
