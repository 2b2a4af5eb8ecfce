import { describe, expect, test } from "@jest/globals";
import { attach, inspect, isReady, prepare, ready, unprepare, type PrepareInput } from "../../src/host/index.js";
import { attachInput, place, type Place } from "./support/world.js";

const name = "epic-trn-01";
const inputOf = (at: Place): PrepareInput => ({
  tag: "sluice_r4",
  initiator: "iqn.1994-05.com.redhat:epic-trn-01",
  targets: [{ target: at.san.iqn, portals: ["10.8.1.21", "10.8.1.22"] }],
});
async function doing(change: typeof prepare | typeof unprepare, at: Place, ticket: string, input = inputOf(at)) {
  await at.host.start(change.script(input), ticket);
  return change.settle(at.host, input, ticket);
}
const file = (at: Place, path: string) => at.hosts.readFile(name, path);

describe.each([
  ["a host that was never prepared, of the Red Hat family", { os: "rhel", fresh: true }],
  ["one of the Debian family", { os: "debian", fresh: true }],
  ["one that has all packages, and settings of its own", { os: "rhel", fresh: false }],
] as const)("%s", (_name, knobs) => {
  test("is looked at without a change, is made ready, and is not changed again", async () => {
    const at = place(name, knobs);
    const before = at.hosts.snapshot();
    const lacks = await ready.ask(at.host, inputOf(at));
    expect(at.hosts.snapshot()).toEqual(before);
    expect(lacks).toMatchObject({
      os: knobs.os,
      dropIn: "absent",
      portals: ["10.8.1.21", "10.8.1.22"],
      record: "none",
    });
    expect(lacks.missing.length > 0).toBe(knobs.fresh);
    expect(isReady(lacks)).toBe(false);
    expect(await doing(prepare, at, "t1")).toMatchObject({ found: "done", output: { portals: 2 } });
    expect(isReady(await ready.ask(at.host, inputOf(at)))).toBe(true);
    expect(await file(at, "/etc/multipath/conf.d/sluice.conf")).toMatch(/find_multipaths no[\s\S]*vendor "NETAPP"/);
    expect(await file(at, "/etc/iscsi/iscsid.conf")).toMatch(/^node.session.timeo.replacement_timeout = 5$/m);
    const after = at.hosts.snapshot();
    expect(await doing(prepare, at, "t2")).toMatchObject({ found: "done" });
    expect(at.hosts.snapshot()).toEqual(after);
  });

  test("is as it was when it is taken back, twice or once", async () => {
    const at = place(name, knobs);
    const before = at.hosts.snapshot() as Record<string, object>;
    const conf = await file(at, "/etc/iscsi/iscsid.conf");
    await doing(prepare, at, "t1");
    expect(await doing(unprepare, at, "t2")).toMatchObject({ found: "done" });
    await doing(unprepare, at, "t3");
    // packages stay, and bring their units, which are off and not enabled again
    const without = ({ services: _, enabled: __, ...rest }: Record<string, unknown>) => rest;
    expect(without((at.hosts.snapshot() as typeof before)[name] as Record<string, unknown>)).toEqual(
      without(before[name] as Record<string, unknown>),
    );
    expect(await file(at, "/etc/iscsi/iscsid.conf")).toBe(conf);
    expect(await prepare.look(at.host, inputOf(at))).toEqual({ found: "absent" });
    if (!knobs.fresh) expect(at.hosts.snapshot()).toEqual(before);
    expect(await doing(prepare, at, "t4")).toMatchObject({ found: "done" });
  });

  test("cut off anywhere, it is made ready by the next try, or taken back", async () => {
    for (let cut = 1; ; cut += 17) {
      const at = place(name, knobs);
      at.hosts.fault(name, { kind: "kill", afterCommand: cut });
      await doing(prepare, at, "t1");
      const through = (await at.transport.ticket("t1")).state === "ended";
      at.hosts.clearFaults();
      expect([cut, await doing(prepare, at, "t2")]).toEqual([cut, expect.objectContaining({ found: "done" })]);
      expect([cut, isReady(await ready.ask(at.host, inputOf(at)))]).toEqual([cut, true]);
      if (through) return;
    }
  }, 120_000);
});

describe.each([
  ["on", true],
  ["off", false],
])("with the LVM devices file %s", (_name, devicesFile) => {
  test("a prepared host gets a clone's file system mounted, and its devices file has what is mounted and nothing after it has gone", async () => {
    const at = place(name, { devicesFile });
    expect(await ready.ask(at.host, inputOf(at))).toMatchObject({ devicesFile });
    const before = await file(at, "/etc/lvm/devices/system.devices");
    expect(before !== undefined).toBe(devicesFile);
    await doing(prepare, at, "t1");
    expect(isReady(await ready.ask(at.host, inputOf(at)))).toBe(true);
    // preparing neither switches it on nor off
    expect(await file(at, "/etc/lvm/devices/system.devices")).toBe(before);
    const input = attachInput(at.san);
    await at.host.start(attach.script(input), "t2");
    expect(await attach.settle(at.host, input, "t2")).toMatchObject({ found: "done" });
    const listed = await file(at, "/etc/lvm/devices/system.devices");
    for (const { wwid } of input.luns) expect(listed?.includes(wwid) ?? false).toBe(devicesFile);
  });
});

describe("on one path only", () => {
  const onePath = (at: Place): PrepareInput => ({
    ...inputOf(at),
    targets: [{ target: at.san.iqn, portals: ["10.8.1.21"] }],
  });
  const attaching = async (at: Place) => {
    const input = attachInput(at.san, { portals: ["10.8.1.21"] });
    await at.host.start(attach.script(input), "t2");
    return attach.settle(at.host, input, "t2");
  };
  test.each(["yes", "strict", "no"] as const)(
    "find_multipaths %s: once it is prepared every LUN gets a map, and the file system is mounted over it",
    async (findMultipaths) => {
      const at = place(name, { findMultipaths });
      expect(await doing(prepare, at, "t1", onePath(at))).toMatchObject({ found: "done", output: { portals: 1 } });
      expect(await attaching(at)).toMatchObject({ found: "done" });
      const input = attachInput(at.san);
      const seen = await inspect.ask(at.host, { wwids: input.luns.map(({ wwid }) => wwid), mounts: ["/epic/trn"] });
      expect(seen.luns).toEqual(input.luns.map(({ wwid }) => ({ wwid, map: true, paths: 1 })));
      expect(seen.mounts[0]?.source).toMatch(/^\/dev\/mapper\//);
    },
  );
});

test("with find_multipaths no, a LUN on one path gets a map by itself", async () => {
  const at = place(name, { findMultipaths: "yes", scanAtLogin: true });
  await doing(prepare, at, "t1");
  expect((at.hosts.snapshot() as Record<string, { findMultipaths: string }>)[name]!.findMultipaths).toBe("no");
});

describe("is refused, with nothing changed,", () => {
  const refused = async (at: Place, why: RegExp, input = inputOf(at)) => {
    const before = at.hosts.snapshot();
    expect(await doing(prepare, at, "t1", input)).toEqual({ found: "absent", because: expect.stringMatching(why) });
    expect(at.hosts.snapshot()).toEqual(before);
  };
  test("where the host has another name than the configuration says", async () => {
    const at = place(name);
    await refused(at, /signs in as iqn.1994-05.com.redhat:epic-trn-01, and the configuration says .*other/, {
      ...inputOf(at),
      initiator: "iqn.1994-05.com.redhat:other",
    });
  });
  test("where somebody has put a file of that name there", async () => {
    const at = place(name);
    await at.hosts.run(name, "mkdir -p /etc/multipath/conf.d; echo mine > /etc/multipath/conf.d/sluice.conf");
    await refused(at, /is there already and is not ours/);
  });
  test("where multipath serves other storage too", async () => {
    const at = place(name);
    at.hosts.fault(name, {
      kind: "command",
      command: "multipath",
      args: "-ll",
      exitCode: 0,
      stdout: "3600508b400105e210000900000490000 dm-5 HP,HSV210\n",
    });
    await refused(at, /serves other storage .*HP,HSV210/);
  });
});

describe("stops on the way, and says where,", () => {
  test.each([
    [
      "a package cannot be had",
      { command: "dnf", exitCode: 1, stderr: "Error: Cannot find a valid baseurl\n" },
      /Cannot find a valid baseurl/,
    ],
    [
      "a unit cannot be enabled",
      { command: "systemctl", args: "^enable --now", exitCode: 1, stderr: "Failed to enable\n" },
      /iscsid could not be enabled/,
    ],
    [
      "a portal does not answer",
      { command: "iscsiadm", args: "discoverydb", exitCode: 11, stderr: "no route\n" },
      /10.8.1.21 does not answer/,
    ],
  ] as const)("when %s", async (_name, fault, why) => {
    const at = place(name, { fresh: true });
    at.hosts.fault(name, { kind: "command", ...fault });
    expect(await doing(prepare, at, "t1")).toEqual({ found: "partial", why: expect.stringMatching(why) });
    expect(await doing(prepare, at, "t2")).toMatchObject({ found: "done" });
  });
});
