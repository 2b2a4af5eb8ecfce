import { FaultBook, type HttpFault } from "../kit/faults.js";
import { jsonBody, start, type Handler, type SimReply, type SimRequest } from "../kit/http.js";
import { CallLog, type Call } from "../kit/log.js";
import { memento } from "../kit/memento.js";
import { serverCert } from "../kit/tls.js";
import { Agents, clientOf } from "./agents.js";
import { SUPPORT_ACCOUNT, type CreateBody } from "./check.js";
import { Environments } from "./environments.js";
import { Tasks, type Task } from "./tasks.js";
import { Tokens } from "./tokens.js";
import {
  BluexpError,
  bluexpOf,
  DEFAULT_KNOBS,
  type BluexpFault,
  type BluexpKnobs,
  type BluexpOptions,
} from "./types.js";

export {
  bluexpOf,
  cvoAdminPassword,
  type BluexpFault,
  type BluexpKnobs,
  type BluexpOptions,
  type Yard,
} from "./types.js";

export interface Bluexp {
  /** https, signed by the simulators' CA; login and API at one origin. */
  listen(options?: { port?: number }): Promise<{ readonly url: string; close(): Promise<void> }>;
  /** Every call answered, oldest first, secrets blanked. */
  calls(): readonly Call[];
  fault(rule: BluexpFault): void;
  clearFaults(): void;
  setKnobs(knobs: Partial<BluexpKnobs>): void;
  /** Working environments and Connectors; tasks are a record, not a thing. */
  snapshot(): unknown;
  /** Names of systems that calls deleted, oldest first. */
  deleted(): readonly string[];
  /** Remembers everything but tokens and calls' connections; the function puts it back. */
  save(): () => void;
  /** Every token given out so far is refused from now on. */
  revokeTokens(): void;
  reset(): void;
}

const ENVIRONMENT = /^\/occm\/api\/azure\/(vsa|ha)\/working-environments(?:\/([^/]+)(?:\/(start|stop))?)?\/?$/;

/** BlueXP (NetApp Console) as far as Sluice speaks with it: login, account, Connectors, Cloud Volumes ONTAP in Azure and its tasks. */
export function createBluexp({ world, clock, yard, cloud, knobs: given, ca }: BluexpOptions): Bluexp {
  const knobs: BluexpKnobs = { ...DEFAULT_KNOBS, ...given };
  const account = bluexpOf(world);
  const now = (): number => clock.now();
  const tokens = new Tokens(account, knobs);
  const tasks = new Tasks(knobs, now);
  const agents = new Agents(account, cloud, knobs, now);
  const environments = new Environments(world, account, yard, cloud, tasks, knobs, now);
  const faults = new FaultBook<HttpFault>();
  const log = new CallLog(clock, () => [...tokens.secrets(), ...agents.secrets(), ...environments.secrets()]);

  const accepted = (task: Task, body?: object): SimReply => ({
    status: 202,
    headers: { [knobs.requestIdHeader]: task.id },
    ...(body ? { body } : {}),
  });

  const environmentCall = (request: SimRequest, [, kind, id, verb]: RegExpExecArray): SimReply => {
    const ha = kind === "ha";
    const { method, query } = request;
    if (id === undefined) {
      if (method !== "POST") throw new BluexpError(405, "Method Not Allowed");
      const { task, view } = environments.create(bodyOf(request) as CreateBody, ha);
      return accepted(task, view);
    }
    if (verb !== undefined) {
      if (method !== "POST") throw new BluexpError(405, "Method Not Allowed");
      const snapshots = query.get("takeSnapshots");
      if (verb === "stop" && snapshots !== "true" && snapshots !== "false")
        throw new BluexpError(400, "Missing required query parameter: takeSnapshots");
      return accepted(environments.power(id, ha, verb as "start" | "stop"));
    }
    if (method === "DELETE") return accepted(environments.remove(id, ha));
    if (method !== "GET") throw new BluexpError(405, "Method Not Allowed");
    return { status: 200, body: environments.show(id, ha) };
  };

  /** Calls that go through a Connector: its id must be right, and it must be there. */
  const throughConnector = (request: SimRequest): SimReply => {
    const agent = clientOf(String(request.headers["x-agent-id"] ?? ""));
    if (!agents.isActive(agent)) throw new BluexpError(403, "User is not allowed to do operation.");
    if (knobs.busy && request.method === "GET") throw new BluexpError(504, "Gateway Timeout");
    const { path } = request;
    const environment = ENVIRONMENT.exec(path);
    if (environment) return environmentCall(request, environment);
    if (request.method !== "GET") throw new BluexpError(404, `Not found: ${path}`);
    const [, task] = /^\/occm\/api\/audit\/activeTask\/([^/]+)$/.exec(path) ?? [];
    if (task !== undefined) return { status: 200, body: tasks.show(task) };
    const [, name] = /^\/occm\/api\/working-environments\/exists\/([^/]+)$/.exec(path) ?? [];
    if (name !== undefined) return { status: 200, body: environments.exists(decodeURIComponent(name)) };
    const [, neutral] = /^\/occm\/api\/ontaps\/working-environments\/([^/]+)$/.exec(path) ?? [];
    if (neutral !== undefined) return { status: 200, body: environments.show(neutral, undefined) };
    switch (path) {
      case "/occm/api/working-environments":
        return { status: 200, body: environments.list() };
      case "/occm/api/tenants":
        return {
          status: 200,
          body: [
            {
              workspacePublicId: account.workspace,
              publicId: account.workspace,
              workspaceName: "Epic DR",
              name: "Epic DR",
            },
          ],
        };
      case "/occm/api/accounts":
        return {
          status: 200,
          body: {
            awsAccounts: [],
            gcpStorageAccounts: [],
            nssAccounts: [{ publicId: SUPPORT_ACCOUNT, accountName: "Riverside Health", nssUserName: "storage" }],
            azureAccounts: [{ publicId: "ManagedServiceIdentity", accountName: "Connector's identity" }],
          },
        };
      default:
        throw new BluexpError(404, `Not found: ${path}`);
    }
  };

  const agentCall = (request: SimRequest): SimReply => {
    const { method, path } = request;
    if (method === "POST" && path === "/agents-mgmt/connector-setup")
      return { status: 200, body: agents.register(bodyOf(request)) };
    if (method === "GET" && path === "/agents-mgmt/agent")
      return { status: 200, body: agents.list(request.query.get("account_id") ?? "") };
    const [, id] = /^\/agents-mgmt\/agent\/([^/]+)$/.exec(path) ?? [];
    if (id === undefined) throw new BluexpError(404, `Not found: ${path}`);
    if (method === "GET") return { status: 200, body: agents.get(id) };
    if (method !== "DELETE") throw new BluexpError(405, "Method Not Allowed");
    clientOf(id);
    agents.remove(id);
    return { status: 204 };
  };

  const answer = (request: SimRequest): SimReply => {
    agents.settle();
    environments.settle();
    const login = tokens.answer(request);
    if (login) return login;
    if (!tokens.accepts(request)) return { status: 401, body: { message: "Unauthorized" } };
    try {
      if (request.path === "/tenancy/account" && request.method === "GET")
        return {
          status: 200,
          body: [{ accountPublicId: account.account, accountName: "Riverside Health", isSaas: true }],
        };
      if (request.path.startsWith("/agents-mgmt/")) return agentCall(request);
      return throughConnector(request);
    } catch (error) {
      if (!(error instanceof BluexpError)) throw error;
      return {
        status: error.status,
        body: { message: error.message, causeMessage: error.causeMessage ?? error.message },
      };
    }
  };

  const handler: Handler = async (request) => {
    const rule = faults.take({ method: request.method, path: request.target, body: request.body.toString("utf8") });
    const does = rule?.does;
    if (does?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, does.ms));
    const reply = rule && rule.when !== "after" && does?.kind !== "delay" ? undefined : answer(request);
    if (does?.kind === "reset" || does?.kind === "hang") return { kind: does.kind };
    if (does?.kind === "reply")
      return {
        status: does.status,
        ...(does.headers ? { headers: does.headers } : {}),
        ...(does.body === undefined ? {} : { body: does.body }),
      };
    return reply ?? { kind: "reset" };
  };

  const control: Record<string, Handler> = {
    "POST /_control/faults": (request) => {
      const body = jsonBody(request) as BluexpFault | { clear: true };
      if ("clear" in body) faults.clear();
      else faults.add(body);
      return { status: 200, body: { ok: true } };
    },
    "POST /_control/knobs": (request) => {
      Object.assign(knobs, jsonBody(request));
      return { status: 200, body: { ok: true } };
    },
    "GET /_control/state": () => {
      agents.settle();
      environments.settle();
      return { status: 200, body: { environments: environments.snapshot(), connectors: agents.snapshot() } };
    },
  };

  return {
    listen: async ({ port } = {}) => start({ port, tls: await serverCert(ca), handler, log, control }),
    calls: () => log.calls,
    fault: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    setKnobs: (changes) => void Object.assign(knobs, changes),
    snapshot: () => {
      agents.settle();
      environments.settle();
      return { environments: environments.snapshot(), connectors: agents.snapshot() };
    },
    deleted: () => environments.deleted,
    save: () =>
      memento([tasks, agents, environments, faults, log, knobs], [world, clock, yard, cloud, tokens, account]),
    revokeTokens: () => tokens.revoke(),
    reset() {
      faults.clear();
      log.clear();
      Object.assign(knobs, DEFAULT_KNOBS, given);
      tasks.reset();
      agents.reset();
      environments.reset();
    },
  };
}

function bodyOf(request: SimRequest): object {
  try {
    const body = jsonBody(request);
    if (typeof body === "object" && body !== null) return body;
  } catch {
    // said below
  }
  throw new BluexpError(400, "Invalid request: a JSON object is expected.");
}
