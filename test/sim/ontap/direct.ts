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
  /** Records of a collection. */
  list(cluster: string, path: string): Promise<readonly Json[]>;
}

const LOGIN = `Basic ${Buffer.from("admin:netapp1!").toString("base64")}`;

export function direct(knobs: Partial<Knobs>, world: World = epic): Direct {
  const clock = new ManualClock(START);
  const state = new FabricState(world, clock, knobs, 1);
  const call: Direct["call"] = async (cluster, method, path, body) => {
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
    list: async (cluster, path) => {
      const { status, body } = await call(cluster, "GET", path);
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
      return body.records;
    },
  };
}
