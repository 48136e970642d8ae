#!/bin/sh
# A Wine session: mount and PID namespaces with one wineserver, for the programs of one process of the host.
#
#   session.sh VERB ROOT PREFIX WINE ARGS...
#
# ROOT is the system that Wine belongs to ("/": the host's own), PREFIX its Windows prefix, WINE the folder of its program.
#
#   hold UNSHARE...     holds a session in the namespaces that UNSHARE makes, and prints "ready PID" (its first process, for
#                       nsenter) or "failed". It ends with its standard input, however the process at the other end of that ends:
#                       with the first process the kernel takes all others and every mount.
#   session             is that first process
#   prefix              makes a prefix, in namespaces
#
# In a session:
#
#   run FOLDER NAME=VALUE... PROGRAM ARGS...
#   kill RUN            kills the processes that have KERNEL32_IO_RUN=RUN in their environment
#   disk BYTES          makes a small disk and prints its folder
#   serial DEVICE       runs a serial device, a Perl program, which prints the name of its port and ends with its standard input

set -u
PATH=$PATH:/usr/sbin:/sbin # mount's, which a user's own PATH may lack
verb=$1 root=$2 prefix=$3 wine=$4
shift 4

# The folder of wineserver's socket. Debian's Wine chooses one for each prefix and notes its name there.
sockets=/tmp/$(cat "$prefix/wineserver" 2>/dev/null || echo .wine-0)

# The folder under which the host's folders are seen with the root's system instead of the host's.
[ "$root" = / ] && view= || view=$root/mnt

# With a root for arm64: under qemu-user the start of Wine spins for ever on the default processor, and Bun crashes at its end
# if it compiles on threads of its own.
emulated=
if [ -e "$root/usr/lib/ld-linux-aarch64.so.1" ]; then emulated="QEMU_CPU=cortex-a72 BUN_JSC_useConcurrentJIT=0"; fi

# Replaces this shell by a program of the root with nothing of the caller's environment.
alone() {
  # shellcheck disable=SC2086
  exec chroot "$view/" /usr/bin/env --chdir="${cwd-/}" -i HOME="$sockets" LC_ALL=C.UTF-8 PATH="$wine:/usr/lib/wine:/usr/bin:/bin" \
    WINEDEBUG=-all WINEPREFIX="$prefix" $emulated "$@"
}

# Boots Windows' services outside of any run: the end of a run would take them away from the others.
boot() {
  set -- WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe="
  if [ "$verb" = prefix ]; then
    (alone "$@" wine wineboot --init) && (alone wineserver --wait)
  else
    # In the background only when it listens: the program below would start another one otherwise.
    (alone wineserver --persistent) && (alone "$@" wine cmd /c exit)
  fi
}

# Gives the session drives and ports of its own: COM ports are links among them.
own_devices() {
  devices=$prefix/dosdevices
  cp -a "$devices" "$sockets/dosdevices" && mount --bind "$sockets/dosdevices" "$view$devices"
}

# Mounts what the others need.
furnish() {
  mount -t proc proc /proc || return
  [ "$root" = / ] && return
  if [ "$emulated" ]; then emulate || return; fi
  mount --rbind / "$view" || return
  for folder in usr etc bin sbin lib lib64; do
    if [ -d /$folder ] && [ ! -L /$folder ]; then mount --rbind "$root/$folder" "$view/$folder" || return; fi
  done
  for folder in usr/local usr/src; do # where users have programs, too
    if [ -d /$folder ]; then mount --rbind /$folder "$view/$folder" || return; fi
  done
}

# Has the kernel run programs for arm64 with the root's qemu-user, in this user namespace alone (Linux 6.7 or later).
emulate() {
  if ! mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc; then
    echo "Programs for arm64 are emulated on Linux 6.7 or later, with the module binfmt_misc." >&2
    return 1
  fi
  # ELF, 64 bits, an executable or a shared object, EM_AARCH64. F: the emulator is opened now, outside of the root.
  printf '%s' ':arm64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:' \
    '\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:' \
    "$root/usr/bin/qemu-aarch64:F" >/proc/sys/fs/binfmt_misc/register
}

case $verb in
hold)
  # Removing the folder on the host would take away what any session has mounted there.
  exec 9>>"$prefix/sockets.lock" 2>&1
  flock --shared 9
  "$@" sh "$0" session "$root" "$prefix" "$wine"
  flock --nonblock 9 && rmdir "$sockets"
  ;;
session)
  read -r pid _ </proc/self/stat # still the host's /proc: the number by which the host knows this process
  # The socket is private to these namespaces, so that sessions do not meet and nothing stale is left.
  mkdir -p "$sockets" && mount -t tmpfs -o mode=700 tmpfs "$sockets" && furnish && own_devices || exit
  if boot >"$sockets/log" 2>&1; then echo "ready $pid"; else cat "$sockets/log" && echo failed; fi </dev/null &
  cat >/dev/null # the shell collects orphans meanwhile
  ;;
prefix)
  furnish && boot || exit
  folder=$(cat "$prefix/wineserver" 2>/dev/null) && rm -rf "/tmp/${folder:?}"
  exit 0
  ;;
run)
  cwd=$1
  shift
  # The host's, in one of the system's folders.
  if ! [ "$cwd" -ef "$view$cwd" ]; then mkdir -p "$view$cwd" && mount --rbind "$cwd" "$view$cwd" || exit; fi
  alone "$@"
  ;;
kill)
  # Of all threads, since one that has ended has no environment, though others of its process go on. A zombie has none: what
  # this loop no longer finds holds nothing any more.
  while pids=$(grep -lsz "^KERNEL32_IO_RUN=$1\$" /proc/[0-9]*/task/*/environ | cut -d/ -f3 | sort -u) && [ -n "$pids" ]; do
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null
  done
  ;;
disk)
  # In the session's own tmpfs, which takes the mount point along when it goes.
  disk=$sockets/disk-$$
  mkdir "$disk" && mount -t tmpfs -o "size=$1" tmpfs "$view$disk" && echo "$disk"
  ;;
serial)
  alone perl "$1" "$prefix/dosdevices"
  ;;
esac
