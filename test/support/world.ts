import { createAzure, createBluexp, type Azure, type AzureOptions, type BluexpOptions } from "../../src/azure/index.js";
import { loadConfig } from "../../src/config/load.js";
import type { Config } from "../../src/config/types.js";
import { InDoubt, NotSent, Rejected } from "../../src/core/problems.js";
import type { RawOutcome, ScriptCall, ScriptTransport, TicketState } from "../../src/core/script.js";
import { createHost, type HostRunner } from "../../src/host/index.js";
import { leaseCheck } from "../../src/jobs/guard.js";
import { createOntap, type OntapClient } from "../../src/ontap/index.js";
import { runbooks } from "../../src/runbooks/index.js";
import { createAzure as createCloud, type Azure as Cloud } from "../../sim/azure/index.js";
import {
  bluexpOf,
  cvoAdminPassword,
  createBluexp as createConsole,
  type Bluexp as Console,
} from "../../sim/bluexp/index.js";
import { createHosts, HostUnreachable, ScriptMemory, type Hosts } from "../../sim/host/index.js";
import { createFabric, instant, type Fabric, type Knobs } from "../../sim/ontap/index.js";
import { memento } from "../../sim/kit/memento.js";
import { simCa } from "../../sim/kit/tls.js";
import { epic } from "../../sim/worlds/epic.js";
import type { World } from "../../sim/worlds/index.js";
import { JumpClock } from "./clock.js";
import { TestEngine, type TestEngineOptions } from "./engine.js";

const login: Record<string, { user: string; password: string }> = {
  "ali-ontap-01": { user: "sluice", password: "sluice-array-1!" },
  "cvo-eastus2": { user: "sluice", password: "sluice-cvo-1!" },
};

export type ScriptFault = "notSent" | "rejected" | "lostBefore" | "lostAfter";

/** Counts scripts that change something, over all hosts, and spoils the one it is told to. */
export class ScriptWire {
  started = 0;
  /** Names of those that were started, oldest first. */
  readonly names: string[] = [];
  /** What the transports of all hosts know, by host and ticket. */
  readonly ended = new Map<string, RawOutcome>();
  readonly lost = new Set<string>();
  fault: { readonly nth: number; readonly kind: ScriptFault } | undefined;

  /** The fault that meets the script that is being started, if any. */
  next(name: string): ScriptFault | undefined {
    this.started += 1;
    this.names.push(name);
    return this.fault?.nth === this.started ? this.fault.kind : undefined;
  }
  reset(): void {
    this.started = 0;
    this.names.length = 0;
    this.fault = undefined;
  }
}

/** Scripts go straight to the simulated host: the wire of the engine's own tests. Run Command and SSH have tests of their own. */
class StraightTransport implements ScriptTransport {
  constructor(
    readonly host: string,
    private readonly hosts: Hosts,
    private readonly wire: ScriptWire,
  ) {}

  async start(call: ScriptCall, ticket: string): Promise<void> {
    if (this.wire.ended.has(this.named(ticket))) return;
    const from = `host ${this.host}`;
    const fault = this.wire.next(call.name);
    if (fault === "notSent") throw new NotSent("the connection was refused", { from });
    if (fault === "rejected") throw new Rejected("not allowed", { from, code: "AuthorizationFailed" });
    if (fault === "lostBefore") throw new InDoubt("the connection broke", { from });
    const run = await this.run({ ...call, env: { ...call.env, SLUICE_TICKET: ticket } });
    if (run && fault === undefined) this.wire.ended.set(this.named(ticket), run);
    else this.wire.lost.add(this.named(ticket));
    if (fault === "lostAfter") throw new InDoubt("the connection broke", { from });
  }
  async ticket(ticket: string): Promise<TicketState<RawOutcome>> {
    const outcome = this.wire.ended.get(this.named(ticket));
    if (outcome) return { state: "ended", outcome };
    return this.wire.lost.has(this.named(ticket))
      ? { state: "lost", why: "the connection broke" }
      : { state: "absent" };
  }
  async read(call: ScriptCall): Promise<RawOutcome> {
    const run = await this.run(call);
    if (!run) throw new NotSent("the connection broke", { from: `host ${this.host}` });
    return run;
  }
  private named(ticket: string): string {
    return `${this.host} ${ticket}`;
  }
  private async run(call: ScriptCall): Promise<RawOutcome | undefined> {
    try {
      const run = await this.hosts.run(this.host, call.script, { ...call.env });
      run.release();
      return run.end === "exited" ? { exitCode: run.exitCode, stdout: run.stdout, stderr: run.stderr } : undefined;
    } catch (error) {
      if (error instanceof HostUnreachable)
        throw new NotSent("the host does not answer", { from: `host ${this.host}` });
      throw error;
    }
  }
}

/** What may happen to a write on the wire. */
export type WireFault = "is rejected" | "is put off" | "is lost before its effect" | "is lost after its effect";

/** One far end as the laws see it: what it was sent, what it did, and how it is spoilt. */
export interface FarEnd {
  readonly name: string;
  /** Does it ask people of its own (multi-admin verification)? */
  readonly approves: boolean;
  /** Calls that would change something, logins left out; oldest first. Those that a person made are counted here too. */
  writes(): readonly { readonly method: string; readonly path: string }[];
  /** Destructive things that took place by a call, oldest first. */
  destroyed(): readonly string[];
  /** The nth write of its method from now on. */
  spoil(method: string, nth: number, fault: WireFault): void;
}

const arrayFaults = {
  "is rejected": { when: "before", does: { kind: "error", code: 918236, message: "refused for the law's sake" } },
  "is put off": { when: "before", does: { kind: "error", code: 13303816, message: "state unavailable" } },
  "is lost before its effect": { when: "before", does: { kind: "reset" } },
  "is lost after its effect": { when: "after", does: { kind: "reset" } },
} as const;

function arrayEnd(fabric: Fabric, name: string): FarEnd {
  return {
    name,
    approves: true,
    writes: () => fabric.calls(name).filter((call) => call.method !== "GET"),
    destroyed: () =>
      fabric
        .effects(name)
        .filter((each) => each.by === "call" && /^volume|^mirror resynced$/.test(each.effect))
        .map((each) => `${each.effect} ${each.object}`),
    spoil: (method, nth, fault) => fabric.fault(name, { method, nth, times: 1, ...arrayFaults[fault] }),
  };
}

const azureAnswer = (status: number, code: string): object => ({
  kind: "reply",
  status,
  body: { error: { code, message: "refused for the law's sake" } },
  headers: { "Retry-After": "1" },
});
const cloudFaults = {
  "is rejected": { when: "before", does: azureAnswer(403, "AuthorizationFailed") },
  "is put off": { when: "before", does: azureAnswer(429, "TooManyRequests") },
  "is lost before its effect": { when: "before", does: { kind: "reset" } },
  "is lost after its effect": { when: "after", does: { kind: "reset" } },
} as const;
/** Signing in is no write. */
const armPath = "^/subscriptions/";

function azureEnd(cloud: Cloud): FarEnd {
  return {
    name: "azure",
    approves: false,
    writes: () => cloud.calls().filter((call) => call.method !== "GET" && call.path.startsWith("/subscriptions/")),
    destroyed: () => cloud.deleted(),
    spoil: (method, nth, fault) =>
      cloud.fault({ method, path: armPath, nth, times: 1, ...cloudFaults[fault] } as Parameters<Cloud["fault"]>[0]),
  };
}

const consoleAnswer = (status: number): object => ({
  kind: "reply",
  status,
  body: { message: "refused for the law's sake" },
});
const consoleFaults = {
  "is rejected": { when: "before", does: consoleAnswer(400) },
  "is put off": { when: "before", does: consoleAnswer(409) },
  "is lost before its effect": { when: "before", does: { kind: "reset" } },
  // the gateway gives up on a Connector that goes on with it
  "is lost after its effect": { when: "after", does: consoleAnswer(504) },
} as const;

function bluexpEnd(sim: Console): FarEnd {
  return {
    name: "bluexp",
    approves: false,
    writes: () => sim.calls().filter((call) => call.method !== "GET" && !call.path.includes("/oauth/token")),
    destroyed: () => sim.deleted(),
    spoil: (method, nth, fault) =>
      sim.fault({ method, path: "^/(occm|agents-mgmt)/", nth, times: 1, ...consoleFaults[fault] } as Parameters<
        Console["fault"]
      >[0]),
  };
}

/** The world `epic` (or another) on a clock that jumps, with the engine before it and no Slack, no queue. */
export interface TestWorld {
  readonly clock: JumpClock;
  readonly fabric: Fabric;
  readonly hosts: Hosts;
  readonly config: Config;
  readonly scripts: ScriptWire;
  /** Undefined when every script is interpreted. */
  readonly memory: ScriptMemory | undefined;
  readonly clients: ReadonlyMap<string, OntapClient>;
  /** Azure itself, and the client the engine has for it. */
  readonly cloud: Cloud;
  readonly azure: Azure;
  /** What it was made with, for tests that want another. */
  readonly azureOptions: AzureOptions & { readonly clientId: string };
  readonly console: Console;
  readonly bluexpOptions: BluexpOptions;
  /** Everything at the far end of a wire but hosts, by name: clusters and clouds alike. */
  readonly farEnds: readonly FarEnd[];
  engine(options?: Partial<TestEngineOptions>): TestEngine;
  /** Arrays, hosts, mounts and clouds: equal before and after means nothing was left behind. */
  snapshot(): unknown;
  reset(): void;
  /** Remembers arrays, hosts, scripts and the time; the function puts it all back. Nothing may be under way at either time. */
  save(): () => void;
  close(): Promise<void>;
}

export async function startTestWorld(
  knobs: Partial<Knobs> = {},
  world: World = epic,
  options: { readonly everyScript?: boolean } = {},
): Promise<TestWorld> {
  const clock = new JumpClock();
  const fabric = createFabric({ world, clock, knobs: { ...instant, ...knobs } });
  // Thousands of scripts a file, most of them the same one on the same host: see sim/host/memory.ts, and its test.
  const everyScript = options.everyScript ?? process.env["SLUICE_EVERY_SCRIPT"] !== undefined;
  const memory = everyScript ? undefined : new ScriptMemory();
  const hosts = createHosts({ world, clock, san: fabric.san(), memory });
  const ca = (await simCa()).certPem;
  const servers = await Promise.all([
    ...world.clusters.map(async ({ name }) => ({ name, server: await fabric.listen(name) })),
    ...(world.later ?? []).map(async (name) => ({ name, server: await fabric.listen(name, { later: true }) })),
  ]);
  const cloud = createCloud({
    world,
    clock,
    hosts,
    nics: () => fabric.cloudNics(),
    knobs: { throttle: false, networkMs: 0 },
  });
  const arm = await cloud.listen();
  const azureOptions: TestWorld["azureOptions"] = {
    clientId: world.azure.clientId,
    tenantId: world.azure.tenant,
    subscription: world.azure.subscription,
    endpoint: arm.url,
    authorityHost: arm.url,
    ca,
    credential: {
      kind: "clientSecret",
      clientId: world.azure.clientId,
      clientSecret: () => Promise.resolve(world.azure.clientSecret),
    },
    clock,
    beforeWrite: leaseCheck,
    requestTimeoutMs: 5_000,
  };
  const azure = createAzure(azureOptions);
  const console = createConsole({ world, clock, yard: fabric, cloud: cloud.cloud });
  const consoleServer = await console.listen();
  const { account, clientId, clientSecret } = bluexpOf(world);
  const bluexpOptions: BluexpOptions = {
    account,
    login: { kind: "serviceAccount", clientId, secret: () => Promise.resolve(clientSecret) },
    url: consoleServer.url,
    ca,
    clock,
    openSecret: () => Promise.resolve(cvoAdminPassword),
    beforeWrite: leaseCheck,
    requestTimeoutMs: 5_000,
  };
  const bluexp = createBluexp(bluexpOptions);
  const overrides = Object.fromEntries(servers.map(({ name, server }) => [`clusters.${name}.url`, server.url]));
  const config = await loadConfig({
    file: `config/${world.name.replace(/-(svm|nic)$/, "")}.yaml`,
    env: {},
    overrides: { ...world.overrides, ...overrides },
  });
  const clients = new Map(
    servers.map(({ name, server }) => [
      name,
      createOntap({
        cluster: name,
        url: server.url,
        ca,
        // what BlueXP makes has its admin and nobody else
        login: world.later?.includes(name) ? { user: "admin", password: cvoAdminPassword } : login[name]!,
        clock,
        beforeWrite: leaseCheck,
        requestTimeoutMs: 5_000,
        openSecret: (secret) => `value of ${secret}`,
      }),
    ]),
  );
  const scripts = new ScriptWire();
  const runners = new Map<string, HostRunner>();
  const hostOf = (name: string): HostRunner => {
    const runner = runners.get(name) ?? createHost(new StraightTransport(name, hosts, scripts));
    runners.set(name, runner);
    return runner;
  };
  const farEnds = {
    ontap: (cluster: string) => clients.get(cluster)!,
    host: hostOf,
    azure: () => azure,
    bluexp: () => bluexp,
  };
  return {
    clock,
    fabric,
    hosts,
    config,
    scripts,
    memory,
    clients,
    cloud,
    azure,
    azureOptions,
    console,
    bluexpOptions,
    farEnds: [...servers.map(({ name }) => arrayEnd(fabric, name)), azureEnd(cloud), bluexpEnd(console)],
    engine: (options = {}) => new TestEngine({ runbooks, farEnds, inventory: config, clock, ...options }),
    snapshot: () => ({
      arrays: fabric.snapshot(),
      hosts: hosts.snapshot(),
      azure: cloud.snapshot(),
      bluexp: console.snapshot(),
    }),
    reset: () => {
      fabric.reset();
      hosts.reset();
      cloud.reset();
      console.reset();
      scripts.reset();
      scripts.ended.clear();
      scripts.lost.clear();
      fabric.clearFaults();
    },
    save: () => {
      const putBack = [clock.save(), fabric.save(), hosts.save(), cloud.save(), console.save(), memento([scripts])];
      return () => putBack.forEach((each) => each());
    },
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
      await Promise.all([
        arm.close(),
        bluexp.close(),
        consoleServer.close(),
        ...servers.map(({ server }) => server.close()),
      ]);
    },
  };
}
