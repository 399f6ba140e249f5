#!/usr/bin/perl
# Runs a command where the host's root is that of the mount namespace, which is to be one of this process's own. On a host that
# is itself a chroot it is not: who enters a container's namespace later would come to the root outside the chroot, and nobody gets
# user namespaces there.
# Usage: _pivot.pl FOLDER COMMAND...    FOLDER: an empty one, to mount on
use strict;
use warnings;
use POSIX ();

# What Debian's essential Perl has no function for, by number.
my %calls = (
    x86_64  => { setns => 308, pivot_root => 155, umount2 => 166, fchdir => 81, mount => 165 },
    aarch64 => { setns => 268, pivot_root => 41,  umount2 => 39,  fchdir => 50, mount => 40 },
    riscv64 => { setns => 268, pivot_root => 41,  umount2 => 39,  fchdir => 50, mount => 40 },
);
use constant { CLONE_NEWNS => 0x20000, MS_BIND_REC => 0x5000, MNT_DETACH => 2 };
my ($folder, @command) = @ARGV;
my $call = $calls{ (POSIX::uname())[4] } or die "the numbers of system calls are not known for this machine\n";

open my $namespace, '<', '/proc/self/ns/mnt' or die "/proc/self/ns/mnt: $!\n";
open my $info, '<', '/proc/self/fdinfo' or die "/proc/self/fdinfo: $!\n";
open my $root, '<', '/' or die "/: $!\n";
to_namespace_root();
open my $outer, '<', '/' or die "/: $!\n";
if (place_of($root) ne place_of($outer)) {
    try(fchdir => fileno $root);
    chroot '.' or die "chroot: $!\n";
    try(mount => '/', $folder, '', MS_BIND_REC, 0);
    open my $copy, '<', $folder or die "$folder: $!\n";
    to_namespace_root();
    try(fchdir => fileno $copy);
    try(pivot_root => '.', '.');
    try(umount2 => '.', MNT_DETACH);
}
chdir '/' or die "/: $!\n";
exec @command or die "$command[0]: $!\n";

sub to_namespace_root { try(setns => fileno $namespace, CLONE_NEWNS) }

# Of a directory: its mount, device and inode. Each may be the same for two.
sub place_of {
    my ($handle) = @_;
    my @inode = (stat $handle)[0, 1];
    try(fchdir => fileno $info);
    open my $about, '<', fileno $handle or die "fdinfo: $!\n";
    my ($id) = map { /^mnt_id:\s*(\d+)/ } <$about>;
    return "$id @inode";
}

sub try {
    my ($name, @words) = @_; # copies: syscall wants to be able to write to strings
    my $result = syscall $call->{$name}, @words;
    die "$name: $!\n" if $result != 0;
}
