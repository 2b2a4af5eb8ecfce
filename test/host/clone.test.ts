import { describe, expect, test } from "@jest/globals";
import { attach, detach, inspect, wwidOf, type AttachFacts } from "../../src/host/index.js";
import { attachInput, clones, detachInput, place, type Place } from "./support/world.js";

const run = async (at: Place, ticket: string, more: Parameters<typeof attachInput>[1] = {}) => {
  const input = attachInput(at.san, more);
  await at.host.start(attach.script(input), ticket);
  return attach.settle(at.host, input, ticket);
};
const take = async (at: Place, ticket: string, more: Parameters<typeof detachInput>[1] = {}) => {
  const input = detachInput(at.san, more);
  await at.host.start(detach.script(input), ticket);
  return detach.settle(at.host, input, ticket);
};
const mounts = (at: Place) => at.hosts.state().hosts["epic-trn-01"]?.mounts ?? [];

describe("attach", () => {
  test("signs in on both portals, imports under the new name, mounts, and says so", async () => {
    const at = place("epic-trn-01");
    const settled = await run(at, "t1");
    expect(settled).toEqual({
      found: "done",
      output: {
        boot: expect.any(String) as unknown as string,
        vg: "vg_trn",
        mount: "/epic/trn",
        portals: 2,
        paths: Object.fromEntries(clones.map((serial) => [wwidOf(serial), 2])),
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown as string,
        content: "nightly.1",
      } satisfies AttachFacts,
    });
    expect(mounts(at)).toMatchObject([{ mountPoint: "/epic/trn", options: expect.stringContaining("nouuid") }]);
    expect(at.hosts.state().hosts["epic-trn-01"]?.vgs).toMatchObject([
      { name: "vg_trn", tags: ["sluice_r1"], active: true },
    ]);
    expect(await at.hosts.readFile("epic-trn-01", "/etc/fstab")).not.toContain("trn");
  });

  test("twice is once, by the same ticket and by another", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    const once = at.hosts.snapshot();
    await at.transport.read({
      ...attach.script(attachInput(at.san)),
      env: { ...attach.script(attachInput(at.san)).env, SLUICE_TICKET: "t1" },
    });
    expect(at.hosts.snapshot()).toEqual(once);
    expect(await run(at, "t2")).toMatchObject({ found: "done" });
    expect(at.hosts.state().hosts["epic-trn-01"]?.vgs).toHaveLength(1);
  });

  test("one portal down is enough, none is a sentence", async () => {
    const at = place("epic-trn-01");
    at.san.portals.get("10.8.1.22")!.up = false;
    expect(await run(at, "t1")).toMatchObject({ found: "done", output: { portals: 1 } });
    const none = place("epic-trn-01");
    none.san.portals.forEach((portal) => (portal.up = false));
    expect(await run(none, "t1")).toMatchObject({
      found: "absent",
      because: expect.stringContaining("no iSCSI portal could be used"),
    });
  });

  test.each([
    ["yes", false],
    ["no", true],
    ["strict", true],
  ] as const)("find_multipaths %s, devices file %s", async (findMultipaths, devicesFile) => {
    const at = place("epic-trn-01", { findMultipaths, devicesFile, lvm: [2, 3, 16], alua: false, scanAtLogin: false });
    at.san.portals.get("10.8.1.22")!.up = false;
    expect(await run(at, "t1")).toMatchObject({ found: "done" });
    expect(await run(at, "t2")).toMatchObject({ found: "done" });
  });

  test.each([
    [
      "another initiator",
      { initiator: "iqn.1994-05.com.redhat:other" },
      /signs in as iqn\.1994-05\.com\.redhat:epic-trn-01/,
    ],
    ["a directory with files in it", { mount: "/var/lib" }, /would hide them/],
  ] as const)("refuses %s before it touches anything", async (_name, more, says) => {
    const at = place("epic-trn-01");
    await at.hosts.writeFile("epic-trn-01", "/var/lib/thing", "x");
    const before = at.hosts.snapshot();
    expect(await run(at, "t1", more)).toMatchObject({ found: "absent", because: expect.stringMatching(says) });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("refuses a mount point and a volume group that are another clone's", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    const before = at.hosts.snapshot();
    const other = { tag: "sluice_r9", luns: [{ number: 9, wwid: wwidOf("80Abc+LUN009") }] };
    expect(await run(at, "t2", other)).toMatchObject({
      found: "absent",
      because: expect.stringContaining("vg_trn is on this host already"),
    });
    expect(await run(at, "t3", { ...other, vg: "vg_trn2" })).toMatchObject({
      because: expect.stringContaining("/epic/trn has /dev/mapper/vg_trn-lv_db mounted already"),
    });
    expect(at.hosts.snapshot()).toEqual(before);
    expect(await attach.look(at.host, attachInput(at.san, other))).toMatchObject({ found: "foreign" });
  });

  test("a LUN number that shows another LUN is never mounted", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    at.san.create("80Abc+LUN005", 2 ** 30, null);
    at.san.maps.set(3, "80Abc+LUN005");
    const wanted = { number: 3, wwid: wwidOf("80Abc+LUN005") };
    expect(await run(at, "t2", { tag: "sluice_r2", vg: "vg_two", mount: "/epic/two", luns: [wanted] })).toMatchObject({
      found: "partial",
      why: expect.stringContaining("still shows another LUN that is in use"),
    });
    // as rescan-scsi-bus.sh does: the kernel knows the new LUN, and goes on using it as a path of the old one
    await at.hosts.run("epic-trn-01", "for d in /sys/block/sd*/device/rescan; do echo 1 >$d; done");
    expect(await run(at, "t3", { tag: "sluice_r2", vg: "vg_two", mount: "/epic/two", luns: [wanted] })).toMatchObject({
      found: "partial",
      why: expect.stringContaining("LUN number 3 was another LUN's"),
    });
  });

  test("a map without a path, with which LVM would sleep, is named before anything is touched", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    at.san.maps.delete(3);
    const before = at.hosts.snapshot();
    const wanted = { number: 9, wwid: wwidOf("80Abc+LUN009") };
    expect(await run(at, "t2", { tag: "sluice_r2", vg: "vg_two", mount: "/epic/two", luns: [wanted] })).toMatchObject({
      found: "absent",
      because: expect.stringMatching(new RegExp(`no path left.*${wwidOf(clones[0])}`)),
    });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("LUNs that do not carry the expected volume group are left alone", async () => {
    const at = place("epic-trn-01");
    expect(await run(at, "t1", { sourceVg: "vg_other" })).toMatchObject({
      found: "partial",
      why: expect.stringContaining("carry the volume group vg_epicprd"),
    });
    expect(mounts(at)).toEqual([]);
  });

  test("the hook runs once a tag, after the mount", async () => {
    const at = place("epic-trn-01");
    const afterMount = "cat /epic/trn/.sluice-content >> /var/lib/hooked";
    await run(at, "t1", { afterMount });
    await run(at, "t2", { afterMount });
    expect(await at.hosts.readFile("epic-trn-01", "/var/lib/hooked")).toBe("nightly.1\n");
    expect(await attach.look(at.host, attachInput(at.san, { afterMount }))).toMatchObject({ found: "done" });
  });

  test("a hook that fails leaves a part done, and says which", async () => {
    const at = place("epic-trn-01");
    expect(await run(at, "t1", { afterMount: "echo no licence; exit 4" })).toMatchObject({
      found: "partial",
      why: expect.stringContaining("hook ended with 4: no licence"),
    });
  });
});

describe("detach", () => {
  test("leaves the host as attach found it, and again changes nothing", async () => {
    const at = place("epic-trn-01");
    const before = at.hosts.snapshot();
    await run(at, "t1");
    expect(await take(at, "t2")).toMatchObject({ found: "done", output: { signedOut: true } });
    expect(at.hosts.snapshot()).toEqual(before);
    expect(await take(at, "t3")).toMatchObject({ found: "done" });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("names who has files open, with nothing changed", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    const before = at.hosts.snapshot();
    const pid = at.hosts.openFile("epic-trn-01", "/epic/trn/db/IRIS.DAT", { command: "irisdb", user: "irisusr" });
    expect(await take(at, "t2")).toMatchObject({
      found: "absent",
      because: expect.stringContaining(`irisdb (pid ${pid}, user irisusr)`),
    });
    const state = await at.host.ticket("t2");
    if (state.state !== "ended") throw new Error(state.state);
    expect(() => detach.outcome(state.outcome)).toThrow(
      expect.objectContaining({ detail: { changed: false, holders: [{ pid, user: "irisusr", command: "irisdb" }] } }),
    );
    at.hosts.closeFile("epic-trn-01", "/epic/trn/db/IRIS.DAT");
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("stays signed in on a host that was prepared for LUNs, whether it has any or not", async () => {
    const at = place("epic-trn-01");
    await at.hosts.writeFile("epic-trn-01", "/var/lib/sluice/sluice_r0.prepared", "session\n");
    await run(at, "t1");
    const { sessions } = at.hosts.state().hosts["epic-trn-01"] ?? {};
    expect(sessions).toHaveLength(2);
    expect(await take(at, "t2")).toMatchObject({ found: "done", output: { signedOut: false } });
    expect(at.hosts.state().hosts["epic-trn-01"]).toMatchObject({ sessions, devices: [], mounts: [] });
  });

  test("stays signed in while another clone's LUN is on the session", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    at.san.clone(clones[0], "80Abc+LUN007");
    at.san.clone(clones[1], "80Abc+LUN008");
    const before = at.hosts.snapshot();
    at.san.maps.set(7, "80Abc+LUN007");
    at.san.maps.set(8, "80Abc+LUN008");
    const second = {
      tag: "sluice_r2",
      vg: "vg_two",
      mount: "/epic/trn-two",
      luns: [
        { number: 7, wwid: wwidOf("80Abc+LUN007") },
        { number: 8, wwid: wwidOf("80Abc+LUN008") },
      ],
    };
    // imported before, under its own name: the group on a clone's LUNs is the one its bytes carry
    expect(await run(at, "t2", { ...second, sourceVg: "vg_trn" })).toMatchObject({ found: "done" });
    const settled = await take(at, "t3", {
      tag: "sluice_r2",
      vg: "vg_two",
      mount: "/epic/trn-two",
      wwids: second.luns.map((each) => each.wwid),
    });
    expect(settled).toMatchObject({ found: "done", output: { signedOut: false } });
    expect(mounts(at).map((each) => each.mountPoint)).toEqual(["/epic/trn"]);
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("a volume group of that name that is not the clone's is refused", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    const before = at.hosts.snapshot();
    expect(await take(at, "t2", { tag: "sluice_r9", wwids: [wwidOf("80Abc+LUN009")] })).toMatchObject({
      found: "absent",
      because: expect.stringContaining("is not this clone's"),
    });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("LUNs taken away under the mount: the host lets go of what is left of them, and nothing sleeps", async () => {
    const at = place("epic-trn-01");
    const before = at.hosts.snapshot();
    await run(at, "t1");
    at.san.maps.clear();
    expect(await detach.look(at.host, detachInput(at.san))).toMatchObject({ found: "partial" });
    expect(await take(at, "t2")).toMatchObject({ found: "done", output: { signedOut: true } });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("maps of others that have no path are left as they are, and do not hold it up", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    at.san.clone(clones[0], "80Abc+LUN007");
    at.san.clone(clones[1], "80Abc+LUN008");
    at.san.maps.set(7, "80Abc+LUN007").set(8, "80Abc+LUN008");
    const luns = [7, 8].map((number) => ({ number, wwid: wwidOf(`80Abc+LUN00${number}`) }));
    const second = { tag: "sluice_r2", vg: "vg_two", mount: "/epic/two" };
    expect(await run(at, "t2", { ...second, luns, sourceVg: "vg_trn" })).toMatchObject({ found: "done" });
    at.san.maps.delete(3);
    at.san.maps.delete(4);
    expect(await take(at, "t3", { ...second, wwids: luns.map(({ wwid }) => wwid) })).toMatchObject({ found: "done" });
    expect(mounts(at).map((each) => each.mountPoint)).toEqual(["/epic/trn"]);
  });

  test("comes back to attached: an undo of a release", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    const before = at.hosts.snapshot();
    await take(at, "t2");
    expect(await run(at, "t3")).toMatchObject({ found: "done" });
    expect(at.hosts.snapshot()).toEqual(before);
  });
});

describe("cut off anywhere", () => {
  type Act = (at: Place) => Promise<unknown>;
  const cut = async (prepare: Act, act: Act, kind: "kill" | "reboot", afterCommand: number): Promise<Place> => {
    const at = place("epic-trn-01");
    await prepare(at);
    at.hosts.fault("epic-trn-01", { kind, afterCommand });
    await act(at);
    at.hosts.clearFaults();
    return at;
  };
  const nothing: Act = () => Promise.resolve();
  const done = expect.objectContaining({ found: "done" });

  /** Cuts `act` after its first, second, … command until it gets through. */
  async function everywhere(
    prepare: Act,
    act: Act,
    check: (at: Place, afterCommand: number) => Promise<void>,
    stride = 1,
  ): Promise<number> {
    for (let afterCommand = 1; ; afterCommand += stride) {
      // a reboot is a kill that also empties memory: tried at every third place
      const at = await cut(prepare, act, afterCommand % 3 === 0 ? "reboot" : "kill", afterCommand);
      if ((await at.transport.ticket("t1")).state === "ended") return afterCommand;
      await check(at, afterCommand);
    }
  }

  test("attach goes on to the end when it is run again, or back to the beginning when it is detached", async () => {
    const clean = place("epic-trn-01");
    const empty = clean.hosts.snapshot();
    await run(clean, "t1");
    const full = clean.hosts.snapshot();
    const places = await everywhere(
      nothing,
      (at) => run(at, "t1"),
      async (at, cutAfter) => {
        if (cutAfter % 2 === 0) {
          expect([cutAfter, await attach.look(at.host, attachInput(at.san))]).toEqual([
            cutAfter,
            expect.objectContaining({ found: expect.stringMatching(/^(done|absent|partial)$/) }),
          ]);
          expect([cutAfter, await run(at, "t2")]).toEqual([cutAfter, done]);
          expect([cutAfter, at.hosts.snapshot()]).toEqual([cutAfter, full]);
        } else {
          expect([cutAfter, await take(at, "t2")]).toEqual([cutAfter, done]);
          expect([cutAfter, at.hosts.snapshot()]).toEqual([cutAfter, empty]);
        }
      },
    );
    expect(places).toBeGreaterThan(20);
  }, 240_000);

  test("detach goes on to the end when it is run again", async () => {
    const empty = place("epic-trn-01").hosts.snapshot();
    const places = await everywhere(
      (at) => run(at, "t0"),
      (at) => take(at, "t1"),
      async (at, cutAfter) => {
        expect([cutAfter, await take(at, "t2")]).toEqual([cutAfter, done]);
        expect([cutAfter, at.hosts.snapshot()]).toEqual([cutAfter, empty]);
      },
      2,
    );
    expect(places).toBeGreaterThan(15);
  }, 240_000);
});

describe("a lost reply", () => {
  test("is read back from the script's own record", async () => {
    const at = place("epic-trn-01");
    await run(at, "t1");
    at.transport.lose("t1");
    expect(await attach.settle(at.host, attachInput(at.san), "t1")).toMatchObject({
      found: "done",
      output: { content: "nightly.1" },
    });
    expect(await at.host.ticket("t1")).toMatchObject({
      state: "ended",
      outcome: { exitCode: 0, bootId: expect.any(String) },
    });
  });
  test("of a script that never arrived is absent", async () => {
    const at = place("epic-trn-01");
    at.transport.lose("t1");
    expect(await at.host.ticket("t1")).toEqual({ state: "absent" });
  });
  test("of a script that died is lost, and the host is looked at", async () => {
    const at = place("epic-trn-01");
    at.hosts.fault("epic-trn-01", { kind: "kill", afterCommand: 24 });
    await run(at, "t1");
    expect(await at.host.ticket("t1")).toEqual({ state: "lost", why: "the shell was killed" });
    expect(await attach.settle(at.host, attachInput(at.san), "t1")).toMatchObject({ found: "partial" });
  });
});

test("no ticket is absent without touching the host", async () => {
  const at = place("epic-trn-01");
  at.hosts.fault("epic-trn-01", { kind: "unreachable" });
  expect(await attach.settle(at.host, attachInput(at.san), undefined)).toEqual({ found: "absent" });
});

test("a look changes nothing", async () => {
  const at = place("epic-trn-01");
  await run(at, "t1");
  const before = at.hosts.snapshot();
  const seen = await inspect.ask(at.host, {
    target: at.san.iqn,
    tag: "sluice_r1",
    mounts: ["/epic/trn", "/none", "/var/lib"],
    vgs: ["vg_trn", "vg_none"],
    wwids: clones.map((each) => wwidOf(each)),
  });
  expect(seen).toMatchObject({
    initiator: "iqn.1994-05.com.redhat:epic-trn-01",
    mounts: [
      { path: "/epic/trn", vg: "vg_trn", lv: "lv_db", content: "nightly.1", holders: [] },
      { path: "/none", kind: "absent" },
      { path: "/var/lib", kind: "occupied" },
    ],
    vgs: [{ name: "vg_trn", tags: "sluice_r1", active: true, mounts: ["/epic/trn"] }],
    luns: [
      { map: true, paths: 2 },
      { map: true, paths: 2 },
    ],
    sessions: [{ disks: 2 }, { disks: 2 }],
  });
  expect(seen.vgs[0]?.on).toHaveLength(2);
  expect(await detach.look(at.host, detachInput(at.san))).toMatchObject({ found: "absent" });
  expect(at.hosts.snapshot()).toEqual(before);
});
