import type { SvmState } from "./svm.js";

/** LIFs, ports, broadcast domains, IPspaces, routes. Times are milliseconds since the epoch. */

export interface LifState {
  readonly uuid: string;
  name: string;
  address: string;
  /** Prefix length. */
  netmask: string;
  /** Where it is now. */
  node: string;
  port: string;
  /** Where it belongs; absent: where it is. */
  home?: { readonly node: string; readonly port: string } | undefined;
  ipspace: string;
  /** What its service policy is for. */
  kind: "iscsi" | "intercluster" | "management" | "files";
  /** Absent: the built-in one of its kind. */
  servicePolicy?: string | undefined;
  readonly svm?: SvmState | undefined;
  enabled: boolean;
  /** False: somebody pulled the cable. */
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
  name: string;
}

export interface BroadcastDomainState {
  readonly uuid: string;
  name: string;
  ipspace: string;
  mtu: number;
}

export interface PortState {
  readonly uuid: string;
  readonly name: string;
  readonly node: string;
  readonly type: "physical" | "vlan";
  readonly vlan?: { readonly basePort: string; readonly tag: number } | undefined;
  /** Absent: yes. */
  enabled?: boolean | undefined;
  broadcastDomain?: { name: string; ipspace: string } | undefined;
}

export interface RouteState {
  readonly uuid: string;
  readonly destination: { address: string; netmask: string };
  readonly gateway: string;
  readonly metric: number;
  ipspace: string;
  readonly svm?: SvmState | undefined;
}

/** Addresses Azure delivers, and the node whose virtual machine has the NIC: a LIF with any other address is up and hears nothing. */
export type AzureAddresses = Map<string, string>;
