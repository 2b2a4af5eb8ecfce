import { findLuns, makeMaps, signIn } from "./devices.js";
import { prelude } from "./prelude.js";

/**
 * Attach: sign in to the target, see exactly the wanted LUNs by their identity, one multipath map each, the clone's volume group under a
 * name of its own with the run's tag, and its file system mounted. Every act first asks whether it has been done, so the script may be cut
 * off anywhere and run again. Never writes fstab. Source of the order: NetApp's and open-iscsi's documentation, and runs on a real guest.
 */
export const attachText = `${prelude}
script=attach

read_arguments() {
  local portal pair
  match_tag tag "$SLUICE_TAG"
  match_target initiator "$SLUICE_INITIATOR"
  match_target target "$SLUICE_TARGET"
  match_vg 'source volume group' "$SLUICE_SOURCE_VG"
  match_vg 'volume group' "$SLUICE_VG"
  [ -n "$SLUICE_ORIGINAL" ] || [ "$SLUICE_VG" != "$SLUICE_SOURCE_VG" ] ||
    refuse argument 'a clone needs a volume group name of its own'
  match_vg 'logical volume' "$SLUICE_LV"
  match_path 'mount point' "$SLUICE_MOUNT"
  match 'file system' "$SLUICE_FS" '^(xfs|ext4)$'
  match 'mount options' "$SLUICE_OPTIONS" '^[a-z0-9_]+(=[a-z0-9_]+)?(,[a-z0-9_]+(=[a-z0-9_]+)?)*$'
  match portals "$SLUICE_PORTALS" '^[0-9a-f.:]+( [0-9a-f.:]+)*$'
  match LUNs "$SLUICE_LUNS" '^[0-9]{1,5}:[0-9a-f]{33}( [0-9]{1,5}:[0-9a-f]{33})*$'
  for pair in $SLUICE_LUNS; do match_wwid LUN "\${pair#*:}"; done
  for portal in $SLUICE_PORTALS; do match portal "$portal" '^([0-9]{1,3}[.]){3}[0-9]{1,3}$'; done
}

check_tools() {
  local tool
  for tool in iscsiadm multipath multipathd pvs vgs vgchange vgimportclone findmnt; do
    command -v "$tool" >/dev/null 2>&1 || refuse tools "the command $tool is missing on this host"
  done
}

check_initiator() {
  local name=''
  name=$(sed -n 's/^InitiatorName=//p' /etc/iscsi/initiatorname.iscsi 2>/dev/null | head -n 1)
  [ "$name" = "$SLUICE_INITIATOR" ] ||
    refuse initiator "this host signs in as \${name:-nobody}, but the LUNs are mapped to $SLUICE_INITIATOR"
}

# is_ours VG: every device under it is one of our LUNs
is_ours() {
  local pv pair found some=''
  for pv in $(ask 60 vgs --noheadings -o pv_name "$1"); do
    some=1
    found=
    for pair in $SLUICE_LUNS; do
      if same "$pv" "/dev/mapper/\${pair#*:}" || same "$pv" "/dev/disk/by-id/dm-uuid-mpath-\${pair#*:}"; then found=1; fi
    done
    [ -n "$found" ] || return 1
  done
  [ -n "$some" ]
}

check_names() {
  local source
  if has_vg "$SLUICE_VG" && ! has_tag "$SLUICE_VG" "$SLUICE_TAG" && ! is_ours "$SLUICE_VG"; then
    refuse vg-taken "a volume group named $SLUICE_VG is on this host already and is not this clone's"
  fi
  source=$(mounted_from "$SLUICE_MOUNT")
  if [ -n "$source" ]; then
    same "$source" "/dev/$SLUICE_VG/$SLUICE_LV" || refuse mount-taken "$SLUICE_MOUNT has $source mounted already"
  elif [ -e "$SLUICE_MOUNT" ]; then
    [ -d "$SLUICE_MOUNT" ] || refuse mount-taken "$SLUICE_MOUNT is there already and is not a directory"
    [ -z "$(ls -A "$SLUICE_MOUNT" 2>/dev/null)" ] || refuse mount-taken "$SLUICE_MOUNT is a directory with files in it; mounting there would hide them"
  fi
}

${signIn}${findLuns}${makeMaps}# use_vg: an original's volume group keeps its name; nothing is written to it
use_vg() {
  local now map
  now=$(vgs_on "$devices")
  [ "$now" = "$SLUICE_VG" ] || fail lvm "the LUNs carry \${now:-no volume group}; $SLUICE_VG was expected"
  if [ -e /etc/lvm/devices/system.devices ]; then
    for map in $maps; do attempt 60 lvm lvmdevices --adddev "$map"; done
  fi
  has_vg "$SLUICE_VG" || fail lvm "LVM does not show the volume group $SLUICE_VG; it may belong to another system"
  attempt 60 vgchange -ay "$SLUICE_VG" || fail lvm "the volume group could not be activated: $out"
}

import_vg() {
  local now map
  now=$(vgs_on "$devices")
  case $now in
    "$SLUICE_VG")
      # imported earlier; importing again would rename it, or hang LVM before 2.03.19. A detach took its devices out of the devices file.
      if [ -e /etc/lvm/devices/system.devices ] && ! has_vg "$SLUICE_VG"; then
        for map in $maps; do attempt 60 lvm lvmdevices --adddev "$map"; done
      fi
      ;;
    "$SLUICE_SOURCE_VG")
      for map in $maps; do
        if is_held "$map"; then
          attempt 60 vgchange -an --devices "$devices" "$SLUICE_SOURCE_VG" || fail lvm "the clone's volume group was activated by itself and could not be deactivated: $out"
          break
        fi
      done
      # shellcheck disable=SC2086 # a list of device names without blanks
      attempt 120 vgimportclone --importdevices --basevgname "$SLUICE_VG" $maps || fail lvm "vgimportclone ended with $rc: $out"
      now=$(vgs_on "$devices")
      [ "$now" = "$SLUICE_VG" ] || fail lvm "the clone was imported as \${now:-nothing}, not as $SLUICE_VG"
      ;;
    '') fail lvm "no volume group was found on the clone's LUNs, $SLUICE_SOURCE_VG was expected" ;;
    *) fail lvm "the clone's LUNs carry the volume group $now; $SLUICE_SOURCE_VG was expected" ;;
  esac
  if ! has_tag "$SLUICE_VG" "$SLUICE_TAG"; then
    attempt 60 vgchange --addtag "$SLUICE_TAG" --setautoactivation n "$SLUICE_VG" ||
      attempt 60 vgchange --addtag "$SLUICE_TAG" "$SLUICE_VG" || fail lvm "the volume group could not be marked as this clone's: $out"
  fi
  attempt 60 vgchange -ay "$SLUICE_VG" || fail lvm "the volume group could not be activated: $out"
}

mount_it() {
  local device=/dev/$SLUICE_VG/$SLUICE_LV options=$SLUICE_OPTIONS source part
  attempt 35 udevadm settle --timeout=30
  [ -e "$device" ] || fail mount "there is no logical volume $SLUICE_LV in the clone"
  source=$(mounted_from "$SLUICE_MOUNT")
  if [ -z "$source" ]; then
    if ! [ -d "$SLUICE_MOUNT" ]; then
      # detach takes away what was made here, and nothing else
      part=$SLUICE_MOUNT
      while ! [ -d "$part/" ]; do
        note "$home/$SLUICE_TAG.$SLUICE_VG.made" "$part"
        part=\${part%/*}
      done
      mkdir -p "$SLUICE_MOUNT" || fail mount "the directory $SLUICE_MOUNT could not be made"
    fi
    # a clone has its original's XFS UUID
    [ "$SLUICE_FS" != xfs ] || [ -n "$SLUICE_ORIGINAL" ] || options=nouuid,$options
    attempt 120 mount -t "$SLUICE_FS" -o "$options" "$device" "$SLUICE_MOUNT" || fail mount "mounting ended with $rc: $out"
    source=$(mounted_from "$SLUICE_MOUNT")
  fi
  # systemd takes a mount away again when a stale unit of that path is bound to a vanished device
  [ -n "$source" ] || fail mount "$SLUICE_MOUNT was mounted and gone again at once; a stale systemd mount unit may hold that path"
  same "$source" "$device" || fail mount "$SLUICE_MOUNT has $source mounted, not the clone"
}

run_hook() {
  local done=$home/$SLUICE_TAG.$SLUICE_VG.hooked
  [ -n "$SLUICE_AFTER_MOUNT" ] || return 0
  if ! [ -e "$done" ]; then
    hook 300 "$SLUICE_AFTER_MOUNT" || fail hook "the after_mount hook ended with $rc: $out"
    printf 'done\\n' >"$done"
  fi
}

main() {
  begin
  read_arguments
  check_tools
  check_initiator
  refuse_stuck
  check_names
  sign_in
  find_sessions
  see_luns
  make_maps
  if [ -n "$SLUICE_ORIGINAL" ]; then use_vg; else import_vg; fi
  mount_it
  run_hook
  fact vg "$SLUICE_VG"
  fact mount "$SLUICE_MOUNT"
  fact_json portals "$portals"
  fact_json paths "{$seen}"
  fact uuid "$(ask 15 findmnt -n -o UUID --mountpoint "$SLUICE_MOUNT" | head -n 1)"
  fact content "$(read_word "$SLUICE_MOUNT/.sluice-content")"
  to_disk /etc "$home"
  succeed
}

main </dev/null
`;
