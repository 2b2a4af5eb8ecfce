import { InDoubt, NotSent, Problem, Rejected } from "../core/problems.js";
import type { VmAddress } from "./options.js";

/** Errors of a connection that never came about, so that nothing was sent. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

const fallbackWaitMs = 60_000;

interface RestFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message: string;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

/** How long Azure asked us to wait; a minute when it throttles without saying (the per-VM bucket refills four a minute). */
export function retryAfterOf(header: string | undefined): number {
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : fallbackWaitMs;
}

/** The first line of a message, short enough for a card. */
export const sentence = (text: string): string =>
  text.split(/\r?\n/, 1)[0]?.replace(/\s+/g, " ").trim().slice(0, 400) ?? "";

/** HTTP status of an SDK error, if it has one. */
export const statusOf = (thrown: unknown): number | undefined =>
  typeof thrown === "object" && thrown !== null && "statusCode" in thrown && typeof thrown.statusCode === "number"
    ? thrown.statusCode
    : undefined;

/**
 * An SDK error as a Problem. `write`: the call would have changed something, so no answer leaves it in doubt; a read without an answer
 * merely was not made. Wire facts: reference of Azure Compute's errors (A7, A10, F of the host reference) and the SDK's RestError.
 */
export function azureProblem(thrown: unknown, write: boolean, at: VmAddress): Problem {
  if (thrown instanceof Problem) return thrown;
  if (!(thrown instanceof Error)) return new InDoubt("an answer could not be read", { from: "Azure", cause: thrown });
  const failure: RestFailure = thrown;
  const code = failure.code === undefined ? {} : { code: failure.code };
  const fields = { from: "Azure", ...code, cause: thrown };
  const status = failure.statusCode;
  return status === undefined ? unanswered(thrown, write) : answered(failure, status, fields, write, at);
}

/** What was thrown instead of an answer: never sent, or nobody knows. */
export function unanswered(thrown: unknown, write: boolean): Problem {
  if (thrown instanceof Problem) return thrown;
  if (!(thrown instanceof Error)) return new InDoubt("an answer could not be read", { from: "Azure", cause: thrown });
  const failure: RestFailure = thrown;
  const fields = { from: "Azure", ...(failure.code === undefined ? {} : { code: failure.code }), cause: thrown };
  if (failure.code !== undefined && neverSent.has(failure.code)) {
    return new NotSent(`Azure could not be reached (${failure.code})`, {
      ...fields,
      retryable: !failure.code.includes("CERT"),
      next: "Nothing was changed.",
    });
  }
  return silent("Azure did not answer", fields, write);
}

type Fields = { readonly from: string; readonly code?: string; readonly cause?: unknown };

/** No answer: a write is in doubt, a read merely was not made. */
export function silent(message: string, fields: Fields, write: boolean): Problem {
  return write ? new InDoubt(message, fields) : new NotSent(message, { ...fields, retryable: true });
}

function answered(failure: RestFailure, status: number, fields: Fields, write: boolean, at: VmAddress): Problem {
  switch (status) {
    case 401:
    case 403:
      return new Rejected(`Sluice may not do this with the virtual machine ${at.name} (${failure.code ?? status})`, {
        ...fields,
        next: `Give its identity the role of docs/operating.md on the resource group ${at.resourceGroup}, not only on the machine.`,
      });
    case 404:
      return new Rejected(`there is no virtual machine ${at.name} in the resource group ${at.resourceGroup}`, {
        ...fields,
        next: "Check the host in the configuration.",
      });
    case 409:
      return /not running/i.test(failure.message)
        ? notRunning(at, "is not running", fields)
        : new Rejected(`Azure is busy with ${at.name}: ${sentence(failure.message)}`, { ...fields, retryable: true });
    case 429:
      return new NotSent(`Azure asks us to slow down with ${at.name}`, {
        ...fields,
        retryable: true,
        retryAfterMs: retryAfterOf(failure.response?.headers?.get("retry-after")),
      });
    case 408:
      return silent("Azure did not answer in time", fields, write);
    default:
      return status >= 500
        ? silent(`Azure answered ${status}`, fields, write)
        : new Rejected(sentence(failure.message), fields);
  }
}

/** The machine cannot run anything now. */
export function notRunning(at: VmAddress, says: string, fields: Partial<Fields> = {}): Rejected {
  return new Rejected(`the virtual machine ${at.name} ${says}`, {
    from: "Azure",
    ...fields,
    next: "Nothing was changed. Start it and ask again.",
  });
}
