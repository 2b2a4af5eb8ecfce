import type { SvmState } from "./svm.js";

/** LIFs, ports, broadcast domains, IPspaces, routes. Times are milliseconds since the epoch. */

export interface LifState {
  readonly uuid: string;
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly node: string;
  readonly port: string;
  readonly ipspace: string;
  readonly kind: "iscsi" | "intercluster" | "management";
  readonly svm?: SvmState | undefined;
  enabled: boolean;
  up: boolean;
}

export interface FcLifState {
  readonly uuid: string;
  readonly name: string;
  readonly wwpn: string;
  readonly wwnn: string;
  readonly node: string;
  readonly port: string;
  readonly svm: SvmState;
  enabled: boolean;
}

export interface IpspaceState {
  readonly uuid: string;
  readonly name: string;
}

export interface BroadcastDomainState {
  readonly uuid: string;
  readonly name: string;
  readonly ipspace: string;
  readonly mtu: number;
}

export interface PortState {
  readonly uuid: string;
  readonly name: string;
  readonly node: string;
  readonly type: "physical" | "vlan";
  broadcastDomain?: { name: string; ipspace: string } | undefined;
}

export interface RouteState {
  readonly uuid: string;
  readonly destination: { address: string; netmask: string };
  readonly gateway: string;
  readonly metric: number;
  readonly ipspace: string;
  readonly svm?: SvmState | undefined;
}
