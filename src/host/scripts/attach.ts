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

sign_in() {
  local portal setting why=''
  portals=0
  for portal in $SLUICE_PORTALS; do
    if ! attempt 20 iscsiadm -m node -T "$SLUICE_TARGET" -p "$portal:3260"; then
      # "-o new" only adds: any other form of discovery may reset or sign out what others use
      attempt 20 iscsiadm -m discoverydb -t sendtargets -p "$portal:3260" -o new --discover || {
        why="$portal does not answer"
        continue
      }
    fi
    changed=true
    for setting in node.startup=automatic node.session.scan=manual node.session.timeo.replacement_timeout=5 \\
      'node.conn[0].timeo.login_timeout=10' node.session.initial_login_retry_max=1; do
      attempt 20 iscsiadm -m node -T "$SLUICE_TARGET" -p "$portal:3260" -o update -n "\${setting%%=*}" -v "\${setting#*=}"
    done
    attempt 25 iscsiadm -m node -T "$SLUICE_TARGET" -p "$portal:3260" --login
    case $rc in
      0 | 15) portals=$((portals + 1)) ;; # 15: the session exists
      24) fail login "the array refused this host's iSCSI login at $portal" ;;
      *) why="signing in at $portal ended with $rc: $out" ;;
    esac
  done
  [ "$portals" -gt 0 ] || fail login "no iSCSI portal could be used; $why"
}

find_sessions() {
  local session host
  sessions=
  for session in /sys/class/iscsi_session/session*; do
    [ "$(read_word "$session/targetname")" = "$SLUICE_TARGET" ] || continue
    host=$(readlink -f "$session/device" | grep -o 'host[0-9][0-9]*' | head -n 1)
    sessions="$sessions \${host#host}"
  done
  [ -n "$sessions" ] || fail login "no session of $SLUICE_TARGET is up"
}

# look_for LUN WWID: $paths of how many sessions show this LUN number as this LUN. A number re-used by the array keeps its old identity
# in the kernel: such a device is asked again, then dropped if nothing holds it, and never used.
look_for() {
  local host device
  paths=0
  for host in $sessions; do
    device=/sys/class/scsi_device/$host:0:0:$1/device
    [ -e "$device" ] || printf '0 0 %s\\n' "$1" >"/sys/class/scsi_host/host$host/scan"
    [ -e "$device/wwid" ] || continue
    if [ "$(read_word "$device/wwid")" != "naa.\${2:1}" ]; then
      printf '1\\n' >"$device/rescan"
      if [ "$(read_word "$device/wwid")" != "naa.\${2:1}" ]; then
        [ -z "$(ls -A "$device"/block/*/holders 2>/dev/null)" ] ||
          fail stale "LUN number $1 still shows another LUN that is in use on this host; a person must look before anything is mounted"
        printf '1\\n' >"$device/delete"
        continue
      fi
    fi
    paths=$((paths + 1))
  done
}

see_luns() {
  local pair try wanted
  # shellcheck disable=SC2086 # a list of numbers, counted
  wanted=$(printf '%s\\n' $sessions | wc -l)
  seen=
  for pair in $SLUICE_LUNS; do
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
      look_for "\${pair%%:*}" "\${pair#*:}"
      [ "$paths" -lt "$wanted" ] || break
      if [ "$paths" -gt 0 ] && [ "$try" -gt 8 ]; then break; fi
      sleep 1
    done
    [ "$paths" -gt 0 ] || fail scan "LUN number \${pair%%:*} did not appear on this host"
    seen="$seen\${seen:+,}\\"\${pair#*:}\\":$paths"
  done
}

make_maps() {
  local pair wwid sd try map
  maps=
  devices=
  attempt 35 udevadm settle --timeout=30
  for pair in $SLUICE_LUNS; do
    wwid=\${pair#*:}
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
      map=$(map_of "$wwid")
      [ -z "$map" ] || break
      for sd in $(sds_of "$wwid"); do
        # a single path gets a map only when its identity is known: find_multipaths
        attempt 30 multipath -a "/dev/$sd"
        attempt 30 multipathd add path "$sd"
      done
      attempt 30 multipathd add map "$wwid"
      attempt 35 udevadm settle --timeout=30
      map=$(map_of "$wwid")
      [ -z "$map" ] || break
      sleep 1
    done
    [ -n "$map" ] || fail multipath "no multipath device appeared for $wwid"
    maps="$maps $map"
    devices="$devices\${devices:+,}$map"
  done
}

# use_vg: an original's volume group keeps its name; nothing is written to it
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
        printf '%s\\n' "$part" >>"$home/$SLUICE_TAG.$SLUICE_VG.made"
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
  succeed
}

main </dev/null
`;
