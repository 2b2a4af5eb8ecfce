import { createHash } from "node:crypto";
import type { Cloud } from "../kit/cloud.js";
import type { WorldBluexp } from "../worlds/types.js";
import { BluexpError, type BluexpKnobs } from "./types.js";

interface Agent {
  readonly clientId: string;
  readonly name: string;
  readonly secret: string;
  /** The one that was there when the world began; others are active while a machine carries their id. */
  readonly born: boolean;
}

interface SetupBody {
  readonly accountId?: string;
  readonly name?: string;
  readonly company?: string;
  readonly placement?: {
    readonly provider?: string;
    readonly region?: string;
    readonly network?: string;
    readonly subnet?: string;
  };
}

const machines = "Microsoft.Compute/virtualMachines";

/** Connectors ("agents"): registered by a call, active once a machine runs with what the call gave. */
export class Agents {
  private readonly all = new Map<string, Agent>();
  /** When a machine of an agent was first seen. */
  private readonly seen = new Map<string, number>();
  private count = 0;

  constructor(
    private readonly account: WorldBluexp,
    private readonly cloud: Cloud,
    private readonly knobs: BluexpKnobs,
    private readonly now: () => number,
  ) {
    this.reset();
  }

  reset(): void {
    this.all.clear();
    this.seen.clear();
    this.count = 0;
    const { connector } = this.account;
    if (connector !== null)
      this.all.set(connector, { clientId: connector, name: "connector-eastus2", secret: "", born: true });
  }

  secrets(): string[] {
    return [...this.all.values()].map((each) => each.secret).filter((each) => each !== "");
  }

  settle(): void {
    for (const agent of this.all.values())
      if (!agent.born && !this.seen.has(agent.clientId) && this.machineOf(agent))
        this.seen.set(agent.clientId, this.now());
  }

  /** Those a machine stands behind. A registration that nothing uses is no more than a line in a list. */
  snapshot(): unknown {
    return [...this.all.values()].filter((each) => each.born || this.machineOf(each)).map((each) => each.name);
  }

  isActive(clientId: string): boolean {
    const agent = this.all.get(clientId);
    if (!agent) return false;
    if (agent.born) return true;
    const machine = this.machineOf(agent);
    return (
      machine !== undefined &&
      this.cloud.powerOf(machine) === "running" &&
      this.now() >= (this.seen.get(clientId) ?? Infinity) + this.knobs.agentMs
    );
  }

  register(body: SetupBody): object {
    const { accountId, name, placement = {} } = body;
    if (accountId !== this.account.account)
      throw new BluexpError(403, `Account ${String(accountId)} is not one of the caller's.`);
    if (!name || placement.provider !== "AZURE" || !placement.region || !placement.network || !placement.subnet)
      throw new BluexpError(400, "name and placement {provider: AZURE, region, network, subnet} are required.");
    this.count += 1;
    const hash = createHash("sha256").update(`${name}/${this.count}/${this.now()}`).digest("hex");
    const agent = { clientId: hash.slice(0, 32), name, secret: hash.slice(32), born: false };
    this.all.set(agent.clientId, agent);
    return {
      clientId: agent.clientId,
      clientSecret: agent.secret,
      systemId: `${hash.slice(0, 8)}-system`,
      tenancyAccountId: accountId,
      company: body.company ?? "",
      instanceName: name,
      proxySettings: {},
    };
  }

  list(account: string): object {
    return { agents: account === this.account.account ? [...this.all.values()].map((each) => this.view(each)) : [] };
  }

  get(agentId: string): object {
    const agent = this.all.get(clientOf(agentId));
    if (!agent) throw new BluexpError(404, `Agent ${agentId} was not found.`);
    return { agent: this.view(agent) };
  }

  remove(agentId: string): void {
    this.all.delete(clientOf(agentId));
  }

  private view(agent: Agent): object {
    return {
      agentId: `${agent.clientId}clients`,
      name: agent.name,
      provider: "AZURE",
      account: this.account.account,
      status: this.isActive(agent.clientId) ? "active" : "inactive",
    };
  }

  /** The machine whose customData carries the agent's id and secret. */
  private machineOf(agent: Agent): string | undefined {
    return this.cloud.list(machines).find((each) => {
      const profile = each.properties["osProfile"] as { customData?: string } | undefined;
      const data = Buffer.from(profile?.customData ?? "", "base64").toString("utf8");
      return data.includes(agent.clientId) && data.includes(agent.secret);
    })?.id;
  }
}

/** The id without the suffix every header and path carries. Throws where it is missing. */
export function clientOf(agentId: string): string {
  if (!agentId.endsWith("clients")) throw new BluexpError(403, "User is not allowed to do operation.");
  return agentId.slice(0, -"clients".length);
}
