#!/bin/sh
# Makes DISK, a qcow2 that holds what differs from an image: Usage: _disk.sh IMAGE DISK BYTES
# IMAGE is the link to the image; the disk refers to what is behind it now, and to nothing else later.
set -eu
image=$(readlink -f "$1") disk=$2 bytes=$3
format=$(cat "$image/format")
size=$(qemu-img info --output=json -f "$format" "$image/root.img" | sed -n 's/.*"virtual-size": \([0-9]*\).*/\1/p')
if [ "$size" -gt "$bytes" ]; then
  echo "the image $image has a disk of $size bytes; guests can have $bytes" >&2
  exit 1
fi
rm -f "$disk.new"
trap 'rm -f "$disk.new"' EXIT
qemu-img create -q -f qcow2 -b "$image/root.img" -F "$format" "$disk.new" "$bytes"
mv "$disk.new" "$disk"
