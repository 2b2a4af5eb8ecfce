import { prelude } from "./prelude.js";

/** Forget: the note that quiesce made goes. From then on nobody can bring back by it what was mounted here. */
export const forgetText = `${prelude}
script=forget
record=$home/$SLUICE_TAG.quiesced

main() {
  begin
  match_tag tag "$SLUICE_TAG"
  if [ -e "$record" ] || [ -e "$record.new" ]; then
    changed=true
    rm -f "$record" "$record.new"
    [ ! -e "$record" ] || fail record "$record could not be removed"
    to_disk "$home"
  fi
  succeed
}

main </dev/null
`;
