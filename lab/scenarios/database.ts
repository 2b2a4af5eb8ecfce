import { check, equal, reads, remains, type On, type Scenario } from "./scenario.js";

/** Everything irischeck says of a copy: "transaction N, page N, journal N, torn pages N". */
async function state(on: On, folder: string): Promise<readonly number[]> {
  const said = await on.training.must(`irischeck ${folder}`);
  return (said.match(/\d+/g) ?? []).map(Number);
}

/** Clones a snapshot of production for training and looks at it; gives it back. */
async function proves(on: On, snapshot: string, frozen: boolean): Promise<void> {
  const { people, training } = on;
  reads(await people.done("update the prod mirror"), /Done in/);
  reads(await people.done(`clone prod volume for training from snapshot ${snapshot}`), /Done in/);
  const [transaction = -1, page = -2, journal = -3, torn] = await state(on, "/epic/trn/iris");
  check(torn === 0 && transaction > 0, `torn pages: ${String(torn)}`);
  if (frozen) equal([page, journal], [transaction, transaction], "page and journal of the last transaction");
  // consistent as it is: nothing but the journal's replay at the mount was needed
  await training.must(`
    ! dmesg | grep -iE 'XFS.*(corrupt|error|shutdown)'
    umount /epic/trn
    xfs_repair -n /dev/vg_prod_training/lv_db >/dev/null 2>&1
    mount -o nouuid /dev/vg_prod_training/lv_db /epic/trn`);
  reads(await people.done("release the training clone"), /Done in/);
  equal(await remains(training), {}, "the host");
}

const named = (text: string): string => /sluice\.\d{4}-\d\d-\d\d_\d{4}\.\w+/.exec(text)?.[0] ?? "";

const writes =
  "n=$(irischeck /epic/prd/iris | grep -o '[0-9]*' | head -n 1); for i in $(seq 600); do [ $(irischeck /epic/prd/iris | grep -o '[0-9]*' | head -n 1) = $n ] || exit 0; sleep 0.1; done; exit 1";

export const database: readonly Scenario[] = [
  {
    name: "9 a database that writes, frozen by IRIS around the group's snapshot: its clone is whole over both LUNs",
    run: async (on) => {
      const { people, production } = on;
      await production.must("systemctl start irisdb");
      await production.must(writes);
      const told = await people.done("snapshot prod as daily");
      reads(told, /application-consistent/);
      // thawed: it goes on writing
      await production.must(`test ! -e /run/iris/frozen; ${writes}`);
      await proves(on, named(told), true);
    },
  },
  {
    name: "9 the same, its file system frozen by xfs_freeze under the writer: every write waits, none is torn, and it goes on when thawed",
    run: async (on) => {
      const { lab, people, production } = on;
      await lab.configure((config) => ({
        ...config,
        sets: config.sets.map((set) => ({ ...set, freeze: { kind: "xfs_freeze", resumeAfterSeconds: 300 } })),
      }));
      const told = await people.done("snapshot prod as daily");
      reads(told, /consistent/);
      await production.must(writes);
      await proves(on, named(told), false);
      await lab.configure((config) => config);
    },
  },
];
