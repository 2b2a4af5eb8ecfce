import type { Logger } from "pino";
import { createAzure, createBluexp, type Azure, type BluexpWriter } from "./azure/index.js";
import type { AzureConfig, BluexpConfig, ClusterConfig, ClusterLogin, Config, HostConfig } from "./config/types.js";
import type { Secrets } from "./config/secrets.js";
import type { Clock } from "./core/clock.js";
import { Refusal } from "./core/problems.js";
import type { ScriptTransport } from "./core/script.js";
import { createHost, type HostRunner } from "./host/index.js";
import type { FarEnds } from "./jobs/engine.js";
import { createOntap, type OntapClient, type OntapLogin } from "./ontap/index.js";
import { createSsh, type SshTransport } from "./ssh/index.js";
import { ownVersion } from "./version.js";

export interface FarEndOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Logger;
  /** The lease check, asked before every write call. */
  readonly beforeWrite: () => Promise<void>;
}

/** One client per cluster and host for the whole process, each made when it is first asked for. */
export function createFarEnds(options: FarEndOptions): FarEnds & { close(): Promise<void> } {
  const { config } = options;
  const clients = new Map<string, OntapClient>();
  const hosts = new Map<string, HostRunner>();
  const shells = new Map<string, SshTransport>();
  const azure = config.azure ? azureOf(config.azure, options) : undefined;
  let console: ReturnType<typeof createBluexp> | undefined;
  return {
    bluexp: (): BluexpWriter => {
      if (!config.bluexp)
        throw new Refusal('The configuration has no "bluexp" section.', { next: "Nothing was changed." });
      return (console ??= bluexpOf(config.bluexp, options));
    },
    azure: () => {
      if (azure) return azure;
      throw new Refusal('The configuration has no "azure" section.', { next: "Nothing was changed." });
    },
    ontap: (name) => {
      const cluster = config.clusters.find((each) => each.name === name);
      if (!cluster)
        throw new Refusal(`There is no cluster called "${name}" in the configuration.`, {
          next: "Nothing was changed.",
        });
      return remembered(clients, name, () => ontapOf(cluster, options));
    },
    host: (name) => {
      const host = config.hosts.find((each) => each.name === name);
      if (!host)
        throw new Refusal(`There is no host called "${name}" in the configuration.`, { next: "Nothing was changed." });
      return remembered(hosts, name, () => createHost(transportOf(host, options, azure, shells)));
    },
    close: async () => {
      for (const shell of shells.values()) shell.close();
      await Promise.all([console?.close(), ...[...clients.values()].map((client) => client.close())]);
    },
  };
}

function remembered<T>(made: Map<string, T>, name: string, make: () => T): T {
  const found = made.get(name) ?? make();
  made.set(name, found);
  return found;
}

function ontapOf(cluster: ClusterConfig, { secrets, clock, log, beforeWrite }: FarEndOptions): OntapClient {
  const { name, url, ca, insecure, login, maxInFlight, timeoutMs } = cluster;
  return createOntap({
    cluster: name,
    url,
    insecure,
    login: openedLogin(login, secrets),
    clock,
    maxInFlight,
    requestTimeoutMs: timeoutMs,
    beforeWrite,
    openSecret: (name) => secrets.named(name),
    clientApp: `sluice/${ownVersion()}`,
    log,
    ...(ca === undefined ? {} : { ca }),
  });
}

function openedLogin(login: ClusterLogin, secrets: Secrets): OntapLogin {
  if ("user" in login) return { user: login.user, password: secrets.open(login.password) };
  const passphrase = login.passphrase ? { passphrase: secrets.open(login.passphrase) } : {};
  if ("pkcs12" in login) return { pfx: secrets.open(login.pkcs12), ...passphrase };
  return { cert: secrets.open(login.certificate), key: secrets.open(login.key), ...passphrase };
}

function azureOf(azure: AzureConfig, { secrets, clock, log, beforeWrite }: FarEndOptions): Azure {
  const { tenantId, subscription, credential, endpoint, authorityHost, ca } = azure;
  return createAzure({
    tenantId,
    subscription,
    clock,
    credential:
      credential.kind === "clientSecret"
        ? {
            kind: "clientSecret",
            clientId: credential.clientId,
            clientSecret: () => Promise.resolve(secrets.open(credential.secret)),
          }
        : credential,
    openSecret: (name) => Promise.resolve(secrets.named(name)),
    beforeWrite,
    log: (message, facts) => log.info(facts, message),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(authorityHost === undefined ? {} : { authorityHost }),
    ...(ca === undefined ? {} : { ca }),
  });
}

function bluexpOf(
  { account, login, url, tokenUrl, ca }: BluexpConfig,
  { secrets, clock, beforeWrite }: FarEndOptions,
): ReturnType<typeof createBluexp> {
  return createBluexp({
    account,
    login:
      login.kind === "serviceAccount"
        ? { ...login, secret: () => Promise.resolve(secrets.open(login.secret)) }
        : { ...login, token: () => Promise.resolve(secrets.open(login.token)) },
    clock,
    beforeWrite,
    openSecret: (name) => Promise.resolve(secrets.named(name)),
    ...(url === undefined ? {} : { url }),
    ...(tokenUrl === undefined ? {} : { tokenUrl }),
    ...(ca === undefined ? {} : { ca }),
  });
}

function transportOf(
  host: HostConfig,
  { secrets }: FarEndOptions,
  azure: Azure | undefined,
  ssh: Map<string, SshTransport>,
): ScriptTransport {
  const { reach, name } = host;
  if (reach.kind === "ssh") {
    const { address, port, user, sudo, hostKey, key } = reach;
    const privateKey = { $secret: `ssh-${name}` };
    return remembered(ssh, name, () =>
      createSsh(
        { name, address, port, user, sudo, hostKey, privateKey },
        { openSecret: () => Promise.resolve(secrets.open(key)) },
      ),
    );
  }
  if (!azure)
    throw new Refusal(`${name} is reached through Azure, and the configuration has no "azure" section.`, {
      next: "Nothing was changed.",
    });
  return named(azure.transport({ resourceGroup: reach.resourceGroup, name: reach.vm }), name);
}

/** A transport under the name the inventory has for the host. */
const named = (transport: ScriptTransport, host: string): ScriptTransport => ({
  host,
  start: (call, ticket) => transport.start(call, ticket),
  ticket: (ticket) => transport.ticket(ticket),
  read: (call) => transport.read(call),
});
