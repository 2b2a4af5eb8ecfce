import { prelude } from "./prelude.js";

/**
 * Reads a ticket's record. A record that has begun and not ended is still running only if the host was not rebooted since and somebody
 * holds the lock; else the script died on the way and only a look at the host itself can say how far it came. Before that is believed it is
 * looked at once more a moment later: between one who lets the lock go and one who has waited for it nobody holds it, and who ends while we
 * look holds it no longer than it takes us to go from the record to the lock.
 */
export const ticketText = `${prelude}
script=ticket
longest=3700

# look: $is and, once ended, $line, the record
look() {
  is=lost
  line=''
  read -r line <"$record"
  case $line in
    *'"state":"ended"'*) is=ended ;;
    *"\\"boot\\":\\"$boot\\""*)
      here=1
      if [ -e "$lock" ] && ! flock -n "$lock" true; then is=running; fi
      ;;
  esac
}

main() {
  local record here='' is line
  match ticket "$SLUICE_OF" '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'
  record=$home/$SLUICE_OF.json
  if ! [ -e "$record" ]; then
    fact is absent
    succeed
  fi
  look
  if [ "$is" = lost ] && [ -n "$here" ]; then
    sleep 2
    look
  fi
  fact is "$is"
  [ "$is" != ended ] || fact_json record "$line"
  succeed
}

main </dev/null
`;
