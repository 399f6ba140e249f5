#!/usr/bin/perl
# The delay elements of one VDE switch: each is plugged into two of its ports, and hands frames from the one to the other
# as its parameters say. What wirefilter does, with deadlines on the monotonic clock instead of pauses.
# Usage: _delay.pl PARAMETERS READY_FILE
#
# PARAMETERS, alone in its folder, is read again whenever it is written; elements that stay keep the frames that are under
# way. Its lines:
#   switch SOCKET_DIRECTORY
#   awake                        keeps idle processors from sleeping while frames are under way
#   element INNER OUTER          the ports: INNER leads to the node, OUTER to the rest of the network
#   out KEY=VALUE...             from INNER to OUTER; all keys may be left out:
#   in KEY=VALUE...              delay, jitter (ms), rate (kb/s), queue (bytes), loss, duplicate (0 to 1),
#                                burst (mean number of frames lost in a row), down=1 (nothing passes)
#   end                          the last line: a file without it is still being written
# It ends when its switch does.
use strict;
use warnings;
use Socket;
use POSIX ();

use constant {
    IN => 0, OUT => 1, DELAY => 2, JITTER => 3, RATE => 4, QUEUE => 5, LOSS => 6, STAY => 7, DUPLICATE => 8, DOWN => 9,
    FREE => 10, FRAMES => 11, DUE => 12, LOSING => 13, LAST => 14,
};
use constant { SIGIO => 29, NOW => 0x40, FRAME => 65_536, BATCH => 64, ROOM => 4 << 20, CROWD => 16, AWAKE => 1 };

my ($file, $ready) = @ARGV;
# What Debian's essential Perl has no module for, by number.
my %calls = (
    x86_64  => { clock_gettime => 228, signalfd4 => 289, sched_setscheduler => 144 },
    aarch64 => { clock_gettime => 113, signalfd4 => 74,  sched_setscheduler => 119 },
    riscv64 => { clock_gettime => 113, signalfd4 => 74,  sched_setscheduler => 119 },
);
my $machine = (POSIX::uname())[4];
my $call    = $calls{$machine} or die "the numbers of system calls are not known for $machine\n";
my ($clock_gettime, $timespec) = ($call->{clock_gettime}, "\0" x 16);

# Frames wait for nobody: ahead of what nodes compute, where the host lets us (SCHED_RR; a cgroup may forbid it).
setpriority 0, 0, -20;
syscall $call->{sched_setscheduler}, 0, 2, my $first = pack 'i', 1;

# The kernel may be late by this much to join wake-ups: 50 us unless told.
if (open my $slack, '>', '/proc/self/timerslack_ns') { print $slack 1; close $slack }

my $folder;
my $watch = watch($file);
my ($switch, %elements, $watched, @readers, @busy, $may_stay_awake, $awake, $latency);
my ($late, $transit) = (0, 0);
my $plugs = 0;
reload();
open my $mark, '>', $ready or die "$ready: $!\n";
close $mark;
$SIG{TERM} = $SIG{INT} = sub { unplug($_) for values %elements; exit 0 };
serve();

# Moves frames until the switch is gone.
sub serve {
    my ($frame, $slept) = ('', undef);
    while (1) {
        my $now = now();
        learn($now - $slept) if defined $slept;
        my $next;
        @busy = grep {
            my ($due, $leeway) = ($_->[DUE], leeway($_));
            if ($due->[0] <= $now + $leeway) {
                my ($frames, $out) = @$_[FRAMES, OUT];
                do { shift @$due; send $out, shift @$frames, NOW } while @$due && $due->[0] <= $now + $leeway;
            }
            $next = $due->[0] + $leeway if @$due && (!defined $next || $due->[0] + $leeway < $next);
            scalar @$due;
        } @busy;
        # A processor takes its time to be woken by the clock: it is told earlier by what it took lately.
        $slept = defined $next ? $next - $late : undef;
        my $wait = defined $next ? ($slept - now()) / 1e6 : $awake ? AWAKE : undef;
        if (defined $wait && $wait <= 0) {
            ($wait, $slept) = (0, undef);
            $late -= $late / 256; # what is not tried is not known, and may have been too much
        }
        my $count = select my $readable = $watched, undef, undef, $wait;
        if ($count <= 0) {
            rest() unless defined $next;
            next;
        }
        $slept = undef;
        my ($bits, $changed) = (unpack('b*', $readable), 0);
        while ($bits =~ /1/g) {
            my $wire = $readers[pos($bits) - 1];
            if (ref $wire) {
                my $in = $wire->[IN];
                $now = now();
                for (my $left = BATCH; $left && defined recv($in, $frame, FRAME, NOW); $left--) { enter($wire, $now, $frame) }
            }
            elsif ($wire) { exit 0 }
            else { $changed = 1 }
        }
        if ($changed) { sysread $watch, $frame, FRAME; reload() }
    }
}

# How much sooner or later than it is due a frame may go, in microseconds: many at once go together, at fewer wake-ups.
sub leeway { @{ $_[0][DUE] } < CROWD ? 10 : 60 }

# A frame comes to a wire: it is lost, does not find room, or is due some time later. Frames keep their order.
sub enter {
    my ($wire, $now) = @_;
    return if $wire->[DOWN] || $wire->[LOSS] && loses($wire);
    my ($rate, $start) = ($wire->[RATE], $wire->[FREE]);
    if ($rate) {
        $start = $now if $start < $now;
        return if ($start - $now) * $rate > $wire->[QUEUE] * 8e3;
        $wire->[FREE] = $start += length($_[2]) * 8e3 / $rate;
    } else {
        $start = $now;
    }
    my $due = $start + $wire->[DELAY] - ($transit < $wire->[DELAY] / 12 ? $transit : $wire->[DELAY] / 12);
    $due += (2 * rand() - 1) * $wire->[JITTER] if $wire->[JITTER];
    $due = $wire->[LAST] if $due < $wire->[LAST];
    $wire->[LAST] = $due;
    unless (@{ $wire->[DUE] }) {
        push @busy, $wire;
        stay_awake() unless $awake;
    }
    my $copies = $wire->[DUPLICATE] && rand() < $wire->[DUPLICATE] ? 2 : 1;
    for (1 .. $copies) {
        push @{ $wire->[FRAMES] }, $_[2];
        push @{ $wire->[DUE] }, $due;
    }
}

# Single losses are independent; in bursts a loss is followed by another with the probability STAY, and overall as many
# are lost as LOSS says.
sub loses {
    my ($wire) = @_;
    my $loss = $wire->[LOSS] or return 0;
    return rand() < $loss unless $wire->[STAY];
    my $begin = $loss >= 1 ? 1 : $loss * (1 - $wire->[STAY]) / (1 - $loss);
    return $wire->[LOSING] = rand() < ($wire->[LOSING] ? $wire->[STAY] : $begin);
}

# While frames are under way, idle processors wait for work instead of sleeping, where the host lets us: each frame wakes
# six processes in turn, and of a sleeping processor each takes up to a tenth of a millisecond.
sub stay_awake {
    $awake = 1;
    $may_stay_awake && open $latency, '+<', '/dev/cpu_dma_latency' or return;
    syswrite $latency, pack 'l', 0;
}

sub rest {
    $awake = 0;
    close $latency if $latency;
    undef $latency;
}

# How late the clock wakes us, in microseconds: a running mean of what is not far off. It tells what a wake-up takes here;
# a frame's way through plugs, switch and this process is some of them, and is taken off its delay.
sub learn {
    my ($now) = @_;
    return if $now > 500;
    $late += (($now > 0 ? $now : 0) - $late) / 16;
    $transit = 3.5 * $late;
    $transit = 350 if $transit > 350;
}

# Monotonic, in microseconds.
sub now {
    syscall $clock_gettime, 1, $timespec;
    my ($seconds, $nanoseconds) = unpack 'qq', $timespec;
    return $seconds * 1e6 + $nanoseconds / 1e3;
}

# A file handle that becomes readable when something in the file's folder is written or renamed: dnotify's signal, since
# inotify has 128 users at most.
sub watch {
    my ($path) = @_;
    my ($name) = $path =~ m{^(.*)/};
    POSIX::sigprocmask(POSIX::SIG_BLOCK, POSIX::SigSet->new(SIGIO));
    my $set = pack 'Q', 1 << (SIGIO - 1);
    my $fd = syscall $call->{signalfd4}, -1, $set, 8, 0x800;
    die "signalfd: $!\n" if $fd < 0;
    open $folder, '<', $name or die "$name: $!\n";
    my $mask = 0x2 | 0x4 | 0x10 | 0x80000000; # DN_MODIFY, DN_CREATE, DN_RENAME, DN_MULTISHOT
    fcntl $folder, 1026, $mask or die "$name: dnotify: $!\n";
    open my $handle, '<&=', $fd or die "signalfd: $!\n";
    return $handle;
}

sub reload {
    open my $input, '<', $file or return;
    my @lines = <$input>;
    close $input;
    return unless @lines && $lines[-1] eq "end\n";
    my (%wanted, $element);
    $may_stay_awake = 0;
    for (@lines) {
        if (/^switch (.*)$/) { $switch = $1 }
        elsif (/^awake$/) { $may_stay_awake = 1 }
        elsif (/^element (\d+) (\d+)$/) { $element = $wanted{"$1 $2"} = { ports => [$1, $2] } }
        elsif (my ($direction, $pairs) = /^(out|in)\b(.*)$/) { $element->{$direction} = { $pairs =~ /(\w+)=(\S+)/g } }
    }
    for (grep { !$wanted{$_} } keys %elements) { unplug(delete $elements{$_}) }
    for my $name (sort keys %wanted) {
        my ($inner, $outer) = @{ $wanted{$name}{ports} };
        my $old = $elements{$name} //= { inner => plug($inner), outer => plug($outer) };
        my ($near, $far) = ($old->{inner}{data}, $old->{outer}{data});
        set($old->{out} //= wire($near, $far), $wanted{$name}{out});
        set($old->{in}  //= wire($far, $near), $wanted{$name}{in});
    }
    @readers = ();
    for my $element (values %elements) {
        $readers[fileno $_->[IN]] = $_ for @$element{qw(out in)};
        $readers[fileno $_->{control}] = 'control' for @$element{qw(inner outer)};
    }
    $watched = '';
    vec($watched, $_, 1) = 1 for fileno $watch, grep { $readers[$_] } 0 .. $#readers;
}

sub wire {
    my ($in, $out) = @_;
    my @wire = ($in, $out);
    @wire[FREE, FRAMES, DUE, LOSING, LAST] = (0, [], [], 0, 0);
    return \@wire;
}

# Frames that are under way go on as they were told when they came.
sub set {
    my ($wire, $to) = @_;
    my ($burst) = $to->{burst} // 1;
    @$wire[DELAY, JITTER, RATE, QUEUE, LOSS, STAY, DUPLICATE, DOWN] = (
        ($to->{delay} // 0) * 1e3, ($to->{jitter} // 0) * 1e3, $to->{rate} // 0, $to->{queue} // 150_000,
        $to->{loss} // 0, $burst > 1 ? 1 - 1 / $burst : 0, $to->{duplicate} // 0, $to->{down} // 0,
    );
}

# Connects to a port as libvdeplug does: a request on the control socket, then frames as datagrams. The switch never
# answers for a port that it does not have.
sub plug {
    my ($port) = @_;
    my $what = "$switch, port $port";
    local $SIG{ALRM} = sub { die "$what: the switch does not answer\n" };
    alarm 5;
    socket my $control, AF_UNIX, SOCK_STREAM, 0 or die "$what: $!\n";
    connect $control, pack_sockaddr_un("$switch/ctl") or die "$what: $!\n";
    socket my $data, AF_UNIX, SOCK_DGRAM, 0 or die "$what: $!\n";
    my $own = "$switch/.delay-$$-" . $plugs++;
    bind $data, pack_sockaddr_un($own) or die "$what: $!\n";
    # struct request_v3: magic, version, type and port, address, description.
    my $request = pack('LLLSa108', 0xfeedface, 3, $port << 8, AF_UNIX, $own) . "delay element\0";
    syswrite $control, $request or die "$what: $!\n";
    sysread $control, my $answer, 110 or die "$what: the switch refuses\n";
    my (undef, $path) = unpack 'SZ*', $answer;
    connect $data, pack_sockaddr_un($path) or die "$what: $!\n";
    setsockopt $data, SOL_SOCKET, SO_SNDBUF, pack 'l', ROOM;
    alarm 0;
    return { control => $control, data => $data, path => $own };
}

sub unplug {
    my ($element) = @_;
    @$_[FRAMES, DUE] = ([], []) for @$element{qw(out in)};
    @busy = grep { @{ $_->[DUE] } } @busy;
    for my $end (@$element{qw(inner outer)}) {
        close $end->{$_} for qw(data control);
        unlink $end->{path};
    }
}
