import { randomBytes } from "node:crypto";
import type { SimClock } from "../kit/clock.js";
import { SlackError } from "./types.js";

const triggerLifeMs = 3_000;
const responseLifeMs = 30 * 60_000;
const responseUses = 5;

interface Trigger {
  readonly user: string;
  readonly expires: number;
  used: boolean;
}

/** What a `response_url` may still do: five posts within thirty minutes. */
export interface ResponseTicket {
  readonly channel: string;
  readonly user: string;
  /** The message whose element was used; absent for commands. */
  readonly ts?: string;
  readonly threadTs?: string;
  readonly expires: number;
  left: number;
}

/** Short-lived permissions Slack hands out with interactions. */
export class Permissions {
  private readonly triggers = new Map<string, Trigger>();
  private readonly responses = new Map<string, ResponseTicket>();

  constructor(private readonly clock: SimClock) {}

  /** A trigger_id: one modal, within three seconds. */
  newTrigger(user: string): string {
    const id = `${this.clock.now()}.${randomBytes(4).readUInt32BE()}.${randomBytes(16).toString("hex")}`;
    this.triggers.set(id, { user, expires: this.clock.now() + triggerLifeMs, used: false });
    return id;
  }

  /** Whose trigger it is; spends it. Throws `invalid_trigger_id`, `expired_trigger_id` or `exchanged_trigger_id`. */
  spendTrigger(id: string): string {
    const trigger = this.triggers.get(id);
    if (!trigger) throw new SlackError("invalid_trigger_id");
    if (trigger.used) throw new SlackError("exchanged_trigger_id");
    if (this.clock.now() > trigger.expires) throw new SlackError("expired_trigger_id");
    trigger.used = true;
    return trigger.user;
  }

  /** The secret part of a new response_url. */
  newResponse(about: Omit<ResponseTicket, "expires" | "left">): string {
    const secret = randomBytes(18).toString("base64url");
    this.responses.set(secret, { ...about, expires: this.clock.now() + responseLifeMs, left: responseUses });
    return secret;
  }

  /** Spends one use. Throws `expired_url` or `used_url`. */
  spendResponse(secret: string): ResponseTicket {
    const ticket = this.responses.get(secret);
    if (!ticket || this.clock.now() > ticket.expires) throw new SlackError("expired_url");
    if (ticket.left <= 0) throw new SlackError("used_url");
    ticket.left -= 1;
    return ticket;
  }
}
