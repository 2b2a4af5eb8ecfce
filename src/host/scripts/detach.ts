import { freeDeadMaps, removeDevices } from "./devices.js";
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

# find_group: $vg is the group to deactivate: the clone's, or the original's name when an attach was cut off before the import. Where LVM can read
# nothing any more, $bare are the logical volumes that device-mapper still has on the clone's LUNs.
find_group() {
  local wwid map on holder
  devices=
  vg=
  bare=
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
  [ -z "$vg" ] || return 0
  for map in \${devices//,/ }; do
    map=$(readlink -f "$map")
    for holder in "/sys/block/\${map##*/}"/holders/dm-*; do
      case $(read_word "$holder/dm/uuid") in LVM-*) ;; *) continue ;; esac
      holder=$(read_word "$holder/dm/name")
      case " $bare " in *" $holder "*) ;; *) bare="$bare\${bare:+ }$holder" ;; esac
    done
  done
}

check_users() {
  local device target
  mounted=
  for device in \${vg:+"/dev/$vg/$SLUICE_LV"} $bare; do
    case $device in /dev/*) ;; *) device=/dev/mapper/$device ;; esac
    for target in $(mounts_of "$device"); do
      [ "$target" = "$SLUICE_MOUNT" ] || refuse foreign "the clone is mounted at $target too; unmount it there first"
      mounted=1
      users_of "$target"
      if [ -n "$held" ]; then
        fact_json holders "$holders"
        refuse in-use "$target is in use by $held"
      fi
    done
  done
}

${freeDeadMaps}unmount_it() {
  local device
  if [ -n "$mounted" ]; then
    attempt 90 umount "$SLUICE_MOUNT" || {
      local why=$out
      users_of "$SLUICE_MOUNT"
      fact_json holders "$holders"
      fail in-use "$SLUICE_MOUNT could not be unmounted: $why\${held:+; in use by $held}"
    }
  fi
  for device in $bare; do
    attempt 30 dmsetup remove --retry "$device" || fail lvm "the logical volume $device, whose LUNs are gone, could not be taken away: $out"
  done
  [ -n "$vg" ] || return 0
  if [ "$vg" = "$SLUICE_VG" ]; then
    # shellcheck disable=SC2086 # $only is an option and its value
    attempt 60 vgchange -an $only "$vg" || fail lvm "the volume group could not be deactivated: $out"
  else
    attempt 60 vgchange -an --devices "$devices" "$vg" || fail lvm "the volume group could not be deactivated: $out"
  fi
}

${removeDevices}main() {
  local made=$home/$SLUICE_TAG.$SLUICE_VG.made part
  begin
  read_arguments
  # before anything that looks at the disks: it would sleep with them, and no time limit ends such a sleep
  free_dead_maps
  look_at_maps
  find_group
  check_users
  changed=true
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
  to_disk /etc "$home"
  succeed
}

main </dev/null
`;
