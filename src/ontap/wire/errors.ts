import { InDoubt, NotSent, type Problem, type ProblemFields, Rejected } from "../../core/problems.js";
import { CODES } from "./codes.js";
import { isWire, num, part, text, type Wire } from "./records.js";

/** Who we are to the array, for the sentence that says which right is missing. Never a secret. */
export interface Login {
  /** The user's name, or what stands for it ("the certificate's user"). */
  readonly name: string;
}

/** The call an error belongs to. */
export interface Call {
  readonly cluster: string;
  readonly login: Login;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/api`, without the query. */
  readonly path: string;
  /** Values that must not show in a message. */
  readonly secrets?: readonly string[];
}

/** What came back over HTTP. `body` is the parsed JSON, or undefined when it was none. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Milliseconds, from `Retry-After`. */
  readonly retryAfterMs: number | undefined;
}

const RIGHTS_CODES = new Set(["6", "6691623"]);
const NOT_FOUND_CODES = new Set(["4", "8586226"]);
const MAV_CODE = "262325";
/** How long "temporarily locked" lasts, as NetApp's own Ansible collection waits (reference 1.5). */
const LOCKED_PAUSE_MS = 30_000;

/** Is this the array's "there is no such object"? (An unknown URL is code 3, which is something else.) */
export const isNotFound = (problem: unknown): boolean => problem instanceof Rejected && problem.code === "4";

/**
 * The transport failed. `connecting`: no connection came about, so nothing was sent. Else the call may have arrived: a write is in doubt; a read
 * changes nothing and is `NotSent`, to be tried again.
 */
export function transportProblem(call: Call, error: unknown, connecting: boolean): Problem {
  const about = describeTransport(error);
  const fields = {
    from: from(call),
    code: about.code,
    cause: error,
    ...(about.next === undefined ? {} : { next: about.next }),
  };
  if (connecting || about.neverSent)
    return new NotSent(`${about.says}; nothing was sent`, { ...fields, retryable: about.passing });
  if (call.method === "GET")
    return new NotSent(`no answer to ${said(call)}: ${about.says}`, { ...fields, retryable: true });
  return new InDoubt(`no answer to ${said(call)}: ${about.says}; it may have happened`, fields);
}

/** The HTTP answer is no success. */
export function answerProblem(call: Call, answer: HttpAnswer): Problem {
  const error = isWire(answer.body) ? part(answer.body, "error") : undefined;
  if (error === undefined) return wordlessProblem(call, answer);
  return codedProblem(call, {
    code: text(error, "code") ?? num(error, "code")?.toString() ?? httpCode(answer.status),
    message: text(error, "message") ?? `it answered ${answer.status}`,
    target: text(error, "target"),
    status: answer.status,
    retryAfterMs: answer.retryAfterMs,
  });
}

/** An answer of success whose body cannot be understood, or a record that lacks what it must have. */
export function unreadableProblem(call: Call, why: string, cause?: unknown): Problem {
  const fields = { from: from(call), code: "unreadable", cause };
  const message = `cannot make sense of its answer to ${said(call)}: ${why}`;
  return call.method === "GET"
    ? new NotSent(message, { ...fields, retryable: true })
    : new InDoubt(`${message}; it may have happened`, fields);
}

/** A job of the array that failed. `job` is its record, or the `job` member of an answer. */
export function jobProblem(about: Pick<Call, "cluster" | "login">, job: Wire): Problem {
  const error = part(job, "error");
  const [verb, url] = (text(job, "description") ?? "").split(" ");
  const method = verb === "PATCH" || verb === "DELETE" ? verb : "POST";
  const path = (url ?? "").replace(/^\/api/, "").replace(/\?.*$/, "");
  const call: Call = { ...about, method, path: path === "" ? "the job" : path };
  const problem = codedProblem(call, {
    code: text(error, "code") ?? num(job, "code")?.toString() ?? "unknown",
    message: text(error, "message") ?? text(job, "message") ?? "its job failed and does not say why",
    target: text(error, "target"),
    status: undefined,
    retryAfterMs: undefined,
  });
  if (!isNotFound(problem) || method === "DELETE") return problem;
  // The object was there when the job was taken on. SVM peerings and pauses are known to end so although they took effect (reference 4, 6.5).
  return new InDoubt(`${problem.message}; it may have happened`, { from: from(call), code: "4" });
}

/**
 * An approval wanted in an answer of success: the error under any 2xx, or the 202 without a job that NetApp's support once described (reference 11).
 */
export function hiddenApproval(call: Call, status: number, body: unknown): Problem | undefined {
  if (!isWire(body)) return undefined;
  const error = part(body, "error");
  const coded = text(error, "code") === MAV_CODE;
  const message = text(error, "message") ?? text(body, "message") ?? "";
  const told = status === 202 && part(body, "job") === undefined && /multi-admin-verify/i.test(message);
  if (!coded && !told) return undefined;
  return approvalProblem(call, message, mavIndex(message) ?? num(part(body, "request"), "index"));
}

interface Coded {
  readonly code: string;
  readonly message: string;
  readonly target: string | undefined;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
}

function codedProblem(call: Call, coded: Coded): Problem {
  const message = withoutSecrets(coded.message.trim(), call.secrets);
  if (coded.code === MAV_CODE) return approvalProblem(call, message, mavIndex(message));
  if (coded.status === 401) return loginProblem(call, message, coded.code);
  if (RIGHTS_CODES.has(coded.code) || coded.status === 403) return rightsProblem(call, message, coded.code);
  if (NOT_FOUND_CODES.has(coded.code)) {
    return new Rejected(message, { from: from(call), code: "4", detail: { path: call.path } });
  }
  const fact = CODES[coded.code] ?? {};
  const write = call.method !== "GET";
  const fields: ProblemFields = {
    from: from(call),
    code: coded.code,
    ...(fact.next === undefined ? {} : { next: fact.next }),
    ...(coded.target === undefined ? {} : { detail: { target: coded.target } }),
  };
  if (write && fact.doubt) return new InDoubt(`${message}; it may have happened, wholly or in part`, fields);
  return new Rejected(message, { ...fields, ...mayRepeat(coded, fact.retryable ?? false, message, write) });
}

/** Does the array say that it was only the moment? */
function mayRepeat(coded: Coded, listed: boolean, message: string, write: boolean): ProblemFields {
  const locked = /temporarily locked/i.test(message);
  const busy = coded.status === 429 || coded.status === 503 || (!write && (coded.status ?? 0) >= 500);
  const wait = coded.retryAfterMs ?? (locked ? LOCKED_PAUSE_MS : undefined);
  return { retryable: listed || locked || busy, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}

/** An answer without an ONTAP error body: something in front of the array, or an array in trouble. */
function wordlessProblem(call: Call, answer: HttpAnswer): Problem {
  const { status, retryAfterMs } = answer;
  if (status === 401) return loginProblem(call, "it refused the login", httpCode(status));
  if (status === 403) return rightsProblem(call, "it refused the call", httpCode(status));
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  const fields = { from: from(call), code: httpCode(status), ...wait };
  if (status === 429) return new Rejected("it has too many requests to answer", { ...fields, retryable: true });
  if (status >= 500) {
    const message = `it answered ${said(call)} with ${status} and no reason`;
    if (call.method === "GET") return new NotSent(message, { ...fields, retryable: true });
    return new InDoubt(`${message}; it may have happened`, fields);
  }
  return new Rejected(`it answered ${said(call)} with ${status} and no reason`, {
    ...fields,
    next: "Check that the cluster's url leads to an ONTAP management address and nothing in between answers for it.",
  });
}

function approvalProblem(call: Call, message: string, index: number | undefined): Problem {
  const request = index === undefined ? "the request" : `request ${index}`;
  const cli = index === undefined ? "" : ` (security multi-admin-verify request approve -index ${index})`;
  return new Rejected(message, {
    from: from(call),
    code: MAV_CODE,
    next: `The array wants its own approval: somebody entitled there must approve ${request}${cli}.`,
    ...(index === undefined ? {} : { detail: { mavRequest: index } }),
  });
}

function mavIndex(message: string): number | undefined {
  const found = /\(index (\d+)\)/.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}

function loginProblem(call: Call, message: string, code: string): Problem {
  return new Rejected(`the login ${call.login.name} was refused (${message})`, {
    from: from(call),
    code: code === "unknown" ? httpCode(401) : code,
    next: "Check the user and password (or certificate) configured for this cluster, and on the array that the login has the application http.",
  });
}

/** The access a REST role must give on an endpoint for a method. */
const ACCESS = { GET: "readonly", POST: "read_create", PATCH: "read_modify", DELETE: "all" } as const;
const UUID_SEGMENT = /\/[0-9a-f]{8}-[0-9a-f-]{27}(?=\/|$)/gi;

function rightsProblem(call: Call, message: string, code: string): Problem {
  const endpoint = `/api${call.path.replace(UUID_SEGMENT, "/*").replace(/\/\*$/, "")}`;
  const access = ACCESS[call.method];
  return new Rejected(`the login ${call.login.name} may not ${call.method} ${endpoint} (${message})`, {
    from: from(call),
    code: code === "6691623" || code.startsWith("http") ? "6" : code,
    next: `Its role needs ${access} on ${endpoint} (security login rest-role create -api ${endpoint} -access ${access}), or another login must do it.`,
    detail: { missingRight: { api: endpoint, access } },
  });
}

interface Transport {
  readonly says: string;
  readonly code: string;
  readonly next?: string;
  /** A look of the same error, a moment later, may well succeed. */
  readonly passing: boolean;
  /** The error itself shows that nothing was sent, whatever the phase. */
  readonly neverSent: boolean;
}

const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)$/;
/** The array refused our certificate. With TLS 1.3 that alert comes after we sent, but before anybody read it. */
const OUR_CERTIFICATE =
  /SSL.*(ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_(UNKNOWN|EXPIRED|REVOKED|REQUIRED)|HANDSHAKE_FAILURE|ACCESS_DENIED)|CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)/;

function describeTransport(error: unknown): Transport {
  // By shape, not instanceof: an error of Node's core need not be of this realm's Error.
  const thrown = isWire(error) ? error : {};
  const message = text(thrown, "message") ?? "";
  const code = text(thrown, "code") ?? text(thrown, "name") ?? "unknown";
  const plain = { code, passing: true, neverSent: false };
  if (UNTRUSTED.test(code)) {
    const next =
      "Put the CA of its certificate into the cluster's config; a name that does not match needs a url that does.";
    return { ...plain, says: `its certificate is not trusted (${message})`, next, passing: false };
  }
  if (OUR_CERTIFICATE.test(code)) {
    const next = "Check the client certificate and key, and that the array has its CA as client-ca.";
    return { ...plain, says: "it refused our client certificate", next, passing: false, neverSent: true };
  }
  switch (code) {
    case "ENOTFOUND":
      return {
        ...plain,
        says: "its name is not known here",
        next: "Check the cluster's url and the DNS.",
        passing: false,
      };
    case "EAI_AGAIN":
      return { ...plain, says: "the DNS does not answer" };
    case "ECONNREFUSED":
      return {
        ...plain,
        says: "nothing listens at its address",
        next: "Check the cluster's url, and whether the cluster is up.",
      };
    case "UND_ERR_CONNECT_TIMEOUT":
      return {
        ...plain,
        says: "it could not be reached in time",
        next: "Check network and firewall to its management address.",
      };
    case "UND_ERR_CLOSED":
      return { ...plain, says: "the client was closed", passing: false, neverSent: true };
    case "TimeoutError":
      return { ...plain, says: "it took too long" };
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
    case "EPIPE":
      return { ...plain, says: "the connection broke" };
    default:
      return { ...plain, says: message === "" ? code : message };
  }
}

const from = (call: Pick<Call, "cluster">): string => `ONTAP ${call.cluster}`;
const said = (call: Call): string => `${call.method} ${call.path}`;
const httpCode = (status: number): string => `http ${status}`;

function withoutSecrets(message: string, secrets: readonly string[] = []): string {
  return secrets.reduce((kept, secret) => (secret === "" ? kept : kept.replaceAll(secret, "(secret)")), message);
}
