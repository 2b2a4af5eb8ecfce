import { asAdmin, cvo, settled } from "./mirrors.js";
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

/** Every volume broken off, written to, and a snapshot taken of what was written. */
async function breakProd(world: TestWorld): Promise<void> {
  const members = world.config.sets.find((set) => set.name === "prod")?.members ?? [];
  const volumes = new Set(members.map(({ mirror }) => mirror.volume));
  await asAdmin(world, cvo, async (client) => {
    const all = await client.relationships.list({});
    const mirrors = all.filter(({ destination }) => volumes.has(destination.volume));
    for (const { uuid } of mirrors) await settled(client)(await client.relationships.setState(uuid, "broken_off"));
    world.clock.advance(60_000);
    for (const { mirror } of members) {
      world.fabric.write(cvo, mirror.svm, mirror.volume);
      const [volume] = await client.volumes.list({ svm: mirror.svm, name: mirror.volume });
      await settled(client)(await client.snapshots.create(volume?.uuid ?? "", { name: "dr-only", label: "daily" }));
    }
  });
}
