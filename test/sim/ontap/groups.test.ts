import { describe, expect, test } from "@jest/globals";
import { instant, type Knobs } from "../../../sim/ontap/knobs.js";
import { type Answer, codeOf, direct, type Direct, one, volume } from "./direct.js";
import { ALI, CVO, type Json } from "./support.js";

const EPIC = { name: "svm_epic" };
const DR = { name: "svm_epic_dr" };

describe("consistency groups", () => {
  const add = (name: string): Json => ({ name, provisioning_options: { action: "add" } });
  async function grouped(knobs: Partial<Knobs> = {}): Promise<{ on: Direct; path: string }> {
    const on = direct({ ...instant, ...knobs });
    const body = { name: "cg", svm: EPIC, volumes: [add("epic_prd"), add("clarity_prd")] };
    expect(await codeOf(on, ALI, "POST", "/application/consistency-groups", body)).toBe(0);
    const { uuid } = await one(on, ALI, "/application/consistency-groups");
    return { on, path: `/application/consistency-groups/${uuid}` };
  }
  const start = async (on: Direct, path: string, seconds: number): Promise<Answer> =>
    on.call(ALI, "POST", `${path}/snapshots?action=start&action_timeout=${seconds}&return_records=true`, {
      name: "two",
    });

  test("two phases: nothing is there before the commit, both members have it after", async () => {
    const { on, path } = await grouped();
    const { body } = await start(on, path, 30);
    on.clock.advance(10_000);
    expect(await on.list(ALI, `${path}/snapshots`)).toEqual([]);
    const commit = `${path}/snapshots/${body.records[0].uuid}?action=commit`;
    expect(await codeOf(on, ALI, "PATCH", commit, {})).toBe(0);
    const [taken] = await on.list(ALI, `${path}/snapshots?fields=*`);
    expect(taken).toMatchObject({ name: "two", is_partial: false });
    expect(taken.snapshot_volumes).toHaveLength(2);
  });

  test("a fence that is not committed thaws by itself, and the commit comes too late", async () => {
    const { on, path } = await grouped();
    const { body } = await start(on, path, 5);
    expect(await codeOf(on, ALI, "POST", `${path}/snapshots`, { name: "other" })).toBe(53411921);
    on.clock.advance(6000);
    const commit = `${path}/snapshots/${body.records[0].uuid}?action=commit`;
    expect(await codeOf(on, ALI, "PATCH", commit, {})).toBe(53411925);
    expect(await codeOf(on, ALI, "POST", `${path}/snapshots`, { name: "other" })).toBe(0);
  });

  test.each(["4", "121", "soon"])("an action_timeout of %s is refused", async (seconds) => {
    const { on, path } = await grouped();
    const flags = `?action=start&action_timeout=${seconds}`;
    expect(await codeOf(on, ALI, "POST", `${path}/snapshots${flags}`, { name: "two" })).toBe(262197);
  });

  test("restore takes all members back, or none where one cannot go", async () => {
    const { on, path } = await grouped();
    await codeOf(on, ALI, "POST", `${path}/snapshots`, { name: "before" });
    const back = { restore_to: { snapshot: { name: "before" } } };
    expect(await codeOf(on, ALI, "PATCH", path, { restore_to: { snapshot: { name: "nobody" } } })).toBe(53411918);
    expect(await codeOf(on, ALI, "PATCH", path, back)).toBe(0);
    on.clock.advance(16 * 60_000);
    // Meanwhile the mirrors have moved on: their base is newer.
    expect(await codeOf(on, ALI, "PATCH", path, back)).toBe(1638480);
  });

  test("clone: a group of clones, named as asked; not of dp members", async () => {
    const { on, path } = await grouped();
    await codeOf(on, ALI, "POST", `${path}/snapshots`, { name: "before" });
    const clone = {
      parent_consistency_group: { name: "cg" },
      parent_snapshot: { name: "before" },
      volume: { prefix: "t_" },
    };
    expect(await codeOf(on, ALI, "POST", "/application/consistency-groups", { name: "t", svm: EPIC, clone })).toBe(0);
    expect((await volume(on, ALI, "t_epic_prd")).clone).toMatchObject({
      is_flexclone: true,
      parent_volume: { name: "epic_prd" },
      parent_snapshot: { name: "before" },
    });
    const dp = { name: "cg", svm: DR, volumes: [add("epic_prd_dr")] };
    await codeOf(on, CVO, "POST", "/application/consistency-groups", dp);
    const body = { name: "t", svm: DR, clone: { parent_consistency_group: { name: "cg" } } };
    expect(await codeOf(on, CVO, "POST", "/application/consistency-groups", body)).toBe(53411852);
  });

  test.each<[string, Json, number]>([
    ["in another group", { volumes: [add("epic_prd")] }, 53411865],
    ["unknown", { volumes: [add("nobody")] }, 53411842],
    ["to be removed", { volumes: [{ name: "epic_prd", provisioning_options: { action: "remove" } }] }, 262285],
  ])("a member that is %s is refused", async (_why, body, code) => {
    const { on, path } = await grouped();
    expect(await codeOf(on, ALI, "PATCH", path, body)).toBe(code);
  });
});
