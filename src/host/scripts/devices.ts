/**
 * What scripts that bring LUNs onto a host, or take them off it, have in common. They go by `SLUICE_TARGET`, `SLUICE_PORTALS`, `SLUICE_LUNS` (number:wwid) or
 * `SLUICE_WWIDS`, and each asks first whether its act has been done.
 */

/** One portal of one target in open-iscsi's records, and how it signs in. */
export const recordPortal = `# record_portal TARGET PORTAL: that one and no other; $why says why not
record_portal() {
  local at name tag=''
  # Only printed. A discovery that records keeps every portal and target it is told of, and Red Hat signs in to them all at boot.
  attempt 20 iscsiadm -m discoverydb -t sendtargets -p "$2:3260" -o nonpersistent --discover || {
    why="$2 does not answer"
    return 1
  }
  while read -r at name; do
    [ "$name" = "$1" ] || continue
    case $at in "$2:3260,"*) tag=\${at##*,} ;; esac
  done <<<"$out"
  [ -n "$tag" ] || {
    why="$2 does not serve $1"
    return 1
  }
  changed=true
  attempt 20 iscsiadm -m node -T "$1" -p "$2:3260,$tag" -o new || {
    why="$2 could not be recorded: $out"
    return 1
  }
}

# set_record TARGET PORTAL NOW: NOW is the record as open-iscsi prints it, if it is known; what is so already is not written
set_record() {
  local setting
  for setting in node.startup=automatic node.session.scan=manual node.session.timeo.replacement_timeout=5 \\
    'node.conn[0].timeo.login_timeout=10' node.session.initial_login_retry_max=1; do
    case $3 in *$'\\n'"\${setting%%=*} = \${setting#*=}"$'\\n'*) continue ;; esac
    attempt 20 iscsiadm -m node -T "$1" -p "$2:3260" -o update -n "\${setting%%=*}" -v "\${setting#*=}"
  done
}

`;

/** Sign in to the target at every portal: $portals of them have a session, $sessions are their SCSI hosts. */
export const signIn = `${recordPortal}sign_in() {
  local portal setting record why='' scan=manual
  # storage that is to be there after every start of the host has to be looked for then, and only then
  for setting in "$home"/*.built; do [ ! -e "$setting" ] || scan=auto; done
  portals=0
  for portal in $SLUICE_PORTALS; do
    record=
    if attempt 20 iscsiadm -m node -T "$SLUICE_TARGET" -p "$portal:3260"; then
      record=$out
    else
      record_portal "$SLUICE_TARGET" "$portal" || continue
    fi
    changed=true
    set_record "$SLUICE_TARGET" "$portal" "$record"
    attempt 25 iscsiadm -m node -T "$SLUICE_TARGET" -p "$portal:3260" --login
    case $rc in
      0 | 15) portals=$((portals + 1)) ;; # 15: the session exists
      24) fail login "the array refused this host's iSCSI login at $portal" ;;
      *) why="signing in at $portal ended with $rc: $out" ;;
    esac
    [ "$scan" = manual ] || attempt 20 iscsiadm -m node -T "$SLUICE_TARGET" -p "$portal:3260" -o update -n node.session.scan -v auto
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

`;

/** See the wanted LUNs by number and identity: $seen is JSON, WWID to paths. */
export const findLuns = `# look_for LUN WWID: $paths of how many sessions show this LUN number as this LUN. A number re-used by the array keeps its old identity in the
# kernel: such a device is dropped if nothing holds it, so that the next try finds what is there now, and never used. It is not asked again
# (rescan): the kernel would then know the new LUN while udev, and a map that has the device as a path, go on with the old one.
look_for() {
  local host device holder
  paths=0
  for host in $sessions; do
    device=/sys/class/scsi_device/$host:0:0:$1/device
    [ -e "$device" ] || printf '0 0 %s\\n' "$1" >"/sys/class/scsi_host/host$host/scan"
    [ -e "$device/wwid" ] || continue
    if [ "$(read_word "$device/wwid")" != "naa.\${2:1}" ]; then
      [ -z "$(ls -A "$device"/block/*/holders 2>/dev/null)" ] ||
        fail stale "LUN number $1 still shows another LUN that is in use on this host; a person must look before anything is mounted"
      printf '1\\n' >"$device/delete"
      continue
    fi
    # somebody may have asked it again
    for holder in "$device"/block/*/holders/dm-*; do
      [ -e "$holder/dm/uuid" ] || continue
      [ "$(read_word "$holder/dm/uuid")" = "mpath-$2" ] ||
        fail stale "LUN number $1 was another LUN's, which is in use on this host still; a person must look before anything is mounted"
    done
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

`;

/** One multipath map each: $maps are their devices, $devices the same for `--devices`. */
export const makeMaps = `make_maps() {
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

`;

/** Maps that nothing is behind any more must not hang whoever touches them. */
export const freeDeadMaps = `# A map without a usable path queues for ever, and whoever touches it sleeps with it: let it fail instead.
free_dead_maps() {
  local wwid map
  for wwid in $SLUICE_WWIDS; do
    map=$(map_of "$wwid")
    [ -n "$map" ] || continue
    # it knows the device's node alone; asked by another name it answers as if there were no path
    attempt 30 multipath -C "$(readlink -f "$map")" || attempt 30 multipathd disablequeueing map "$wwid"
  done
}

`;

/** Maps and path devices go, each after its identity was read again; then the sessions, if no LUN is left on them. */
export const removeDevices = `remove_devices() {
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
  local portal note
  signed_out=false
  [ "$SLUICE_LOGOUT" = 1 ] || return 0
  # a host that was prepared for LUNs is signed in whether it has any or not
  for note in "$home"/*.prepared; do [ ! -e "$note" ] || return 0; done
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

`;
