#!/bin/sh
# Where the kernel joins cgroup v1 controllers, containers inside this container want each in a folder of its own.
set -eu

cgroups=/sys/fs/cgroup

[ ! -e "$cgroups/cgroup.controllers" ] || exit 0
mount -o remount,rw "$cgroups"
for name in cpu cpuacct net_cls net_prio; do
  if [ -L "$cgroups/$name" ]; then rm "$cgroups/$name"; fi
done
for name in cpu,cpuacct net_cls,net_prio hugetlb perf_event; do
  if [ -d "$cgroups/$name" ]; then
    umount "$cgroups/$name" 2>/dev/null || true
    rmdir "$cgroups/$name"
  fi
done
for name in cpu cpuacct; do
  if [ ! -d "$cgroups/$name" ]; then
    mkdir "$cgroups/$name"
    mount -t cgroup -o "$name" "$name" "$cgroups/$name"
  fi
done
