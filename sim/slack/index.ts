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
import { HttpDelivery, type HttpTarget } from "./http-delivery.js";
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
  const { knobs = {}, clock = wallClock } = options;
  const ackTimeoutMs = knobs.ackTimeoutMs ?? 3_000;
  const messageTextMax = knobs.messageTextMax ?? 13_200;
  const commands = knobs.commands ?? ["/sluice"];
  const tokens: Tokens = {
    bot: "xoxb-simulated-bot",
    app: "xapp-1-simulated-app",
    signingSecret: "simulated-signing-secret",
  };
  let origin = "http://127.0.0.1";
  const originNow = (): string => origin;

  const log = new CallLog(clock);
  const faults = new Faults();
  const space = new Workspace(options.world.slack, clock, knobs.shared ?? []);
  const socket = new SocketMode(
    space.world.bot.appId,
    log,
    (connected) => space.tell({ type: "presence", connected }),
    ackTimeoutMs,
  );
  const httpTo = (target: { url: string; signingSecret?: string }): HttpDelivery => {
    const to: HttpTarget = { url: target.url, signingSecret: target.signingSecret ?? tokens.signingSecret };
    return new HttpDelivery(to, log, ackTimeoutMs);
  };
  let http = options.deliver ? httpTo(options.deliver) : undefined;
  const deliveries = new Deliveries(() => http ?? socket, faults, knobs.retryDelaysMs ?? [0, 60_000, 300_000]);
  const events = new Events(space, deliveries, knobs.events ?? allEvents);
  const posts = new Posts(space, events);
  const views = new Views(space);
  const permissions = new Permissions(clock);
  const interactions = new Interactions(space, posts, views, deliveries, permissions, {
    origin: originNow,
    commands,
    messageTextMax,
  });
  const context = { space, posts, views, events, socket, permissions, faults, origin: originNow, messageTextMax };
  const rules = { rateLimit: knobs.rateLimit ?? false, scopes: knobs.scopes ?? allScopes };
  const api = new WebApi(context, tokens, log, rules, (ms) => deliveries.pause(ms));
  const reset = (): void => {
    faults.clear();
    deliveries.forget();
    log.clear();
    space.reset();
  };
  const control = new Control({ space, posts, events, interactions, faults, socket, log, resetAll: reset });
  const live = new Live(space);

  /** A response_url: five posts within thirty minutes, 404 after that. */
  const respond = (request: Request): Reply => {
    try {
      const body = JSON.parse(request.body.toString("utf8") || "{}") as Obj;
      const content = readContent(body, messageTextMax);
      const ticket = permissions.spendResponse(request.path.split("/").pop() ?? "");
      posts.respond(ticket, body, content);
      log.add({ kind: "response_url", method: "POST", path: "/response/…", body, status: 200 });
      return { status: 200, body: "ok" };
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      const gone = ["expired_url", "used_url"].includes(error.code);
      log.add({
        kind: "response_url",
        method: "POST",
        path: "/response/…",
        body: error.code,
        status: gone ? 404 : 400,
      });
      return { status: gone ? 404 : 400, body: { ok: false, error: error.code, ...error.more } };
    }
  };

  const upload = (request: Request): Reply => {
    const file = space.files.get(request.path.split("/").pop() ?? "");
    if (!file) return { status: 404, body: "no such file" };
    const type = request.headers["content-type"] ?? "";
    const part = type.startsWith("multipart/") ? parseMultipart(request.body, type)[0]?.data : request.body;
    file["data"] = part;
    file["uploaded"] = true;
    return { status: 200, body: `OK - ${part?.length ?? 0}` };
  };

  const handle = async (request: Request): Promise<Reply> => {
    const { path, method } = request;
    if (path.startsWith("/api/")) return api.handle(path.slice("/api/".length), request);
    if (path === "/_control/state") return { status: 200, body: options.state?.() ?? {} };
    if (path.startsWith("/_control/")) return serveControl(path.slice("/_control/".length), control, request);
    if (path.startsWith("/response/") && method === "POST") return respond(request);
    if (path.startsWith("/upload/") && method === "POST") return upload(request);
    if (path === "/_page/events") return live.open();
    if (path === "/_page/boot") {
      return { status: 200, body: bootFacts(space, http !== undefined || socket.connected > 0, commands) };
    }
    return method === "GET" ? pageFile(path.startsWith("/archives/") ? "/" : path) : { status: 404, body: "Not found" };
  };

  return {
    async listen({ port = 0 } = {}) {
      const listening = await listen(port, handle, (request, raw, head) => socket.upgrade(request, raw, head));
      origin = listening.url;
      const close = async (): Promise<void> => {
        deliveries.close();
        live.close();
        socket.close();
        await listening.close();
      };
      return { url: origin, close };
    },
    control,
    tokens,
    deliverTo: (target) => {
      http = target === null ? undefined : httpTo(target);
    },
    connections: () => socket.connected,
    settled: () => deliveries.settled(),
    log: () => log.list(),
    reset,
  };
}
