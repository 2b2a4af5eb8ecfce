import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startTestWorld, type ScriptFault, type TestWorld } from "../../support/world.js";

/** What one world went through: the journals, what was written to the arrays, and how everything is afterwards. */
interface Past {
  readonly journals: unknown;
  readonly writes: unknown;
  readonly world: unknown;
  /** How many scripts had been interpreted by then, and how many remembered. */
  readonly counts: { readonly run: number; readonly remembered: number } | undefined;
}

const asked = [
  ["clone", { set: "prod", purpose: "training" }],
  ["restore", { set: "prod" }],
  ["release-clone", { purpose: "training" }],
] as const;
const spoilt: readonly (ScriptFault | undefined)[] = [undefined, "rejected", "lostBefore", "lostAfter", undefined];

async function live(world: TestWorld): Promise<Past[]> {
  const engine = world.engine();
  const start = [world.save(), engine.save()];
  const pasts: Past[] = [];
  for (const kind of spoilt) {
    for (const putBack of start) putBack();
    world.scripts.fault = kind && { nth: 2, kind };
    const runs = [];
    for (const [name, request] of asked) runs.push((await engine.drive(await engine.ask(name, request))).id);
    const journals = await Promise.all(runs.map((run) => engine.store.read(run)));
    pasts.push({
      journals: JSON.parse(
        JSON.stringify(journals, (key, value: unknown) => (key === "key" ? undefined : value)),
      ) as unknown,
      writes: world.config.clusters.map(({ name }) =>
        world.fabric.calls(name).filter(({ method }) => method !== "GET"),
      ),
      world: structuredClone(world.snapshot()),
      counts: world.memory && { ...world.memory.counts },
    });
  }
  return pasts;
}

describe("scripts that are remembered instead of interpreted", () => {
  let remembering: TestWorld;
  let plain: TestWorld;
  beforeAll(async () => {
    remembering = await startTestWorld({}, undefined, { everyScript: false });
    plain = await startTestWorld({}, undefined, { everyScript: true });
  });
  afterAll(() => Promise.all([remembering.close(), plain.close()]));

  test("leave the journals, the arrays and the hosts as they would be, whatever goes wrong", async () => {
    const [one, other] = [await live(remembering), await live(plain)];
    const lived = ({ journals, writes, world }: Past): unknown => ({ journals, writes, world });
    expect(one.map(lived)).toEqual(other.map(lived));
    // The last goes as the first did, so nothing of it is interpreted again.
    const [first, , , beforeLast, last] = one.map(({ counts }) => counts);
    expect(first?.run).toBeGreaterThan(5);
    expect(last?.run).toBe(beforeLast?.run);
    expect((last?.remembered ?? 0) - (beforeLast?.remembered ?? 0)).toBe((first?.run ?? 0) + (first?.remembered ?? 0));
  });

  test("are interpreted again where the host, its files or the arrays are not as they were", async () => {
    const { hosts, memory, fabric } = remembering;
    const counted = async (what: () => unknown): Promise<number> => {
      await what();
      const before = memory?.counts.run ?? 0;
      await hosts.run("epic-prd-01", "cat /epic/prd/.sluice-content /etc/motd; vgs; pcs status");
      return (memory?.counts.run ?? 0) - before;
    };
    remembering.reset();
    expect(await counted(() => undefined)).toBe(1);
    expect(await counted(() => undefined)).toBe(0);
    expect(await counted(() => fabric.write("ali-ontap-01", "svm_epic", "epic_prd"))).toBe(1);
    expect(await counted(() => hosts.writeFile("epic-prd-01", "/etc/motd", "hello"))).toBe(1);
    expect(await counted(() => hosts.run("epic-prd-01", "pcs resource disable grp_epicprd"))).toBe(1);
    expect(await counted(() => undefined)).toBe(0);
    hosts.fault("epic-prd-01", { kind: "command", command: "vgs", exitCode: 5, times: 1 });
    expect(await hosts.run("epic-prd-01", "vgs")).toMatchObject({ exitCode: 5 });
  });
});
