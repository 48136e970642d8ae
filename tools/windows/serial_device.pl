#!/usr/bin/perl
# A serial device behind a pseudo-terminal, for Wine, whose COM ports are links in dosdevices/.
#
#   serial_device.pl DOSDEVICES
#
# Prints the name of its port, such as COM107. It ends with its standard input. It acts upon lines,
# which end with LF or CR LF:
#
#   AT               answers OK, in two parts
#   SEND COUNT       sends so many bytes: 0, 1, ..., 250, 0, ...
#   TAKE COUNT       takes so many bytes as they are, and answers with their number and their sum
#   LATER MS TEXT    takes nothing for so long, then sends TEXT
#   SETTINGS         answers with the baud rate, data bits, parity and stop bits, such as "9600 8 none 1"
#   SILENT           answers nothing
#   HANGUP           is gone
#
# and sends any other line back. Answers end with CR LF.

use strict;
use warnings;

my ($folder) = @ARGV;
my ($TIOCSPTLCK, $TIOCGPTN, $TCGETS2) = (0x40045431, 0x80045430, 0x802c542a);

open my $master, '+<', '/dev/ptmx' or die "/dev/ptmx: $!";
my $number = pack 'i', 0;
ioctl $master, $TIOCSPTLCK, $number or die "TIOCSPTLCK: $!";
ioctl $master, $TIOCGPTN, $number or die "TIOCGPTN: $!";
$number = unpack 'i', $number;
my $terminal = "/dev/pts/$number";
# Held open: a terminal that its last user closes forgets what was sent.
open my $slave, '+<', $terminal or die "$terminal: $!";
system('stty', '-F', $terminal, 'raw', '-echo') == 0 or die 'stty failed';

my $link = "$folder/com" . (100 + $number);
unlink $link;
symlink $terminal, $link or die "$link: $!";
END { unlink $link if $link }

$| = 1;
print 'COM', 100 + $number, "\n";

my $buffer = '';

# Waits for bytes of the port.
sub fill {
  my ($ready, $in) = ('', '');
  vec($in, $_, 1) = 1 for fileno(STDIN), fileno($master);
  select $ready = $in, undef, undef, undef;
  exit if vec $ready, fileno(STDIN), 1;
  exit unless sysread $master, $buffer, 65536, length $buffer;
}

sub answer {
  my ($text) = @_;
  while (length $text) { substr $text, 0, syswrite($master, $text) // exit, '' }
}

sub settings {
  my $termios2 = pack 'x44';
  ioctl $slave, $TCGETS2, $termios2 or die "TCGETS2: $!";
  my ($flags, $baud) = unpack 'x8 L x28 L', $termios2;
  my $parity = !($flags & 0x100) ? 'none' : ($flags & 0x40000000 ? ['space', 'mark'] : ['even', 'odd'])->[$flags & 0x200 ? 1 : 0];
  return join ' ', $baud, 5 + ($flags >> 4 & 3), $parity, $flags & 0x40 ? 2 : 1;
}

while (1) {
  fill until $buffer =~ s/^([^\n]*?)\r?\n//;
  my $line = $1;
  if ($line eq 'AT') {
    answer 'O';
    select undef, undef, undef, 0.05;
    answer "K\r\n";
  } elsif ($line =~ /^SEND (\d+)$/) {
    answer join '', map { chr $_ % 251 } 0 .. $1 - 1;
  } elsif ($line =~ /^TAKE (\d+)$/) {
    fill while length $buffer < $1;
    my $sum = unpack '%32C*', substr $buffer, 0, $1, '';
    answer "$1 $sum\r\n";
  } elsif ($line =~ /^LATER (\d+) (.*)$/) {
    my ($milliseconds, $text) = ($1, $2);
    select undef, undef, undef, $milliseconds / 1000;
    answer "$text\r\n";
  } elsif ($line eq 'SETTINGS') {
    answer settings() . "\r\n";
  } elsif ($line eq 'HANGUP') {
    exit;
  } elsif ($line ne 'SILENT' && $line ne '') {
    answer "$line\r\n";
  }
}
