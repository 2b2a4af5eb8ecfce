import type { IncomingMessage } from "node:http";
import { ManualClock } from "../../../sim/kit/clock.js";
import type { SimRequest } from "../../../sim/kit/http.js";
import { FabricState } from "../../../sim/ontap/fabric.js";
import { answer } from "../../../sim/ontap/kernel/serve.js";
import type { Knobs } from "../../../sim/ontap/knobs.js";
import { epic } from "../../../sim/worlds/epic.js";
import type { World } from "../../../sim/worlds/types.js";
import { type Json, START } from "./support.js";

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** The arrays of a world without sockets: thousands of calls in a second, and their state to look into. */
export interface Direct {
  readonly state: FabricState;
  readonly clock: ManualClock;
  call(cluster: string, method: string, path: string, body?: unknown): Promise<Answer>;
  /** Calls made so far. */
  calls(): number;
  /** Records of a collection. */
  list(cluster: string, path: string): Promise<readonly Json[]>;
}

const LOGIN = `Basic ${Buffer.from("admin:netapp1!").toString("base64")}`;

export function direct(knobs: Partial<Knobs>, world: World = epic): Direct {
  const clock = new ManualClock(START);
  const state = new FabricState(world, clock, knobs, 1);
  let calls = 0;
  const call: Direct["call"] = async (cluster, method, path, body) => {
    calls += 1;
    const target = `/api${path}`;
    const [plain = "", query = ""] = target.split("?");
    const request: SimRequest = {
      method,
      path: plain,
      target,
      query: new URLSearchParams(query),
      headers: { authorization: LOGIN, accept: "application/json" },
      body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
      raw: {} as IncomingMessage,
    };
    const reply = await answer(state, cluster, request);
    if (!("status" in reply)) throw new Error(`${method} ${path} was cut off`);
    return { status: reply.status, body: reply.body };
  };
  return {
    state,
    clock,
    call,
    calls: () => calls,
    list: async (cluster, path) => {
      const { status, body } = await call(cluster, "GET", path);
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
      return body.records;
    },
  };
}

/** Calls, and gives the job's end where there is one: its code, or 0. */
export async function codeOf(
  on: Direct,
  cluster: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<number> {
  const reply = await on.call(cluster, method, path, body);
  if (reply.status >= 400) return Number(reply.body.error.code);
  if (!reply.body?.job) return 0;
  for (let looks = 0; looks < 100; looks++) {
    const job = await on.call(cluster, "GET", `/cluster/jobs/${reply.body.job.uuid}?fields=**`);
    if (job.body.state === "success" || job.body.state === "failure") return job.body.code;
    on.clock.advance(500);
  }
  throw new Error(`the job of ${method} ${path} does not end`);
}

/** The first record of a collection. */
export const one = async (on: Direct, cluster: string, path: string): Promise<Json> =>
  (await on.list(cluster, path))[0];

/** A volume with every field. */
export const volume = (on: Direct, cluster: string, name: string): Promise<Json> =>
  one(on, cluster, `/storage/volumes?name=${name}&fields=**`);
