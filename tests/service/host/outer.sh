#!/bin/bash
# Keeps the disk of a throw-away systemd host, and boots it each time a line comes on stdin. Run it in a
# mount namespace of its own: with the end of stdin, or of this process, everything is gone.
#   outer.sh FOLDER CGROUP INNER   FOLDER: an empty one; CGROUP: one of cgroup2, made for this host
set -euo pipefail
folder=$1 cgroup=$2 inner=$3

mount -t tmpfs -o mode=755 tmpfs "$folder" # an upper layer inside of the lower one is refused
mkdir "$folder"/{upper,work,root}
while read -r _; do
  (
    echo "$BASHPID" >"$cgroup/cgroup.procs"
    exec unshare --mount --pid --fork --kill-child --cgroup --uts --ipc --propagation private \
      -- bash "$inner" "$folder"
  ) </dev/null &
  echo "booting $!"
  wait $! || true
  # What systemd made in it; a group goes when its last process has gone.
  for _ in $(seq 100); do
    find "$cgroup" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null || true
    [ -z "$(find "$cgroup" -mindepth 1 -type d -print -quit)" ] && break
    sleep 0.05
  done
  echo ended
done
