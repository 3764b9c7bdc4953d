#!/bin/bash
# Becomes PID 1 of a real systemd on an overlay of this machine's root. Nothing that it does is seen
# outside: namespaces of its own, no devices, and /proc/sys read-only.
#   inner.sh FOLDER
set -euo pipefail
folder=$1 root=$1/root

mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
# systemd-sysctl would change the kernel of everybody.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
# Nodes of its own, where they may be made: what becomes of their modes is nobody else's matter.
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
  IFS=: read -r name major minor <<<"$device"
  mknod -m 666 "$root/dev/$name" c "$major" "$minor" 2>/dev/null && continue
  touch "$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir "$root"/dev/{pts,shm}
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%%:*}" "$root/dev/${stream##*:}"; done
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"

# Nothing starts but what a login needs.
units=$root/etc/systemd/system
rm -rf "$units"/*.wants "$units/default.target"
cat >"$units/host.target" <<'UNIT'
[Unit]
Requires=basic.target
Wants=dbus.socket systemd-logind.service systemd-user-sessions.service
After=basic.target systemd-logind.service systemd-user-sessions.service
AllowIsolate=yes
UNIT
for unit in systemd-journald-audit.socket systemd-{sysctl,modules-load,udevd,timesyncd,resolved,networkd,binfmt}.service; do
  ln -sf /dev/null "$units/$unit"
done
mkdir -p "$root/var/log/journal" "$root/etc/systemd/logind.conf.d"
printf '[Login]\nUserStopDelaySec=0\n' >"$root/etc/systemd/logind.conf.d/host.conf"
[ -s "$root/etc/machine-id" ] || tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
hostname host

# pivot_root and not chroot: to a chrooted process user namespaces are refused.
cd "$root"
mkdir -p .outside
pivot_root . .outside
umount -l .outside
rmdir .outside
exec env -i container=host PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=host.target --log-target=journal --show-status=no
