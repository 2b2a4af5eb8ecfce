import { Agent, request } from "undici";
import { ManualClock } from "../../../sim/kit/clock.js";
import { simCa } from "../../../sim/kit/tls.js";
import {
  type Bulk,
  createFabric,
  type DataOptions,
  type Fabric,
  instant,
  type Knobs,
} from "../../../sim/ontap/index.js";
import { epic } from "../../../sim/worlds/epic.js";
import type { World } from "../../../sim/worlds/types.js";

export const START = Date.parse("2026-11-22T08:07:00Z");
export const ALI = "ali-ontap-01";
export const CVO = "cvo-eastus2";

/** JSON as it came: tests look into it freely. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Json;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string;
  readonly as?: string;
  readonly headers?: Record<string, string>;
}

export interface Arrays {
  readonly fabric: Fabric;
  readonly clock: ManualClock;
  call(cluster: string, method: string, path: string, options?: CallOptions): Promise<Reply>;
  get(cluster: string, path: string, options?: CallOptions): Promise<Json>;
  /** Calls, and if a job was started looks at it till it has ended; gives the job, or the reply. */
  done(cluster: string, method: string, path: string, body?: unknown, as?: string): Promise<Json>;
  volume(cluster: string, name: string): Promise<Json>;
  mirror(path: string): Promise<Json>;
  url(cluster: string): string;
  close(): Promise<void>;
}

/** The arrays of a world behind real sockets, with a plain client that is not ours. */
export async function arrays(
  knobs: Partial<Knobs> = instant,
  world: World = epic,
  at = START,
  bulk?: Bulk,
  data?: DataOptions,
): Promise<Arrays> {
  const clock = new ManualClock(at);
  const fabric = createFabric({ world, clock, knobs, ...(bulk ? { bulk } : {}), ...(data ? { data } : {}) });
  const dispatcher = new Agent({ connect: { ca: (await simCa()).certPem } });
  const servers = new Map<string, { url: string; close(): Promise<void> }>();
  for (const cluster of world.clusters) servers.set(cluster.name, await fabric.listen(cluster.name));
  const url = (cluster: string): string => servers.get(cluster)?.url ?? "";
  const call: Arrays["call"] = async (cluster, method, path, options = {}) => {
    const login = options.as ?? "admin:netapp1!";
    const reply = await request(`${url(cluster)}${path.startsWith("/_") ? "" : "/api"}${path}`, {
      method: method as "GET",
      dispatcher,
      headers: {
        authorization: `Basic ${Buffer.from(login).toString("base64")}`,
        accept: "application/json",
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.raw === undefined ? {} : { body: options.raw }),
    });
    const text = await reply.body.text();
    return { status: reply.statusCode, headers: reply.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
  const get: Arrays["get"] = async (cluster, path, options) => {
    const reply = await call(cluster, "GET", path, options);
    if (reply.status !== 200) throw new Error(`GET ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  return {
    fabric,
    clock,
    call,
    get,
    url,
    done: async (cluster, method, path, body, as) => {
      const who = as === undefined ? {} : { as };
      const reply = await call(cluster, method, path, { ...(body === undefined ? {} : { body }), ...who });
      if (!reply.body?.job) return reply;
      for (let looks = 0; looks < 100; looks++) {
        const job = await get(cluster, `/cluster/jobs/${reply.body.job.uuid}?fields=**`, who);
        if (job.state !== "running") return job;
        clock.advance(100);
      }
      throw new Error(`job of ${method} ${path} does not end`);
    },
    volume: async (cluster, name) => (await get(cluster, `/storage/volumes?name=${name}&fields=*`)).records[0],
    mirror: async (path) =>
      (await get(CVO, `/snapmirror/relationships?destination.path=${encodeURIComponent(path)}&fields=*`)).records[0],
    close: async () => {
      await dispatcher.destroy();
      await Promise.all([...servers.values()].map((server) => server.close()));
    },
  };
}
