import { prelude } from "./prelude.js";

/**
 * Detach, the exact reverse of attach: host first, storage last, so that no device is left behind whose LUN is gone. Somebody who uses the
 * file system is a refusal that names them. Path devices are deleted only after their identity was read again.
 */
export const detachText = `${prelude}
script=detach

read_arguments() {
  local portal wwid
  match_tag tag "$SLUICE_TAG"
  match_target target "$SLUICE_TARGET"
  match_vg 'volume group' "$SLUICE_VG"
  match_vg 'logical volume' "$SLUICE_LV"
  match_path 'mount point' "$SLUICE_MOUNT"
  match portals "$SLUICE_PORTALS" '^[0-9a-f.:]+( [0-9a-f.:]+)*$'
  match LUNs "$SLUICE_WWIDS" '^[0-9a-f]{33}( [0-9a-f]{33})*$'
  match logout "$SLUICE_LOGOUT" '^[01]$'
  for wwid in $SLUICE_WWIDS; do match_wwid LUN "$wwid"; done
  for portal in $SLUICE_PORTALS; do match portal "$portal" '^([0-9]{1,3}[.]){3}[0-9]{1,3}$'; done
}

# find_group: $vg is the group to deactivate: the clone's, or the original's name when an attach was cut off before the import
find_group() {
  local wwid map on
  devices=
  vg=
  for wwid in $SLUICE_WWIDS; do
    map=$(map_of "$wwid")
    [ -z "$map" ] || devices="$devices\${devices:+,}$map"
  done
  if has_vg "$SLUICE_VG"; then
    on=
    [ -z "$devices" ] || on=$(vgs_on "$devices")
    if [ "$on" != "$SLUICE_VG" ] && ! has_tag "$SLUICE_VG" "$SLUICE_TAG"; then
      refuse foreign "the volume group $SLUICE_VG on this host is not this clone's"
    fi
    vg=$SLUICE_VG
  elif [ -n "$devices" ]; then
    for map in \${devices//,/ }; do
      if is_held "$map"; then vg=$(vgs_on "$devices"); fi
    done
    case $vg in *[[:space:]]*) refuse foreign "this clone's LUNs carry more than one volume group" ;; esac
  fi
}

check_users() {
  local target
  mounted=
  [ -n "$vg" ] || return 0
  for target in $(mounts_of "/dev/$vg/$SLUICE_LV"); do
    [ "$target" = "$SLUICE_MOUNT" ] || refuse foreign "the clone is mounted at $target too; unmount it there first"
    mounted=1
    users_of "$target"
    if [ -n "$held" ]; then
      fact_json holders "$holders"
      refuse in-use "$target is in use by $held"
    fi
  done
}

# A map without a usable path queues for ever, and whoever touches it sleeps with it: let it fail instead.
free_dead_maps() {
  local wwid map
  for wwid in $SLUICE_WWIDS; do
    map=$(map_of "$wwid")
    [ -n "$map" ] || continue
    attempt 30 multipath -C "$map" || attempt 30 multipathd disablequeueing map "$wwid"
  done
}

unmount_it() {
  if [ -n "$mounted" ]; then
    attempt 90 umount "$SLUICE_MOUNT" || {
      local why=$out
      users_of "$SLUICE_MOUNT"
      fact_json holders "$holders"
      fail in-use "$SLUICE_MOUNT could not be unmounted: $why\${held:+; in use by $held}"
    }
  fi
  [ -n "$vg" ] || return 0
  if [ "$vg" = "$SLUICE_VG" ]; then
    attempt 60 vgchange -an "$vg" || fail lvm "the volume group could not be deactivated: $out"
  else
    attempt 60 vgchange -an --devices "$devices" "$vg" || fail lvm "the volume group could not be deactivated: $out"
  fi
}

remove_devices() {
  local wwid map sd sds try
  for wwid in $SLUICE_WWIDS; do
    sds=$(sds_of "$wwid")
    map=$(map_of "$wwid")
    attempt 30 lvm lvmdevices --deldev "\${map:-/dev/mapper/$wwid}"
    if [ -n "$map" ]; then
      attempt 30 blockdev --flushbufs "$map"
      for try in 1 2 3 4 5 6; do
        # udev opens a map for a moment after every change
        attempt 30 multipath -f "$wwid"
        map=$(map_of "$wwid")
        [ -n "$map" ] || break
        [ "$try" -lt 6 ] || fail multipath "the multipath device $wwid is still in use: $out"
        attempt 35 udevadm settle --timeout=30
        sleep 1
      done
    fi
    # by its identity: after a reboot no path is left to name it by
    attempt 30 multipath -w "$wwid"
    for sd in $sds; do
      [ "$(read_word "/sys/block/$sd/device/wwid")" = "naa.\${wwid:1}" ] || continue
      attempt 30 blockdev --flushbufs "/dev/$sd"
      printf '1\\n' >"/sys/block/$sd/device/delete"
      for try in 1 2 3 4 5 6 7 8 9 10; do
        [ -e "/sys/block/$sd" ] || break
        [ "$try" -lt 10 ] || fail scsi "the device $sd could not be removed"
        sleep 0.5
      done
    done
  done
}

# has_luns: does any session of the target still show a LUN?
has_luns() {
  local session device
  for session in /sys/class/iscsi_session/session*; do
    [ "$(read_word "$session/targetname")" = "$SLUICE_TARGET" ] || continue
    for device in "$(readlink -f "$session/device")"/target*/*:*:*:*; do
      # the array's controller and well-known LUN carry no disk
      [ -e "$device/block" ] && return 0
    done
  done
  return 1
}

sign_out() {
  local portal
  signed_out=false
  [ "$SLUICE_LOGOUT" = 1 ] || return 0
  if has_luns; then return 0; fi
  for portal in $SLUICE_PORTALS; do
    attempt 30 iscsiadm -m node -T "$SLUICE_TARGET" -p "$portal:3260" --logout
    case $rc in
      0 | 2 | 21) ;; # 2, 21: no such session or record
      *) fail logout "signing out at $portal ended with $rc: $out" ;;
    esac
    attempt 30 iscsiadm -m node -T "$SLUICE_TARGET" -p "$portal:3260" -o delete
  done
  signed_out=true
}

main() {
  local made=$home/$SLUICE_TAG.$SLUICE_VG.made part
  begin
  read_arguments
  find_group
  check_users
  changed=true
  free_dead_maps
  unmount_it
  remove_devices
  sign_out
  if [ -e "$made" ] && [ -z "$(mounted_from "$SLUICE_MOUNT")" ]; then
    sort -r -u "$made" | while read -r part; do
      case $SLUICE_MOUNT/ in "$part"/*) rmdir "$part" 2>/dev/null ;; esac
    done
  fi
  rm -f "$made" "$home/$SLUICE_TAG.$SLUICE_VG.hooked"
  fact_json signedOut "$signed_out"
  succeed
}

main </dev/null
`;
