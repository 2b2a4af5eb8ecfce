import { asAdmin, cvo, mirrorNow, settled } from "./mirrors.js";
import type { TestWorld } from "./world.js";

/** What somebody did at the far ends before an example is asked for, by the words the example says it in. */
const doings: Readonly<Record<string, (world: TestWorld) => Promise<void>>> = {
  "the mirror of prod is broken off": breakProd,
};

/** Does what an example says was done before. Throws where nobody knows how. */
export async function given(world: TestWorld, example: { readonly given?: string }): Promise<void> {
  if (example.given === undefined) return;
  const doing = doings[example.given];
  if (!doing) throw new Error(`test/support/given.ts does not know how "${example.given}" comes about`);
  await doing(world);
}

/** Broken off, written to, and a snapshot taken of what was written. */
async function breakProd(world: TestWorld): Promise<void> {
  const mirror = await mirrorNow(world);
  await asAdmin(world, cvo, async (client) => {
    await settled(client)(await client.relationships.setState(mirror?.uuid ?? "", "broken_off"));
    world.clock.advance(60_000);
    world.fabric.write(cvo, "svm_epic_dr", "epic_prd_dr");
    const [volume] = await client.volumes.list({ name: "epic_prd_dr" });
    await settled(client)(await client.snapshots.create(volume?.uuid ?? "", { name: "dr-only", label: "daily" }));
  });
}
