import { ComputeManagementClient } from "@azure/arm-compute";
import { ClientSecretCredential } from "@azure/identity";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAzure, type Azure, type AzureServer } from "../../../sim/azure/index.js";
import { createHosts, type Hosts } from "../../../sim/host/index.js";
import { ManualClock } from "../../../sim/kit/clock.js";
import { simCa } from "../../../sim/kit/tls.js";
import { epic } from "../../../sim/worlds/epic.js";
import { MemorySan } from "../host/support/memory-san.js";

const RG = "rg-epic-dr";
const VM = "epic-trn-01";
const clock = new ManualClock(Date.UTC(2026, 10, 20, 12));
let hosts: Hosts;
let azure: Azure;
let server: AzureServer;
let ca: string;

beforeAll(async () => {
  hosts = createHosts({ world: epic, clock, san: new MemorySan() });
  azure = createAzure({ world: epic, clock, hosts, knobs: { retryAfterSeconds: 0 } });
  server = await azure.listen();
  ca = (await simCa()).certPem;
});
afterAll(() => server.close());
beforeEach(() => {
  hosts.reset();
  azure.reset();
});

function client(secret = epic.azure.clientSecret): ComputeManagementClient {
  const credential = new ClientSecretCredential(epic.azure.tenant, epic.azure.clientId, secret, {
    authorityHost: server.url,
    disableInstanceDiscovery: true,
    tlsOptions: { ca },
    retryOptions: { maxRetries: 0 },
  });
  return new ComputeManagementClient(credential, epic.azure.subscription, {
    endpoint: server.url,
    tlsOptions: { ca },
    retryOptions: { maxRetries: 0 },
  });
}

/** The clock goes on whenever an operation is asked for, so that pollers come to an end. */
async function finish<T>(poller: PromiseLike<T>): Promise<T> {
  clock.advance(5000);
  return poller;
}

const script = (text: string, more: object = {}) => ({
  location: "eastus2",
  source: { script: `#!/bin/bash\n${text}\n` },
  asyncExecution: true,
  timeoutInSeconds: 600,
  ...more,
});
const code = async (body: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(body).then(
    () => "no error",
    (error: { code?: string; statusCode?: number }) => `${error.statusCode} ${error.code}`,
  );

describe("the real SDK", () => {
  test("signs in, stops and starts a machine, and sees its power state", async () => {
    azure.setKnobs({ retryAfterSeconds: 1 });
    const compute = client();
    const power = async (): Promise<string | undefined> =>
      (await compute.virtualMachines.instanceView(RG, VM)).statuses?.find((each) =>
        each.code?.startsWith("PowerState/"),
      )?.code;
    expect(await power()).toBe("PowerState/running");
    const stopping = compute.virtualMachines.deallocate(RG, VM, { updateIntervalInMs: 1 });
    await stopping.submitted();
    expect(await power()).toBe("PowerState/deallocating");
    await finish(stopping);
    expect(await power()).toBe("PowerState/deallocated");
    expect(hosts.power(VM)).toBe("off");
    expect(await code(compute.virtualMachineRunCommands.createOrUpdate(RG, VM, "r1", script("true")))).toBe(
      "409 OperationNotAllowed",
    );
    const starting = compute.virtualMachines.start(RG, VM, { updateIntervalInMs: 1 });
    await starting.submitted();
    await finish(starting);
    expect(await power()).toBe("PowerState/running");
    expect(hosts.power(VM)).toBe("on");
  });

  test("runs a script on the host with its parameters and shows its end when its time has passed", async () => {
    const compute = client();
    const body = script(
      'echo "hello $NAME $(hostname)"; echo "${SECRET}" >/root/secret; sleep 20; echo oops >&2; exit 3',
      {
        parameters: [
          { name: "NAME", value: "it's $HOME; rm" },
          { name: "EMPTY", value: "" },
        ],
        protectedParameters: [{ name: "SECRET", value: "not-to-be-seen" }],
      },
    );
    const poller = compute.virtualMachineRunCommands.createOrUpdate(RG, VM, "run-1", body, { updateIntervalInMs: 1 });
    await poller.submitted();
    const state = async () =>
      compute.virtualMachineRunCommands.getByVirtualMachine(RG, VM, "run-1", { expand: "instanceView" });
    expect((await state()).instanceView?.executionState).toBe("Pending");
    clock.advance(1000);
    const running = await state();
    expect(running.instanceView).toMatchObject({ executionState: "Running" });
    expect(running.protectedParameters).toBeUndefined();
    await poller;
    clock.advance(20_500);
    expect((await state()).instanceView).toMatchObject({
      executionState: "Failed",
      exitCode: 3,
      output: `hello it's $HOME; rm ${VM}\n`,
      error: "oops\n",
    });
    expect(await hosts.readFile(VM, "/root/secret")).toBe("not-to-be-seen\n");
    expect(JSON.stringify(azure.calls())).not.toMatch(/not-to-be-seen|sluice-azure-secret/);
  });

  test("output is the last 4 KB; the list shows it; a deleted one is gone", async () => {
    const compute = client();
    await finish(
      (
        await submitted(
          compute,
          "big",
          'for i in $(seq 300); do echo "line $i of some length"; done; echo "@@RESULT {}"',
        )
      ).done,
    );
    clock.advance(60_000);
    const view = await compute.virtualMachineRunCommands.getByVirtualMachine(RG, VM, "big", { expand: "instanceView" });
    expect(Buffer.byteLength(view.instanceView?.output ?? "")).toBe(4096);
    expect(view.instanceView?.output?.endsWith("@@RESULT {}\n")).toBe(true);
    const names: (string | undefined)[] = [];
    for await (const each of compute.virtualMachineRunCommands.listByVirtualMachine(RG, VM)) names.push(each.name);
    expect(names).toEqual(["big"]);
    const deletion = compute.virtualMachineRunCommands.delete(RG, VM, "big", { updateIntervalInMs: 1 });
    await deletion.submitted();
    await finish(deletion);
    expect(await code(compute.virtualMachineRunCommands.getByVirtualMachine(RG, VM, "big"))).toBe(
      "404 ResourceNotFound",
    );
  });

  test("refuses a wrong secret, a missing right, an unknown machine", async () => {
    await expect(client("wrong").virtualMachines.get(RG, VM)).rejects.toThrow(/AADSTS7000215/);
    azure.setKnobs({ denied: ["Microsoft.Compute/virtualMachines/start/action"] });
    const compute = client();
    expect(await code(compute.virtualMachines.start(RG, VM))).toBe("403 AuthorizationFailed");
    expect(await code(compute.virtualMachines.get(RG, "nope"))).toBe("404 ResourceNotFound");
    expect(await code(compute.virtualMachines.get("rg-nope", VM))).toBe("404 ResourceGroupNotFound");
  });

  test("twelve updates in a row are the machine's last for a while", async () => {
    const compute = client();
    for (let i = 0; i < 12; i++) await submitted(compute, `c${i}`, "true");
    expect(await code(compute.virtualMachineRunCommands.createOrUpdate(RG, VM, "c12", script("true")))).toBe(
      "429 OperationNotAllowed",
    );
    clock.advance(15_000);
    await finish((await submitted(compute, "c12", "true")).done);
  });

  test("a hung script is killed at its time limit: Failed, -1; without one it runs for ever", async () => {
    const compute = client();
    for (const [name, timeoutInSeconds] of [
      ["limited", 60],
      ["unlimited", 0],
    ] as const) {
      hosts.fault(VM, { kind: "hang" });
      const poller = compute.virtualMachineRunCommands.createOrUpdate(
        RG,
        VM,
        name,
        script("true", { timeoutInSeconds }),
      );
      await poller.submitted();
    }
    clock.advance(3_600_000);
    const state = async (name: string) =>
      (await compute.virtualMachineRunCommands.getByVirtualMachine(RG, VM, name, { expand: "instanceView" }))
        .instanceView;
    expect(await state("limited")).toMatchObject({ executionState: "Failed", exitCode: -1 });
    expect(await state("unlimited")).toMatchObject({ executionState: "Running" });
  });

  test("a reboot in the middle leaves it Running for ever, and the boot id differs", async () => {
    const compute = client();
    const before = hosts.state().hosts[VM]?.bootId;
    hosts.fault(VM, { kind: "reboot", afterCommand: 1 });
    await submitted(compute, "cut", "logger one; logger two; echo late >/root/late");
    clock.advance(3_600_000);
    expect(
      (await compute.virtualMachineRunCommands.getByVirtualMachine(RG, VM, "cut", { expand: "instanceView" }))
        .instanceView?.executionState,
    ).toBe("Running");
    expect(hosts.state().hosts[VM]?.bootId).not.toBe(before);
    expect(await hosts.readFile(VM, "/root/late")).toBeUndefined();
  });

  test("a lost reply: the script has run, the resource is there", async () => {
    const compute = client();
    await compute.virtualMachines.get(RG, VM);
    azure.fault({ method: "PUT", when: "after", does: { kind: "reset" } });
    expect(
      await code(compute.virtualMachineRunCommands.createOrUpdate(RG, VM, "lost", script("echo once >>/root/count"))),
    ).toMatch(/undefined (ECONNRESET|REQUEST_SEND_ERROR)/);
    clock.advance(10_000);
    expect(
      (await compute.virtualMachineRunCommands.getByVirtualMachine(RG, VM, "lost", { expand: "instanceView" }))
        .instanceView?.exitCode,
    ).toBe(0);
    expect(await hosts.readFile(VM, "/root/count")).toBe("once\n");
  });
});

async function submitted(
  compute: ComputeManagementClient,
  name: string,
  text: string,
): Promise<{ done: PromiseLike<unknown> }> {
  const poller = compute.virtualMachineRunCommands.createOrUpdate(RG, VM, name, script(text), {
    updateIntervalInMs: 1,
  });
  await poller.submitted();
  // A poller is thenable: returned bare it would be awaited here.
  return { done: poller };
}
