import { prelude } from "./prelude.js";

const shared = `${prelude}
record=$home/$SLUICE_TAG.quiesced

read_arguments() {
  local item
  match_tag tag "$SLUICE_TAG"
  match 'volume groups' "$SLUICE_VGS" '^[A-Za-z0-9_+.-]+( [A-Za-z0-9_+.-]+)*$'
  match LUNs "$SLUICE_WWIDS" '^[0-9a-f]{33}( [0-9a-f]{33})*$'
  for item in $SLUICE_VGS; do match_vg 'volume group' "$item"; done
  for item in $SLUICE_WWIDS; do match_wwid LUN "$item"; done
}

# has_line WORD: is this line in the record?
has_line() { [ -e "$record" ] && grep -q "^$1\\$" "$record"; }

# is_active VG
is_active() {
  local state
  # shellcheck disable=SC2086 # $only is an option and its value
  for state in $(ask 60 lvs --noheadings $only -o lv_active "$1"); do [ "$state" != active ] || return 0; done
  return 1
}

# flush: nothing of the old content stays in the kernel's buffers
flush() {
  local wwid map sd
  for wwid in $SLUICE_WWIDS; do
    map=$(map_of "$wwid")
    [ -z "$map" ] || attempt 60 blockdev --flushbufs "$map"
    for sd in $(sds_of "$wwid"); do attempt 60 blockdev --flushbufs "/dev/$sd"; done
  done
}

# list_kept: facts about what the record says, as it is now
list_kept() {
  local kind a b c rest mounts='' groups='' is
  if [ -e "$record" ]; then
    while read -r kind a b c rest; do
      is=false
      case $kind in
        mount)
          if same "$(mounted_from "$a")" "/dev/$b/$c"; then is=true; fi
          mounts="\${mounts:+$mounts,}{\\"path\\":$(quote "$a"),\\"vg\\":$(quote "$b"),\\"lv\\":$(quote "$c"),\\"mounted\\":$is,\\"content\\":$(
            if [ "$is" = true ]; then quote "$(read_word "$a/.sluice-content")"; else quote ''; fi
          )}"
          ;;
        vg)
          if is_active "$a"; then is=true; fi
          groups="\${groups:+$groups,}{\\"name\\":$(quote "$a"),\\"active\\":$is}"
          ;;
      esac
    done <"$record"
  fi
  fact_json mounts "[$mounts]"
  fact_json vgs "[$groups]"
  is=false
  if has_line hook; then is=true; fi
  fact_json hooked "$is"
}
`;

/**
 * Quiesce: takes a database's file systems off a host, for a restore underneath. What was mounted and active is written down first, so that
 * exactly that comes back. Files held open are a refusal that names the holders; those the stop hook is there to end are named in
 * `SLUICE_EXPECTED` and are checked again after the hook.
 */
export const quiesceText = `${shared}
script=quiesce

# check_users refuse|fail: does anybody use $targets?
check_users() {
  local target
  for target in $targets; do
    users_of "$target"
    if [ -n "$held" ]; then
      fact_json holders "$holders"
      "$1" in-use "$target is in use by $held"
    fi
  done
}

# only what mount(8) takes back
keep_options() {
  local option kept=''
  for option in \${1//,/ }; do
    case $option in
      rw | ro | noatime | nodiratime | relatime | nodev | nosuid | noexec | sync | discard | nouuid) kept="\${kept:+$kept,}$option" ;;
    esac
  done
  printf '%s' "\${kept:-defaults}"
}

list_now() {
  local vg lv active target fs options any
  for vg in $SLUICE_VGS; do
    has_vg "$vg" || continue
    any=
    while read -r lv active; do
      [ "$active" = active ] || continue
      any=1
      for target in $(mounts_of "/dev/$vg/$lv"); do
        fs=$(ask 15 findmnt -n -o FSTYPE --mountpoint "$target" | head -n 1)
        options=$(ask 15 findmnt -n -o OPTIONS --mountpoint "$target" | head -n 1)
        printf 'mount %s %s %s %s %s\\n' "$target" "$vg" "$lv" "$fs" "$(keep_options "$options")"
      done
    done < <(ask 60 lvs --noheadings -o lv_name,lv_active "$vg")
    [ -z "$any" ] || printf 'vg %s\\n' "$vg"
  done
}

check_devices() {
  local wwid map vg devices=''
  for wwid in $SLUICE_WWIDS; do
    map=$(map_of "$wwid")
    [ -n "$map" ] || continue
    devices="$devices\${devices:+,}$map"
    [ -z "$(mounts_of "$map")" ] || refuse foreign "the LUN $wwid is mounted without a volume group"
  done
  [ -n "$devices" ] || return 0
  for vg in $(vgs_on "$devices"); do
    case " $SLUICE_VGS " in *" $vg "*) ;; *) refuse foreign "these LUNs also carry the volume group $vg, which this plan does not name" ;; esac
  done
}

stop_application() {
  local ran=yes
  [ -n "$SLUICE_HOOK" ] || return 0
  if ! has_line hook; then
    if [ -n "$SLUICE_CHECK" ] && ! hook 120 "$SLUICE_CHECK"; then ran=no; fi
    [ "$ran" = no ] || note "$record" hook
  fi
  hook 900 "$SLUICE_HOOK" || fail hook "the stop hook ended with $rc: $out"
}

take_off() {
  local target vg wwid map why
  targets=$(for vg in $SLUICE_VGS; do has_vg "$vg" && list_targets "$vg"; done | sort -r)
  expected=
  check_users fail
  for target in $targets; do
    attempt 120 umount "$target" || {
      why=$out
      users_of "$target"
      fact_json holders "$holders"
      fail in-use "$target could not be unmounted: $why\${held:+; in use by $held}"
    }
  done
  for vg in $SLUICE_VGS; do
    has_vg "$vg" || continue
    attempt 60 vgchange -an "$vg" || fail lvm "the volume group $vg could not be deactivated: $out"
  done
  for wwid in $SLUICE_WWIDS; do
    map=$(map_of "$wwid")
    if [ -n "$map" ] && is_held "$map"; then fail lvm "the LUN $wwid is still held by something on this host"; fi
  done
}

# let_go: no device of these LUNs is left. A map whose LUN is taken away queues for ever, and whoever asks LVM anything then sleeps with it.
let_go() {
  local wwid map sd sds try
  [ -n "$SLUICE_LET_GO" ] || return 0
  has_line gone || note "$record" gone
  for wwid in $SLUICE_WWIDS; do
    sds=$(sds_of "$wwid")
    for try in 1 2 3 4 5 6; do
      map=$(map_of "$wwid")
      [ -n "$map" ] || break
      attempt 30 multipath -f "$wwid"
      [ "$try" -lt 6 ] || [ -z "$(map_of "$wwid")" ] || fail multipath "the multipath device $wwid is still in use: $out"
      [ -z "$(map_of "$wwid")" ] || sleep 1
    done
    for sd in $sds; do
      [ "$(read_word "/sys/block/$sd/device/wwid")" = "naa.\${wwid:1}" ] || continue
      printf '1\\n' >"/sys/block/$sd/device/delete"
    done
  done
}

list_targets() {
  local lv
  for lv in $(ask 60 lvs --noheadings -o lv_name "$1"); do mounts_of "/dev/$1/$lv"; done
}

main() {
  local lines
  begin
  read_arguments
  expected=$SLUICE_EXPECTED
  refuse_stuck
  check_devices
  lines=$(list_now)
  targets=$(printf '%s\\n' "$lines" | sed -n 's/^mount \\([^ ]*\\) .*/\\1/p')
  check_users refuse
  if ! [ -e "$record" ] || has_line back; then
    printf '%s\\n' "$lines" >"$record.new"
    # nobody else knows what was mounted where
    attempt 20 sync "$record.new"
    mv -f "$record.new" "$record" || refuse record "$record could not be written"
  fi
  changed=true
  stop_application
  take_off
  flush
  let_go
  printf 'stopped\\n' >>"$record"
  list_kept
  to_disk /etc "$home"
  succeed
}

main </dev/null
`;

/** Reactivate: reads the LUNs anew, then activates and mounts exactly what quiesce wrote down. Starts the application only when given a hook. */
export const reactivateText = `${shared}
script=reactivate

# find_again: what was let go is looked for on every SCSI host
find_again() {
  local wwid scan sd try map
  has_line gone || return 0
  for scan in /sys/class/scsi_host/host*/scan; do printf '%s\\n' '- - -' >"$scan"; done
  attempt 35 udevadm settle --timeout=30
  for wwid in $SLUICE_WWIDS; do
    for try in 1 2 3 4 5 6 7 8 9 10; do
      map=$(map_of "$wwid")
      [ -z "$map" ] || break
      for sd in $(sds_of "$wwid"); do
        attempt 30 multipath -a "/dev/$sd"
        attempt 30 multipathd add path "$sd"
      done
      attempt 30 multipathd add map "$wwid"
      attempt 35 udevadm settle --timeout=30
      sleep 1
    done
    [ -n "$map" ] || fail scan "the LUN $wwid is not seen on this host, or has no multipath device"
  done
}

read_anew() {
  local wwid sd
  for wwid in $SLUICE_WWIDS; do
    for sd in $(sds_of "$wwid"); do printf '1\\n' >"/sys/block/$sd/device/rescan"; done
    # a restore can bring back another size
    attempt 30 multipathd resize map "$wwid"
  done
  flush
  attempt 35 udevadm settle --timeout=30
}

bring_back() {
  local kind target vg lv fs options source
  while read -r kind vg; do
    [ "$kind" = vg ] || continue
    attempt 60 vgchange -ay "$vg" || fail lvm "the volume group $vg could not be activated: $out"
  done <"$record"
  attempt 35 udevadm settle --timeout=30
  while read -r kind target vg lv fs options; do
    [ "$kind" = mount ] || continue
    source=$(mounted_from "$target")
    if [ -z "$source" ]; then
      attempt 120 mount -t "$fs" -o "$options" "/dev/$vg/$lv" "$target" || fail mount "mounting $target ended with $rc: $out"
      source=$(mounted_from "$target")
    fi
    same "$source" "/dev/$vg/$lv" || fail mount "$target has \${source:-nothing} mounted, not /dev/$vg/$lv"
  done < <(sort "$record")
}

main() {
  begin
  read_arguments
  [ -e "$record" ] || refuse record 'nothing was written down on this host under this run, so there is nothing to bring back'
  refuse_stuck
  changed=true
  if ! has_line back; then
    find_again
    read_anew
    bring_back
  fi
  if [ -n "$SLUICE_HOOK" ]; then
    hook 900 "$SLUICE_HOOK" || fail hook "the start hook ended with $rc: $out"
  fi
  has_line back || printf 'back\\n' >>"$record"
  list_kept
  # taken back whole: nothing is left to go on from
  [ -z "$SLUICE_FORGET" ] || rm -f "$record"
  to_disk /etc "$home"
  succeed
}

main </dev/null
`;

/** Looks at what quiesce wrote down and at how that is now. */
export const quiescedText = `${shared}
script=quiesced

main() {
  local is=none
  read_arguments
  look_at_maps
  if has_line back; then
    is=back
  elif has_line stopped; then
    is=stopped
  elif [ -e "$record" ]; then
    is=begun
  fi
  fact record "$is"
  list_kept
  succeed
}

main </dev/null
`;
