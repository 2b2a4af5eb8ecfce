import { z } from "zod";
import { InDoubt } from "../../core/problems.js";
import type { BluexpHttp } from "./http.js";

/** A Connector as the account knows it. */
export interface Agent {
  /** Its client id, without the suffix headers carry. */
  readonly clientId: string;
  readonly name: string;
  /** Does it run and report? */
  readonly active: boolean;
}

/** Where a new Connector will stand. */
export interface AgentPlace {
  readonly name: string;
  readonly company: string;
  readonly region: string;
  /** Full ids. */
  readonly network: string;
  readonly subnet: string;
}

export interface AgentsReader {
  find(clientId: string): Promise<Agent | undefined>;
  list(): Promise<readonly Agent[]>;
}

export interface Agents extends AgentsReader {
  /** Registers one. `customData` is what its machine must be started with; it carries a secret and is given only once. */
  register(place: AgentPlace): Promise<{ readonly clientId: string; readonly customData: string }>;
  remove(clientId: string): Promise<void>;
}

const suffix = /clients$/;
const agentShape = z.object({ agentId: z.string(), name: z.string().nullish(), status: z.string().nullish() });
const setupShape = z.looseObject({ clientId: z.string(), clientSecret: z.string() });

const agentOf = ({ agentId, name, status }: z.infer<typeof agentShape>): Agent => ({
  clientId: agentId.replace(suffix, ""),
  name: name ?? "",
  active: status === "active",
});

/** Connectors of the account (reference C3; the list as NetApp's own Ansible modules read it). */
export function agents(http: BluexpHttp): Agents {
  const one = (clientId: string): string => `/agents-mgmt/agent/${encodeURIComponent(clientId)}clients`;
  return {
    find: async (clientId) => {
      const about = `the Connector ${clientId}`;
      const found = await http.find({ path: one(clientId), about }, z.object({ agent: agentShape }));
      return found && agentOf(found.agent);
    },
    list: async () => {
      const path = `/agents-mgmt/agent?account_id=${encodeURIComponent(http.account)}`;
      const found = await http.get({ path, about: "the Connectors" }, z.object({ agents: z.array(agentShape) }));
      return found.agents.map(agentOf);
    },
    register: async ({ name, company, region, network, subnet }) => {
      const answer = await http.write({
        method: "POST",
        path: "/agents-mgmt/connector-setup",
        about: `a new Connector ${name}`,
        body: {
          accountId: http.account,
          name,
          company,
          placement: { provider: "AZURE", region, network, subnet },
          extra: { proxy: { proxyUrl: "", proxyUserName: "", proxyPassword: "" } },
        },
      });
      const made = setupShape.safeParse(answer.body);
      if (!made.success)
        throw new InDoubt("BlueXP registered the Connector, and its answer cannot be read", {
          from: "BlueXP",
          cause: made.error,
        });
      return { clientId: made.data.clientId, customData: JSON.stringify({ ...made.data, ignoreUpgrade: true }) };
    },
    remove: async (clientId) =>
      void (await http.write({ method: "DELETE", path: one(clientId), about: `the Connector ${clientId}` })),
  };
}
