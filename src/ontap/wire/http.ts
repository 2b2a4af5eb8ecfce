import type { Clock } from "../../core/clock.js";
import { Problem } from "../../core/problems.js";
import type { Accepted, HttpReads, HttpWrites, Reading, Write, WriteOptions } from "./calls.js";
import { type Call, hiddenApproval, isNotFound, jobProblem, type Login, unreadableProblem } from "./errors.js";
import { createLimit } from "./limit.js";
import { type Query, queryString } from "./query.js";
import { fieldsOf, isAtLeast, lacks, type Release, youngParts } from "./releases.js";
import type { Reply, Transport } from "./transport.js";
import { isWire, part, parts, text, Unreadable, type Wire } from "./records.js";

export interface HttpOptions {
  readonly cluster: string;
  /** `https://address[:port]`, with or without `/api`. */
  readonly url: URL;
  readonly transport: Transport;
  readonly login: Login;
  readonly clock: Clock;
  readonly maxInFlight: number;
  readonly requestTimeoutMs: number;
  readonly beforeWrite: (() => Promise<void>) | undefined;
}

/** A read tries at most so often, and by itself not beyond so long. */
const READ_ATTEMPTS = 4;
const READ_BUDGET_MS = 20_000;
/** Where the array says how long to wait, it is given the time: three times half a minute while something is "temporarily locked" (reference 1.5). */
const TOLD_BUDGET_MS = 100_000;
const FIRST_PAUSE_MS = 200;
/** Fixed, not left to the array: a page that fits in memory and in `return_timeout`. */
const PAGE_RECORDS = 1000;
/** A collection that does not end by then is a fault of the far end. */
const MAX_PAGES = 10_000;
/** ONTAP refuses more. */
const MAX_RETURN_TIMEOUT_SECONDS = 120;
/** So much sooner than we hang up must the array answer. */
const ANSWER_MARGIN_SECONDS = 5;

/** The wire to one cluster: reads that are tried again, writes that are not, one budget of calls in flight for both. */
export class OntapHttp implements HttpReads {
  readonly cluster: string;
  readonly #prefix: string;
  readonly #inFlight: ReturnType<typeof createLimit>;

  constructor(private readonly options: HttpOptions) {
    this.cluster = options.cluster;
    this.#prefix = options.url.pathname.replace(/\/+$/, "").replace(/\/api$/, "");
    this.#inFlight = createLimit(options.maxInFlight);
  }

  async get<T>(path: string, query: Query, reading: Reading<T>): Promise<T> {
    const reply = await this.#read(path, this.#readTarget(path, query));
    return this.#understand(path, reading, reply.body);
  }

  async find<T>(path: string, query: Query, reading: Reading<T>): Promise<T | undefined> {
    try {
      return await this.get(path, query, reading);
    } catch (problem) {
      if (isNotFound(problem)) return undefined;
      throw problem;
    }
  }

  async list<T>(path: string, query: Query, reading: Reading<T>): Promise<T[]> {
    const found: T[] = [];
    const target = this.#readTarget(path, { ...query, also: { ...query.also, max_records: PAGE_RECORDS } });
    let coming: NextPage | undefined = { target, reply: this.#read(path, target) };
    for (let pages = 1; coming !== undefined; pages++) {
      if (pages > MAX_PAGES) throw this.#unreadable(path, "its pages do not end");
      const asked: string = coming.target;
      // In a callback, so that nothing of a page is held on to while the next one is waited for: every garbage collection would copy it about.
      coming = await coming.reply.then(({ body }) => this.#takePage(path, asked, body, reading, found));
    }
    return found;
  }

  /** Reads a page into `into`; the one after it is asked for before, because then reading costs no waiting. */
  #takePage<T>(path: string, target: string, body: unknown, reading: Reading<T>, into: T[]): NextPage | undefined {
    const page = this.#understand(path, readPage, body);
    if (page.next === undefined) {
      this.#understandAll(path, page.records, reading, into);
      return undefined;
    }
    if (page.next === target) throw this.#unreadable(path, "its pages do not end");
    const next = this.#nextTarget(path, page.next);
    const reply = this.#read(path, next);
    reply.catch(() => undefined);
    this.#understandAll(path, page.records, reading, into);
    return { target: next, reply };
  }

  async start(write: Write, options: WriteOptions): Promise<Accepted> {
    const longest = Math.max(0, Math.floor(this.options.requestTimeoutMs / 1000) - ANSWER_MARGIN_SECONDS);
    const wanted = options.returnTimeoutSeconds ?? 0;
    const call = this.#call(write);
    const reply = await this.#write(call, write, {
      return_timeout: Math.min(MAX_RETURN_TIMEOUT_SECONDS, longest, wanted),
    });
    const body = isWire(reply.body) ? reply.body : undefined;
    const job = part(body, "job");
    const state = text(job, "state")?.toLowerCase();
    if (job !== undefined && (state === "failure" || state === "error")) {
      throw jobProblem(call, { description: `${write.method} ${write.path}`, ...job });
    }
    const jobUuid = text(job, "uuid");
    return {
      ...(jobUuid === undefined ? {} : { jobUuid }),
      done: reply.status !== 202 || state === "success",
      records: parts(body, "records").map(readKey),
    };
  }

  async send(write: Write): Promise<{ readonly records: readonly Wire[]; readonly key?: string }> {
    const reply = await this.#write(this.#call(write), write, {});
    const key = lastSegment(reply.location);
    return {
      records: parts(isWire(reply.body) ? reply.body : undefined, "records"),
      ...(key === undefined ? {} : { key }),
    };
  }

  /** A read, tried again a few times where only the moment was wrong. Its pauses take no place in the budget of calls. */
  async #read(path: string, target: string): Promise<Reply> {
    const { clock, transport } = this.options;
    const call = this.#call({ method: "GET", path });
    const began = clock.now();
    for (let attempt = 1, backOff = FIRST_PAUSE_MS; ; attempt++, backOff *= 3) {
      try {
        return await this.#inFlight(() => transport.exchange(call, target));
      } catch (problem) {
        if (!(problem instanceof Problem) || !problem.retryable || attempt >= READ_ATTEMPTS) throw problem;
        const pause = problem.retryAfterMs ?? backOff;
        const budget = problem.retryAfterMs === undefined ? READ_BUDGET_MS : TOLD_BUDGET_MS;
        if (clock.now() + pause - began > budget) throw problem;
        await clock.sleep(pause);
      }
    }
  }

  /** A write, sent once and never again from here. The lease is checked when its turn has come, not when it queued. */
  #write(call: Call, write: Write, more: { readonly [name: string]: number }): Promise<Reply> {
    const query = queryString({ ...write.query, also: { ...write.query?.also, ...more } });
    return this.#inFlight(async () => {
      await this.options.beforeWrite?.();
      const reply = await this.options.transport.exchange(call, this.#target(write.path, query), write.body);
      const hidden = hiddenApproval(call, reply.status, reply.body);
      if (hidden !== undefined) throw hidden;
      return reply;
    });
  }

  #call(about: Pick<Write, "path" | "secrets"> & { readonly method: Call["method"] }): Call {
    const { method, path, secrets } = about;
    return {
      cluster: this.cluster,
      login: this.options.login,
      method,
      path,
      ...(secrets === undefined ? {} : { secrets }),
    };
  }

  #target(path: string, query: string): string {
    return `${this.#prefix}/api${path}${query === "" ? "" : `?${query}`}`;
  }

  /** Older releases lack some fields: they are to be left out, not to make the read fail. The CLI passthrough does not know that wish. */
  #readTarget(path: string, query: Query): string {
    const tolerant = path.startsWith("/private/") ? {} : { ignore_unknown_fields: true };
    return this.#target(path, queryString({ ...query, also: { ...query.also, ...tolerant } }));
  }

  /** A next link is opaque and followed as it is, but never to another place: our login goes with it. */
  #nextTarget(path: string, href: string): string {
    if (href.startsWith("/") && !href.startsWith("//")) return href;
    const { origin } = this.options.url;
    if (href.startsWith(`${origin}/`)) return href.slice(origin.length);
    throw this.#unreadable(path, "its next page is somewhere else");
  }

  #understand<T>(path: string, reading: Reading<T>, wire: unknown): T {
    try {
      if (!isWire(wire)) throw new Unreadable("it is no JSON object");
      return reading(wire);
    } catch (error) {
      if (error instanceof Unreadable) throw this.#unreadable(path, error.message, error);
      throw error;
    }
  }

  #understandAll<T>(path: string, records: readonly unknown[], reading: Reading<T>, into: T[]): void {
    try {
      for (const record of records) {
        if (!isWire(record)) throw new Unreadable("a record is no JSON object");
        into.push(reading(record));
      }
    } catch (error) {
      if (error instanceof Unreadable) throw this.#unreadable(path, error.message, error);
      throw error;
    }
  }

  #unreadable(path: string, why: string, cause?: unknown): Problem {
    return unreadableProblem(this.#call({ method: "GET", path }), why, cause);
  }
}

/** A page that is on its way. */
interface NextPage {
  readonly target: string;
  readonly reply: Promise<Reply>;
}

interface Page {
  readonly records: readonly unknown[];
  readonly next: string | undefined;
}

function readPage(wire: Wire): Page {
  const records = wire["records"];
  if (!Array.isArray(records)) throw new Unreadable("it is no collection");
  return { records, next: text(part(part(wire, "_links"), "next"), "href") };
}

function readKey(wire: Wire): { uuid?: string; name?: string } {
  const uuid = text(wire, "uuid");
  const name = text(wire, "name");
  return { ...(uuid === undefined ? {} : { uuid }), ...(name === undefined ? {} : { name }) };
}

function lastSegment(location: string | undefined): string | undefined {
  const last = location?.split("?")[0]?.split("/").pop();
  return last === undefined || last === "" ? undefined : decodeURIComponent(last);
}

/** What the gate needs to know of a release; one that is only assumed lets everything through, and the array says no itself. */
export interface KnownRelease extends Release {
  readonly short: string;
  readonly assumed: boolean;
}

/** The whole wire: each write is held against the release first, which is asked for only when the write says something younger than 9.6. */
export function withGate(http: OntapHttp, release: () => Promise<KnownRelease>): HttpWrites {
  const gate = async ({ path, body, query }: Write): Promise<void> => {
    const flags = Object.entries(query?.also ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [`?${name}`],
    );
    const young = youngParts({ path, fields: [...fieldsOf(body), ...flags] });
    if (young.length === 0) return;
    const known = await release();
    const lacking = known.assumed ? undefined : young.find(({ needs }) => !isAtLeast(known, needs));
    if (lacking !== undefined) throw lacks(http.cluster, lacking, known.short);
  };
  return {
    cluster: http.cluster,
    get: (path, query, reading) => http.get(path, query, reading),
    find: (path, query, reading) => http.find(path, query, reading),
    list: (path, query, reading) => http.list(path, query, reading),
    start: async (write, options) => {
      await gate(write);
      return http.start(write, options);
    },
    send: async (write) => {
      await gate(write);
      return http.send(write);
    },
  };
}
