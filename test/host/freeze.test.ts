import { describe, expect, test } from "@jest/globals";
import { ManualClock } from "../../sim/kit/clock.js";
import { freeze, frozen, thaw, type FreezeInput } from "../../src/host/index.js";
import { place, type Place } from "./support/world.js";

const name = "epic-prd-01";
const limitSeconds = 120;
const iris: FreezeInput = {
  tag: "sluice_r3",
  limitSeconds,
  way: { kind: "iris", instance: "EPICPRD", user: "irisusr" },
};
const xfs: FreezeInput = { tag: "sluice_r3", limitSeconds, way: { kind: "xfs", mounts: ["/epic/prd"] } };
const command: FreezeInput = {
  tag: "sluice_r3",
  limitSeconds,
  way: { kind: "command", freeze: "touch /run/held", thaw: "rm -f /run/held", check: "test -e /run/held" },
};
const setUp = () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 22));
  const at = place(name, {}, clock);
  return { clock, at, before: at.hosts.snapshot() };
};
async function doing(change: typeof freeze | typeof thaw, at: Place, input: FreezeInput, ticket: string) {
  await at.host.start(change.script(input), ticket);
  return change.settle(at.host, input, ticket);
}
/** The exit code of a script that asks IRIS itself: 5 suspended, 3 running. */
const status = async (at: Place): Promise<number> =>
  (await at.hosts.run(name, `iris session EPICPRD -U%SYS '##class(Backup.General).IsWDSuspendedExt()'`)).exitCode;

describe.each([
  ["IRIS", iris],
  ["XFS", xfs],
  ["commands of the configuration", command],
])("freezing by %s", (_name, input) => {
  test("holds until the thaw, which says that it lasted and leaves nothing", async () => {
    const { at, before } = setUp();
    expect(await doing(freeze, at, input, "t1")).toMatchObject({ found: "done" });
    expect(at.hosts.snapshot()).toMatchObject({ [name]: { timers: ["sluice-thaw-r3"] } });
    expect(await frozen.ask(at.host, input)).toMatchObject({ record: "frozen", sameBoot: true });
    expect(await doing(thaw, at, input, "t2")).toMatchObject({ found: "done", output: { still: true } });
    expect(at.hosts.snapshot()).toEqual(before);
    // and again, as after a lost answer
    expect(await doing(thaw, at, input, "t3")).toMatchObject({ found: "done", output: { still: true } });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("ends by itself when nobody comes back, and the thaw then says that it did not last", async () => {
    const { at, before, clock } = setUp();
    await doing(freeze, at, input, "t1");
    clock.advance((limitSeconds + 1) * 1000);
    await at.hosts.settle();
    expect(at.hosts.snapshot()).toEqual(before);
    expect(await frozen.ask(at.host, input)).toMatchObject({ record: "lapsed" });
    expect(await freeze.look(at.host, input)).toEqual({ found: "absent" });
    expect(await doing(thaw, at, input, "t2")).toMatchObject({ found: "done", output: { still: false } });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("begun twice is one freeze; begun anew after it lapsed it is held again", async () => {
    const { at, before, clock } = setUp();
    await doing(freeze, at, input, "t1");
    expect(await doing(freeze, at, input, "t2")).toMatchObject({ found: "done" });
    clock.advance((limitSeconds + 1) * 1000);
    expect(await doing(freeze, at, input, "t3")).toMatchObject({ found: "done" });
    expect(await doing(thaw, at, input, "t4")).toMatchObject({ found: "done", output: { still: true } });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("a thaw where nothing was ever frozen changes nothing", async () => {
    const { at, before } = setUp();
    expect(await doing(thaw, at, input, "t1")).toMatchObject({ found: "done", output: { still: false } });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("lost answers are read from the host", async () => {
    const { at } = setUp();
    await doing(freeze, at, input, "t1");
    expect(await freeze.look(at.host, input)).toMatchObject({ found: "done" });
    expect(await thaw.look(at.host, input)).toEqual({ found: "absent" });
    await doing(thaw, at, input, "t2");
    expect(await thaw.look(at.host, input)).toMatchObject({ found: "done", output: { still: true } });
    expect(await freeze.look(at.host, input)).toEqual({ found: "absent" });
  });

  test("cut off anywhere, the host lets go by itself; and both scripts can be run again", async () => {
    for (let cut = 1; ; cut += 2) {
      const { at, before, clock } = setUp();
      at.hosts.fault(name, { kind: "kill", afterCommand: cut });
      await doing(freeze, at, input, "t1");
      const through = (await at.transport.ticket("t1")).state === "ended";
      at.hosts.clearFaults();
      clock.advance((limitSeconds + 11) * 1000);
      await at.hosts.settle();
      expect([cut, at.hosts.snapshot()]).toEqual([cut, before]);
      expect([cut, await doing(freeze, at, input, "t2")]).toEqual([cut, expect.objectContaining({ found: "done" })]);
      at.hosts.fault(name, { kind: "kill", afterCommand: cut });
      await doing(thaw, at, input, "t3");
      at.hosts.clearFaults();
      expect([cut, await doing(thaw, at, input, "t4")]).toMatchObject([cut, { found: "done" }]);
      expect([cut, at.hosts.snapshot()]).toEqual([cut, before]);
      if (through) return;
    }
  }, 120_000);
});

describe("IRIS' exit codes: 5 is success and suspended, 3 is failure and running", () => {
  test("5 to the freeze is frozen, 5 to the question is suspended, 5 to the thaw is over, and 3 then is running", async () => {
    const { at } = setUp();
    expect(await status(at)).toBe(3);
    expect(await doing(freeze, at, iris, "t1")).toMatchObject({ found: "done" });
    expect(await status(at)).toBe(5);
    expect(await doing(thaw, at, iris, "t2")).toMatchObject({ found: "done", output: { still: true } });
    expect(await status(at)).toBe(3);
  });
  test.each([0, 1, 3, 255])("%d to the freeze is no freeze, though a shell may call it well", async (exitCode) => {
    const { at, before } = setUp();
    at.hosts.fault(name, { kind: "command", command: "iris", args: "ExternalFreeze", exitCode });
    expect(await doing(freeze, at, iris, "t1")).toEqual({
      found: "absent",
      because: expect.stringContaining(`IRIS did not freeze EPICPRD (exit ${exitCode})`),
    });
    expect(await status(at)).toBe(3);
    expect(at.hosts.snapshot()).toEqual(before);
  });
  test("3 to the question when it thaws: it ran by then, and nobody says that the freeze lasted", async () => {
    const { at } = setUp();
    await doing(freeze, at, iris, "t1");
    at.hosts.fault(name, { kind: "command", command: "iris", args: "IsWDSuspendedExt", exitCode: 3, times: 9 });
    expect(await doing(thaw, at, iris, "t2")).toMatchObject({ found: "done", output: { still: false } });
  });
  test("3 to the thaw is tried again, and only 5 ends it", async () => {
    const { at, before } = setUp();
    await doing(freeze, at, iris, "t1");
    at.hosts.fault(name, { kind: "command", command: "iris", args: "ExternalThaw", exitCode: 3, times: 2 });
    expect(await doing(thaw, at, iris, "t2")).toMatchObject({ found: "done", output: { still: true } });
    expect(await status(at)).toBe(3);
    expect(at.hosts.snapshot()).toEqual(before);
  });
});

describe("a freeze is refused, with nothing changed,", () => {
  const refused = async (at: Place, input: FreezeInput, why: RegExp) => {
    const before = at.hosts.snapshot();
    expect(await doing(freeze, at, input, "t1")).toEqual({ found: "absent", because: expect.stringMatching(why) });
    expect(at.hosts.snapshot()).toEqual(before);
  };
  test("where somebody else has frozen it; theirs is left alone by a thaw of ours too", async () => {
    const { at } = setUp();
    await at.hosts.run(name, `iris session EPICPRD -U%SYS '##class(Backup.General).ExternalFreeze()'`);
    await refused(at, iris, /frozen already, by somebody else/);
    expect(await doing(thaw, at, iris, "t2")).toMatchObject({ found: "done", output: { still: false } });
    expect(await status(at)).toBe(5);
  });
  test("where ours lapsed and somebody else froze since, the thaw leaves theirs alone", async () => {
    const { at, clock } = setUp();
    await doing(freeze, at, iris, "t1");
    clock.advance((limitSeconds + 1) * 1000);
    await at.hosts.run(name, `iris session EPICPRD -U%SYS '##class(Backup.General).ExternalFreeze()'`);
    expect(await doing(thaw, at, iris, "t2")).toMatchObject({ found: "done", output: { still: false } });
    expect(await status(at)).toBe(5);
  });
  test("where IRIS says 3", async () => {
    const { at } = setUp();
    at.hosts.fault(name, { kind: "command", command: "iris", args: "ExternalFreeze", exitCode: 3 });
    await refused(at, iris, /IRIS did not freeze EPICPRD \(exit 3\)/);
  });
  test("where IRIS is down", async () => {
    const { at } = setUp();
    await at.hosts.run(name, "pcs resource disable grp_epicprd --wait");
    await refused(at, iris, /IRIS did not freeze EPICPRD \(exit 1\): Sign-on inhibited/);
  });
  test("where no timer can be set, and so nobody would thaw", async () => {
    const { at } = setUp();
    at.hosts.fault(name, {
      kind: "command",
      command: "systemd-run",
      exitCode: 1,
      stderr: "Failed to connect to bus\n",
    });
    await refused(at, iris, /no timer could be set .*Failed to connect to bus/);
  });
  test("where the file system is none, or the command fails", async () => {
    const { at } = setUp();
    await refused(at, { ...xfs, way: { kind: "xfs", mounts: ["/epic/none"] } }, /no mounted XFS/);
    const failing: FreezeInput = { ...command, way: { kind: "command", freeze: "echo no; exit 4", thaw: "true" } };
    expect(await doing(freeze, at, failing, "t2")).toMatchObject({
      found: "absent",
      because: expect.stringMatching(/freeze command ended with 4: no/),
    });
  });
});

test("a reboot ends a freeze, and the thaw knows", async () => {
  const { at } = setUp();
  await doing(freeze, at, iris, "t1");
  await at.hosts.reboot(name);
  expect(await doing(thaw, at, iris, "t2")).toMatchObject({ found: "done", output: { still: false } });
});
