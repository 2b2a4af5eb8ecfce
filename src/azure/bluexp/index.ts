import { z } from "zod";
import { agents, type Agents, type AgentsReader } from "./agents.js";
import { connector, type ConnectorReader, type ConnectorWriter } from "./environments.js";
import { createBluexpHttp } from "./http.js";
import type { BluexpOptions } from "./options.js";

export type { Agent, AgentPlace } from "./agents.js";
export type { BluexpTask, ConnectorReader, ConnectorWriter, Environment, NewEnvironment } from "./environments.js";
export type { BluexpLogin, BluexpOptions } from "./options.js";

/** BlueXP (NetApp Console), looked at. */
export interface BluexpReader {
  readonly account: string;
  /** Every account the login sees. */
  accounts(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  readonly agents: AgentsReader;
  /** What the Connector of that client id sees. */
  through(clientId: string): ConnectorReader;
}

/** The same, and what changes something; every write asks the lease before it is sent. */
export interface BluexpWriter extends BluexpReader {
  readonly agents: Agents;
  through(clientId: string): ConnectorWriter;
}

/** A client of BlueXP. Nothing is asked before the first call. */
export function createBluexp(options: BluexpOptions): BluexpWriter & { close(): Promise<void> } {
  const http = createBluexpHttp(options);
  const accountShape = z.array(z.object({ accountPublicId: z.string(), accountName: z.string().nullish() }));
  return {
    account: options.account,
    accounts: async () =>
      (await http.get({ path: "/tenancy/account", about: "the accounts" }, accountShape)).map((each) => ({
        id: each.accountPublicId,
        name: each.accountName ?? "",
      })),
    agents: agents(http),
    through: (clientId) => connector(http, clientId),
    close: () => http.close(),
  };
}
