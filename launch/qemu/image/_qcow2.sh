# What a user's image must be: its file format is told by its first bytes, and never guessed by QEMU, which would follow
# a header to any file of this host.
# shellcheck shell=sh

# bytes FILE OFFSET COUNT: in hexadecimal, without blanks.
bytes() { od -An -v -tx1 -j "$2" -N "$3" "$1" 2>/dev/null | tr -d ' \n'; }

# kind_of FILE: qcow2, raw (a disk or a file system from its first byte), bz2, or what else it seems to be.
kind_of() {
  case $(bytes "$1" 0 6) in
  514649fb*) echo qcow2 ;;
  425a68*) echo bz2 ;;
  1f8b*) echo 'gzip-compressed' ;;
  fd377a585a00) echo 'xz-compressed' ;;
  28b52ffd*) echo 'zstd-compressed' ;;
  504b0304*) echo 'a zip archive' ;;
  4b444d*) echo 'a VMware disk (vmdk)' ;;
  '') echo 'empty' ;;
  3c*) echo 'a page of HTML or XML' ;;
  *)
    if [ "$(bytes "$1" 510 2)" = 55aa ] || [ "$(bytes "$1" 1080 2)" = 53ef ]; then echo raw; else echo 'none by its first bytes'; fi
    ;;
  esac
}

# check_qcow2 FILE NAME: whether a guest can use it, and no other file of this host is reached through it.
check_qcow2() {
  hint='qemu-img convert -O qcow2 IMAGE NEW makes one that stands alone'
  [ "$(size_of "$1")" -ge 72 ] || fail "the image $2 is cut off within its header" 'get the file again'
  [ "$(bytes "$1" 8 8)" = 0000000000000000 ] ||
    fail "the image $2 has a backing file: it is a part of an image only, and refers to a file of this host" "$hint"
  [ "$(bytes "$1" 32 4)" = 00000000 ] || fail "the image $2 is encrypted" "$hint"
  case $(bytes "$1" 4 4) in
  00000002) ;;
  00000003)
    case $(bytes "$1" 72 8) in
    ????????????????) ;;
    *) fail "the image $2 is cut off within its header" 'get the file again' ;;
    esac
    # Bit 2: the data are in another file.
    case $(bytes "$1" 79 1) in
    ?[4567cdef]) fail "the image $2 keeps its data in another file, which would be one of this host" "$hint" ;;
    esac
    ;;
  *) fail "the image $2 is a qcow of a version that is not known here" "$hint" ;;
  esac
  status=0
  timeout 600 qemu-img check -q -f qcow2 "$1" >"$tmp/log" 2>&1 || status=$?
  case $status in
  0 | 3) ;; # 3: clusters are lost, and nothing is wrong
  *)
    head -n 5 "$tmp/log" | sed "s|$1|$2|; s/^/  | /" >&2
    fail "the image $2 is damaged" 'get the file again, or see what qemu-img check says to it'
    ;;
  esac
}
