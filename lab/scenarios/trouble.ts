import { check, CVO, equal, night, onCvo, reads, remains, type On, type Scenario } from "./scenario.js";
import { answers, caught, deleteVolumes, letGo, mapsOn } from "./scripts.js";

const clone = async ({ people }: On): Promise<void> =>
  reads(await people.done("clone prod volume for training"), /Done in/);
const release = async ({ people }: On): Promise<void> =>
  reads(await people.done("release the training clone"), /Done in/);

/** Done, and then given back; or taken back already: nothing of the clone is left either way, and the host answers. */
async function endsWell(on: On, told: string): Promise<void> {
  reads(told, /Done in|everything taken back|Nothing was changed/);
  if (/Done in/.test(told)) {
    equal(await on.training.must("cat /epic/trn/changed"), night, "the clone");
    await release(on);
  }
  await answers(on.training);
  equal(await remains(on.training), {}, "the host");
  const array = JSON.stringify(await onCvo(on));
  check(!/training|ig_epic-trn/.test(array), `the array still has ${array}`);
}

export const trouble: readonly Scenario[] = [
  {
    name: "6 a path lost during a clone and during I/O, and back: the work goes on and both paths are used again",
    run: async (on) => {
      const { training } = on;
      await training.link(2, "down");
      await clone(on);
      await training.must("dd if=/dev/urandom of=/epic/trn/one bs=1M count=4 oflag=direct status=none");
      await training.link(2, "up");
      await release(on);
      equal(await remains(training), {}, "the host");
      await clone(on);
      const writer = training.must(
        "for i in $(seq 12); do dd if=/dev/urandom of=/epic/trn/two bs=1M count=1 oflag=direct status=none; sleep 0.5; done",
      );
      await training.link(2, "down");
      await writer;
      await training.link(2, "up");
      await training.must(`for i in $(seq 240); do
        n=$(multipathd show paths raw format '%d %t' | grep -c ' active' || true); [ "$n" -eq 4 ] && exit 0; sleep 0.5; done; exit 1`);
    },
  },
  {
    name: "6 LUNs gone under a mount that is written to: given back all the same, and the host answers",
    run: async (on) => {
      const { people, training } = on;
      // an administrator takes the clone's LUNs away without asking anybody
      for (const { lun, igroup } of await mapsOn(on))
        if (igroup.name === "ig_epic-trn-01")
          await people.ontap(CVO, `/protocols/san/lun-maps/${lun.uuid}/${igroup.uuid}`, undefined, "DELETE");
      // somebody writes on: this sleeps until the map gives up
      void training.run("dd if=/dev/zero of=/epic/trn/three bs=1M count=1 oflag=direct", { limitMs: 900_000 });
      await training.must(`for i in $(seq 240); do
        n=$(multipathd show paths raw format '%t' | grep -c '^failed' || true); [ "$n" -eq 4 ] && exit 0; sleep 0.5; done; exit 1`);
      const told = await people.done("release the training clone");
      reads(told, /Done in|in use by/);
      // whoever slept in it has an answer now, and is gone
      if (!/Done in/.test(told)) await release(on);
      await answers(training);
      equal(await remains(training), {}, "the host");
    },
  },
  {
    name: "6 a LUN number that shows another LUN: refused while the old one is in use, taken when it is not",
    run: async (on) => {
      const { people, training } = on;
      await clone(on);
      // the array's administrator deletes the clone, and the host never hears of it
      await deleteVolumes(on, "*_training");
      const told = await people.done("clone prod volume for training");
      reads(told, /everything taken back|Nothing was changed/);
      reads(told, /another LUN.*in use|no path left|already and is not this clone's|mounted already/);
      // a person does on the host what has to be done
      await training.must(`
        for m in $(dmsetup ls --target multipath | awk '{ print $1 }'); do multipathd disablequeueing map $m >/dev/null; done
        umount -l /epic/trn
        dmsetup remove --retry vg_prod_training-lv_db
        for m in $(dmsetup ls --target multipath | awk '{ print $1 }'); do
          multipath -f $m
          multipath -w $m >/dev/null
          lvm lvmdevices --deldev /dev/mapper/$m
        done
        rmdir /epic/trn /epic
        find /var/lib/sluice -name '*.made' -delete`);
      // the disks themselves are left: their numbers now show others
      check((await remains(training))["disks"] !== undefined, "stale disks on the host");
      await clone(on);
      equal(await training.must("cat /epic/trn/changed"), night, "the clone");
      await release(on);
      await answers(training);
      equal(await remains(training), {}, "the host");
    },
  },
  {
    name: "6 a script that hangs and is killed: the run finds out how far it came and ends well",
    run: async (on) => {
      const { people, training } = on;
      const asked = people.done("clone prod volume for training");
      await caught(training, "vgimportclone");
      // the agent's shell is a bash -s as well, and it is asked by one
      await training.must("for p in $(pgrep -x -f '/bin/bash -s'); do [ $p = $$ ] || kill -STOP $p; done");
      await letGo(training, "vgimportclone");
      await training.must("sleep 5; for p in $(pgrep -x -f '/bin/bash -s'); do [ $p = $$ ] || kill -KILL $p; done");
      await endsWell(on, await asked);
    },
  },
  {
    name: "6 a full file system on the host: refused before anything is done there",
    run: async (on) => {
      const { people, training } = on;
      await training.must("dd if=/dev/zero of=/full bs=1M status=none 2>/dev/null || true; sync");
      const told = await people.done("clone prod volume for training");
      await training.must("rm /full");
      reads(told, /file system is full/);
      await endsWell(on, told);
    },
  },
];
