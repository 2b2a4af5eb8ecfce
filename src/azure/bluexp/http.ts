import { Agent, request, type Dispatcher } from "undici";
import { z } from "zod";
import { InDoubt, NotSent, Problem, Rejected } from "../../core/problems.js";
import type { BluexpOptions } from "./options.js";

const defaultUrl = "https://api.bluexp.netapp.com";
const audience = "https://api.cloud.netapp.com";
/** The same for everybody who signs in with a refresh token (reference C1). */
const everybody = "Mu0V1ywgYteI6w1MbD15fKfVIUrNXGWC";
const from = "BlueXP";
const defaultTimeoutMs = 30_000;
/** A token is renewed so long before it ends. */
const spareMs = 5 * 60_000;
/** Reads that find the Connector busy are tried again after so long. */
const patienceMs = [1_000, 2_000, 4_000, 8_000];
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  /** With its query. */
  readonly path: string;
  /** Client id of the Connector that is to do it; absent: the account itself. */
  readonly connector?: string;
  readonly body?: object;
  /** For sentences: "the working environment cvo-eastus2". */
  readonly about: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The task it began. */
  readonly task: string | undefined;
}

/** BlueXP over HTTP: signs in, sends, and says of every failure whether it happened. Writes ask the lease first and are sent once. */
export interface BluexpHttp {
  readonly account: string;
  /** undefined: there is no such thing. */
  find<T>(call: Omit<Call, "method">, shape: z.ZodType<T>): Promise<T | undefined>;
  get<T>(call: Omit<Call, "method">, shape: z.ZodType<T>): Promise<T>;
  write(call: Call): Promise<Answer>;
  openSecret(name: string): Promise<string>;
  close(): Promise<void>;
}

const tokenShape = z.object({ access_token: z.string(), expires_in: z.number() });
const errorShape = z.object({
  message: z.string().nullish(),
  causeMessage: z.string().nullish(),
  error: z.string().nullish(),
  error_description: z.string().nullish(),
});

export function createBluexpHttp(options: BluexpOptions): BluexpHttp {
  const { clock, account } = options;
  const origin = (options.url ?? defaultUrl).replace(/\/+$/, "");
  let line: Agent | undefined;
  let token: { readonly value: string; readonly endsAt: number } | undefined;

  const exchange = async (
    method: Dispatcher.HttpMethod,
    url: string,
    headers: Record<string, string>,
    body: object | undefined,
    write: boolean,
  ): Promise<{ status: number; body: unknown; headers: Dispatcher.ResponseData["headers"] }> => {
    line ??= new Agent({ connect: { ...(options.ca === undefined ? {} : { ca: options.ca }), timeout: 10_000 } });
    try {
      const answer = await request(url, {
        method,
        dispatcher: line,
        headers: { accept: "application/json", "content-type": "application/json", ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(options.requestTimeoutMs ?? defaultTimeoutMs),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: parsed(text), headers: answer.headers };
    } catch (thrown) {
      throw silent(thrown, write);
    }
  };

  const signIn = async (): Promise<string> => {
    if (token && clock.now() < token.endsAt) return token.value;
    const { login } = options;
    const body =
      login.kind === "serviceAccount"
        ? { grant_type: "client_credentials", client_id: login.clientId, client_secret: await login.secret(), audience }
        : { grant_type: "refresh_token", client_id: everybody, refresh_token: await login.token(), audience };
    const answer = await exchange("POST", options.tokenUrl ?? `${origin}/auth/oauth/token`, {}, body, false);
    const good = tokenShape.safeParse(answer.body);
    if (answer.status !== 200 || !good.success)
      throw new NotSent(
        `Sluice could not sign in: ${messageOf(answer.body) ?? `the login answered ${answer.status}`}`,
        {
          from,
          code: "login",
          retryable: answer.status === 429 || answer.status >= 500,
          next: `Check bluexp.login in the configuration: a ${login.kind === "serviceAccount" ? "service account's client id and secret" : "refresh token"} of the account ${account}.`,
        },
      );
    token = { value: good.data.access_token, endsAt: clock.now() + good.data.expires_in * 1000 - spareMs };
    return token.value;
  };

  const send = async (call: Call): Promise<Answer> => {
    const write = call.method !== "GET";
    for (let round = 0; ; round += 1) {
      const bearer = `Bearer ${await signIn()}`;
      if (write) await options.beforeWrite?.();
      const answer = await exchange(
        call.method,
        `${origin}${call.path}`,
        {
          authorization: bearer,
          "x-user-token": bearer,
          "x-tenancy-account-id": account,
          ...(call.connector === undefined ? {} : { "x-agent-id": `${call.connector}clients` }),
        },
        call.body,
        write,
      );
      // a token may end early; a call that was not let in did nothing
      if (answer.status === 401 && round === 0) {
        token = undefined;
        continue;
      }
      if (answer.status < 400 || answer.status === 404) {
        const id = answer.headers["oncloud-request-id"] ?? answer.headers["x-response_id"];
        return { status: answer.status, body: answer.body, task: Array.isArray(id) ? id[0] : id };
      }
      const pause = patienceMs[round];
      if (!write && [502, 503, 504].includes(answer.status) && pause !== undefined) {
        await clock.sleep(pause);
        continue;
      }
      throw refused(answer, call, write);
    }
  };

  const find = async <T>(call: Omit<Call, "method">, shape: z.ZodType<T>): Promise<T | undefined> => {
    const answer = await send({ ...call, method: "GET" });
    if (answer.status === 404) return undefined;
    const good = shape.safeParse(answer.body);
    if (good.success) return good.data;
    throw new InDoubt(`BlueXP answered about ${call.about} in a way I cannot read`, { from, cause: good.error });
  };

  return {
    account,
    find,
    get: async (call, shape) => {
      const found = await find(call, shape);
      if (found === undefined) throw new Rejected(`there is no such thing as ${call.about}`, { from, code: "404" });
      return found;
    },
    write: async (call) => {
      const answer = await send(call);
      // what is not there is gone already
      if (answer.status === 404 && call.method !== "DELETE") throw refused({ ...answer, headers: {} }, call, true);
      return answer;
    },
    openSecret: (name) =>
      options.openSecret?.(name) ??
      Promise.reject(new NotSent(`the secret ${name} cannot be opened here`, { from: "Sluice" })),
    close: async () => {
      await line?.destroy();
      line = undefined;
    },
  };
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function messageOf(body: unknown): string | undefined {
  const good = errorShape.safeParse(body);
  if (!good.success) return undefined;
  const { causeMessage, message, error_description: described, error } = good.data;
  const text = causeMessage ?? message ?? described ?? error ?? undefined;
  return text?.split(/\r?\n/, 1)[0]?.trim().slice(0, 400);
}

function silent(thrown: unknown, write: boolean): Problem {
  if (thrown instanceof Problem) return thrown;
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? String(thrown.code) : "";
  const fields = { from, ...(code === "" ? {} : { code }), cause: thrown };
  if (neverSent.has(code) || code.includes("CERT") || code.startsWith("ERR_TLS"))
    return new NotSent(`BlueXP could not be reached (${code})`, {
      ...fields,
      retryable: !code.includes("CERT") && !code.startsWith("ERR_TLS"),
    });
  return write
    ? new InDoubt("BlueXP did not answer", fields)
    : new NotSent("BlueXP did not answer", { ...fields, retryable: true });
}

/** An answer that is no success, as reference C1 lists them. */
function refused(
  { status, body, headers }: { status: number; body: unknown; headers: Dispatcher.ResponseData["headers"] },
  call: Call,
  write: boolean,
): Problem {
  const text = messageOf(body) ?? `BlueXP answered ${status}`;
  const fields = { from, code: String(status) };
  switch (status) {
    case 401:
      return new Rejected(`Sluice's login was not taken`, {
        ...fields,
        next: "Check bluexp.login in the configuration.",
      });
    case 403:
      return new Rejected(`Sluice may not ask for ${call.about}: ${text}`, {
        ...fields,
        next: "Check that the login belongs to the account, and that bluexp.connector is the client id of the Connector that manages it now.",
      });
    case 409:
      return new Rejected(text, { ...fields, retryable: true });
    case 420:
      return new Rejected(`The Connector is not set up yet: ${text}`, fields);
    case 429: {
      const seconds = Number(headers["retry-after"]);
      return new NotSent("BlueXP asks us to slow down", {
        ...fields,
        retryable: true,
        ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
      });
    }
    default:
      if (status < 500) return new Rejected(`${call.about}: ${text}`, fields);
      // 504: the Connector was busy, and may have taken it all the same
      return write
        ? new InDoubt(`BlueXP answered ${status}`, fields)
        : new NotSent(`BlueXP answered ${status}`, { ...fields, retryable: true });
  }
}
