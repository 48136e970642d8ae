#!/bin/sh
# A Wine session: one mount and PID namespace with one wineserver in it, shared by all runs that are alive at the same time.
#
#   session.sh lease STATE ROOT PREFIX RUN FOLDER...
#
# joins the session of the state folder STATE, starting it if there is none, makes each FOLDER visible in it, and prints
# "ready PID" (the session's first process, for nsenter). The lease lasts until its standard input ends, however the
# caller ends: then every process of this run, known by KERNEL32_IO_RUN in its environment, is killed, and the last lease
# ends the session: with its first process the kernel takes all others and every mount.
#
# The other verbs are for the inside of namespaces, with the same STATE ROOT PREFIX before their own arguments:
#
#   session FOLDER...    is the session
#   expose FOLDER...     makes folders of the host visible in it
#   disk BYTES           makes a small disk in it and prints its folder
#   prefix               makes a Windows prefix
#
# ROOT is "/" for the host's own Wine. WINE_FOLDER in the environment is where the wine program is.
#
# Locks in STATE (flock, so that they vanish with their owner):
#   users   shared by leases; exclusive for whoever ends the session
#   start   exclusive while a lease looks for the session, starts it, or adds a mount to it
#   alive   exclusive for as long as any process of the session lives
#
# and in PREFIX, which sessions of several state folders may share:
#
#   sockets.lock   shared by leases; exclusive for whoever removes the folder of wineserver's socket from the host, which
#                  would take away what any session has mounted there

set -u
PATH=$PATH:/usr/sbin:/sbin # chroot's and mount's, which a user's own PATH may lack
verb=$1 state=$2 root=$3 prefix=$4
shift 4

# Runs a program of the root with nothing of the caller's environment.
in_root() {
  chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 PATH="$WINE_FOLDER:/usr/lib/wine:/usr/bin:/bin" \
    WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe=" WINEPREFIX="$prefix" "$@"
}

# Whether a folder of the host's top level is one of which the root has its own.
is_system() {
  case $1 in
  /bin | /boot | /dev | /etc | /lib* | /lost+found | /proc | /run | /sbin | /sys | /usr | /var) true ;;
  *) false ;;
  esac
}

# Makes the host's folder $1 visible at the same path in the root: with its whole top-level folder, or, if that is one
# of the system's, by itself.
expose() {
  [ "$root" = / ] && return
  top=/$(echo "$1" | cut -d/ -f2)
  is_system "$top" && top=$1
  # The same device and inode: mounted already.
  [ "$(stat -Lc %d:%i "$top")" = "$(stat -Lc %d:%i "$root$top" 2>/dev/null)" ] && return
  mkdir -p "$root$top" && mount --rbind "$top" "$root$top"
}

# Names the folder of wineserver's socket. Debian's Wine chooses one for each prefix and notes its name there.
socket_folder() {
  echo "/tmp/$(cat "$prefix/wineserver" 2>/dev/null || echo .wine-0)"
}

# Mounts what Wine needs in the root, and the host's own folders: what a program is told to open may be in any of them.
furnish() {
  # The folder that holds the root comes first: bound later, it would take the mounts made so far with it.
  for folder in "$root" "$prefix" /* "$@"; do
    if [ -d "$folder" ] && [ ! -L "$folder" ] && ! is_system "$folder"; then expose "$folder" || return; fi
  done
  mount -t proc proc "${root%/}/proc" || return
  if [ "$root" != / ]; then
    mount --rbind /dev "$root/dev" && mount --rbind /sys "$root/sys" || return
  fi
  # The socket is private to these namespaces, so that nothing stale is left for the next.
  sockets=${root%/}$(socket_folder)
  mkdir -p "$sockets" && mount -t tmpfs -o mode=700 tmpfs "$sockets"
}

case $verb in
expose)
  for folder in "$@"; do expose "$folder" || exit; done
  exit
  ;;
disk)
  # In the session's own tmpfs, which takes the mount point along when it goes.
  disk=$(socket_folder)/disk-$$
  mkdir "${root%/}$disk" && mount -t tmpfs -o "size=$1" tmpfs "${root%/}$disk" && echo "$disk"
  exit
  ;;
prefix)
  furnish && in_root wineboot --init && in_root wineserver --wait || exit
  rm -rf "${root%/}$(socket_folder)"
  umount "$sockets" && rmdir "$sockets"
  exit
  ;;
session)
  # The namespaces' first process. It stays to collect orphans until the last lease kills it.
  read -r pid _ </proc/self/stat # still the host's /proc: the number by which the host knows this process
  furnish "$@" || exit
  # In the background only when it listens: the program below would start another one otherwise.
  in_root wineserver --persistent || exit
  # Boots Windows' own services outside of any run, so that no run's end takes them away from another.
  in_root wine cmd /c exit </dev/null || exit
  echo "$pid" >"$state/pid.new" && mv "$state/pid.new" "$state/pid"
  sleep infinity &
  wait
  ;;
esac

run=$1
shift
mkdir -p "$state"
exec 9>>"$state/users" 8>>"$state/start" 7>>"$state/alive"
flock --shared 9
exec 6>>"$prefix/sockets.lock"
flock --shared 6
flock 8
if flock --nonblock 7; then
  rm -f "$state/pid"
  # In a subshell, which closes what it must not keep.
  (
    exec 9>&- 8>&- 6>&- </dev/null >"$state/log" 2>&1
    [ "$(id -u)" = 0 ] && user= || user="--map-root-user --map-auto"
    # shellcheck disable=SC2086 # two words, or none
    unshare $user --mount --propagation private --pid --fork --kill-child \
      sh "$0" session "$state" "$root" "$prefix" "$@"
  ) &
  exec 7>&- 7>>"$state/alive"
  until [ -s "$state/pid" ]; do
    if flock --nonblock 7; then
      echo "failed"
      cat "$state/log"
      exit 1
    fi
    sleep 0.02
  done
  read -r pid <"$state/pid"
else
  read -r pid <"$state/pid"
  [ "$(id -u)" = 0 ] && user= || user="--user --preserve-credentials"
  # shellcheck disable=SC2086
  nsenter --target "$pid" $user --mount -- sh "$0" expose "$state" "$root" "$prefix" "$@"
fi
exec 7>&-
flock --unlock 8
echo "ready $pid"
exec 1>&-

cat >/dev/null

# A zombie's environment is empty: what this loop no longer finds holds nothing any more.
while pids=$(grep -lsz "^KERNEL32_IO_RUN=$run\$" /proc/[0-9]*/environ | cut -d/ -f3) && [ -n "$pids" ]; do
  # shellcheck disable=SC2086
  kill -KILL $pids 2>/dev/null
done

flock --unlock 9
if flock --nonblock 9; then
  kill -KILL "$pid"
  flock "$state/alive" true
  rm -f "$state/pid"
  flock --unlock 6
  flock --nonblock 6 && rmdir "$(socket_folder)" 2>/dev/null
fi
