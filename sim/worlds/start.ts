import { createAzure, type Azure, type AzureKnobs } from "../azure/index.js";
import { bluexpOf, createBluexp, cvoAdminPassword, type Bluexp, type BluexpKnobs } from "../bluexp/index.js";
import { createHosts, type HostKnobs, type Hosts } from "../host/index.js";
import { wallClock, type SimClock } from "../kit/clock.js";
import { simCa } from "../kit/tls.js";
import { createFabric, type DataOptions, type Fabric, type Knobs } from "../ontap/index.js";
import { createSlack, type SlackSim } from "../slack/index.js";
import { createSsh, type Ssh, type SshServers } from "../ssh/index.js";
import { getWorld, type World } from "./index.js";

export interface WorldOptions {
  readonly clock?: SimClock;
  /** Slack's own, where the others' is not the wall's: people are given three seconds for a modal whatever the arrays do. Default: `clock`. */
  readonly slackClock?: SimClock;
  readonly ontap?: Partial<Knobs>;
  readonly azure?: Partial<AzureKnobs>;
  readonly bluexp?: Partial<BluexpKnobs>;
  /** Of simulated hosts. */
  readonly hosts?: Partial<HostKnobs>;
  readonly slackPort?: number;
  /** The lab's: LUNs that are files, and hosts that are machines. */
  readonly real?: (world: World) => Promise<RealParts>;
  /** Without Slack: for commands that only look at arrays. */
  readonly withoutSlack?: boolean;
}

/** What stands in for simulated hosts and virtual disks. */
export interface RealParts {
  readonly data: DataOptions;
  readonly hosts: Hosts;
  readonly shells: Pick<SshServers, "endpoints" | "clientKey">;
  close(): Promise<void>;
}

/** A whole world at the far end of the wire, and what a product needs to be told to reach it. */
export interface StartedWorld {
  readonly world: World;
  readonly fabric: Fabric;
  readonly hosts: Hosts;
  readonly azure: Azure;
  readonly bluexp: Bluexp;
  readonly ssh: Ssh;
  readonly slack: SlackSim;
  /** Origin of each simulator: clusters by name, "azure", "bluexp", "slack". */
  readonly urls: Readonly<Record<string, string>>;
  /** Dotted paths of the world's configuration file that this start decides. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Environment variables the configuration's secret references name. */
  readonly secrets: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts every simulator of a world in this process, each on a free port of 127.0.0.1. */
export async function startWorld(name: string, options: WorldOptions = {}): Promise<StartedWorld> {
  const world = getWorld(name);
  const clock = options.clock ?? wallClock;
  const ca = (await simCa()).certPem;
  const real = await options.real?.(world);
  const fabric = createFabric({ world, clock, knobs: options.ontap ?? {}, ...(real ? { data: real.data } : {}) });
  const hosts = real?.hosts ?? createHosts({ world, clock, san: fabric.san(), knobs: options.hosts ?? {} });
  const azure = createAzure({ world, clock, hosts, nics: () => fabric.cloudNics(), knobs: options.azure ?? {} });
  const bluexp = createBluexp({ world, clock, yard: fabric, cloud: azure.cloud, knobs: options.bluexp ?? {} });
  const ssh = createSsh({ world, clock, hosts });
  const urls: Record<string, string> = {};
  const slack = createSlack({ world, clock: options.slackClock ?? clock, state: () => ({ world: urls }) });
  // The only port that may be taken already: first, so that nothing else is left listening when it is.
  const workspace = options.withoutSlack ? undefined : await slack.listen({ port: options.slackPort ?? 0 });
  const clusters = await Promise.all([
    ...world.clusters.map(async (cluster) => ({ name: cluster.name, server: await fabric.listen(cluster.name) })),
    ...(world.later ?? []).map(async (later) => ({ name: later, server: await fabric.listen(later, { later: true }) })),
  ]);
  const arm = await azure.listen();
  const console = await bluexp.listen();
  const simulated = real ? undefined : await ssh.listen();
  const shells = real?.shells ?? simulated;
  for (const { name: cluster, server } of clusters) urls[cluster] = server.url;
  urls["azure"] = arm.url;
  urls["bluexp"] = console.url;
  if (workspace) urls["slack"] = workspace.url;
  return {
    world,
    fabric,
    hosts,
    azure,
    bluexp,
    ssh,
    slack,
    urls,
    overrides: {
      ...world.overrides,
      ...Object.fromEntries(
        clusters.flatMap(({ name: cluster, server }) => [
          [`clusters.${cluster}.url`, server.url] as const,
          [`clusters.${cluster}.ca`, ca] as const,
        ]),
      ),
      ...Object.fromEntries(
        Object.values(shells?.endpoints ?? {}).flatMap(({ host, address, port, hostKeyFingerprint }) => [
          [`hosts.${host}.reach.address`, address] as const,
          [`hosts.${host}.reach.port`, port] as const,
          [`hosts.${host}.reach.hostKey`, hostKeyFingerprint] as const,
        ]),
      ),
      "azure.endpoint": arm.url,
      "azure.authorityHost": arm.url,
      "azure.ca": ca,
      "bluexp.url": console.url,
      "bluexp.ca": ca,
      ...(workspace ? { "slack.apiUrl": `${workspace.url}/api` } : {}),
      "http.port": 0,
    },
    secrets: secretsOf(world, slack, shells?.clientKey ?? ""),
    close: async () => {
      await Promise.all([
        workspace?.close(),
        arm.close(),
        console.close(),
        simulated?.close(),
        ...clusters.map(({ server }) => server.close()),
      ]);
      await real?.close();
    },
  };
}

function secretsOf(world: World, slack: SlackSim, sshKey: string): Record<string, string> {
  const password = (cluster: number): string =>
    world.clusters[cluster]?.logins.find((login) => login.user === "sluice")?.password ?? cvoAdminPassword;
  return {
    SLUICE_ARRAY_PASSWORD: password(0),
    SLUICE_CVO_PASSWORD: password(1),
    SLUICE_AZURE_SECRET: world.azure.clientSecret,
    SLUICE_BLUEXP_SECRET: bluexpOf(world).clientSecret,
    SLUICE_CVO_ADMIN_PASSWORD: cvoAdminPassword,
    SLUICE_SSH_KEY: sshKey,
    SLUICE_KEY: "demo-derivation-key",
    SLUICE_NVE_SECRET: "sluice-nve-secret-1!",
    SLACK_BOT_TOKEN: slack.tokens.bot,
    SLACK_APP_TOKEN: slack.tokens.app,
    SLACK_SIGNING_SECRET: slack.tokens.signingSecret,
  };
}
