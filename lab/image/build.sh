#!/bin/bash
# Builds what a guest boots from, once: build.sh FOLDER [bookworm]
#   root.qcow2    base disk, read-only: every guest writes to an overlay of its own
#   vmlinuz       the kernel of linux-image-cloud-amd64
#   initrd.img    a busybox initramfs: virtio_blk, ext4, switch_root
#   id_ed25519    the key of the account `sluice` on the guests
# As root, with mmdebstrap, qemu-utils, e2fsprogs, busybox-static, cpio, kmod, openssh-client. Everything comes from Debian's own registry.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
into=${1:?folder}
suite=${2:-bookworm}
mkdir -p "$into"
work=$(mktemp -d "$into/building.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
step() { printf '%s %s\n' "$(date +%T)" "$*"; }

packages=systemd-sysv,udev,dbus,kmod,iproute2,open-iscsi,lvm2,multipath-tools,xfsprogs,e2fsprogs,qemu-guest-agent
packages=$packages,openssh-server,sudo,procps,psmisc,sg3-utils,util-linux,util-linux-extra,mount
step "Debian $suite with open-iscsi, multipath-tools, lvm2, xfsprogs"
mmdebstrap --mode=root --variant=minbase --include="$packages" \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --aptopt='Apt::Install-Recommends "false"' "$suite" "$root" >"$work/mmdebstrap.log" 2>&1 || {
  tail -n 20 "$work/mmdebstrap.log" >&2
  exit 1
}

# The kernel is unpacked, not installed: nothing then makes an initramfs of its own.
kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
version=${kernel#linux-image-}
step "kernel $version"
(cd "$work" && apt-get download -qq "$kernel" 2>/dev/null && dpkg-deb -x "$kernel"_*.deb kernel)
mkdir -p "$root/lib/modules"
cp -a "$work/kernel/lib/modules/$version" "$root/lib/modules/"
cp "$work/kernel/boot/vmlinuz-$version" "$work/vmlinuz"
depmod -b "$root" "$version"

step 'configuration'
cp -r "$here/files/." "$root/"
chmod 755 "$root"/usr/bin/{iris,irisdb,irischeck} "$root/usr/sbin/pcs"
chown 0:0 "$root"/usr/bin/{iris,irisdb,irischeck} "$root/usr/sbin/pcs"
chown -R 0:0 "$root"/etc/{iscsi,modules-load.d,systemd,ssh} "$root"/etc/{fstab,multipath.conf}
# iscsid.conf as Red Hat and Debian ship it, but for a patience that suits multipath
sed -i 's/^node.session.timeo.replacement_timeout = .*/node.session.timeo.replacement_timeout = 5/' "$root/etc/iscsi/iscsid.conf"
# RHEL 9 has the devices file on; Debian's lvm.conf has it off
sed -i 's/^\(\s*\)# *use_devicesfile = .*/\1use_devicesfile = 1/' "$root/etc/lvm/lvm.conf"
grep -q '^[[:space:]]*use_devicesfile = 1' "$root/etc/lvm/lvm.conf"
mkdir -p "$root/etc/lvm/devices"
printf '# LVM uses devices listed in this file.\nVERSION=1.1.1\n' >"$root/etc/lvm/devices/system.devices"
chroot "$root" useradd --create-home --shell /bin/bash sluice
# without PAM sshd lets nobody in whose password is locked
chroot "$root" usermod -p "*" sluice
chroot "$root" useradd --system --user-group irisusr
printf 'sluice ALL=(root) NOPASSWD: /usr/bin/bash -s, /bin/bash -s\n' >"$root/etc/sudoers.d/sluice"
chmod 440 "$root/etc/sudoers.d/sluice"
ssh-keygen -q -t ed25519 -N '' -C sluice -f "$work/id_ed25519"
install -d -m 700 "$root/home/sluice/.ssh"
install -m 600 "$work/id_ed25519.pub" "$root/home/sluice/.ssh/authorized_keys"
chroot "$root" sh -c 'chown -R sluice:sluice ~sluice/.ssh'
rm -f "$root"/etc/ssh/ssh_host_*_key*
ssh-keygen -q -t ed25519 -N '' -C guest -f "$root/etc/ssh/ssh_host_ed25519_key"
cp "$root/etc/ssh/ssh_host_ed25519_key.pub" "$work/host_key.pub"
echo 6b1c0ffee0000000000000000000abcd >"$root/etc/machine-id"
chroot "$root" systemctl -q enable systemd-networkd iscsid open-iscsi multipathd ssh
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer e2scrub_reap.service \
  getty@tty1.service systemd-networkd-wait-online.service systemd-timesyncd.service lvm2-lvmpolld.socket systemd-pstore.service; do
  chroot "$root" systemctl -q mask "$unit" 2>/dev/null || true
done
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*

step 'initramfs'
initrd=$work/initrd
mkdir -p "$initrd"/{bin,dev,proc,sys,newroot,mod}
cp /bin/busybox "$initrd/bin/busybox"
for name in sh mount switch_root insmod sleep; do ln -s busybox "$initrd/bin/$name"; done
{
  echo '#!/bin/sh'
  echo 'mount -t devtmpfs d /dev; mount -t proc p /proc; mount -t sysfs s /sys'
  count=0
  seen=' '
  for module in virtio_pci virtio_blk; do
    while read -r what file _; do
      [ "$what" = insmod ] || continue
      case $seen in *" $file "*) continue ;; esac
      seen="$seen$file "
      count=$((count + 1))
      cp "$file" "$initrd/mod/$count.ko"
      echo "insmod /mod/$count.ko"
    done < <(modprobe -d "$root" -S "$version" --show-depends "$module")
  done
  # shellcheck disable=SC2016 # for the initramfs, not for here
  echo 'i=0; while [ ! -b /dev/vda ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done'
  echo 'mount -t ext4 -o noatime /dev/vda /newroot; mount --move /dev /newroot/dev; mount --move /proc /newroot/proc; mount --move /sys /newroot/sys'
  echo 'exec switch_root /newroot /sbin/init'
} >"$initrd/init"
chmod +x "$initrd/init"
(cd "$initrd" && find . | cpio -o -H newc --quiet) >"$work/initrd.img"

step 'disk'
truncate -s 2G "$work/root.raw"
mke2fs -q -t ext4 -d "$root" -F "$work/root.raw"
qemu-img convert -O qcow2 "$work/root.raw" "$work/root.qcow2"
mv "$work"/root.qcow2 "$work"/vmlinuz "$work"/initrd.img "$work"/id_ed25519 "$work"/host_key.pub "$into/"
step "built: $(du -h "$into/root.qcow2" | cut -f1)"
