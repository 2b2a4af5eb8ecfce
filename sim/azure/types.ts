import type { Hosts } from "../host/index.js";
import type { CloudNic } from "../kit/cloud.js";
import type { SimClock } from "../kit/clock.js";
import type { HttpFault, Rule } from "../kit/faults.js";
import type { Ca } from "../kit/tls.js";
import type { World } from "../worlds/types.js";
import { DEFAULT_QUOTA } from "./manager/quota.js";

export interface AzureKnobs {
  /** From a PUT accepted to its script started in the guest. Default 1000. */
  readonly startDelayMs: number;
  /** How long start, deallocate, powerOff and restart take. Default 1000. */
  readonly powerMs: number;
  /** Compute's token buckets, per VM. Default true. */
  readonly throttle: boolean;
  /** `Retry-After` of accepted operations and polls, in seconds; 0 sends none. Default 1. */
  readonly retryAfterSeconds: number;
  /** Actions this application's role lacks, such as "Microsoft.Compute/virtualMachines/start/action". Default none. */
  readonly denied: readonly string[];
  /** Key Vault: what `GET /secrets/{name}` gives. */
  readonly secrets: Readonly<Record<string, string>>;
  /** How long a token lives. Default 3599. */
  readonly tokenSeconds: number;
  /** How long a write to a network resource keeps it busy. Default 1000. */
  readonly networkMs: number;
  /** How long a resource group takes to go. Default 60000. */
  readonly groupDeleteMs: number;
  /** How long a deployment of a template takes. Default 20000. */
  readonly deployMs: number;
  /** Given: every deployment fails in the end, with this message. */
  readonly deploymentFails: string | undefined;
  /** Compute quota of the world's region, by the name usages carry: `standardEDSv5Family`. */
  readonly quota: Readonly<Record<string, { readonly used: number; readonly limit: number }>>;
  /** Reads a minute of one subscription before Resource Manager answers 429; 0: no limit. Default 0. */
  readonly readsPerMinute: number;
}

export type AzureFault = Rule<HttpFault>;

export interface AzureOptions {
  readonly world: World;
  readonly clock: SimClock;
  readonly hosts: Hosts;
  /** Network interfaces of the arrays that stand in Azure. Default: none. */
  readonly nics?: () => readonly CloudNic[];
  readonly knobs?: Partial<AzureKnobs>;
  /** Signs the server's certificate. Default: the CA of this process. */
  readonly ca?: Ca;
}

export const DEFAULT_KNOBS: AzureKnobs = {
  startDelayMs: 1000,
  powerMs: 1000,
  throttle: true,
  retryAfterSeconds: 1,
  denied: [],
  secrets: {},
  tokenSeconds: 3599,
  networkMs: 1000,
  groupDeleteMs: 60_000,
  deployMs: 20_000,
  deploymentFails: undefined,
  quota: DEFAULT_QUOTA,
  readsPerMinute: 0,
};

/** An answer that is an ARM error; thrown inside, sent as `{error:{code,message}}`. */
export class ArmError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly details?: readonly { readonly code: string; readonly message: string }[],
  ) {
    super(message);
  }
}
