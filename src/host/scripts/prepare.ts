import { recordPortal } from "./devices.js";
import { prelude } from "./prelude.js";

/**
 * What looking at a host's readiness, preparing it and taking that back share. Nothing is restarted: multipathd reads its configuration anew, iscsid.conf counts for
 * records made from now on. Source: NetApp's SAN host configuration for Linux, open-iscsi's README, multipath.conf(5).
 */
const shared = `${prelude}
record=$home/$SLUICE_TAG.prepared
kept=$home/$SLUICE_TAG.kept
iscsid=/etc/iscsi/iscsid.conf
names=/etc/iscsi/initiatorname.iscsi
main_conf=/etc/multipath.conf
drop_in=/etc/multipath/conf.d/sluice.conf

read_arguments() {
  local target portal
  match_tag tag "$SLUICE_TAG"
  match_target initiator "$SLUICE_INITIATOR"
  match targets "$SLUICE_TARGETS" '^[A-Za-z0-9.:-]+=[0-9.,]+( [A-Za-z0-9.:-]+=[0-9.,]+)*$'
  for target in $SLUICE_TARGETS; do
    match_target target "\${target%%=*}"
    portal=\${target#*=}
    for portal in \${portal//,/ }; do match portal "$portal" '^([0-9]{1,3}[.]){3}[0-9]{1,3}$'; done
  done
}

has_line() { [ -e "$record" ] && grep -q "^$1" "$record"; }

# read_os: $os, and what is wanted there: packages, units that are to be enabled
read_os() {
  local line is=''
  os=other
  packages=
  units=
  [ -e /etc/os-release ] || return 0
  while read -r line; do
    case $line in 'ID='* | 'ID_LIKE='*) is="$is \${line#*=}" ;; esac
  done </etc/os-release
  is=" \${is//\\"/} "
  case $is in
    *' rhel '* | *' fedora '* | *' centos '*)
      os=rhel
      packages='iscsi-initiator-utils device-mapper-multipath lvm2 xfsprogs psmisc'
      units='iscsid iscsi multipathd'
      ;;
    *' debian '* | *' ubuntu '*)
      os=debian
      packages='open-iscsi multipath-tools lvm2 xfsprogs psmisc'
      units='open-iscsi multipathd'
      ;;
  esac
}

is_there() {
  # shellcheck disable=SC2016 # dpkg's own field
  local field='\${Status}\\n'
  if [ "$os" = rhel ]; then
    attempt 60 rpm -q "$1"
  else
    [ "$(ask 60 dpkg-query -W "-f=$field" "$1")" = 'install ok installed' ]
  fi
}

list_missing() {
  local package
  for package in $packages; do is_there "$package" || printf '%s\\n' "$package"; done
}

# list_units: those that are not enabled, or of which multipathd does not run
list_units() {
  local unit
  for unit in $units; do
    if attempt 30 systemctl is-enabled "$unit"; then
      [ "$unit" = multipathd ] || continue
      if attempt 30 systemctl is-active "$unit"; then continue; fi
    fi
    printf '%s\\n' "$unit"
  done
}

# a path that fails is given up soon, and only wanted LUNs are looked for
wanted_settings() {
  printf '%s\\n' node.session.timeo.replacement_timeout=5 node.session.scan=manual
}

list_settings() {
  local setting
  for setting in $(wanted_settings); do
    [ "$(sed -n "s/^[ ]*\${setting%%=*}[ ]*=[ ]*//p" "$iscsid" 2>/dev/null | tail -n 1)" = "\${setting#*=}" ] || printf '%s\\n' "$setting"
  done
}

# one path makes a map too: a LUN on a single path would be used bare otherwise. Nothing but NetApp's LUNs is touched.
drop_in_text() {
  printf '%s\\n' '# Written by Sluice (prepare-host).' 'defaults {' '  find_multipaths no' '  user_friendly_names no' '}' \\
    'blacklist {' '  device {' '    vendor ".*"' '    product ".*"' '  }' '}' \\
    'blacklist_exceptions {' '  device {' '    vendor "NETAPP"' '    product "LUN.*"' '  }' '}' \\
    'devices {' '  device {' '    vendor "NETAPP"' '    product "LUN.*"' '    no_path_retry queue' '    path_checker tur' \\
    '    failback immediate' '    fast_io_fail_tmo 5' '    dev_loss_tmo infinity' '  }' '}'
}

# drop_in_is: absent, same, ours (of another version) or foreign
drop_in_is() {
  if ! [ -e "$drop_in" ]; then
    printf absent
  elif [ "$(cat "$drop_in")" = "$(drop_in_text)" ]; then
    printf same
  elif [ "$(head -n 1 "$drop_in")" = '# Written by Sluice (prepare-host).' ]; then
    printf ours
  else
    printf foreign
  fi
}

# other_maps: multipath devices of other makers; the settings above would take those away
other_maps() { ask 30 multipath -ll | grep -E ' dm-[0-9]+ ' | grep -v ' NETAPP,' | head -n 1; }

initiator_now() { sed -n 's/^InitiatorName=//p' "$names" 2>/dev/null | head -n 1; }

# is_in TARGET PORTAL: is there a session?
is_in() {
  local session sid
  for session in /sys/class/iscsi_session/session*; do
    [ "$(read_word "$session/targetname")" = "$1" ] || continue
    sid=\${session##*session}
    [ "$(read_word "/sys/class/iscsi_connection/connection$sid:0/persistent_address")" != "$2" ] || return 0
  done
  return 1
}

# each_portal: target and portal, one a line
each_portal() {
  local target portals
  for target in $SLUICE_TARGETS; do
    portals=\${target#*=}
    for portals in \${portals//,/ }; do printf '%s %s\\n' "\${target%%=*}" "$portals"; done
  done
}

list_portals() {
  local target portal
  each_portal | while read -r target portal; do is_in "$target" "$portal" || printf '%s\\n' "$portal"; done
}
`;

/** Looks at what a host lacks to be given LUNs over iSCSI. */
export const readyText = `${shared}
script=ready

# json_list WORDS...: an array of strings
json_list() {
  local word list=''
  for word in "$@"; do list="\${list:+$list,}$(quote "$word")"; done
  printf '[%s]' "$list"
}

main() {
  local is=none
  read_arguments
  read_os
  fact os "$os"
  fact initiator "$(initiator_now)"
  # shellcheck disable=SC2046 # lists of words
  fact_json missing "$(json_list $(list_missing))"
  # shellcheck disable=SC2046
  fact_json units "$(json_list $(list_units))"
  # shellcheck disable=SC2046
  fact_json settings "$(json_list $(list_settings))"
  # shellcheck disable=SC2046
  fact_json portals "$(json_list $(list_portals))"
  fact dropIn "$(drop_in_is)"
  if [ -e "$main_conf" ]; then fact_json conf true; else fact_json conf false; fi
  if [ -e /etc/lvm/devices/system.devices ]; then fact_json devicesFile true; else fact_json devicesFile false; fi
  fact others "$(other_maps)"
  if has_line back; then
    is=back
  elif has_line ready; then
    is=ready
  elif [ -e "$record" ]; then
    is=begun
  fi
  fact record "$is"
  succeed
}

main </dev/null
`;

/** Prepare: packages, settings, services, sessions. What is changed is written down before it is. */
export const prepareText = `${shared}
script=prepare

remember() { has_line "$1" || note "$record" "$1"; }

check_host() {
  local now other
  [ "$os" != other ] || refuse system 'this host is neither of the Red Hat nor of the Debian family, and no other is known here'
  now=$(initiator_now)
  [ -z "$now" ] || [ "$now" = "$SLUICE_INITIATOR" ] ||
    refuse initiator "this host signs in as $now, and the configuration says $SLUICE_INITIATOR"
  [ "$(drop_in_is)" != foreign ] || refuse multipath "$drop_in is there already and is not ours"
  other=$(other_maps)
  [ -z "$other" ] || refuse multipath "multipath serves other storage on this host too ($other), which these settings would take away"
}

install_packages() {
  local missing
  missing=$(list_missing)
  [ -n "$missing" ] || return 0
  if [ "$os" = rhel ]; then
    # shellcheck disable=SC2086 # a list of packages
    attempt 900 dnf -y install $missing || fail packages "installing \${missing//[^a-z0-9-]/ } ended with $rc: \${out: -200}"
  else
    attempt 300 env DEBIAN_FRONTEND=noninteractive apt-get -y update
    # shellcheck disable=SC2086
    attempt 900 env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends install $missing ||
      fail packages "installing \${missing//[^a-z0-9-]/ } ended with $rc: \${out: -200}"
  fi
}

name_initiator() {
  [ -z "$(initiator_now)" ] || return 0
  remember "made $names"
  mkdir -p "\${names%/*}"
  printf 'InitiatorName=%s\\n' "$SLUICE_INITIATOR" >"$names.sluice" && mv -f "$names.sluice" "$names"
}

# set_lines: iscsid.conf with the wanted settings, in one act
set_lines() {
  local setting wrong
  wrong=$(list_settings)
  [ -n "$wrong" ] || return 0
  if [ -e "$iscsid" ]; then
    [ -e "$kept" ] || cp -p "$iscsid" "$kept"
    remember "changed $iscsid"
    cp -p "$iscsid" "$iscsid.sluice"
  else
    remember "made $iscsid"
    mkdir -p "\${iscsid%/*}"
    printf '' >"$iscsid.sluice"
  fi
  for setting in $wrong; do
    sed "/^[ ]*\${setting%%=*}[ ]*=/d" "$iscsid.sluice" >"$iscsid.next"
    printf '%s = %s\\n' "\${setting%%=*}" "\${setting#*=}" >>"$iscsid.next"
    cat "$iscsid.next" >"$iscsid.sluice"
    rm -f "$iscsid.next"
  done
  mv -f "$iscsid.sluice" "$iscsid"
}

set_multipath() {
  if ! [ -e "$main_conf" ]; then
    # without this file multipathd does not start
    remember "made $main_conf"
    printf '' >"$main_conf"
  fi
  [ "$(drop_in_is)" != same ] || return 0
  remember "made $drop_in"
  mkdir -p "\${drop_in%/*}"
  drop_in_text >"$drop_in.new" && mv -f "$drop_in.new" "$drop_in"
  again=1
}

enable_units() {
  local unit
  for unit in $(list_units); do
    attempt 30 systemctl is-active "$unit" || remember "started $unit"
    attempt 30 systemctl is-enabled "$unit" || remember "enabled $unit"
    attempt 120 systemctl enable --now "$unit" || fail services "$unit could not be enabled: $out"
  done
  [ -z "$again" ] || attempt 60 multipathd reconfigure
}

${recordPortal}sign_in() {
  local target portal why=''
  while read -r target portal; do
    if is_in "$target" "$portal"; then continue; fi
    if ! attempt 20 iscsiadm -m node -T "$target" -p "$portal:3260"; then
      remember "record $target $portal"
      record_portal "$target" "$portal" || fail login "$why"
    fi
    if has_line "record $target $portal"; then set_record "$target" "$portal" ''; fi
    remember "session $target $portal"
    attempt 60 iscsiadm -m node -T "$target" -p "$portal:3260" --login
    case $rc in
      0 | 15) ;; # 15: the session exists
      24) fail login "the array refused this host's iSCSI login at $portal" ;;
      *) fail login "signing in at $portal ended with $rc: $out" ;;
    esac
  done < <(each_portal)
}

main() {
  again=
  begin
  read_arguments
  read_os
  check_host
  if has_line back; then rm -f "$record" "$kept"; fi
  changed=true
  printf '' >>"$record"
  install_packages
  name_initiator
  set_lines
  set_multipath
  enable_units
  sign_in
  to_disk /etc "$home"
  remember ready
  fact os "$os"
  fact_json portals "$(each_portal | wc -l)"
  succeed
}

main </dev/null
`;

/** Takes back what prepare did on this host under this run. Packages stay installed. */
export const unprepareText = `${shared}
script=unprepare

# is_used TARGET PORTAL: does that session show a disk?
is_used() {
  local session sid device
  for session in /sys/class/iscsi_session/session*; do
    [ "$(read_word "$session/targetname")" = "$1" ] || continue
    sid=\${session##*session}
    [ "$(read_word "/sys/class/iscsi_connection/connection$sid:0/persistent_address")" = "$2" ] || continue
    for device in "$(readlink -f "$session/device")"/target*/*:*:*:*; do
      [ -e "$device/block" ] && return 0
    done
  done
  return 1
}

sign_out() {
  local kind target portal
  while read -r kind target portal; do
    case $kind in
      session)
        if is_used "$target" "$portal"; then continue; fi
        attempt 60 iscsiadm -m node -T "$target" -p "$portal:3260" --logout
        ;;
    esac
  done <"$record"
  while read -r kind target portal; do
    [ "$kind" = record ] || continue
    if is_in "$target" "$portal"; then continue; fi
    attempt 60 iscsiadm -m node -T "$target" -p "$portal:3260" -o delete
  done <"$record"
}

put_back() {
  local kind what
  while read -r kind what; do
    case $kind in
      made)
        rm -f "$what"
        rmdir "\${what%/*}" 2>/dev/null
        ;;
      changed) [ ! -e "$kept" ] || { cp -p "$kept" "$what.sluice" && mv -f "$what.sluice" "$what"; } ;;
    esac
  done <"$record"
  attempt 60 multipathd reconfigure
  while read -r kind what; do
    case $kind in
      enabled) attempt 60 systemctl disable "$what" ;;
    esac
  done <"$record"
  while read -r kind what; do
    [ "$kind" = started ] || continue
    # a multipath device in use keeps its daemon
    if [ "$what" = multipathd ] && [ -n "$(ask 30 multipath -ll)" ]; then continue; fi
    attempt 60 systemctl stop "$what"
  done <"$record"
}

main() {
  begin
  read_arguments
  changed=true
  if [ -e "$record" ] && ! has_line back; then
    sign_out
    put_back
    rm -f "$kept"
    to_disk /etc "$home"
    printf 'back\\n' >>"$record"
  fi
  succeed
}

main </dev/null
`;
