import { wallClock, type SimClock } from "../kit/clock.js";
import type { World } from "../worlds/types.js";
import { allScopes, WebApi, type Tokens } from "./api/index.js";
import { parseMultipart } from "./args.js";
import { CallLog, type Call } from "./calls.js";
import { readContent } from "./content.js";
import { Control } from "./control.js";
import { serveControl } from "./control-routes.js";
import { Deliveries } from "./delivery.js";
import { allEvents, Events } from "./events.js";
import { Faults } from "./faults.js";
import { HttpDelivery } from "./http-delivery.js";
import { Interactions } from "./interactions.js";
import { bootFacts, Live } from "./live.js";
import { pageFile } from "./page-bundle.js";
import { Posts } from "./posts.js";
import { listen, type Reply, type Request } from "./server.js";
import { SocketMode } from "./socket.js";
import { Permissions } from "./triggers.js";
import { SlackError, type Obj, type SlackKnobs } from "./types.js";
import { Views } from "./views.js";
import { Workspace } from "./workspace.js";

export type { Call } from "./calls.js";
export type { ControlResult, ShownMessage } from "./control.js";
export type { Aim } from "./interactions.js";
export type { Fault, SlackKnobs } from "./types.js";
export type { Tokens } from "./api/index.js";

export interface SlackOptions {
  readonly world: Pick<World, "slack">;
  readonly clock?: SimClock;
  readonly knobs?: SlackKnobs;
  /** Signed HTTP delivery instead of Socket Mode. May be set later with `deliverTo`. */
  readonly deliver?: { readonly url: string; readonly signingSecret?: string };
  /** What `GET /_control/state` answers. */
  readonly state?: () => unknown;
}

export interface SlackSim {
  /** Starts listening on 127.0.0.1 (`port` 0 or absent: a free one). `url` is its origin; the Web API is at `url/api/`. */
  listen(options?: { port?: number }): Promise<{ url: string; close(): Promise<void> }>;
  /** What people do, in-process: the same calls as `/_control/*`. */
  readonly control: Control;
  readonly tokens: Tokens;
  /** Sends everything by signed HTTP from now on; `null`: by Socket Mode. */
  deliverTo(target: { readonly url: string; readonly signingSecret?: string } | null): void;
  /** How many sockets are open. */
  connections(): number;
  /** Resolves when no delivery waits for its acknowledgement. */
  settled(): Promise<void>;
  log(): readonly Call[];
  reset(): void;
}

/** A Slack workspace at the far end of the wire: Web API, Socket Mode or signed HTTP, and the page people use. */
export function createSlack(options: SlackOptions): SlackSim {
  const parts = assemble(options);
  const { deliveries, socket, log, control, tokens } = parts;
  return {
    async listen({ port = 0 } = {}) {
      const handle = route(parts, options.state ?? (() => ({})));
      const listening = await listen(port, handle, (request, raw, head) => socket.upgrade(request, raw, head));
      parts.origin.url = listening.url;
      const close = async (): Promise<void> => {
        deliveries.close();
        parts.live.close();
        socket.close();
        await listening.close();
      };
      return { url: listening.url, close };
    },
    control,
    tokens,
    deliverTo: (target) => parts.deliverTo(target),
    connections: () => socket.connected,
    settled: () => deliveries.settled(),
    log: () => log.list(),
    reset: () => control.reset(),
  };
}

type Parts = ReturnType<typeof assemble>;

/** Every part of the simulator, joined. */
function assemble(options: SlackOptions) {
  const { knobs = {}, clock = wallClock } = options;
  const ackTimeoutMs = knobs.ackTimeoutMs ?? 3_000;
  const messageTextMax = knobs.messageTextMax ?? 13_200;
  const commands = knobs.commands ?? ["/sluice"];
  const tokens: Tokens = {
    bot: "xoxb-simulated-bot",
    app: "xapp-1-simulated-app",
    signingSecret: "simulated-signing-secret",
  };
  // Known once the server listens; links and response_urls are made of it.
  const origin = { url: "http://127.0.0.1" };
  const originNow = (): string => origin.url;
  const log = new CallLog(clock);
  const faults = new Faults();
  const space = new Workspace(options.world.slack, clock, knobs.shared ?? []);
  const onPresence = (connected: boolean): void => space.tell({ type: "presence", connected });
  const socket = new SocketMode(space.world.bot.appId, log, onPresence, ackTimeoutMs);
  let http: HttpDelivery | undefined;
  const deliverTo = (target: { readonly url: string; readonly signingSecret?: string } | null): void => {
    const secret = target?.signingSecret ?? tokens.signingSecret;
    http =
      target === null ? undefined : new HttpDelivery({ url: target.url, signingSecret: secret }, log, ackTimeoutMs);
    onPresence(http !== undefined || socket.connected > 0);
  };
  if (options.deliver) deliverTo(options.deliver);
  const deliveries = new Deliveries(() => http ?? socket, faults, knobs.retryDelaysMs ?? [0, 60_000, 300_000]);
  const events = new Events(space, deliveries, knobs.events ?? allEvents);
  const posts = new Posts(space, events);
  const views = new Views(space);
  const permissions = new Permissions(clock);
  const rules = { origin: originNow, commands, messageTextMax };
  const interactions = new Interactions(space, posts, views, deliveries, permissions, rules);
  const context = { space, posts, views, events, socket, permissions, faults, origin: originNow, messageTextMax };
  const limits = { rateLimit: knobs.rateLimit ?? false, scopes: knobs.scopes ?? allScopes };
  const api = new WebApi(context, tokens, log, limits, (ms) => deliveries.pause(ms));
  const resetAll = (): void => {
    faults.clear();
    deliveries.forget();
    log.clear();
    space.reset();
  };
  const control = new Control({ space, posts, events, interactions, faults, socket, log, resetAll });
  const live = new Live(space);
  const isConnected = (): boolean => http !== undefined || socket.connected > 0;
  return { ...context, ...rules, api, control, deliveries, deliverTo, isConnected, live, log, origin, tokens };
}

/** Which part answers which path. */
function route(parts: Parts, state: () => unknown): (request: Request) => Promise<Reply> {
  return async (request) => {
    const { path, method } = request;
    if (path.startsWith("/api/")) return parts.api.handle(path.slice("/api/".length), request);
    if (path === "/_control/state") return { status: 200, body: state() };
    if (path.startsWith("/_control/")) return serveControl(path.slice("/_control/".length), parts.control, request);
    if (path.startsWith("/response/") && method === "POST") return respond(parts, request);
    if (path.startsWith("/upload/") && method === "POST") return upload(parts, request);
    if (path === "/_page/events") return parts.live.open();
    if (path === "/_page/boot") {
      return { status: 200, body: bootFacts(parts.space, parts.isConnected(), parts.commands) };
    }
    return method === "GET" ? pageFile(path.startsWith("/archives/") ? "/" : path) : { status: 404, body: "Not found" };
  };
}

/** A response_url: five posts within thirty minutes, 404 after that. */
function respond({ permissions, posts, log, messageTextMax }: Parts, request: Request): Reply {
  const call = { kind: "response_url", method: "POST", path: "/response/…" } as const;
  try {
    const body = JSON.parse(request.body.toString("utf8") || "{}") as Obj;
    const content = readContent(body, messageTextMax);
    const ticket = permissions.spendResponse(request.path.split("/").pop() ?? "");
    posts.respond(ticket, body, content);
    log.add({ ...call, body, status: 200 });
    return { status: 200, body: "ok" };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const status = ["expired_url", "used_url"].includes(error.code) ? 404 : 400;
    log.add({ ...call, body: error.code, status });
    return { status, body: { ok: false, error: error.code, ...error.more } };
  }
}

/** The second step of a file upload: the bytes, raw or as multipart. */
function upload({ space }: Parts, request: Request): Reply {
  const file = space.files.get(request.path.split("/").pop() ?? "");
  if (!file) return { status: 404, body: "no such file" };
  const type = request.headers["content-type"] ?? "";
  const bytes = type.startsWith("multipart/") ? parseMultipart(request.body, type)[0]?.data : request.body;
  file["data"] = bytes;
  file["uploaded"] = true;
  return { status: 200, body: `OK - ${bytes?.length ?? 0}` };
}
