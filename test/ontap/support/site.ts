import {
  createFabric,
  type Fabric,
  type FaultRule,
  instant,
  type Knobs,
  withProfile,
} from "../../../sim/ontap/index.js";
import { ManualClock } from "../../../sim/kit/clock.js";
import { simCa } from "../../../sim/kit/tls.js";
import { epic } from "../../../sim/worlds/epic.js";
import type { World, WorldCluster } from "../../../sim/worlds/types.js";
import type { Clock } from "../../../src/core/clock.js";
import { Problem } from "../../../src/core/problems.js";
import { createOntap, type OntapClient, type OntapOptions } from "../../../src/ontap/index.js";

export const ARRAY = "ali-ontap-01";
export const CVO = "cvo-eastus2";
export const SVM = "svm_epic";
export const DR = "svm_epic_dr";
export const START = Date.parse("2026-11-22T14:05:00Z");

/** One clock for both ends: what the client sleeps, the arrays live through. */
export class SharedClock extends ManualClock implements Clock {
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw signal.reason as Error;
    this.advance(ms);
  }
}

export interface Site {
  readonly fabric: Fabric;
  readonly clock: SharedClock;
  readonly array: OntapClient;
  readonly cvo: OntapClient;
  client(cluster: string, more?: Partial<OntapOptions>): OntapClient;
  fault(cluster: string, rule: FaultRule): void;
  close(): Promise<void>;
}

export interface SiteOptions {
  readonly world?: World;
  readonly knobs?: Partial<Knobs>;
  readonly client?: Partial<OntapOptions>;
}

/** Both clusters of the world behind TLS, with the administrator's login, so that only release and platform limit what can be done. */
export async function openSite({ world = epic, knobs = {}, client: common = {} }: SiteOptions = {}): Promise<Site> {
  const clock = new SharedClock(START);
  const fabric = createFabric({ world, clock, knobs: { ...instant, ...knobs } });
  const ca = (await simCa()).certPem;
  const servers = new Map(
    await Promise.all([ARRAY, CVO].map(async (name) => [name, await fabric.listen(name)] as const)),
  );
  const clients: OntapClient[] = [];
  const client = (cluster: string, more: Partial<OntapOptions> = {}): OntapClient => {
    const url = servers.get(cluster)?.url ?? "";
    const login = { user: "admin", password: "netapp1!" };
    const made = createOntap({ cluster, url, ca, login, clock, ...common, ...more });
    clients.push(made);
    return made;
  };
  return {
    fabric,
    clock,
    array: client(ARRAY),
    cvo: client(CVO),
    client,
    fault: (cluster, rule) => fabric.fault(cluster, rule),
    close: async () => {
      for (const each of clients) await each.close();
      for (const server of servers.values()) await server.close();
    },
  };
}

/** The demo world with both clusters in one release, and the mirrors' destination on that platform. */
export function worldOf(release: string, platform: WorldCluster["platform"]): World {
  return withProfile(withProfile(epic, { cluster: ARRAY, release }), { cluster: CVO, release, platform });
}

export async function problemOf(act: Promise<unknown>): Promise<Problem> {
  try {
    await act;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
