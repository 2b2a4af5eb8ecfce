import type { buildConnector } from "undici";
import { type Clock, systemClock } from "../core/clock.js";
import { type Reads, readsOf, type Writes, writesOf } from "./families.js";
import type { OpenSecret } from "./security/azure-key-vaults.js";
import type { Login } from "./wire/errors.js";
import { OntapHttp, withGate } from "./wire/http.js";
import { patiently } from "./wire/patience.js";
import { type Log, Transport } from "./wire/transport.js";

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
  /** Real time unless said. */
  readonly clock?: Clock;
  /** Calls under way at once to this cluster, reads and writes together. Default 8. */
  readonly maxInFlight?: number;
  /** From sending to the last byte of the answer. Default 30 000; must be shorter than a worker's lease. */
  readonly requestTimeoutMs?: number;
  /** Called just before each write is sent (the lease check); what it throws is thrown, and nothing is sent. */
  readonly beforeWrite?: () => Promise<void>;
  /** Opens `{ $secret: "name" }` where a call takes one. Unless given, such a call is refused. */
  readonly openSecret?: OpenSecret;
  /** `X-Dot-Client-App`, seen in the array's audit log. Default "sluice". */
  readonly clientApp?: string;
  readonly log?: Log;
}

/** All that can be looked at. Planning code is handed this: the compiler finds no write on it, and at run time there is none. */
export interface OntapReader extends Reads {
  /** The cluster's name in our config. */
  readonly name: string;
}

type Both = {
  readonly [Family in keyof Reads]: Reads[Family] & (Family extends keyof Writes ? Writes[Family] : unknown);
};

/** The same families, with what changes something. */
export interface OntapClient extends Both {
  readonly name: string;
  /** The same connections without the writes. */
  readonly reader: OntapReader;
  /**
   * Repeats a call that certainly did nothing and may succeed soon (not sent, too many requests, busy, "temporarily locked"), waiting as the array says, within
   * `timeoutMs`. A write is never repeated without this, and a doubt not even with it.
   */
  patiently<T>(timeoutMs: number, act: () => Promise<T>): Promise<T>;
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
  const clock = options.clock ?? systemClock;
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
    clock,
    log: options.log,
  });
  const { cluster, beforeWrite } = options;
  const http = new OntapHttp({ cluster, url, transport, login, clock, maxInFlight, requestTimeoutMs, beforeWrite });
  const reader: OntapReader = { name: cluster, ...readsOf(http, clock, login) };
  const writes = writesOf(withGate(http, reader.cluster.version), options.openSecret ?? noSecrets(cluster));
  return {
    ...reader,
    ...withWrites(reader, writes),
    reader,
    patiently: (timeoutMs, act) => patiently(clock, timeoutMs, act),
    close: () => transport.close(),
  };
}

const noSecrets =
  (cluster: string) =>
  (name: string): string => {
    throw new TypeError(`the client of ${cluster} was given no way to open the secret ${name}`);
  };

function withWrites(reads: Reads, writes: Writes): Pick<Both, keyof Writes> {
  const families = Object.entries(writes).map(([family, write]) => [
    family,
    { ...reads[family as keyof Writes], ...write },
  ]);
  return Object.fromEntries(families) as Pick<Both, keyof Writes>;
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
