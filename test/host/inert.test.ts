import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  attach,
  build,
  check,
  detach,
  forget,
  freeze,
  frozen,
  inspect,
  prepare,
  quiesce,
  quiesced,
  reactivate,
  readTicket,
  ready,
  thaw,
  unbuild,
} from "../../src/host/index.js";
import type { ScriptCall } from "../../src/core/script.js";
import { attachInput, detachInput, place, quiesceInput } from "./support/world.js";

/** What a shell would make something of, with a mark it would leave. */
const hostile = fc.oneof(
  fc.constantFrom(
    "$(touch /var/lib/pwned)",
    "`touch /var/lib/pwned`",
    "; touch /var/lib/pwned",
    "x' ; touch /var/lib/pwned ; '",
    'x" ; touch /var/lib/pwned ; "',
    "x\ntouch /var/lib/pwned\n",
    "a[$(touch /var/lib/pwned)]",
    "-o /var/lib/pwned",
    "> /var/lib/pwned",
    "../../etc",
    "/epic/../etc",
    "*",
    "\\",
    "%s%n",
  ),
  fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter((text) => !text.includes("\0")),
);

const san = place("epic-trn-01").san;
const { tag, vgs, wwids } = quiesceInput();
const built = {
  tag,
  access: {
    protocol: "iscsi" as const,
    initiator: "iqn.1994-05.com.redhat:epic-trn-01",
    target: san.iqn,
    portals: ["10.8.1.21"],
  },
  vg: "vg_app",
  lv: "lv_data",
  mount: "/epic/app",
};
const calls: readonly ScriptCall[] = [
  attach.script(attachInput(san)),
  check.script({ command: "true", limitSeconds: 5 }),
  detach.script(detachInput(san)),
  inspect.script({ target: san.iqn, tag: "sluice_r1", mounts: ["/epic/trn"], vgs: ["vg_trn"], wwids }),
  quiesce.script(quiesceInput({ expected: ["irisdb"] })),
  reactivate.script({ tag, vgs, wwids }),
  forget.script({ tag, vgs, wwids }),
  quiesced.script({ tag, vgs, wwids }),
  readTicket.script({ ticket: "t1" }),
  build.script({
    ...built,
    luns: wwids.map((each, i) => ({ number: 5 + i, wwid: each })),
    options: "noatime",
  }),
  unbuild.script({ ...built, wwids, logout: false }),
  prepare.script({
    tag,
    initiator: "iqn.1994-05.com.redhat:epic-trn-01",
    targets: [{ target: san.iqn, portals: ["10.8.1.21"] }],
  }),
  ready.script({
    tag,
    initiator: "iqn.1994-05.com.redhat:epic-trn-01",
    targets: [{ target: san.iqn, portals: ["10.8.1.21"] }],
  }),
  freeze.script({ tag, limitSeconds: 120, way: { kind: "iris", instance: "EPICPRD", user: "irisusr" } }),
  thaw.script({ tag, limitSeconds: 120, way: { kind: "xfs", mounts: ["/epic/prd"] } }),
  frozen.script({ tag, limitSeconds: 120, way: { kind: "command", freeze: "true", thaw: "true", check: "true" } }),
];
/** Text of the configuration, which is a command by intent. */
const hooks = new Set([
  "SLUICE_AFTER_MOUNT",
  "SLUICE_HOOK",
  "SLUICE_CHECK",
  "SLUICE_FREEZE",
  "SLUICE_THAW",
  "SLUICE_COMMAND",
]);

describe.each(calls.map((call) => [call.name, call] as const))("no value is ever a command: %s", (_name, call) => {
  const names = [...Object.keys(call.env), ...(call.kind === "change" ? ["SLUICE_TICKET"] : [])].filter(
    (each) => !hooks.has(each),
  );
  test("whatever stands in any of its values", async () => {
    const at = place("epic-trn-01");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), hostile, async (name, value) => {
        const before = at.hosts.snapshot();
        const run = await at.hosts.run("epic-trn-01", call.script, { SLUICE_TICKET: "t1", ...call.env, [name]: value });
        expect(await at.hosts.readFile("epic-trn-01", "/var/lib/pwned")).toBeUndefined();
        if (run.stdout.includes('"code":"argument"')) expect(at.hosts.snapshot()).toEqual(before);
        expect(run.end).toBe("exited");
      }),
      { numRuns: 12 },
    );
  }, 120_000);
  test("and a foreign one in its place is refused", async () => {
    const at = place("epic-trn-01");
    for (const name of names) {
      if (name === "SLUICE_EXPECTED") continue;
      const run = await at.hosts.run("epic-trn-01", call.script, {
        SLUICE_TICKET: "t1",
        ...call.env,
        [name]: "x; touch /var/lib/pwned",
      });
      expect([name, run.exitCode]).toEqual([name, 10]);
      expect(run.stdout).toContain('"code":"argument"');
      await at.hosts.run("epic-trn-01", "rm -f /var/lib/sluice/t1.json");
    }
  }, 60_000);
});

describe("what is refused before a script is made", () => {
  test.each([
    ["a tag of somebody else", { tag: "clone_r1" }],
    ["a mount point that climbs", { mount: "/epic/../etc" }],
    ["the original's own name", { vg: "vg_epicprd" }],
    ["a portal that is no address", { portals: ["10.8.1.21; reboot"] }],
    ["a LUN of another vendor", { luns: [{ number: 1, wwid: "3600508b400105e210000900000490000" }] }],
    ["mount options with blanks", { options: "noatime -o exec" }],
  ])("%s", (_name, more) => {
    expect(() => attach.script(attachInput(san, more))).toThrow();
  });
});
