import { setTimeout as sleep } from "node:timers/promises";
import { createLog } from "../../src/app.js";
import { systemClock } from "../../src/core/clock.js";
import { createFarEnds } from "../../src/farEnds.js";
import { attach, type HostRunner } from "../../src/host/index.js";
import type { FarEnds } from "../../src/jobs/engine.js";
import { serve } from "../child.js";
import { settingsFor, type Reach } from "../settings.js";

/**
 * The same clone by somebody who knows every name and does nothing twice: the same clients, each call as early as what it needs is
 * there, no plan, no lock, no journal, no check afterwards.
 */
let ends: (FarEnds & { close(): Promise<void> }) | undefined;

const cluster = "cvo-eastus2";
const svm = "svm_epic_dr";
const host = "epic-trn-01";
const initiator = `iqn.1994-05.com.redhat:${host}`;
const igroup = `ig_${host}`;
const lunNames = ["data00", "data01", "data02", "data03"];

/** Azure's own word on how soon to ask again, in the world measured here. */
const retryAfterMs = 1_000;

async function clone(tag: string): Promise<number> {
  if (!ends) throw new Error("start comes first");
  const from = performance.now();
  const array = ends.ontap(cluster);
  const volume = "epic_prd_training";
  const [nightly, service, portals] = await Promise.all([
    newestNightly(ends),
    array.iscsi.findService(svm),
    array.interfaces.iscsi(svm),
    array.lunMaps.list({ svm }),
  ]);
  await Promise.all([
    array.volumes.createClone({
      svm,
      name: volume,
      parentVolume: "epic_prd_dr",
      parentSnapshot: nightly,
      comment: tag,
    }),
    array.igroups.create({ svm, name: igroup, protocol: "iscsi", initiators: [initiator] }),
  ]);
  const [luns] = await Promise.all([
    array.luns.listByVolume(svm, volume),
    ...lunNames.map((name, i) => array.lunMaps.create({ svm, igroup, lun: `/vol/${volume}/${name}`, number: i + 1 })),
  ]);
  const sorted = [...luns].sort((a, b) => (a.name < b.name ? -1 : 1));
  const script = attach.script({
    tag: `sluice_${tag}`,
    initiator,
    target: service?.targetIqn ?? "",
    portals: portals.map((portal) => portal.address),
    luns: sorted.map(({ wwid }, i) => ({ number: i + 1, wwid })),
    sourceVg: "vg_epicprd",
    vg: "vg_prod_training",
    lv: "lv_db",
    mount: "/epic/trn",
    fileSystem: "xfs",
    options: "noatime",
  });
  await ran(ends.host(host), script, tag);
  return performance.now() - from;
}

async function newestNightly(from: FarEnds): Promise<string> {
  const array = from.ontap(cluster);
  const mirror = await array.volumes.findByName(svm, "epic_prd_dr");
  const snapshots = await array.snapshots.list(mirror?.uuid ?? "");
  return (
    snapshots
      .map((each) => each.name)
      .filter((name) => name.startsWith("nightly."))
      .sort()
      .at(-1) ?? ""
  );
}

async function ran(on: HostRunner, script: Parameters<HostRunner["start"]>[0], ticket: string): Promise<void> {
  await on.start(script, ticket);
  for (;;) {
    await sleep(retryAfterMs);
    const told = await on.ticket(ticket);
    if (told.state === "running") continue;
    if (told.state !== "ended") throw new Error(`the script is ${told.state}`);
    attach.outcome(told.outcome, host);
    return;
  }
}

serve(
  {
    start: async ({ reach }: { reach: Reach }) => {
      const { config, secrets } = await settingsFor(reach);
      const log = createLog("error", secrets.values());
      ends = createFarEnds({ config, secrets, clock: systemClock, log, beforeWrite: () => Promise.resolve() });
    },
    clone: async ({ tag }: { tag: string }) => clone(tag),
  },
  async () => ends?.close(),
);
