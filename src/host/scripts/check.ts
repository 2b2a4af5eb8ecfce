import { prelude } from "./prelude.js";

/** Runs one command of the configuration, for at most so long, and tells how it ended. What the exit code means is for others to judge. */
export const checkText = `${prelude}
script=check

main() {
  begin
  match 'time limit' "$SLUICE_LIMIT" '^[1-9][0-9]{0,3}$'
  [ -n "$SLUICE_COMMAND" ] || refuse argument 'there is no command to run'
  changed=true
  hook "$SLUICE_LIMIT" "$SLUICE_COMMAND"
  fact_json exit "$rc"
  fact output "$out"
  succeed
}

main </dev/null
`;
