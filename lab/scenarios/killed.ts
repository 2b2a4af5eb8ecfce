import { check, equal, night, reads, remains, type On, type Scenario } from "./scenario.js";
import { answers, attachInput, attachScript, detachScript, sent, type Place, type Script } from "./scripts.js";

const place: Omit<Place, "tag"> = { volumes: "*_backup", vg: "vg_prod_backup", mount: "/epic/bkp" };

/**
 * Runs on the guest. Every line of the attach script that is reached on the way from nothing to a mounted clone is a place where its shell is
 * killed just before it; the next try then goes on from there. A line that what is done already leaves no way to is tried from nothing.
 */
const killer = `
cd /root
sent() { (set -a; . "./$1.env"; set +a; SLUICE_TICKET=$2 exec bash -s <"$3.sh"); }
at() { { echo "set -T; trap '[ \\$LINENO != $1 ] || kill -KILL \\$\\$' DEBUG"; cat attach.sh; } >try.sh; sent attach "kill-$1-$2" try; }
away() { sent detach "away-$1" detach >/dev/null; }
{ echo "set -T; trap 'echo \\$LINENO >>/root/lines' DEBUG"; cat attach.sh; } >all.sh
rm -f lines
sent attach kill-all all >/dev/null || exit 1
away all || exit 1
from=$(grep -n '^begin()' all.sh | cut -d: -f1)
count=0
for line in $(awk -v from=$from '$1 >= from && !seen[$1]++' lines); do
  at $line 1 >/dev/null 2>&1
  if [ $? != 137 ]; then
    away $line || { echo "detach after line $line failed"; exit 1; }
    at $line 2 >try.out 2>&1
    [ $? = 137 ] || { echo "line $line was not reached: $(tail -n 1 try.out)"; exit 1; }
  fi
  count=$((count + 1))
done
echo $count`;

const asFile = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .map(([name, value]) => `${name}='${value}'`)
    .join("\n");

/** A clone of its own on the host, and the scripts that put it there and take it away. */
async function cloned(on: On): Promise<{ readonly attach: Script; readonly detach: Script }> {
  const { people, backup } = on;
  reads(await people.done("clone prod volume for backup for 14 days"), /Done in/);
  const tag = (await backup.must("vgs --noheadings -o vg_tags vg_prod_backup")).trim();
  const input = await attachInput(on, backup, { ...place, tag });
  return { attach: attachScript(input), detach: detachScript(input, true) };
}

/** It is still the night's, the host still answers, and nothing is left when it goes. */
async function wholeAndGone({ people, backup }: On): Promise<void> {
  equal(await backup.must("cat /epic/bkp/changed"), night, "the clone");
  await answers(backup);
  reads(await people.done("release the backup clone"), /Done in/);
  equal(await remains(backup), {}, "the host");
}

export const killed: readonly Scenario[] = [
  {
    name: "8 every step of the mount script done twice, and the whole of it: the second time changes nothing, and LVM never waits for itself",
    run: async (on) => {
      const { backup } = on;
      const { attach, detach } = await cloned(on);
      const uuids = "pvs --noheadings -o pv_uuid,vg_uuid,vg_name --select vg_name=vg_prod_backup | sort";
      await sent(backup, detach, "twice-away");
      const main = attach.script.lastIndexOf("\nmain() {");
      const twice = attach.script
        .slice(main)
        .replace(
          /^ {2}(sign_in|find_sessions|see_luns|make_maps|mount_it|run_hook|if .*import_vg; fi)$/gm,
          "  $1\n  $1",
        );
      check(twice.split("import_vg").length === 3, "the step that imports stands twice");
      await sent(backup, { ...attach, script: attach.script.slice(0, main) + twice }, "twice-1");
      const once = await backup.must(uuids);
      await sent(backup, attach, "twice-2");
      equal(await backup.must(uuids), once, "identities after the whole script ran again");
      await wholeAndGone(on);
    },
  },
  {
    name: "8 the mount script killed at every line: the next try always ends with the clone mounted, and LVM answers",
    run: async (on) => {
      const { backup } = on;
      const { attach, detach } = await cloned(on);
      await sent(backup, detach, "killed-away");
      await backup.must(
        'printf %s "$A" >/root/attach.sh; printf %s "$D" >/root/detach.sh; printf "%s\\n" "$AE" >/root/attach.env; printf "%s\\n" "$DE" >/root/detach.env',
        {
          env: { A: attach.script, D: detach.script, AE: asFile(attach.env), DE: asFile(detach.env) },
        },
      );
      const ran = await backup.run(killer, { limitMs: 1_800_000 });
      check(ran.exitCode === 0, `${ran.end} ${ran.exitCode}: ${ran.stdout}${ran.stderr}`);
      check(Number(ran.stdout.trim()) > 60, `only ${ran.stdout.trim()} lines were reached`);
      await backup.must("rm -f /root/*.sh /root/*.env /root/lines /root/try.out");
      await sent(backup, attach, "killed-last");
      await wholeAndGone(on);
    },
  },
];
