import { prelude } from "./prelude.js";

/**
 * What freeze, thaw and their look share. A freeze is held by three things that do not need us: a timer of systemd on the host that thaws, IRIS' own limit for a
 * suspended write daemon, and the record from which every later script knows whose freeze it is and whether it has lapsed.
 * Source: InterSystems' guide to external backup (exit 5 success or suspended, 3 failure or running; ten arguments of ExternalFreeze).
 */
const shared = `${prelude}
record=$home/$SLUICE_TAG.freeze
watchdog=$home/$SLUICE_TAG.thaw
unit=sluice-thaw-\${SLUICE_TAG#sluice_}

read_arguments() {
  local mount
  match_tag tag "$SLUICE_TAG"
  match kind "$SLUICE_KIND" '^(iris|command|xfs)$'
  match limit "$SLUICE_LIMIT" '^[1-9][0-9]{1,2}$'
  case $SLUICE_KIND in
    iris)
      match instance "$SLUICE_INSTANCE" '^[A-Za-z0-9_-]{1,32}$'
      match user "$SLUICE_USER" '^[a-z_][a-z0-9_-]{0,31}$'
      ;;
    xfs)
      match 'mount points' "$SLUICE_MOUNTS" '^/[A-Za-z0-9._/ -]+$'
      for mount in $SLUICE_MOUNTS; do match_path 'mount point' "$mount"; done
      ;;
  esac
}

# has_line WORD: does a line of the record begin with this word?
has_line() { [ -e "$record" ] && grep -q "^$1" "$record"; }

# session METHOD: one class method of IRIS; 5 is yes or done, 3 no or failed, anything else no answer
session() { attempt 45 runuser -u "$SLUICE_USER" -- iris session "$SLUICE_INSTANCE" -U%SYS "##class(Backup.General).$1"; }

# look_frozen: $frozen is yes, no or, where nobody can say without changing something, unknown
look_frozen() {
  frozen=unknown
  case $SLUICE_KIND in
    iris)
      session 'IsWDSuspendedExt()'
      case $rc in
        5) frozen=yes ;;
        3) frozen=no ;;
      esac
      ;;
    command)
      if [ -n "$SLUICE_CHECK" ]; then
        frozen=no
        if hook 30 "$SLUICE_CHECK"; then frozen=yes; fi
      fi
      ;;
  esac
}

# in_force: is the freeze of this run still on? Asks look_frozen first
in_force() {
  look_frozen
  has_line "armed $boot" || return 1
  if has_line lapsed || has_line thawed; then return 1; fi
  case $frozen in
    yes) return 0 ;;
    no) return 1 ;;
    *) has_line frozen ;;
  esac
}

# release: lets go; $released is yes where something was frozen until now, as far as that can be told
release() {
  local mount try
  released=unknown
  case $SLUICE_KIND in
    iris)
      for try in 1 2 3; do
        session 'ExternalThaw()'
        [ "$rc" -ne 5 ] || break
        sleep "$try"
      done
      ;;
    command) hook 120 "$SLUICE_THAW" || fail thaw "the thaw command ended with $rc: $out" ;;
    xfs)
      released=yes
      for mount in $SLUICE_MOUNTS; do attempt 60 xfs_freeze -u "$mount" || released=no; done
      ;;
  esac
}

disarm() {
  attempt 30 systemctl stop "$unit.timer"
  rm -f "$watchdog"
}
`;

/** Freeze: the watchdog first, then the application or its file systems. A freeze of somebody else's is refused. */
export const freezeText = `${shared}
script=freeze

check_place() {
  local tool mount
  for tool in systemd-run systemctl; do
    command -v "$tool" >/dev/null 2>&1 || refuse tools "the command $tool is missing on this host, so nobody would thaw if Sluice could not"
  done
  case $SLUICE_KIND in
    iris)
      for tool in iris runuser; do
        command -v "$tool" >/dev/null 2>&1 || refuse tools "the command $tool is missing on this host"
      done
      ;;
    xfs)
      for mount in $SLUICE_MOUNTS; do
        [ "$(ask 15 findmnt -n -o FSTYPE --mountpoint "$mount" | head -n 1)" = xfs ] || refuse freeze "$mount is no mounted XFS file system"
        case "$home/" in "$mount"/*) refuse freeze "$mount holds Sluice's own records, so it cannot be frozen" ;; esac
      done
      ;;
  esac
}

# the text of the watchdog: it must work when nobody asks anything any more
write_watchdog() {
  local mount
  printf '#!/bin/bash\\nexport LC_ALL=C PATH=%s\\n' "$PATH"
  printf 'printf "lapsed\\\\n" >>%s\\n' "$record"
  printf 'for try in 1 2 3 4 5; do\\n'
  case $SLUICE_KIND in
    iris)
      printf 'timeout -k 5 60 runuser -u %s -- iris session %s -U%%SYS "##class(Backup.General).ExternalThaw()" </dev/null\\n' "$SLUICE_USER" "$SLUICE_INSTANCE"
      printf 'if [ "$?" -eq 5 ]; then printf "released\\\\n" >>%s; exit 0; fi\\n' "$record"
      ;;
    command)
      printf '( %s\\n) </dev/null\\n' "$SLUICE_THAW"
      printf 'if [ "$?" -eq 0 ]; then printf "released\\\\n" >>%s; exit 0; fi\\n' "$record"
      ;;
    xfs)
      for mount in $SLUICE_MOUNTS; do printf 'timeout -k 5 60 xfs_freeze -u %s </dev/null\\n' "$mount"; done
      printf 'printf "released\\\\n" >>%s; exit 0\\n' "$record"
      ;;
  esac
  printf 'sleep 10\\ndone\\nexit 1\\n'
}

arm() {
  disarm
  printf 'armed %s\\n' "$boot" >"$record"
  write_watchdog >"$watchdog"
  attempt 30 systemd-run --quiet "--unit=$unit" "--on-active=$SLUICE_LIMIT" --timer-property=AccuracySec=1s /bin/bash "$watchdog" || {
    why=$out
    rm -f "$record" "$watchdog"
    refuse watchdog "no timer could be set on this host that would thaw by itself: $why"
  }
}

# gave_up WORDS: nothing may stay frozen of an attempt that failed
gave_up() {
  release
  look_frozen
  [ "$frozen" != yes ] || fail freeze "$1, and it could not be thawed at once; the timer on this host tries again within $SLUICE_LIMIT seconds"
  disarm
  printf 'thawed\\n' >>"$record"
  refuse freeze "$1"
}

freeze() {
  local mount
  case $SLUICE_KIND in
    iris)
      # the write daemon goes on by itself shortly after the watchdog; a second line of defence
      session "ExternalFreeze(\\"\\",\\"$SLUICE_TAG\\",1,10,0,0,600,\\"\\",\\"\\",$((SLUICE_LIMIT + 10)))"
      [ "$rc" -eq 5 ] || gave_up "IRIS did not freeze $SLUICE_INSTANCE (exit $rc): $out"
      look_frozen
      [ "$frozen" = yes ] || gave_up "IRIS says that it froze $SLUICE_INSTANCE, and then that it runs"
      ;;
    command) hook 120 "$SLUICE_FREEZE" || gave_up "the freeze command ended with $rc: $out" ;;
    xfs)
      for mount in $SLUICE_MOUNTS; do attempt 60 xfs_freeze -f "$mount" || gave_up "$mount could not be frozen: $out"; done
      ;;
  esac
  printf 'frozen\\n' >>"$record"
}

main() {
  begin
  read_arguments
  check_place
  if ! in_force; then
    [ "$frozen" != yes ] || refuse frozen 'it is frozen already, by somebody else (a backup?): a second freeze would end theirs'
    changed=true
    arm
    freeze
  fi
  changed=true
  succeed
}

main </dev/null
`;

/** Thaw: first whether the freeze lasted until now, then thaws, then sees that it runs. Never skipped, and none the worse for being run twice. */
export const thawText = `${shared}
script=thaw

main() {
  local still=false
  begin
  read_arguments
  changed=true
  if ! [ -e "$record" ]; then
    # nothing was ever begun here
    fact_json still false
    succeed
  fi
  if ! has_line still; then
    if in_force; then still=true; fi
    # an XFS file system tells only by being thawed
    [ "$SLUICE_KIND" = xfs ] || printf 'still %s\\n' "$still" >>"$record"
  fi
  # what the watchdog let go is not ours any more: a freeze found now would be somebody else's
  if ! has_line released && ! has_line thawed; then
    release
    if [ "$released" = no ]; then still=false; fi
    look_frozen
    [ "$frozen" != yes ] || fail thaw "\${SLUICE_INSTANCE:-the application} is still frozen; the timer on this host, and IRIS itself, let it go at the latest \${SLUICE_LIMIT} seconds after the freeze"
  fi
  has_line still || printf 'still %s\\n' "$still" >>"$record"
  disarm
  has_line thawed || printf 'thawed\\n' >>"$record"
  still=false
  if has_line 'still true'; then still=true; fi
  fact_json still "$still"
  succeed
}

main </dev/null
`;

/** Looks at the record of a freeze and at whether it is on now. */
export const frozenText = `${shared}
script=frozen

main() {
  local is=none still=unknown
  read_arguments
  look_frozen
  if has_line thawed; then
    is=thawed
  elif has_line lapsed; then
    is=lapsed
  elif has_line frozen; then
    is=frozen
  elif [ -e "$record" ]; then
    is=armed
  fi
  if has_line 'still true'; then still=yes; elif has_line 'still false'; then still=no; fi
  fact record "$is"
  fact frozen "$frozen"
  fact still "$still"
  if has_line "armed $boot"; then fact_json sameBoot true; else fact_json sameBoot false; fi
  succeed
}

main </dev/null
`;
