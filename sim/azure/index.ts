import type { HostFault } from "../host/index.js";
import type { Cloud } from "../kit/cloud.js";
import { FaultBook, type HttpFault } from "../kit/faults.js";
import { jsonBody, start, type Handler, type SimReply, type SimRequest } from "../kit/http.js";
import { CallLog, type Call } from "../kit/log.js";
import { memento } from "../kit/memento.js";
import { serverCert } from "../kit/tls.js";
import { Arm } from "./arm.js";
import { Identity } from "./identity.js";
import { ArmError, DEFAULT_KNOBS, type AzureFault, type AzureKnobs, type AzureOptions } from "./types.js";
import { vault } from "./vault.js";

export type { AzureFault, AzureKnobs, AzureOptions } from "./types.js";

export interface AzureServer {
  /** Login authority, ARM endpoint and vault URL at once (https, signed by the simulators' CA). */
  readonly url: string;
  /** Plain http, for AZURE_POD_IDENTITY_AUTHORITY_HOST. */
  readonly imdsUrl: string;
  close(): Promise<void>;
}

export interface Azure {
  listen(options?: { port?: number }): Promise<AzureServer>;
  /** Every call answered, oldest first, secrets blanked. */
  calls(): readonly Call[];
  fault(rule: AzureFault): void;
  /** Those of HTTP calls; a host's own are cleared on the host. */
  clearFaults(): void;
  setKnobs(knobs: Partial<AzureKnobs>): void;
  /** Power states of the VMs, and every other resource. Run Command resources and deployments are leftovers like logs, not part of it. */
  snapshot(): unknown;
  /** What other simulators create and delete in it. */
  readonly cloud: Cloud;
  /** Ids of what calls deleted, oldest first. */
  deleted(): readonly string[];
  reset(): void;
  /** Remembers everything but who is signed in; the function puts it back. */
  save(): () => void;
}

/** Azure as far as Sluice speaks with it: Entra tokens, compute, managed Run Commands on the virtual hosts, Key Vault secrets. */
export function createAzure({ world, clock, hosts, nics = () => [], knobs: given, ca }: AzureOptions): Azure {
  const knobs = { ...DEFAULT_KNOBS, ...given };
  const identity = new Identity(world.azure, knobs);
  const arm = new Arm(world, clock, hosts, knobs, identity, nics);
  const faults = new FaultBook<HttpFault>();
  const log = new CallLog(clock, () => [
    world.azure.clientSecret,
    ...identity.issued(),
    ...Object.values(knobs.secrets),
    ...arm.protectedValues(),
  ]);

  const answer = async (request: SimRequest, origin: string): Promise<SimReply> => {
    try {
      return (
        identity.answer(request, origin) ??
        vault(request, origin, identity, world.azure.tenant, knobs) ??
        (await arm.answer(request, origin))
      );
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      return {
        status: error.status,
        headers: error.headers,
        body: {
          error: { code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) },
        },
      };
    }
  };

  const handler =
    (origin: () => string): Handler =>
    async (request) => {
      const rule = faults.take({ method: request.method, path: request.target, body: request.body.toString("utf8") });
      if (rule?.does.kind === "delay")
        await new Promise((resolve) => setTimeout(resolve, rule.does.kind === "delay" ? rule.does.ms : 0));
      const reply =
        rule && rule.when !== "after" && rule.does.kind !== "delay" ? undefined : await answer(request, origin());
      return struck(rule?.does) ?? reply ?? { kind: "reset" };
    };

  const control: Record<string, Handler> = {
    "GET /_control/hosts": async () => {
      await hosts.settle();
      return { status: 200, body: hosts.state() };
    },
    "POST /_control/faults": (request) => {
      const body = jsonBody(request) as
        (AzureFault & { host?: undefined }) | { host: string; rule: HostFault } | { clear: true };
      if ("clear" in body) {
        faults.clear();
        hosts.clearFaults();
      } else if (body.host !== undefined) hosts.fault(body.host, body.rule);
      else faults.add(body);
      return { status: 200, body: { ok: true } };
    },
    "POST /_control/open-file": (request) => {
      const body = jsonBody(request) as { host: string; path: string; command?: string; user?: string };
      return { status: 200, body: { ok: true, pid: hosts.openFile(body.host, body.path, body) } };
    },
    "POST /_control/close-file": (request) => {
      const body = jsonBody(request) as { host: string; path: string };
      hosts.closeFile(body.host, body.path);
      return { status: 200, body: { ok: true } };
    },
    "POST /_control/knobs": (request) => {
      Object.assign(knobs, jsonBody(request));
      return { status: 200, body: { ok: true } };
    },
  };

  return {
    async listen(options = {}) {
      let origin = "";
      const secure = await start({
        port: options.port,
        tls: await serverCert(ca),
        handler: handler(() => origin),
        log,
        control,
      });
      origin = secure.url;
      const imds = await start({ handler: handler(() => origin), log });
      return {
        url: secure.url,
        imdsUrl: imds.url,
        close: async () => void (await Promise.all([secure.close(), imds.close()])),
      };
    },
    calls: () => log.calls,
    fault: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    setKnobs: (changes) => void Object.assign(knobs, changes),
    snapshot: () => arm.snapshot(),
    cloud: arm.manager.land,
    deleted: () => arm.manager.land.deleted,
    reset() {
      faults.clear();
      log.clear();
      Object.assign(knobs, DEFAULT_KNOBS, given);
      arm.reset();
    },
    save: () => memento([arm, faults, log, knobs], [world, clock, hosts, identity]),
  };
}

function struck(does: HttpFault | undefined): SimReply | undefined {
  switch (does?.kind) {
    case "reset":
    case "hang":
      return { kind: does.kind };
    case "reply":
      return {
        status: does.status,
        ...(does.headers ? { headers: does.headers } : {}),
        ...(does.body === undefined ? {} : { body: does.body }),
      };
    default:
      return undefined;
  }
}
