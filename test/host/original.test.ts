import { describe, expect, test } from "@jest/globals";
import { attachOriginal, check, detach, type AttachOriginalInput } from "../../src/host/index.js";
import { attachInput, detachInput, place, type Place } from "./support/world.js";

/** The LUNs of the tests' clones, taken for the data itself: their volume group keeps its name. */
function inputOf(at: Place): AttachOriginalInput {
  const { sourceVg, vg: _vg, afterMount: _hook, ...rest } = attachInput(at.san);
  return { ...rest, vg: sourceVg };
}
async function run(at: Place, ticket: string, input = inputOf(at)) {
  await at.host.start(attachOriginal.script(input), ticket);
  return attachOriginal.settle(at.host, input, ticket);
}
const shown = (at: Place) => at.hosts.state().hosts["epic-trn-01"];

describe("attachOriginal", () => {
  test("mounts the volume group under its own name, without a mark and without nouuid", async () => {
    const at = place("epic-trn-01");
    const input = inputOf(at);
    expect(await run(at, "t1")).toMatchObject({ found: "done", output: { vg: input.vg, mount: "/epic/trn" } });
    expect(shown(at)?.vgs).toMatchObject([{ name: input.vg, tags: [], active: true }]);
    expect(shown(at)?.mounts).toMatchObject([{ mountPoint: "/epic/trn" }]);
    expect(JSON.stringify(shown(at)?.mounts)).not.toContain("nouuid");
    expect(await attachOriginal.look(at.host, input)).toMatchObject({ found: "done" });
  });

  test("twice is once, and a detach leaves the host as it was", async () => {
    const at = place("epic-trn-01");
    const before = at.hosts.snapshot();
    const input = inputOf(at);
    expect(await attachOriginal.look(at.host, input)).toEqual({ found: "absent" });
    await run(at, "t1");
    const once = at.hosts.snapshot();
    expect(await run(at, "t2")).toMatchObject({ found: "done" });
    expect(at.hosts.snapshot()).toEqual(once);
    const off = detachInput(at.san, { vg: input.vg, tag: input.tag });
    await at.host.start(detach.script(off), "t3");
    expect(await detach.settle(at.host, off, "t3")).toMatchObject({ found: "done" });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("with another volume group on the LUNs it stops, and says which", async () => {
    const at = place("epic-trn-01");
    expect(await run(at, "t1", { ...inputOf(at), vg: "vg_other" })).toMatchObject({
      found: "partial",
      why: expect.stringContaining("vg_other was expected"),
    });
  });
});

describe("check", () => {
  const ask = async (command: string, limitSeconds = 5) => {
    const at = place("epic-trn-01");
    await at.host.start(check.script({ command, limitSeconds }), "t1");
    return check.settle(at.host, { command, limitSeconds }, "t1");
  };
  test("tells how the command ended and what it said, whatever that was", async () => {
    expect(await ask("echo all is well")).toMatchObject({ found: "done", output: { exit: 0, output: "all is well" } });
    expect(await ask("echo not so well >&2; exit 3")).toMatchObject({
      found: "done",
      output: { exit: 3, output: "not so well" },
    });
  });
  test("cuts what it said, and what takes too long", async () => {
    const long = await ask("printf 'x%.0s' 1 2 3 4 5 6 7 8 9; printf '%0400d' 7");
    expect(long.found === "done" ? long.output.output.length : 0).toBe(300);
    expect(await ask("sleep 60", 2)).toMatchObject({ found: "done", output: { exit: 124 } });
  });
  test("a check nobody started is absent", async () => {
    const at = place("epic-trn-01");
    expect(await check.settle(at.host, { command: "true", limitSeconds: 5 }, undefined)).toEqual({ found: "absent" });
    expect(await check.look(at.host, { command: "true", limitSeconds: 5 })).toEqual({ found: "absent" });
  });
});
