import type { HttpClient, Pipeline, PipelineResponse } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { z } from "zod";
import { InDoubt, NotSent, Rejected, type Problem } from "../../core/problems.js";
import type { AzureOptions } from "../options.js";
import { retryAfterOf, sentence, silent, unanswered } from "../problems.js";

const publicCloud = "https://management.azure.com";
const defaultTimeoutMs = 30_000;

/** What a call is about, for sentences: "the route table rt-cvo". */
export interface About {
  readonly what: string;
  /** The api-version the shapes were taken from. */
  readonly version: string;
}

/** Resource Manager over HTTP: one way to read, one to write. Every write asks the lease first and is sent once. */
export interface ArmHttp {
  readonly subscription: string;
  /** undefined: there is no such thing. Throws Rejected or NotSent. */
  find<T>(
    path: string,
    about: About,
    shape: z.ZodType<T>,
    query?: Readonly<Record<string, string>>,
  ): Promise<T | undefined>;
  /** Every page of a collection. */
  list<T>(
    path: string,
    about: About,
    shape: z.ZodType<T>,
    query?: Readonly<Record<string, string>>,
  ): Promise<readonly T[]>;
  put(path: string, about: About, body: object): Promise<void>;
  /** Returns once Azure has accepted; what is not there is gone already. */
  remove(path: string, about: About): Promise<void>;
}

interface Line {
  readonly read: Pipeline;
  readonly write: Pipeline;
  readonly http: HttpClient;
}

/**
 * One pipeline of Azure's own core instead of a client library per provider: network, authorization, resources, key vault, marketplace and
 * compute usages would be six libraries of tens of megabytes for a dozen calls. Loaded at the first call.
 */
export function createArmHttp(options: AzureOptions, credential: () => Promise<TokenCredential>): ArmHttp {
  const origin = options.endpoint ?? publicCloud;
  let made: Promise<Line> | undefined;
  const line = (): Promise<Line> => {
    made ??= connect(options, credential).catch((thrown: unknown) => {
      made = undefined;
      throw thrown;
    });
    return made;
  };

  const send = async (
    method: "GET" | "PUT" | "DELETE",
    url: string,
    about: About,
    body?: object,
  ): Promise<PipelineResponse> => {
    const write = method !== "GET";
    const { createHttpHeaders, createPipelineRequest } = await import("@azure/core-rest-pipeline");
    const { read, write: once, http } = await line();
    const request = createPipelineRequest({
      url,
      method,
      timeout: options.requestTimeoutMs ?? defaultTimeoutMs,
      headers: createHttpHeaders({
        accept: "application/json",
        ...(body ? { "content-type": "application/json" } : {}),
      }),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    let response: PipelineResponse;
    try {
      response = await (write ? once : read).sendRequest(http, request);
    } catch (thrown) {
      throw unanswered(thrown, write);
    }
    if (response.status >= 400 && response.status !== 404) throw answered(response, about, write);
    return response;
  };

  const urlOf = (path: string, about: About, query: Readonly<Record<string, string>> = {}): string =>
    `${origin}${path}?${new URLSearchParams({ "api-version": about.version, ...query }).toString()}`;

  return {
    subscription: options.subscription,
    find: async (path, about, shape, query) => {
      const response = await send("GET", urlOf(path, about, query), about);
      if (response.status !== 404) return read(response, about, shape);
      if (wrongPlace.test(response.bodyAsText ?? "")) throw answered(response, about, false);
      return undefined;
    },
    list: async (path, about, shape, query) => {
      const page = z.object({ value: z.array(shape), nextLink: z.string().optional() });
      const all = [];
      for (let url: string | undefined = urlOf(path, about, query); url !== undefined;) {
        const response = await send("GET", url, about);
        if (response.status === 404) throw answered(response, about, false);
        const { value, nextLink } = read(response, about, page);
        all.push(...value);
        // a link elsewhere would take the token there
        url = nextLink?.startsWith(`${origin}/`) ? nextLink : undefined;
      }
      return all;
    },
    put: async (path, about, body) => {
      await options.beforeWrite?.();
      const response = await send("PUT", urlOf(path, about), about, body);
      if (response.status === 404) throw answered(response, about, true);
    },
    remove: async (path, about) => {
      await options.beforeWrite?.();
      await send("DELETE", urlOf(path, about), about);
    },
  };
}

async function connect(options: AzureOptions, credential: () => Promise<TokenCredential>): Promise<Line> {
  const core = await import("@azure/core-rest-pipeline");
  const signed = await credential();
  const origin = options.endpoint ?? publicCloud;
  const sovereign = /\.(usgovcloudapi\.net|chinacloudapi\.cn)$/.test(origin);
  const pipeline = (maxRetries: number): Pipeline => {
    const made = core.createPipelineFromOptions({
      retryOptions: { maxRetries },
      ...(options.ca === undefined ? {} : { tlsOptions: { ca: options.ca } }),
    });
    made.addPolicy(
      core.bearerTokenAuthenticationPolicy({
        credential: signed,
        scopes: `${sovereign ? origin : publicCloud}/.default`,
      }),
    );
    return made;
  };
  return { read: pipeline(2), write: pipeline(0), http: core.createDefaultHttpClient() };
}

function read<T>(response: PipelineResponse, { what }: About, shape: z.ZodType<T>): T {
  const parsed = shape.safeParse(json(response));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InDoubt(`Azure answered about ${what} in a way I cannot read (${issue?.path.join(".") ?? ""})`, {
    from: "Azure",
    cause: parsed.error,
  });
}

function json(response: PipelineResponse): unknown {
  try {
    return JSON.parse(response.bodyAsText ?? "") as unknown;
  } catch {
    return undefined;
  }
}

interface ArmError {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly details?: readonly { readonly code?: string; readonly message?: string }[];
  };
}

/** A 404 that does not mean that the thing is missing: we asked in the wrong place. */
const wrongPlace = /"(SubscriptionNotFound|InvalidResourceType|InvalidResourceNamespace)"/;
/** Conflicts that pass by themselves. */
const passing = new Set([
  "RetryableError",
  "AnotherOperationInProgress",
  "PrincipalNotFound",
  "ResourceGroupBeingDeleted",
  "ReferencedResourceNotProvisioned",
]);

/** An answer of Resource Manager that is no success (reference A10, F and ARM's common error body). */
function answered(response: PipelineResponse, { what }: About, write: boolean): Problem {
  const { error = {} } = (json(response) ?? {}) as ArmError;
  const inner = error.details?.[0];
  const code =
    inner?.code && /Failed|InvalidTemplateDeployment|Eligibility/.test(error.code ?? "") ? inner.code : error.code;
  const text = sentence(inner?.message ?? error.message ?? `Azure answered ${response.status}`);
  const fields = { from: "Azure", ...(code === undefined ? {} : { code }) };
  switch (response.status) {
    case 401:
    case 403:
      return new Rejected(`Sluice may not ${write ? "change" : "see"} ${what} (${code ?? response.status})`, {
        ...fields,
        next: `Give its identity the actions of docs/operating.md there.`,
      });
    case 404:
      return new Rejected(`there is no ${what.replace(/^the /, "")}: ${text}`, fields);
    case 429:
      return new NotSent(`Azure asks us to slow down with ${what}`, {
        ...fields,
        retryable: true,
        retryAfterMs: retryAfterOf(response.headers.get("retry-after")),
      });
    case 408:
      return silent("Azure did not answer in time", fields, write);
    default:
      return response.status >= 500
        ? silent(`Azure answered ${response.status}`, fields, write)
        : new Rejected(`${what}: ${text}`, { ...fields, retryable: passing.has(code ?? "") });
  }
}
