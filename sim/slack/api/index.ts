import { findString, parseArgs } from "../args.js";
import type { CallLog } from "../calls.js";
import type { Reply, Request } from "../server.js";
import { SlackError, type Fault, type Obj } from "../types.js";
import { chatMethods } from "./chat.js";
import type { ApiContext, Method } from "./context.js";
import { conversationMethods } from "./conversations.js";
import { surfaceMethods } from "./surfaces.js";

export interface Tokens {
  readonly bot: string;
  readonly app: string;
  readonly signingSecret: string;
}

const authTest: Method = (_args, { space, origin }) => {
  const { team, bot } = space.world;
  return {
    url: `${origin()}/`,
    team: team.name,
    user: bot.name,
    team_id: team.id,
    user_id: bot.userId,
    bot_id: bot.botId,
    app_id: bot.appId,
    is_enterprise_install: false,
  };
};

const connectionsOpen: Method = (_args, { socket, origin, space }) => ({
  url: `${origin().replace(/^http/, "ws")}/link/?ticket=${socket.newTicket()}&app_id=${space.world.bot.appId}`,
});

const methods: { readonly [name: string]: Method } = {
  "api.test": (args) => ({ args }),
  "auth.test": authTest,
  "apps.connections.open": connectionsOpen,
  "bots.info": (_args, { space }) => ({
    bot: {
      id: space.world.bot.botId,
      app_id: space.world.bot.appId,
      name: space.world.bot.name,
      user_id: space.world.bot.userId,
    },
  }),
  "team.info": (_args, { space }) => ({ team: space.world.team }),
  ...chatMethods,
  ...conversationMethods,
  ...surfaceMethods,
};

/** Which scope a method needs, where it needs one. */
const needs: { readonly [method: string]: string } = {
  "chat.postMessage": "chat:write",
  "chat.update": "chat:write",
  "chat.delete": "chat:write",
  "chat.postEphemeral": "chat:write",
  "chat.scheduleMessage": "chat:write",
  "conversations.info": "channels:read",
  "conversations.members": "channels:read",
  "conversations.list": "channels:read",
  "conversations.open": "im:write",
  "conversations.history": "channels:history",
  "conversations.replies": "channels:history",
  "conversations.join": "channels:join",
  "users.info": "users:read",
  "users.list": "users:read",
  "usergroups.list": "usergroups:read",
  "usergroups.users.list": "usergroups:read",
  "reactions.add": "reactions:write",
  "reactions.remove": "reactions:write",
  "files.getUploadURLExternal": "files:write",
  "files.completeUploadExternal": "files:write",
  "files.info": "files:read",
};

export const allScopes: readonly string[] = [
  ...new Set([
    "app_mentions:read",
    "commands",
    "im:history",
    "groups:read",
    "groups:history",
    "users:read.email",
    ...Object.values(needs),
  ]),
];

/** The Web API at `/api/METHOD`. */
export class WebApi {
  private readonly lastPost = new Map<string, number>();

  constructor(
    private readonly context: ApiContext,
    private readonly tokens: Tokens,
    private readonly log: CallLog,
    private readonly rules: { rateLimit: boolean; scopes: readonly string[] },
    private readonly pause: (ms: number) => Promise<void>,
  ) {}

  /** Answers one call and writes it to the log. */
  async handle(method: string, request: Request): Promise<Reply> {
    let args: Obj = {};
    let body: Obj;
    let status = 200;
    let headers: Record<string, string> = { "x-oauth-scopes": this.rules.scopes.join(",") };
    const fault = this.context.faults.forCall(method);
    if (fault?.delayMs !== undefined) await this.pause(fault.delayMs);
    try {
      args = parseArgs(request);
      ({ status, headers } = this.faultStatus(fault, headers));
      if (status !== 200) body = { ok: false, error: status === 429 ? "ratelimited" : "internal_error" };
      else if (fault?.error !== undefined) body = { ok: false, error: fault.error };
      else body = { ok: true, ...this.call(method, args, request) };
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      body = { ok: false, error: error.code, ...error.more };
      if (error.code === "ratelimited") [status, headers] = [429, { ...headers, "retry-after": "1" }];
    }
    const lost = fault?.loseReply === true;
    this.log.add({ kind: "api", method, path: `/api/${method}`, body: args, status: lost ? 0 : status, answer: body });
    return lost ? { cut: true } : { status, body, headers };
  }

  private faultStatus(fault: Fault | undefined, headers: Record<string, string>) {
    const status = fault?.status ?? (fault?.retryAfter === undefined ? 200 : 429);
    const wait = fault?.retryAfter ?? (status === 429 ? 1 : undefined);
    return { status, headers: wait === undefined ? headers : { ...headers, "retry-after": String(wait) } };
  }

  private call(name: string, args: Obj, request: Request): Obj {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (!method) throw new SlackError("unknown_method", { req_method: name });
    this.authorize(name, args, request);
    const needed = needs[name];
    if (needed !== undefined && !this.rules.scopes.includes(needed)) {
      throw new SlackError("missing_scope", { needed, provided: this.rules.scopes.join(",") });
    }
    if (name === "chat.postMessage" && this.rules.rateLimit) this.limit(String(args["channel"]));
    return method(args, this.context);
  }

  private authorize(name: string, args: Obj, request: Request): void {
    const header = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    const token = header ?? findString(args, "token");
    if (name === "api.test") return;
    if (token === undefined) throw new SlackError("not_authed");
    if (token !== this.tokens.bot && token !== this.tokens.app) throw new SlackError("invalid_auth");
    const wanted = name === "apps.connections.open" ? this.tokens.app : this.tokens.bot;
    if (token !== wanted) throw new SlackError("not_allowed_token_type");
  }

  /** One message per second and channel. */
  private limit(channel: string): void {
    const now = this.context.space.clock.now();
    if (now - (this.lastPost.get(channel) ?? -Infinity) < 1_000) throw new SlackError("ratelimited");
    this.lastPost.set(channel, now);
  }
}
