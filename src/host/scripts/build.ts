import { findLuns, freeDeadMaps, makeMaps, removeDevices, signIn } from "./devices.js";
import { prelude } from "./prelude.js";

const shared = `${prelude}
built=$home/$SLUICE_TAG.$SLUICE_VG.built
made=$home/$SLUICE_TAG.$SLUICE_VG.made
table=/etc/fstab

check_arguments() {
  local portal
  match_tag tag "$SLUICE_TAG"
  match protocol "$SLUICE_PROTOCOL" '^(iscsi|fcp)$'
  if [ "$SLUICE_PROTOCOL" = iscsi ]; then
    match_target initiator "$SLUICE_INITIATOR"
    match_target target "$SLUICE_TARGET"
    match portals "$SLUICE_PORTALS" '^[0-9a-f.:]+( [0-9a-f.:]+)*$'
    for portal in $SLUICE_PORTALS; do match portal "$portal" '^([0-9]{1,3}[.]){3}[0-9]{1,3}$'; done
  fi
  match_vg 'volume group' "$SLUICE_VG"
  match_vg 'logical volume' "$SLUICE_LV"
  match_path 'mount point' "$SLUICE_MOUNT"
}

has_line() { [ -e "$built" ] && grep -q "^$1\\$" "$built"; }
remember() { has_line "$1" || note "$built" "$1"; }

# listed_for: the line of fstab that is mounted at our place, whoever wrote it
listed_for() { sed -n "/^[^#][^ \\t]*[ \\t][ \\t]*\${SLUICE_MOUNT//\\//\\\\/}[ \\t]/p" "$table" 2>/dev/null | head -n 1; }
`;

/**
 * Build: new LUNs onto a host, and a volume group, a striped logical volume and a file system on them, mounted now and at every start. A device that carries
 * anything at all is never written to. What is about to be made is written down first, so that a try that was cut off is told from somebody else's data.
 */
export const buildText = `${shared}
script=build

read_arguments() {
  local pair
  check_arguments
  match LUNs "$SLUICE_LUNS" '^[0-9]{1,5}:[0-9a-f]{33}( [0-9]{1,5}:[0-9a-f]{33})*$'
  for pair in $SLUICE_LUNS; do match_wwid LUN "\${pair#*:}"; done
  match 'mount options' "$SLUICE_OPTIONS" '^[a-z0-9_]+(=[a-z0-9_]+)?(,[a-z0-9_]+(=[a-z0-9_]+)?)*$'
}

check_tools() {
  local tool
  for tool in multipath multipathd pvs vgs pvcreate vgcreate lvcreate mkfs.xfs wipefs blkid findmnt; do
    command -v "$tool" >/dev/null 2>&1 || refuse tools "the command $tool is missing on this host: prepare it first"
  done
  [ "$SLUICE_PROTOCOL" = fcp ] || command -v iscsiadm >/dev/null 2>&1 || refuse tools 'the command iscsiadm is missing on this host: prepare it first'
}

check_initiator() {
  local name=''
  [ "$SLUICE_PROTOCOL" = iscsi ] || return 0
  name=$(sed -n 's/^InitiatorName=//p' /etc/iscsi/initiatorname.iscsi 2>/dev/null | head -n 1)
  [ "$name" = "$SLUICE_INITIATOR" ] || refuse initiator "this host signs in as \${name:-nobody}, but the LUNs are mapped to $SLUICE_INITIATOR"
}

check_names() {
  local source line
  if has_vg "$SLUICE_VG" && ! has_tag "$SLUICE_VG" "$SLUICE_TAG"; then
    refuse vg-taken "a volume group named $SLUICE_VG is on this host already"
  fi
  source=$(mounted_from "$SLUICE_MOUNT")
  if [ -n "$source" ]; then
    same "$source" "/dev/$SLUICE_VG/$SLUICE_LV" || refuse mount-taken "$SLUICE_MOUNT has $source mounted already"
  elif [ -e "$SLUICE_MOUNT" ]; then
    [ -d "$SLUICE_MOUNT" ] || refuse mount-taken "$SLUICE_MOUNT is there already and is not a directory"
    [ -z "$(ls -A "$SLUICE_MOUNT" 2>/dev/null)" ] || refuse mount-taken "$SLUICE_MOUNT is a directory with files in it; mounting there would hide them"
  fi
  line=$(listed_for)
  [ -z "$line" ] || has_line listed || refuse mount-taken "$table has a line for $SLUICE_MOUNT already: $line"
}

${signIn}${findLuns}# see_fc: the same over Fibre Channel, where the fabric says which targets there are
see_fc() {
  local pair try host
  portals=0
  seen=
  changed=true
  for pair in $SLUICE_LUNS; do
    for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
      for host in /sys/class/fc_host/host*; do
        [ -e "$host" ] || fail scan 'this host has no Fibre Channel adapter'
        printf -- '- - %s\\n' "\${pair%%:*}" >"/sys/class/scsi_host/\${host##*/}/scan"
      done
      paths=$(sds_of "\${pair#*:}" | wc -l)
      if [ "$paths" -gt 0 ] && [ "$try" -gt 1 ]; then break; fi
      sleep 1
    done
    [ "$paths" -gt 0 ] || fail scan "LUN number \${pair%%:*} did not appear on this host"
    seen="$seen\${seen:+,}\\"\${pair#*:}\\":$paths"
  done
}

${makeMaps}# check_blank: nothing is written to a device on which anything was found
check_blank() {
  local pair wwid map found
  for pair in $SLUICE_LUNS; do
    wwid=\${pair#*:}
    if has_line "pv $wwid"; then continue; fi
    map=$(map_of "$wwid")
    attempt 60 wipefs -n "$map" || fail signature "the LUN $wwid could not be read ($out), so nothing was written to it"
    found=$(printf '%s\\n' "$out" | tail -n +2 | head -n 1)
    if [ -z "$found" ]; then
      # 2 is "nothing found"; 8, two answers at once, is printed nowhere
      attempt 60 blkid -p "$map"
      case $rc in 2) ;; *) found="\${out:-blkid ended with $rc}" ;; esac
    fi
    [ -n "$found" ] || found=$(vgs_on "$map")
    [ -z "$found" ] || fail signature "the LUN $wwid is not empty ($found), so nothing was written to it"
    is_held "$map" && fail signature "the LUN $wwid is in use on this host, so nothing was written to it"
    [ -z "$(mounts_of "$map")" ] || fail signature "the LUN $wwid is mounted, so nothing was written to it"
  done
}

make_group() {
  local pair wwid map
  if has_vg "$SLUICE_VG"; then return 0; fi
  check_blank
  for pair in $SLUICE_LUNS; do
    wwid=\${pair#*:}
    map=$(map_of "$wwid")
    remember "pv $wwid"
    [ "$(ask 60 wipefs -n "$map" | grep -c LVM2_member)" != 0 ] || attempt 60 pvcreate "$map" || fail lvm "pvcreate on $wwid ended with $rc: $out"
  done
  # shellcheck disable=SC2086 # a list of device names without blanks
  attempt 60 vgcreate --addtag "$SLUICE_TAG" "$SLUICE_VG" $maps || fail lvm "vgcreate ended with $rc: $out"
}

make_volume() {
  local count device=/dev/$SLUICE_VG/$SLUICE_LV
  # shellcheck disable=SC2086 # a list, counted
  count=$(printf '%s\\n' $SLUICE_LUNS | wc -l)
  if [ -z "$(ask 60 lvs --noheadings -o lv_name "$SLUICE_VG/$SLUICE_LV")" ]; then
    attempt 60 lvcreate -y -W y -n "$SLUICE_LV" -l 100%FREE -i "$((count))" "$SLUICE_VG" || fail lvm "lvcreate ended with $rc: $out"
  fi
  attempt 60 vgchange -ay "$SLUICE_VG" || fail lvm "the volume group could not be activated: $out"
  attempt 35 udevadm settle --timeout=30
  if has_line formatted; then return 0; fi
  # it is of this run, and nobody has seen it yet: what a try that was cut off left is made anew
  if has_line formatting; then
    attempt 600 mkfs.xfs -f -q "$device" || fail mkfs "mkfs.xfs ended with $rc: $out"
  else
    remember formatting
    attempt 600 mkfs.xfs -q "$device" || fail mkfs "mkfs.xfs ended with $rc: $out"
  fi
  remember formatted
}

# list_it: in fstab by the identity of the file system; the start of the host does not wait for it
list_it() {
  [ -z "$(listed_for)" ] || return 0
  remember listed
  uuid=$(ask 30 blkid -s UUID -o value "/dev/$SLUICE_VG/$SLUICE_LV")
  [ -n "$uuid" ] || fail mount 'the new file system has no UUID'
  if [ -e "$table" ]; then cp -p "$table" "$table.sluice"; else printf '' >"$table.sluice"; fi
  printf '# %s made by Sluice\\nUUID=%s %s xfs %s,_netdev,nofail,x-systemd.device-timeout=60s 0 0\\n' \\
    "$SLUICE_TAG" "$uuid" "$SLUICE_MOUNT" "$SLUICE_OPTIONS" >>"$table.sluice"
  mv -f "$table.sluice" "$table" || fail mount "$table could not be written"
  attempt 60 systemctl daemon-reload
}

mount_it() {
  local device=/dev/$SLUICE_VG/$SLUICE_LV part source
  if [ -z "$(mounted_from "$SLUICE_MOUNT")" ]; then
    part=$SLUICE_MOUNT
    while ! [ -d "$part/" ]; do
      note "$made" "$part"
      part=\${part%/*}
    done
    mkdir -p "$SLUICE_MOUNT" || fail mount "the directory $SLUICE_MOUNT could not be made"
    attempt 120 mount -t xfs -o "$SLUICE_OPTIONS" "$device" "$SLUICE_MOUNT" || fail mount "mounting ended with $rc: $out"
  fi
  source=$(mounted_from "$SLUICE_MOUNT")
  same "$source" "$device" || fail mount "$SLUICE_MOUNT has \${source:-nothing} mounted, not the new file system"
}

main() {
  uuid=
  begin
  read_arguments
  check_tools
  check_initiator
  refuse_stuck
  check_names
  remember begun
  if [ "$SLUICE_PROTOCOL" = iscsi ]; then
    sign_in
    find_sessions
    see_luns
  else
    see_fc
  fi
  make_maps
  make_group
  make_volume
  list_it
  mount_it
  fact vg "$SLUICE_VG"
  fact mount "$SLUICE_MOUNT"
  fact_json portals "$portals"
  fact_json paths "{$seen}"
  fact uuid "$(ask 15 findmnt -n -o UUID --mountpoint "$SLUICE_MOUNT" | head -n 1)"
  to_disk /etc "$home"
  succeed
}

main </dev/null
`;

/** The reverse: unmounted, out of fstab, off the host. What is on the LUNs goes with them; somebody who uses it is a refusal that names them. */
export const unbuildText = `${shared}
script=unbuild

read_arguments() {
  local wwid
  check_arguments
  match LUNs "$SLUICE_WWIDS" '^[0-9a-f]{33}( [0-9a-f]{33})*$'
  match logout "$SLUICE_LOGOUT" '^[01]$'
  for wwid in $SLUICE_WWIDS; do match_wwid LUN "$wwid"; done
}

is_ours() { has_vg "$SLUICE_VG" && has_tag "$SLUICE_VG" "$SLUICE_TAG"; }

check_users() {
  local target
  for target in $(mounts_of "/dev/$SLUICE_VG/$SLUICE_LV"); do
    [ "$target" = "$SLUICE_MOUNT" ] || refuse foreign "it is mounted at $target too; unmount it there first"
    users_of "$target"
    if [ -n "$held" ]; then
      fact_json holders "$holders"
      refuse in-use "$target is in use by $held"
    fi
  done
}

unmount_it() {
  if [ -n "$(mounts_of "/dev/$SLUICE_VG/$SLUICE_LV")" ]; then
    attempt 90 umount "$SLUICE_MOUNT" || fail in-use "$SLUICE_MOUNT could not be unmounted: $out"
  fi
  attempt 60 vgchange -an "$SLUICE_VG" || fail lvm "the volume group could not be deactivated: $out"
}

unlist_it() {
  has_line listed || return 0
  # our comment and the line after it
  sed "/^# $SLUICE_TAG made by Sluice\\$/,+1d" "$table" >"$table.next" || fail mount "$table could not be read"
  cp -p "$table" "$table.sluice"
  cat "$table.next" >"$table.sluice"
  mv -f "$table.sluice" "$table" || fail mount "$table could not be written"
  rm -f "$table.next"
  attempt 60 systemctl daemon-reload
}

# look_less: only storage that is to be there after every start is looked for when signing in
look_less() {
  local portal other
  [ "$SLUICE_PROTOCOL" = iscsi ] || return 0
  for other in "$home"/*.built; do [ ! -e "$other" ] || return 0; done
  for portal in $SLUICE_PORTALS; do
    attempt 20 iscsiadm -m node -T "$SLUICE_TARGET" -p "$portal:3260" -o update -n node.session.scan -v manual
  done
}

${freeDeadMaps}${removeDevices}main() {
  local part
  begin
  read_arguments
  # before anything that looks at the disks: it would sleep with them
  free_dead_maps
  look_at_maps
  if is_ours; then
    check_users
    changed=true
    unmount_it
  elif has_vg "$SLUICE_VG"; then
    refuse foreign "the volume group $SLUICE_VG on this host is not this run's"
  fi
  changed=true
  unlist_it
  remove_devices
  sign_out
  if [ -e "$made" ] && [ -z "$(mounted_from "$SLUICE_MOUNT")" ]; then
    sort -r -u "$made" | while read -r part; do
      case $SLUICE_MOUNT/ in "$part"/*) rmdir "$part" 2>/dev/null ;; esac
    done
  fi
  rm -f "$made" "$built"
  look_less
  fact_json signedOut "$signed_out"
  to_disk /etc "$home"
  succeed
}

main </dev/null
`;
