import { ComputeManagementClient } from "@azure/arm-compute";
import { ClientSecretCredential } from "@azure/identity";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createAzure as createServer, type Azure as AzureSim, type AzureServer } from "../../sim/azure/index.js";
import { simCa } from "../../sim/kit/tls.js";
import { epic } from "../../sim/worlds/epic.js";
import { createAzure, type Azure, type AzureOptions } from "../../src/azure/index.js";
import type { ScriptCall } from "../../src/core/script.js";
import { attach, createHost, detach, inspect } from "../../src/host/index.js";
import { attachInput, detachInput, place, type Place } from "../host/support/world.js";
import { JumpClock } from "../support/clock.js";

const vm = { resourceGroup: "rg-epic-dr", name: "epic-trn-01" };
const put = "PUT";
const putPath = "/runCommands/";
let clock: JumpClock;
let at: Place;
let sim: AzureSim;
let server: AzureServer;
let logged: string[];

beforeEach(async () => {
  clock = new JumpClock();
  at = place("epic-trn-01", {}, clock);
  sim = createServer({ world: at.world, clock, hosts: at.hosts, knobs: { secrets: { "array-password": "s3cret!" } } });
  server = await sim.listen();
  logged = [];
});
afterEach(() => server.close());

const options = async (): Promise<AzureOptions> => ({
  tenantId: epic.azure.tenant,
  subscription: epic.azure.subscription,
  endpoint: server.url,
  authorityHost: server.url,
  ca: (await simCa()).certPem,
  credential: {
    kind: "clientSecret",
    clientId: epic.azure.clientId,
    clientSecret: () => Promise.resolve(epic.azure.clientSecret),
  },
  clock,
  openSecret: (name) => Promise.resolve(`value of ${name}`),
  requestTimeoutMs: 5_000,
  log: (message) => logged.push(message),
});
const azure = async (more: Partial<AzureOptions> = {}): Promise<Azure> =>
  createAzure({ ...(await options()), ...more });
/** As somebody in the portal would. */
async function deallocate(): Promise<void> {
  const ca = (await simCa()).certPem;
  const credential = new ClientSecretCredential(epic.azure.tenant, epic.azure.clientId, epic.azure.clientSecret, {
    authorityHost: server.url,
    disableInstanceDiscovery: true,
    tlsOptions: { ca },
  });
  const client = new ComputeManagementClient(credential, epic.azure.subscription, {
    endpoint: server.url,
    tlsOptions: { ca },
  });
  await client.virtualMachines.deallocate(vm.resourceGroup, vm.name).submitted();
  await clock.sleep(60_000);
}
const call = (script: string, more: Partial<ScriptCall> = {}): ScriptCall => ({
  kind: "change",
  name: "try",
  script: `#!/bin/bash\n${script}\n`,
  env: {},
  secrets: {},
  timeoutMs: 600_000,
  ...more,
});
const puts = (): number => sim.calls().filter((each) => each.method === put && each.path.includes(putPath)).length;
const count = () => at.hosts.readFile("epic-trn-01", "/var/lib/count");
const counting = call("printf x >> /var/lib/count; echo said");

describe("a virtual machine", () => {
  test("tells its power and its agent, and is started", async () => {
    const cloud = await azure();
    expect(await cloud.vm(vm)).toEqual({ location: "eastus2", power: "running", agentReady: true });
    await deallocate();
    expect((await cloud.vm(vm)).power).toBe("deallocated");
    await cloud.startVm(vm);
    await clock.sleep(60_000);
    expect((await cloud.vm(vm)).power).toBe("running");
  });

  test.each([
    ["is switched off", deallocate, /the virtual machine epic-trn-01 is deallocated/],
    [
      "has no agent",
      () => Promise.resolve(at.hosts.fault("epic-trn-01", { kind: "agentNotReady" })),
      /guest agent is not ready/,
    ],
  ] as const)("that %s is sent nothing, and says so in a sentence", async (_name, prepare, says) => {
    await prepare();
    await expect((await azure()).transport(vm).start(counting, "t1")).rejects.toMatchObject({
      kind: "rejected",
      sentence: expect.stringMatching(says),
    });
    expect(puts()).toBe(0);
  });
});

describe("one sentence for what Azure refuses", () => {
  test("a machine that is not there", async () => {
    await expect((await azure()).vm({ ...vm, name: "epic-none-01" })).rejects.toMatchObject({
      kind: "rejected",
      sentence: expect.stringContaining("there is no virtual machine epic-none-01"),
    });
  });
  test("a right that is missing", async () => {
    sim.setKnobs({ denied: ["Microsoft.Compute/virtualMachines/runCommands/write"] });
    await expect((await azure()).transport(vm).start(counting, "t1")).rejects.toMatchObject({
      kind: "rejected",
      code: "AuthorizationFailed",
      next: expect.stringContaining("resource group rg-epic-dr"),
    });
  });
  test("a wrong secret", async () => {
    const cloud = await azure({
      credential: {
        kind: "clientSecret",
        clientId: epic.azure.clientId,
        clientSecret: () => Promise.resolve("wrong-secret"),
      },
    });
    const error: unknown = await cloud.vm(vm).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: "notSent",
      code: "login",
      message: expect.stringContaining("could not sign in"),
    });
    expect((error as { sentence: string }).sentence).not.toContain("wrong-secret");
  });
  test("by default whatever the machine offers: here the environment's service principal", async () => {
    const offered = {
      AZURE_TENANT_ID: epic.azure.tenant,
      AZURE_CLIENT_ID: epic.azure.clientId,
      AZURE_CLIENT_SECRET: epic.azure.clientSecret,
    };
    const before = { ...process.env };
    Object.assign(process.env, offered);
    try {
      await expect((await azure({ credential: { kind: "default" } })).vm(vm)).resolves.toMatchObject({
        power: "running",
      });
    } finally {
      for (const name of Object.keys(offered))
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
    }
  });
  test("an authority nobody vouches for", async () => {
    const { ca: _, ...trusting } = await options();
    await expect(createAzure(trusting).vm(vm)).rejects.toMatchObject({ kind: "notSent" });
  });
  test("nobody there", async () => {
    const error: unknown = await (
      await azure({ endpoint: "https://127.0.0.1:1" })
    )
      .vm(vm)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "notSent", retryable: true, code: "ECONNREFUSED" });
  });
  test("too many requests are not sent, with the time to wait", async () => {
    const cloud = await azure();
    await cloud.vm(vm);
    sim.fault({
      method: put,
      path: putPath,
      times: 9,
      does: {
        kind: "reply",
        status: 429,
        headers: { "retry-after": "17" },
        body: { error: { code: "OperationNotAllowed", message: "slow" } },
      },
    });
    await expect(cloud.transport(vm).start(counting, "t1")).rejects.toMatchObject({
      kind: "notSent",
      retryable: true,
      retryAfterMs: 17_000,
    });
    expect(puts()).toBe(1);
  });
});

describe("a script", () => {
  test("is accepted, runs, and ends under its ticket", async () => {
    const transport = (await azure()).transport(vm);
    expect(await transport.ticket("t1")).toEqual({ state: "absent" });
    await transport.start(counting, "t1");
    expect(await transport.ticket("t1")).toMatchObject({ state: "running", pollAfterMs: 2_000 });
    await clock.sleep(30_000);
    expect(await transport.ticket("t1")).toEqual({
      state: "ended",
      outcome: { exitCode: 0, stdout: "said\n", stderr: "" },
    });
  });

  test("starts once for one ticket, also from another process", async () => {
    await (await azure()).transport(vm).start(counting, "t1");
    await (await azure()).transport(vm).start(counting, "t1");
    expect([await count(), puts()]).toEqual(["x", 1]);
  });

  test("gets values as named parameters and secrets as protected ones", async () => {
    const transport = (await azure()).transport(vm);
    const hard = `it's "$HOME"; \`x\``;
    await transport.start(
      call('printf "%s|%s" "$A" "$B" > /var/lib/got', { env: { A: hard }, secrets: { B: { $secret: "pin" } } }),
      "t1",
    );
    expect(await at.hosts.readFile("epic-trn-01", "/var/lib/got")).toBe(`${hard}|value of pin`);
    expect(JSON.stringify(sim.calls())).not.toContain("value of pin");
    await expect(transport.start(call("true", { env: { "A B": "1" } }), "t2")).rejects.toThrow(TypeError);
  });

  test.each([
    ["lost before it took effect", "before", undefined],
    ["lost after it took effect", "after", "x"],
  ] as const)("whose PUT's answer was %s", async (_name, when, ran) => {
    const transport = (await azure()).transport(vm);
    sim.fault({ method: put, path: putPath, when, does: { kind: "reset" } });
    const started = transport.start(counting, "t1");
    await (ran === undefined
      ? expect(started).rejects.toMatchObject({ kind: "inDoubt" })
      : expect(started).resolves.toBeUndefined());
    expect([await count(), puts()]).toEqual([ran, 1]);
  });

  test("answered with 500 is looked for, and never sent again by itself", async () => {
    sim.fault({ method: put, path: putPath, when: "before", does: { kind: "reply", status: 500, body: {} } });
    await expect((await azure()).transport(vm).start(counting, "t1")).rejects.toMatchObject({ kind: "inDoubt" });
    expect(puts()).toBe(1);
  });

  test("whose PUT is never answered is in doubt after the time-out", async () => {
    sim.fault({ method: put, path: putPath, does: { kind: "hang" } });
    await expect((await azure({ requestTimeoutMs: 300 })).transport(vm).start(counting, "t1")).rejects.toMatchObject({
      kind: "inDoubt",
    });
  });

  test("that hangs is lost once its time is over", async () => {
    const transport = (await azure()).transport(vm);
    at.hosts.fault("epic-trn-01", { kind: "hang" });
    await transport.start(counting, "t1");
    await clock.sleep(120_000);
    expect(await transport.ticket("t1")).toMatchObject({ state: "running", pollAfterMs: 5_000 });
    await clock.sleep(900_000);
    expect(await transport.ticket("t1")).toMatchObject({ state: "lost" });
  });

  test("on a machine that was rebooted in the middle is lost, though Azure shows it running", async () => {
    const transport = (await azure()).transport(vm);
    at.hosts.fault("epic-trn-01", { kind: "reboot", afterCommand: 1 });
    await transport.start(call("findmnt; printf x"), "t1");
    await clock.sleep(900_000);
    expect(await transport.ticket("t1")).toMatchObject({ state: "lost" });
  });
});

describe("a machine holds 25 run commands", () => {
  test("and ours are deleted before they fill it", async () => {
    const transport = (await azure()).transport(vm);
    for (let n = 0; n < 60; n++) {
      await transport.read(call("true", { kind: "read" }));
      await clock.sleep(60_000);
    }
    expect(sim.calls().filter((each) => each.method === "DELETE").length).toBeGreaterThan(30);
    expect(logged).toEqual([]);
  });

  test("and changes one after the other, as fast as Azure takes them, never do", async () => {
    const transport = (await azure()).transport(vm);
    for (let n = 0; n < 60; n++) {
      await transport.start(call("true"), `busy${n}`);
      await clock.sleep(30_000);
    }
    expect(sim.calls().filter((each) => each.method === "DELETE").length).toBeGreaterThan(30);
    expect(logged).toEqual([]);
  });

  test("and when strangers fill it, only our own ended ones go", async () => {
    sim.setKnobs({ throttle: false });
    const others = (await azure()).transport(vm);
    for (let n = 0; n < 25; n++) await others.start(call("true"), `old${n}`);
    await clock.sleep(2 * 3_600_000);
    await (await azure()).transport(vm).start(counting, "new");
    expect(await count()).toBe("x");
    const full = createServer({ world: at.world, clock, hosts: at.hosts, knobs: { throttle: false } });
    const running = await full.listen();
    try {
      const mine = (await azure({ endpoint: running.url, authorityHost: running.url })).transport(vm);
      for (let n = 0; n < 25; n++) await mine.start(call("true"), `young${n}`);
      await expect(mine.start(counting, "new2")).rejects.toMatchObject({
        kind: "rejected",
        sentence: expect.stringContaining("max=25"),
      });
    } finally {
      await running.close();
    }
  });
});

describe("a clone by Run Command", () => {
  test("is attached, looked at and detached, within what Azure lets through", async () => {
    const host = createHost((await azure()).transport(vm));
    const before = at.hosts.snapshot();
    const input = attachInput(at.san);
    await host.start(attach.script(input), "r1-2-1");
    await clock.sleep(60_000);
    expect(await attach.settle(host, input, "r1-2-1")).toMatchObject({
      found: "done",
      output: { mount: "/epic/trn", content: "nightly.1" },
    });
    expect(await inspect.ask(host, { mounts: ["/epic/trn"] })).toMatchObject({ mounts: [{ vg: "vg_trn" }] });
    await host.start(detach.script(detachInput(at.san)), "r1-2-1u");
    await clock.sleep(60_000);
    expect(await detach.settle(host, detachInput(at.san), "r1-2-1u")).toMatchObject({ found: "done" });
    expect(at.hosts.snapshot()).toEqual(before);
  });

  test("whose command Azure has forgotten is answered by the host's own record", async () => {
    sim.setKnobs({ throttle: false });
    const transport = (await azure()).transport(vm);
    const host = createHost(transport);
    expect(await host.ticket("r9-1-1")).toEqual({ state: "absent" });
    await host.start(attach.script(attachInput(at.san)), "r9-1-1");
    await clock.sleep(10 * 60_000);
    for (let n = 0; n < 40; n++) await transport.start(call("true"), `after${n}`).then(() => clock.sleep(30_000));
    expect(await transport.ticket("r9-1-1")).toEqual({ state: "absent" });
    expect(await attach.settle(host, attachInput(at.san), "r9-1-1")).toMatchObject({
      found: "done",
      output: { mount: "/epic/trn" },
    });
  });

  test("killed in the middle is lost; its own record says so, and a look says how far it came", async () => {
    const host = createHost((await azure()).transport(vm));
    at.hosts.fault("epic-trn-01", { kind: "kill", afterCommand: 24 });
    const input = attachInput(at.san);
    await host.start(attach.script(input), "t1");
    await clock.sleep(60_000);
    expect(await host.ticket("t1")).toMatchObject({ state: "lost" });
    expect(await attach.settle(host, input, "t1")).toMatchObject({ found: "partial" });
  });
});

describe("a script that a reboot cut off, which Azure shows as running for ever", () => {
  const begun = async (fault: Parameters<Place["hosts"]["fault"]>[1]) => {
    const host = createHost((await azure()).transport(vm));
    const input = attachInput(at.san);
    at.hosts.fault(vm.name, fault);
    await host.start(attach.script(input), "t1");
    return { host, input };
  };

  test("is known to be over within two minutes: the host's boot id is another, and a look says how far it came", async () => {
    const { host, input } = await begun({ kind: "reboot", afterCommand: 24 });
    await clock.sleep(30_000);
    expect(await host.ticket("t1")).toMatchObject({ state: "running" });
    await clock.sleep(90_000);
    // what it had done went with the reboot: no record of a session signs in by itself
    expect(await attach.settle(host, input, "t1")).toMatchObject({ found: "absent" });
    // it stays over, also between two looks at the host
    expect(await host.ticket("t1")).toMatchObject({ state: "lost", why: expect.stringContaining("rebooted") });
  });

  test("is waited for while the host knows nothing of it, and the host is not asked at every poll", async () => {
    const { host } = await begun({ kind: "hang" });
    await clock.sleep(120_000);
    const before = puts();
    for (let poll = 0; poll < 12; poll++) {
      expect(await host.ticket("t1")).toMatchObject({ state: "running" });
      await clock.sleep(15_000);
    }
    expect(puts() - before).toBe(2);
  });

  test("is not taken for one that waits for the host's lock, in the very instant nobody holds it", async () => {
    const { host, input } = await begun({ kind: "waits", forMs: 120_000, gapMs: 1_000 });
    // the first look at the host falls on the instant, the second finds the script at work
    for (const [afterMs, looks] of [
      [120_000, 1],
      [125_000, 2],
    ] as const) {
      await clock.sleep(afterMs);
      expect(await host.ticket("t1")).toMatchObject({ state: "running" });
      expect(await attach.settle(host, input, "t1")).toMatchObject({ found: "running" });
      expect(puts()).toBe(1 + looks);
    }
  });

  test("is waited for while the host cannot be asked", async () => {
    const { host } = await begun({ kind: "reboot", afterCommand: 24 });
    at.hosts.fault(vm.name, { kind: "agentNotReady" });
    await clock.sleep(120_000);
    expect(await host.ticket("t1")).toMatchObject({ state: "running" });
  });
});

describe("Key Vault", () => {
  test("gives a secret, and says in a sentence when it does not", async () => {
    const cloud = await azure();
    expect(await cloud.secret({ vault: server.url, name: "array-password" })).toBe("s3cret!");
    await expect(cloud.secret({ vault: server.url, name: "nothing" })).rejects.toMatchObject({
      kind: "rejected",
      sentence: expect.stringContaining("there is no secret nothing"),
    });
    await expect(cloud.secret({ vault: "https://127.0.0.1:1", name: "x" })).rejects.toMatchObject({ kind: "notSent" });
  });
});
