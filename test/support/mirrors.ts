import { createOntap, type OntapClient, type Relationship } from "../../src/ontap/index.js";
import { simCa } from "../../sim/kit/tls.js";
import type { TestWorld } from "./world.js";

export const ali = "ali-ontap-01";
export const cvo = "cvo-eastus2";

/** Does something with a cluster's own admin login: what somebody else does at the arrays. */
export async function asAdmin<T>(
  world: TestWorld,
  cluster: string,
  act: (client: OntapClient) => Promise<T>,
): Promise<T> {
  const url = world.config.clusters.find(({ name }) => name === cluster)?.url ?? "";
  const login = { user: "admin", password: "netapp1!" };
  const ca = (await simCa()).certPem;
  const client = createOntap({ cluster, url, ca, login, clock: world.clock });
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}

/** A set's mirror as CVO shows it now. */
export const mirrorNow = (world: TestWorld, volume = "epic_prd_dr"): Promise<Relationship | undefined> =>
  asAdmin(world, cvo, async (client) => (await client.relationships.list({ destinationVolume: volume }))[0]);

/** The application writes, and an update begins. With the world's transfers slowed down it is under way for a while. */
export async function startSlowUpdate(world: TestWorld): Promise<void> {
  // SnapMirror names its snapshots by the second: not that of the last scheduled update.
  world.clock.advance(60_000);
  world.fabric.write(ali, "svm_epic", "epic_prd");
  const mirror = await mirrorNow(world);
  await asAdmin(world, cvo, (client) => client.transfers.start(mirror?.uuid ?? ""));
  world.clock.advance(60_000);
}

/** Jobs of an admin's calls are short here. */
export const settled = (client: OntapClient) => (accepted: { readonly jobUuid?: string }) =>
  client.jobs.settle({ done: false, records: [], ...accepted });

/** Both sets' mirrors with their copies, their policy and their schedule go, as the storage team would take them away: nothing is set up any more. */
export async function takeAllApart(world: TestWorld): Promise<void> {
  const gone = await asAdmin(world, cvo, (client) => client.relationships.list({}));
  await asAdmin(world, cvo, async (client) => {
    for (const { uuid } of gone) await settled(client)(await client.relationships.delete(uuid, "destinationOnly"));
  });
  for (const cluster of [ali, cvo])
    await asAdmin(world, cluster, async (client) => {
      if (cluster === ali)
        for (const { uuid } of gone) await settled(client)(await client.relationships.delete(uuid, "sourceOnly"));
      for (const { uuid, type } of await client.volumes.list({}))
        if (type === "dp") await settled(client)(await client.volumes.delete(uuid, { force: true }));
      for (const { uuid } of await client.policies.list({ name: "epic_mirror" }))
        await settled(client)(await client.policies.delete(uuid));
      for (const { uuid } of await client.schedules.list({ name: "epic_15min" })) await client.schedules.delete(uuid);
    });
}
