import { prelude } from "./prelude.js";

/**
 * Reads a ticket's record. A record that has begun and not ended is still running only if the host was not rebooted since and somebody
 * holds the lock; else the script died on the way and only a look at the host itself can say how far it came.
 */
export const ticketText = `${prelude}
script=ticket
longest=3700

main() {
  local line=''
  match ticket "$SLUICE_OF" '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'
  if ! [ -e "$home/$SLUICE_OF.json" ]; then
    fact is absent
    succeed
  fi
  read -r line <"$home/$SLUICE_OF.json"
  case $line in
    *'"state":"ended"'*)
      fact is ended
      fact_json record "$line"
      ;;
    *"\\"boot\\":\\"$boot\\""*)
      fact is lost
      if [ -e "$lock" ]; then
        exec 8<"$lock"
        if ! flock -n 8; then facts=',"is":"running"'; fi
      fi
      ;;
    *) fact is lost ;;
  esac
  succeed
}

main </dev/null
`;
