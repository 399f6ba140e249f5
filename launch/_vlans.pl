#!/usr/bin/perl
# Puts ports of a running vde_switch into VLANs of their own, untagged; 0 is the one that all ports are in by themselves.
# Usage: _vlans.pl MANAGEMENT_SOCKET VLAN:PORT,PORT...
use strict;
use warnings;
use Socket;

my ($path, @vlans) = @ARGV;
local $SIG{ALRM} = sub { die "$path: the switch does not answer\n" };
alarm 30;
socket my $switch, AF_UNIX, SOCK_STREAM, 0 or die "$path: $!\n";
connect $switch, pack_sockaddr_un($path) or die "$path: $!\n";
answer();
my %made;
for (@vlans) {
    my ($vlan, $ports) = /^(\d+):([\d,]+)$/ or die "not a VLAN with its ports: $_\n";
    ask("vlan/create $vlan", 'exists') if $vlan && !$made{$vlan}++;
    for my $port (split /,/, $ports) {
        ask("port/create $port", 'exists');
        ask("port/setvlan $port $vlan");
    }
}

sub ask {
    my ($command, $fine) = @_;
    syswrite $switch, "$command\n" or die "$path: $!\n";
    my $answer = answer();
    my ($code, $text) = $answer =~ /(\d{4}) (.*)/ or die "$path: $command: no answer\n";
    die "$path: $command: $text\n" unless $code eq '1000' || ($fine && $text =~ /$fine/);
}

# All up to the prompt.
sub answer {
    my $text = '';
    until ($text =~ /vde\$ \0?$/) {
        sysread $switch, $text, 4096, length $text or die "$path: the switch hangs up\n";
    }
    $text =~ tr/\0//d;
    return $text;
}
