import { prelude } from "./prelude.js";

/**
 * Looks at what a plan or a probe asks about, and at nothing else: answers must fit in 3 KB. Lists may be empty. Every command here only
 * reads; `pvs` and `vgs` are the only ones that touch a disk.
 */
export const inspectText = `${prelude}
script=inspect

# is_stuck DEVICE: does it lie on a multipath device with which everybody sleeps who reads?
is_stuck() {
  local dm slave
  [ -n "$stuck" ] || return 1
  dm=$(readlink -f "$1")
  for slave in "/sys/block/\${dm##*/}"/slaves/*; do
    case ", $stuck," in *", $(read_word "$slave/dm/name"),"*) return 0 ;; esac
  done
  return 1
}

# read_mount PATH: one JSON object
read_mount() {
  local source fs uuid kind=absent vg lv
  source=$(mounted_from "$1")
  if [ -e "$1" ]; then
    kind=directory
    [ -d "$1" ] || kind='file'
    if [ "$kind" = directory ] && [ -z "$source" ] && [ -n "$(ls -A "$1" 2>/dev/null)" ]; then kind=occupied; fi
  fi
  printf '{"path":%s,"kind":"%s"' "$(quote "$1")" "$kind"
  if [ -n "$source" ] && is_stuck "$source"; then
    printf ',"source":%s' "$(quote "$source")"
  elif [ -n "$source" ]; then
    fs=$(ask 15 findmnt -n -o FSTYPE --mountpoint "$1" | head -n 1)
    uuid=$(ask 15 findmnt -n -o UUID --mountpoint "$1" | head -n 1)
    # shellcheck disable=SC2086 # $only is an option and its value
    read -r vg lv < <(ask 60 lvs --noheadings $only -o vg_name,lv_name "$source")
    users_of "$1"
    printf ',"source":%s,"fs":%s,"uuid":%s,"vg":%s,"lv":%s,"content":%s,"holders":%s' "$(quote "$source")" "$(quote "$fs")" "$(quote "$uuid")" \\
      "$(quote "$vg")" "$(quote "$lv")" "$(quote "$(read_word "$1/.sluice-content")")" "$holders"
  fi
  printf '}'
}

# read_vg NAME: one JSON object, or nothing when there is none
read_vg() {
  local lv active wwid pv on='' mounts='' target hooked=false
  has_vg "$1" || return 0
  active=false
  # shellcheck disable=SC2086 # $only is an option and its value
  for lv in $(ask 60 lvs --noheadings $only -o lv_active "$1"); do [ "$lv" != active ] || active=true; done
  # shellcheck disable=SC2086
  for pv in $(ask 60 vgs --noheadings $only -o pv_name "$1"); do
    for wwid in $SLUICE_WWIDS; do
      if same "$pv" "/dev/mapper/$wwid"; then on="\${on:+$on,}\\"$wwid\\""; fi
    done
  done
  # shellcheck disable=SC2086
  for lv in $(ask 60 lvs --noheadings $only -o lv_name "$1"); do
    for target in $(mounts_of "/dev/$1/$lv"); do mounts="\${mounts:+$mounts,}$(quote "$target")"; done
  done
  if [ -n "$SLUICE_TAG" ] && [ -e "$home/$SLUICE_TAG.$1.hooked" ]; then hooked=true; fi
  printf '{"name":%s,"tags":%s,"active":%s,"hooked":%s,"on":[%s],"mounts":[%s]}' "$(quote "$1")" "$(quote "$(tags_of "$1")")" "$active" "$hooked" "$on" "$mounts"
}

read_sessions() {
  local session list='' device disks
  for session in /sys/class/iscsi_session/session*; do
    [ -e "$session/targetname" ] || continue
    [ -z "$SLUICE_TARGET" ] || [ "$(read_word "$session/targetname")" = "$SLUICE_TARGET" ] || continue
    disks=0
    for device in "$(readlink -f "$session/device")"/target*/*:*:*:*; do
      if [ -e "$device/block" ]; then disks=$((disks + 1)); fi
    done
    list="\${list:+$list,}{\\"target\\":$(quote "$(read_word "$session/targetname")"),\\"state\\":$(quote "$(read_word "$session/state")"),\\"disks\\":$disks}"
  done
  fact_json sessions "[$list]"
}

main() {
  local item list='' wwpns=''
  [ -z "$SLUICE_TARGET" ] || match_target target "$SLUICE_TARGET"
  [ -z "$SLUICE_TAG" ] || match_tag tag "$SLUICE_TAG"
  for item in $SLUICE_MOUNTS; do match_path 'mount point' "$item"; done
  for item in $SLUICE_VGS; do match_vg 'volume group' "$item"; done
  for item in $SLUICE_WWIDS; do match_wwid LUN "$item"; done
  look_at_maps
  fact host "$(cat /proc/sys/kernel/hostname 2>/dev/null)"
  fact initiator "$(sed -n 's/^InitiatorName=//p' /etc/iscsi/initiatorname.iscsi 2>/dev/null | head -n 1)"
  for item in /sys/class/fc_host/host*/port_name; do
    [ -e "$item" ] || continue
    wwpns="\${wwpns:+$wwpns,}$(quote "$(read_word "$item")")"
  done
  fact_json wwpns "[$wwpns]"
  for item in $SLUICE_MOUNTS; do list="\${list:+$list,}$(read_mount "$item")"; done
  fact_json mounts "[$list]"
  list=
  for item in $SLUICE_VGS; do
    item=$(read_vg "$item")
    [ -z "$item" ] || list="\${list:+$list,}$item"
  done
  fact_json vgs "[$list]"
  list=
  for item in $SLUICE_WWIDS; do
    # shellcheck disable=SC2046 # one word a device, counted
    set -- $(sds_of "$item")
    if [ -n "$(map_of "$item")" ]; then set -- true "$#"; else set -- false "$#"; fi
    list="\${list:+$list,}{\\"wwid\\":\\"$item\\",\\"map\\":$1,\\"paths\\":$2}"
  done
  fact_json luns "[$list]"
  read_sessions
  succeed
}

main </dev/null
`;
