import type { Cloud } from "../kit/cloud.js";
import type { SimClock } from "../kit/clock.js";
import type { HttpFault, Rule } from "../kit/faults.js";
import type { Ca } from "../kit/tls.js";
import type { World, WorldBluexp, WorldCluster } from "../worlds/types.js";

export interface BluexpKnobs {
  /** Creation of a single-node and of an HA system. Defaults 30 and 45 seconds, where the real one takes 25 and 40 minutes. */
  readonly createMs: number;
  readonly createHaMs: number;
  readonly deleteMs: number;
  /** Start and stop. Default 10 seconds; really minutes. */
  readonly powerMs: number;
  /** From the Connector's machine running to its agent being active. Default 10 seconds; really two minutes. */
  readonly agentMs: number;
  /** A creation's task says so much later that it takes too long, and fails; the system is made all the same. 0: never. */
  readonly givesUpAfterMs: number;
  /** Given: creations fail in the end, with this message. */
  readonly creationFails: string | undefined;
  /** Tasks that are over are forgotten after so long. Default a day. */
  readonly forgetsAfterMs: number;
  /** Which header carries the request id: NetApp's clients read the first, its documents name the other. */
  readonly requestIdHeader: "OnCloud-Request-Id" | "X-Response_Id";
  /** How long a token lives, in seconds. Default 86400. */
  readonly tokenSeconds: number;
  /** The Connector is busy: reads are answered 504. */
  readonly busy: boolean;
}

export const DEFAULT_KNOBS: BluexpKnobs = {
  createMs: 30_000,
  createHaMs: 45_000,
  deleteMs: 20_000,
  powerMs: 10_000,
  agentMs: 10_000,
  givesUpAfterMs: 0,
  creationFails: undefined,
  forgetsAfterMs: 24 * 3_600_000,
  requestIdHeader: "OnCloud-Request-Id",
  tokenSeconds: 86_400,
  busy: false,
};

export type BluexpFault = Rule<HttpFault>;

/** Where systems stand that BlueXP makes: the arrays of this world. */
export interface Yard {
  has(cluster: string): boolean;
  addCluster(spec: WorldCluster): void;
  removeCluster(cluster: string): void;
  setPower(cluster: string, power: "on" | "off"): void;
  load(cluster: string): { readonly volumes: number; readonly transfers: number };
}

export interface BluexpOptions {
  readonly world: World;
  readonly clock: SimClock;
  readonly yard: Yard;
  readonly cloud: Cloud;
  readonly knobs?: Partial<BluexpKnobs>;
  readonly ca?: Ca;
}

/** What the demo worlds give a new system's admin: the only login it has. */
export const cvoAdminPassword = "netapp1!";

/** What a world that says nothing has. */
export const bluexpOf = (world: World): WorldBluexp => ({
  account: "account-RiverSide",
  workspace: "workspace-EpicDr01",
  clientId: "sluice-service-account-01",
  clientSecret: "sluice-bluexp-secret-1!",
  refreshToken: "sluice-refresh-token-0001",
  connector: "kQ7connector0000000000000000epic",
  ...world.bluexp,
});

/** An answer that is BlueXP's error; thrown inside. */
export class BluexpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly causeMessage?: string,
  ) {
    super(message);
  }
}
