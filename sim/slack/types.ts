/** JSON objects as they cross Slack's wire. */
export type Obj = { [key: string]: unknown };

export interface Message {
  ts: string;
  channel: string;
  thread_ts?: string;
  /** Who wrote it: a person, the bot's user, or `USLACKBOT` for what Slack itself tells one person. */
  user: string;
  text: string;
  blocks?: Obj[];
  attachments?: Obj[];
  metadata?: Obj;
  bot_id?: string;
  app_id?: string;
  /** Only this user sees it; Slack forgets it on reload, the simulator keeps it for scripts. */
  ephemeral_for?: string;
  client_msg_id?: string;
  edited?: { user: string; ts: string };
  reactions?: { name: string; users: string[] }[];
  files?: Obj[];
  reply_broadcast?: boolean;
  /** What people chose in the message's selects and inputs: block id, action id, value as in `state.values`. */
  state: { [block: string]: { [action: string]: Obj } };
}

export interface Channel {
  id: string;
  name: string;
  kind: "channel" | "im";
  members: Set<string>;
  /** For `im`: the person at the other end. */
  user?: string;
  /** Slack Connect: shared with another workspace. */
  shared: boolean;
  archived: boolean;
}

export interface Group {
  id: string;
  handle: string;
  users: string[];
}

export interface View {
  id: string;
  /** Who looks at it. */
  user: string;
  type: "modal" | "home";
  /** The view as the app gave it, `block_id`s and `action_id`s filled in. */
  view: Obj;
  hash: string;
  root: string;
  previous: string | null;
  state: { [block: string]: { [action: string]: Obj } };
}

/** What may be turned to make Slack stricter, faster or less reliable. */
export interface SlackKnobs {
  /** How long an app may take to acknowledge. Slack's: 3000. */
  readonly ackTimeoutMs?: number;
  /** Waits before the redeliveries of an event nobody acknowledged. Slack's: at once, 1 min, 5 min. */
  readonly retryDelaysMs?: readonly number[];
  /** Refuse more than one posted message per second and channel with 429. Default false. */
  readonly rateLimit?: boolean;
  /** Which event types the app is subscribed to; default all the simulator knows. */
  readonly events?: readonly string[];
  /** What the bot token may do; default every scope the simulator knows. */
  readonly scopes?: readonly string[];
  /** Total text over all blocks of one message. Seen with Slack: about 13,200. */
  readonly messageTextMax?: number;
  /** Channels (ids) shared with another workspace. */
  readonly shared?: readonly string[];
  /** Slash commands the app registered. Default `["/sluice"]`. */
  readonly commands?: readonly string[];
}

/** One thing to go wrong, `times` times (default once). Without `method` API faults hit the next call whatever it is. */
export interface Fault {
  readonly method?: string;
  /** Answer `{ok:false,error}`. */
  readonly error?: string;
  /** Answer with this HTTP status instead of doing the work. */
  readonly status?: number;
  /** Seconds; with it the status defaults to 429. */
  readonly retryAfter?: number;
  readonly times?: number;
  /** Deliver twice (same envelope, same event id), as Slack sometimes does. */
  readonly duplicate?: boolean;
  /** Answer this call (with `method`) or make the delivery (without) that much later. */
  readonly delayMs?: number;
  /** At once: tell every open socket to go, or (`"drop"`) cut it without a word. `true` is `refresh_requested`. */
  readonly disconnect?: boolean | "refresh_requested" | "warning" | "link_disabled" | "drop";
  /** Do the work, then cut the connection instead of answering. */
  readonly loseReply?: boolean;
}

/** What the page is told as it happens. */
export type PageEvent =
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "deleted"; readonly channel: string; readonly ts: string; readonly ephemeral_for?: string }
  | { readonly type: "views"; readonly user: string }
  | { readonly type: "home"; readonly user: string }
  | { readonly type: "presence"; readonly connected: boolean }
  | { readonly type: "people" }
  | { readonly type: "typing"; readonly channel: string; readonly thread_ts: string; readonly status: string }
  | { readonly type: "reset" };

/** A business error: Slack answers it with HTTP 200 and `{ok:false,error,…}`. */
export class SlackError extends Error {
  constructor(
    readonly code: string,
    readonly more: Obj = {},
  ) {
    super(code);
  }
}
