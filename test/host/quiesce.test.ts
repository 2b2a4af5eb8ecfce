import { describe, expect, test } from "@jest/globals";
import { forget, inspect, quiesce, quiesced, reactivate, unquiesce } from "../../src/host/index.js";
import { place, quiesceInput, type Place } from "./support/world.js";

const stopHook = "pcs resource disable grp_epicprd --wait";
const startHook = "pcs resource enable grp_epicprd --wait";
const off = async (at: Place, ticket: string, more: Parameters<typeof quiesceInput>[0] = {}) => {
  const input = quiesceInput(more);
  await at.host.start(quiesce.script(input), ticket);
  return quiesce.settle(at.host, input, ticket);
};
const back = async (at: Place, ticket: string, start?: string) => {
  const { tag, vgs, wwids } = quiesceInput();
  const input = { tag, vgs, wwids, ...(start === undefined ? {} : { startHook: start }) };
  await at.host.start(reactivate.script(input), ticket);
  return reactivate.settle(at.host, input, ticket);
};
const { tag, vgs, wwids } = quiesceInput();
const seen = (at: Place) => quiesced.ask(at.host, { tag, vgs, wwids });
const shown = (at: Place) => at.hosts.state().hosts["epic-prd-01"]!;

describe("quiesce and reactivate", () => {
  test("take off what is mounted, and bring back exactly that", async () => {
    const at = place("epic-prd-01");
    const before = at.hosts.snapshot();
    const options = shown(at).mounts[0]!.options;
    expect(await off(at, "t1", { stopHook })).toMatchObject({
      found: "done",
      output: {
        hooked: true,
        mounts: [{ path: "/epic/prd", vg: "vg_epicprd", lv: "lv_db", mounted: false }],
        vgs: [{ active: false }],
      },
    });
    expect(shown(at)).toMatchObject({ mounts: [], vgs: [{ name: "vg_epicprd", active: false }] });
    expect(await seen(at)).toMatchObject({ record: "stopped", hooked: true });
    expect(await back(at, "t2", startHook)).toMatchObject({
      found: "done",
      output: { mounts: [{ path: "/epic/prd", mounted: true, content: "nightly.1" }] },
    });
    expect(at.hosts.snapshot()).toEqual(before);
    expect(shown(at).mounts[0]!.options).toBe(options);
    expect(await back(at, "t3", startHook)).toMatchObject({ found: "done" });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("with its LUNs let go, they can be taken from the host without anything sleeping on them, and are found again", async () => {
    const at = place("epic-prd-01");
    const before = at.hosts.snapshot();
    expect(await off(at, "t1", { stopHook, letGo: true })).toMatchObject({ found: "done" });
    const maps = new Map(at.san.fcMaps);
    at.san.fcMaps.clear();
    expect(await off(at, "t2", { stopHook, letGo: true })).toMatchObject({ found: "done" });
    const looked = await inspect.ask(at.host, { vgs, wwids });
    expect(looked.vgs).toEqual([]);
    expect(looked.luns.every(({ map, paths }) => !map && paths === 0)).toBe(true);
    expect(await back(at, "t3", startHook)).toMatchObject({
      found: "partial",
      why: expect.stringContaining("is not seen on this host"),
    });
    for (const [number, serial] of maps) at.san.fcMaps.set(number, serial);
    expect(await back(at, "t4", startHook)).toMatchObject({
      found: "done",
      output: { mounts: [{ path: "/epic/prd", mounted: true }] },
    });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("what was written down goes when it is forgotten, and with the way back once everything is back", async () => {
    const at = place("epic-prd-01");
    const here = { tag, vgs, wwids };
    const forgotten = async (ticket: string) => {
      await at.host.start(forget.script(here), ticket);
      return forget.settle(at.host, here, ticket);
    };
    const kept = async () => (await at.hosts.run("epic-prd-01", "ls /var/lib/sluice")).stdout.trim().split("\n");
    await off(at, "t1", { stopHook });
    expect(await kept()).toEqual([`${tag}.quiesced`, "t1.json"]);
    expect(await forget.look(at.host, here)).toEqual({ found: "absent" });
    expect([await forgotten("t2"), await forgotten("t3"), await forget.look(at.host, here)]).toEqual(
      Array(3).fill({ found: "done", output: expect.anything() }),
    );
    expect(await kept()).toEqual(["t1.json", "t2.json", "t3.json"]);
    expect(shown(at).mounts).toEqual([]);

    const again = place("epic-prd-01");
    const before = again.hosts.snapshot();
    await off(again, "t1", { stopHook });
    again.hosts.fault("epic-prd-01", { kind: "command", command: "mount", exitCode: 32, times: 1 });
    for (const ticket of ["t2", "t3", "t4"]) await again.host.start(unquiesce.script({ ...here, startHook }), ticket);
    expect(await again.host.ticket("t2")).toMatchObject({ state: "ended", outcome: { result: { code: "mount" } } });
    expect(await again.host.ticket("t3")).toMatchObject({ state: "ended", outcome: { result: { ok: true } } });
    // what it would go on from is gone, and so it refuses
    expect(await again.host.ticket("t4")).toMatchObject({ state: "ended", outcome: { result: { code: "record" } } });
    expect(await seen(again)).toMatchObject({ record: "none" });
    expect(await quiesce.look(again.host, quiesceInput({ stopHook }))).toEqual({ found: "absent" });
    expect(again.hosts.snapshot()).toEqual(before);
  });

  test("what was restored underneath is what is seen afterwards", async () => {
    const at = place("epic-prd-01");
    await off(at, "t1", { stopHook });
    for (const serial of at.san.fcMaps.values()) at.san.get(serial).content = "restored.7";
    expect(await back(at, "t2")).toMatchObject({ found: "done", output: { mounts: [{ content: "restored.7" }] } });
  });

  test("open files are a refusal that names who holds them, with nothing changed", async () => {
    const at = place("epic-prd-01");
    const pid = at.hosts.openFile("epic-prd-01", "/epic/prd/report.txt", { command: "less", user: "amy" });
    const before = at.hosts.snapshot();
    expect(await off(at, "t1", { stopHook })).toMatchObject({
      found: "absent",
      because: expect.stringContaining(`/epic/prd is in use by less (pid ${pid}, user amy)`),
    });
    expect(at.hosts.snapshot()).toEqual(before);
    expect(await seen(at)).toMatchObject({ record: "none" });
  });

  test("files the stop hook ends are expected, anybody else's are not", async () => {
    const at = place("epic-prd-01");
    at.hosts.openFile("epic-prd-01", "/epic/prd/db/IRIS.DAT", { command: "irisdb", user: "irisusr", ofResource: true });
    expect(await off(at, "t1", { stopHook })).toMatchObject({ found: "absent" });
    expect(await off(at, "t2", { stopHook, expected: ["irisdb"] })).toMatchObject({ found: "done" });
  });

  test("an application that was not running is not counted as stopped by us", async () => {
    const at = place("epic-prd-01");
    expect(await off(at, "t1", { stopHook, checkHook: "false" })).toMatchObject({
      found: "done",
      output: { hooked: false },
    });
  });

  test("a host without any of it says so and is none the worse", async () => {
    const at = place("epic-prd-01");
    expect(await off(at, "t1", { vgs: ["vg_none"], wwids: ["3600a0980" + "0".repeat(24)] })).toMatchObject({
      found: "done",
      output: { mounts: [], vgs: [] },
    });
    expect(shown(at).mounts).toHaveLength(1);
  });

  test("a volume group on these LUNs that the plan does not name is refused", async () => {
    const at = place("epic-prd-01");
    expect(await off(at, "t1", { vgs: ["vg_other"] })).toMatchObject({
      found: "absent",
      because: expect.stringContaining("also carry the volume group vg_epicprd"),
    });
  });

  test("reactivate without a record changes nothing", async () => {
    const at = place("epic-prd-01");
    const before = at.hosts.snapshot();
    expect(await back(at, "t1")).toMatchObject({
      found: "absent",
      because: expect.stringContaining("nothing was written down"),
    });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("cut off anywhere, each goes on when it is run again, and the record keeps what there was", async () => {
    const clean = place("epic-prd-01");
    const before = clean.hosts.snapshot();
    for (let cut = 1; ; cut += 4) {
      const at = place("epic-prd-01");
      at.hosts.fault("epic-prd-01", { kind: "kill", afterCommand: cut });
      await off(at, "t1", { stopHook });
      at.hosts.clearFaults();
      const through = (await at.transport.ticket("t1")).state === "ended";
      expect([cut, await off(at, "t2", { stopHook })]).toEqual([cut, expect.objectContaining({ found: "done" })]);
      at.hosts.fault("epic-prd-01", { kind: "kill", afterCommand: cut });
      await back(at, "t3", startHook);
      at.hosts.clearFaults();
      expect([cut, await back(at, "t4", startHook)]).toEqual([cut, expect.objectContaining({ found: "done" })]);
      expect([cut, at.hosts.snapshot()]).toEqual([cut, before]);
      if (through) return;
    }
  }, 240_000);
});
