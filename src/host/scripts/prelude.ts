/**
 * What every script begins with. The text is the same for every call: values arrive as environment variables (`SLUICE_…`), are
 * matched against a pattern before use and are only ever expanded inside quotes.
 *
 * Written in the subset of bash that real bash (4.2 and later) and just-bash both speak: no `set -u` (just-bash then refuses
 * `${x:-}`), no trap, kill or background jobs, no `[[ -b ]]`. Everything stands in functions and the last line calls `main`, so a
 * text cut short on its way to `bash -s` does nothing at all.
 */
export const prelude = `#!/bin/bash
set -o pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin LVM_SUPPRESS_FD_WARNINGS=1

home=/var/lib/sluice
lock=/run/lock/sluice.lock
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
facts=
changed=false
state=
expected=
stuck=
only=
longest=3000

# quote TEXT: a JSON string of printable ASCII, at most 300 characters
quote() {
  local s=\${1:0:300}
  s=\${s//\\\\/\\\\\\\\}
  s=\${s//\\"/\\\\\\"}
  s=\${s//[^ -~]/ }
  printf '"%s"' "$s"
}

fact() { facts="$facts,\\"$1\\":$(quote "$2")"; }
fact_json() { facts="$facts,\\"$1\\":$2"; }

# attempt SECONDS COMMAND...: standard output and error in $out, status in $rc. A child that outlives
# this script keeps the lock (fd 9), so nobody works beside it.
attempt() {
  local limit=$1
  shift
  out=$(timeout -k 5 "$limit" "$@" </dev/null 2>&1)
  rc=$?
  return "$rc"
}

# hook SECONDS TEXT: runs a command of the configuration. What it starts in the background does not keep the lock.
hook() { attempt "$1" bash -c "exec 9>&-; $2"; }

# ask SECONDS COMMAND...: prints standard output only
ask() {
  local limit=$1
  shift
  timeout -k 5 "$limit" "$@" </dev/null 2>/dev/null
}

# to_disk FILE...: what was written on their file systems outlasts a power cut from now on. iscsiadm and multipathd leave that to chance.
to_disk() { attempt 60 sync -f "$@"; }

# note FILE LINE: on the disk before what it tells of is done
note() {
  printf '%s\\n' "$2" >>"$1"
  attempt 20 sync "$1"
}

# keep STATE EXIT RESULT: the ticket's own record; readable after the reply was lost
keep() {
  printf '{"ticket":"%s","script":"%s","state":"%s","boot":"%s","exit":%s,"result":%s}\\n' \\
    "$SLUICE_TICKET" "$script" "$1" "$boot" "$2" "$3"
}

# finish EXIT OK: the result line is the last line, ASCII, under 3 KB
finish() {
  local result="{\\"ok\\":$2,\\"script\\":\\"$script\\",\\"changed\\":$changed,\\"boot\\":\\"$boot\\"$facts}"
  [ "\${#result}" -le "$longest" ] || result="{\\"ok\\":false,\\"script\\":\\"$script\\",\\"changed\\":$changed,\\"boot\\":\\"$boot\\",\\"code\\":\\"long\\",\\"says\\":\\"the answer is longer than Run Command carries\\"}"
  if [ -n "$state" ]; then
    keep ended "$1" "$result" >"$state.new" && {
      attempt 20 sync "$state.new"
      mv -f "$state.new" "$state"
    }
  fi
  printf '@@RESULT %s\\n' "$result"
  exit "$1"
}

succeed() { finish 0 true; }

# refuse CODE SENTENCE: said no; nothing was changed
refuse() {
  changed=false
  fact code "$1"
  fact says "$2"
  finish 10 false
}

# fail CODE SENTENCE: stopped on the way; running it again is safe
fail() {
  fact code "$1"
  fact says "$2"
  finish 11 false
}

# match NAME VALUE PATTERN
match() {
  [[ $2 =~ $3 ]] || refuse argument "the value given for $1 is not one this script takes"
}
match_path() {
  match "$1" "$2" '^(/[A-Za-z0-9._-]+)+$'
  case "$2/" in */../* | */./*) refuse argument "the value given for $1 is not one this script takes" ;; esac
}
match_vg() { match "$1" "$2" '^[A-Za-z0-9_+][A-Za-z0-9_.+-]{0,99}$'; }
match_wwid() { match "$1" "$2" '^3600a0980[0-9a-f]{24}$'; }
match_tag() { match "$1" "$2" '^sluice_[A-Za-z0-9._-]{1,80}$'; }
match_target() { match "$1" "$2" '^(iqn[.][0-9]{4}-[0-9]{2}[.]|eui[.]|naa[.])[A-Za-z0-9.:-]{1,220}$'; }

# answered: an ended ticket is answered from its record and never runs twice
answered() {
  local line=''
  [ -e "$state" ] || return 0
  read -r line <"$state"
  case $line in
    *'"state":"ended"'*)
      local code=\${line#*\\"exit\\":} result=\${line#*\\"result\\":}
      printf '@@RESULT %s\\n' "\${result%\\}}"
      exit "\${code%%,*}"
      ;;
  esac
}

# begin: the ticket is on disk before anything else happens; one script at a time
begin() {
  if ! [[ $SLUICE_TICKET =~ ^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$ ]]; then
    fact code argument
    fact says 'the ticket is not one this script takes'
    finish 10 false
  fi
  mkdir -p "$home" "\${lock%/*}" && chmod 700 "$home"
  state=$home/$SLUICE_TICKET.json
  answered
  (
    set -C
    keep began -1 null >"$state"
  ) 2>/dev/null
  [ -s "$state" ] || {
    rm -f "$state"
    state=
    refuse record "what this script does could not be written down in $home: its file system is full or read-only"
  }
  attempt 20 sync "$state"
  printf '@@BEGAN %s\\n' "$SLUICE_TICKET"
  exec 9>"$lock"
  flock -w 240 9 || {
    fact code busy
    fact says 'another Sluice script has been working on this host for four minutes'
    finish 75 false
  }
  answered
}

# same A B: do both names lead to one device?
same() {
  local a b
  a=$(readlink -f "$1" 2>/dev/null)
  b=$(readlink -f "$2" 2>/dev/null)
  [ -n "$a" ] && [ "$a" = "$b" ]
}

# mounted_from PATH: what is mounted exactly there
mounted_from() { ask 15 findmnt -n -o SOURCE --mountpoint "$1" | head -n 1; }

# mounts_of DEVICE: every mount point of it
mounts_of() {
  local target source
  ask 15 findmnt -r -n -o TARGET,SOURCE | while read -r target source; do
    case $source in /dev/*) ;; *) continue ;; esac
    if same "$source" "$1"; then printf '%s\\n' "$target"; fi
  done
}

# users_of MOUNT: a JSON array in $holders, words in $held (empty: nobody); without the commands and users named in $expected.
# fuser writes process ids to standard output and the rest of its table to standard error.
users_of() {
  local path=$1 rows row user access command pid count=0
  holders=
  held=
  rows=$(timeout -k 5 20 fuser -vm "$path" 2>&1 >/dev/null </dev/null)
  # shellcheck disable=SC2046 # one word a process
  set -- $(ask 20 fuser -vm "$path")
  while read -r row; do
    # shellcheck disable=SC2034 # access: how it is used, not told
    read -r user access command <<<"\${row#"$path:"}"
    if [ "$user" = USER ]; then continue; fi
    pid=$1
    [ "$#" -eq 0 ] || shift
    [[ $pid =~ ^[0-9]+$ ]] || continue
    case " $expected " in *" $command "* | *" $user "*) continue ;; esac
    count=$((count + 1))
    [ "$count" -le 8 ] || continue
    holders="\${holders:+$holders,}{\\"pid\\":$pid,\\"user\\":$(quote "\${user:0:32}"),\\"command\\":$(quote "\${command:0:40}")}"
    held="\${held:+$held, }\${command:0:40} (pid $pid, user \${user:0:32})"
  done <<<"$rows"
  [ "$count" -le 8 ] || held="$held and $((count - 8)) more"
  holders="[$holders]"
}

# read_word FILE: its first line, without surrounding blanks
read_word() {
  local word=''
  [ -e "$1" ] || return 0
  read -r word <"$1" 2>/dev/null
  printf '%s' "$word"
}

# vgs_on DEVICES(comma separated): names of the volume groups on them
vgs_on() { ask 60 pvs --noheadings --devices "$1" -o vg_name | tr -d ' ' | sort -u | sed '/^$/d'; }

# look_at_maps: $stuck are the multipath devices of this host that have no path and queue. LVM would sleep with them, and no time limit ends
# such a sleep: $only keeps it to the others. The kernel is asked, not the disks.
look_at_maps() {
  local name rest queueing path=':[0-9]+ A ' live=''
  stuck=
  only=
  queueing=$(ask 15 dmsetup table --target multipath | sed -n '/queue_if_no_path/s/:.*//p' | tr '\\n' ' ')
  [ -n "$queueing" ] || return 0
  while read -r name rest; do
    name=\${name%:}
    if [[ $rest =~ $path ]]; then
      live="$live,/dev/mapper/$name"
    else
      case " $queueing" in *" $name "*) stuck="$stuck\${stuck:+, }$name" ;; *) live="$live,/dev/mapper/$name" ;; esac
    fi
  done < <(ask 15 dmsetup status --target multipath)
  [ -z "$stuck" ] || only="--devices \${live#,}"
  [ "$only" != '--devices ' ] || only='--devices /dev/null'
}

# refuse_stuck: what changes a host's storage needs LVM to see all of it
refuse_stuck() {
  look_at_maps
  [ -z "$stuck" ] || refuse stuck "these multipath devices of this host have no path left, and whoever touches them sleeps (LVM too): $stuck; give them a path again, or let them fail (multipathd disablequeueing map) and take them away"
}

# tags_of VG
# shellcheck disable=SC2086 # $only is an option and its value
tags_of() { ask 60 vgs --noheadings $only -o vg_tags "$1" | tr -d ' '; }

# has_tag VG TAG
has_tag() {
  case ",$(tags_of "$1")," in *",$2,"*) return 0 ;; *) return 1 ;; esac
}
# shellcheck disable=SC2086 # $only is an option and its value
has_vg() { [ -n "$(ask 60 vgs --noheadings $only -o vg_name "$1")" ]; }

# map_of WWID: the multipath device, or nothing
map_of() {
  if [ -e "/dev/mapper/$1" ]; then
    printf '/dev/mapper/%s' "$1"
  elif [ -e "/dev/disk/by-id/dm-uuid-mpath-$1" ]; then
    readlink -f "/dev/disk/by-id/dm-uuid-mpath-$1"
  fi
}

# sds_of WWID: the path devices that say they are this LUN
sds_of() {
  local file name
  for file in /sys/block/sd*/device/wwid; do
    [ -e "$file" ] || continue
    [ "$(read_word "$file")" = "naa.\${1:1}" ] || continue
    name=\${file#/sys/block/}
    printf '%s\\n' "\${name%%/*}"
  done
}

# is_held MAP: does anything (a logical volume) sit on this map?
is_held() {
  local dm
  dm=$(readlink -f "$1")
  [ -n "$(ls -A "/sys/block/\${dm##*/}/holders" 2>/dev/null)" ]
}
`;
