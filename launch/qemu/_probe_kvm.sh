#!/bin/sh
# Says whether guests can run under KVM here, and why not: `kvm` or `tcg: REASON`. To be able to open /dev/kvm proves
# nothing: it is there on machines where no guest ever starts. A guest is booted to see.
grep -qwE 'vmx|svm' /proc/cpuinfo || { echo 'tcg: this processor offers no vmx or svm'; exit 0; }
[ -w /dev/kvm ] || { echo 'tcg: /dev/kvm cannot be opened'; exit 0; }
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
"$here/image/provide" boot "$work/boot" >/dev/null 2>&1 || { echo 'tcg: there is no kernel to try with'; exit 0; }
# It has no identity port, which the initrd complains of: so it has booted.
if timeout 30 qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -machine pc -accel kvm -cpu host -m 128M \
  -kernel "$work/boot/vmlinux" -initrd "$work/boot/initrd.gz" -append 'console=ttyS0 quiet panic=-1' -serial stdio \
  </dev/null 2>/dev/null | grep -q '^benito: '; then
  echo kvm
else
  echo 'tcg: a guest did not boot within 30 s with /dev/kvm'
fi
