import type { buildConnector } from "undici";
import type { Clock } from "../core/clock.js";
import { type AggregateReads, aggregateReads } from "./storage/aggregates.js";
import { type ClusterPeerReads, clusterPeerReads } from "./cluster/peers.js";
import { type ClusterReads, clusterReads } from "./cluster/cluster.js";
import { type EmsWrites, emsWrites } from "./support/ems.js";
import type { Login } from "./wire/errors.js";
import { OntapHttp, withGate } from "./wire/http.js";
import { type IgroupReads, igroupReads, type IgroupWrites, igroupWrites } from "./san/igroups.js";
import { type InterfaceReads, interfaceReads } from "./network/interfaces.js";
import { type IscsiReads, iscsiReads } from "./san/iscsi.js";
import { type JobReads, jobReads } from "./cluster/jobs.js";
import { type LunMapReads, lunMapReads, type LunMapWrites, lunMapWrites } from "./san/lun-maps.js";
import { type LunReads, lunReads, type LunWrites, lunWrites } from "./san/luns.js";
import { type MavReads, mavReads } from "./security/mav.js";
import { type PolicyReads, policyReads } from "./snapmirror/policies.js";
import {
  type RelationshipReads,
  relationshipReads,
  type RelationshipWrites,
  relationshipWrites,
} from "./snapmirror/relationships.js";
import { lacks } from "./wire/releases.js";
import { type ScheduleReads, scheduleReads } from "./cluster/schedules.js";
import { type SnapshotReads, snapshotReads, type SnapshotWrites, snapshotWrites } from "./storage/snapshots.js";
import { type SvmPeerReads, svmPeerReads } from "./svm/peers.js";
import { type TransferReads, transferReads, type TransferWrites, transferWrites } from "./snapmirror/transfers.js";
import { type Log, Transport } from "./wire/transport.js";
import { type VolumeReads, volumeReads, type VolumeWrites, volumeWrites } from "./storage/volumes.js";

/** How Sluice shows who it is to the array. */
export type OntapLogin =
  | { readonly user: string; readonly password: string }
  /** PEM. The certificate's CN is the array's user name. */
  | { readonly cert: string; readonly key: string; readonly passphrase?: string }
  /** PKCS#12, as bytes or base64. */
  | { readonly pfx: Buffer | string; readonly passphrase?: string };

export interface OntapOptions {
  /** The cluster's name in our config; errors come `from: "ONTAP <cluster>"`. */
  readonly cluster: string;
  /** `https://address[:port]` of the cluster's or SVM's management interface. */
  readonly url: string;
  /** PEM of the CA to trust instead of the system's. */
  readonly ca?: string;
  /** Only in so many words: no check of the certificate. */
  readonly insecure?: boolean;
  readonly login: OntapLogin;
  readonly clock: Clock;
  /** Calls under way at once to this cluster, reads and writes together. Default 8. */
  readonly maxInFlight?: number;
  /** From sending to the last byte of the answer. Default 30 000; must be shorter than a worker's lease. */
  readonly requestTimeoutMs?: number;
  /** Called just before each write is sent (the lease check); what it throws is thrown, and nothing is sent. */
  readonly beforeWrite?: () => Promise<void>;
  /** `X-Dot-Client-App`, seen in the array's audit log. Default "sluice". */
  readonly clientApp?: string;
  readonly log?: Log;
}

/** All that can be looked at. Planning code is handed this: the compiler finds no write on it, and at run time there is none. */
export interface OntapReader {
  /** The cluster's name in our config. */
  readonly name: string;
  readonly cluster: ClusterReads;
  readonly jobs: JobReads;
  readonly relationships: RelationshipReads;
  readonly transfers: TransferReads;
  readonly snapshots: SnapshotReads;
  readonly volumes: VolumeReads;
  readonly luns: LunReads;
  readonly igroups: IgroupReads;
  readonly lunMaps: LunMapReads;
  readonly iscsi: IscsiReads;
  readonly interfaces: InterfaceReads;
  readonly aggregates: AggregateReads;
  readonly svmPeers: SvmPeerReads;
  readonly clusterPeers: ClusterPeerReads;
  readonly schedules: ScheduleReads;
  readonly policies: PolicyReads;
  readonly mav: MavReads;
}

/** The same families, with what changes something. */
export interface OntapClient extends OntapReader {
  readonly relationships: RelationshipReads & RelationshipWrites;
  readonly transfers: TransferReads & TransferWrites;
  readonly snapshots: SnapshotReads & SnapshotWrites;
  readonly volumes: VolumeReads & VolumeWrites;
  readonly luns: LunReads & LunWrites;
  readonly igroups: IgroupReads & IgroupWrites;
  readonly lunMaps: LunMapReads & LunMapWrites;
  readonly ems: EmsWrites;
  /** The same connections without the writes. */
  readonly reader: OntapReader;
  /** Cuts what is under way (in doubt, then) and frees the connections. */
  close(): Promise<void>;
}

const DEFAULT_IN_FLIGHT = 8;
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;

/** A client for one cluster. Connects when first used. Throws TypeError on a url that is not https (http only with `insecure`). */
export function createOntap(options: OntapOptions): OntapClient {
  const url = new URL(options.url);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && options.insecure)) {
    throw new TypeError(`${options.cluster}: ${url.protocol}//… is not https`);
  }
  const login: Login = { name: "user" in options.login ? options.login.user : "of the client certificate" };
  const maxInFlight = options.maxInFlight ?? DEFAULT_IN_FLIGHT;
  const requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
  const transport = new Transport({
    origin: url.origin,
    tls: tlsOf(options),
    authorization: authorizationOf(options.login),
    connections: maxInFlight,
    requestTimeoutMs,
    clientApp: options.clientApp ?? "sluice",
    clock: options.clock,
    log: options.log,
  });
  const { cluster, clock, beforeWrite } = options;
  const http = new OntapHttp({ cluster, url, transport, login, clock, maxInFlight, requestTimeoutMs, beforeWrite });
  const reader = readerOver(http, clock, login);
  return { ...withWrites(http, reader), reader, close: () => transport.close() };
}

function readerOver(http: OntapHttp, clock: Clock, login: Login): OntapReader {
  return {
    name: http.cluster,
    cluster: clusterReads(http),
    jobs: jobReads(http, clock, login),
    relationships: relationshipReads(http),
    transfers: transferReads(http),
    snapshots: snapshotReads(http),
    volumes: volumeReads(http),
    luns: lunReads(http),
    igroups: igroupReads(http),
    lunMaps: lunMapReads(http),
    iscsi: iscsiReads(http),
    interfaces: interfaceReads(http),
    aggregates: aggregateReads(http),
    svmPeers: svmPeerReads(http),
    clusterPeers: clusterPeerReads(http),
    schedules: scheduleReads(http),
    policies: policyReads(http),
    mav: mavReads(http),
  };
}

function withWrites(http: OntapHttp, reader: OntapReader): Omit<OntapClient, "reader" | "close"> {
  const writes = withGate(http, async (feature) => {
    if (await reader.cluster.supports(feature)) return;
    throw lacks(http.cluster, feature, (await reader.cluster.version()).short);
  });
  return {
    ...reader,
    relationships: { ...reader.relationships, ...relationshipWrites(writes) },
    transfers: { ...reader.transfers, ...transferWrites(writes) },
    snapshots: { ...reader.snapshots, ...snapshotWrites(writes) },
    volumes: { ...reader.volumes, ...volumeWrites(writes) },
    luns: { ...reader.luns, ...lunWrites(writes) },
    igroups: { ...reader.igroups, ...igroupWrites(writes) },
    lunMaps: { ...reader.lunMaps, ...lunMapWrites(writes) },
    ems: emsWrites(writes),
  };
}

function authorizationOf(login: OntapLogin): string | undefined {
  if (!("user" in login)) return undefined;
  return `Basic ${Buffer.from(`${login.user}:${login.password}`, "utf8").toString("base64")}`;
}

function tlsOf(options: OntapOptions): buildConnector.BuildOptions {
  const { login, ca, insecure } = options;
  const passphrase = "user" in login || login.passphrase === undefined ? {} : { passphrase: login.passphrase };
  return {
    rejectUnauthorized: insecure !== true,
    ...(ca === undefined ? {} : { ca }),
    ...("cert" in login ? { cert: login.cert, key: login.key, ...passphrase } : {}),
    ...("pfx" in login
      ? { pfx: typeof login.pfx === "string" ? Buffer.from(login.pfx, "base64") : login.pfx, ...passphrase }
      : {}),
  };
}
