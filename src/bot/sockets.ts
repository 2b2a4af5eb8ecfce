import { SocketModeReceiver, type App, type Receiver } from "@slack/bolt";
import type { Logger } from "pino";
import type { Clock } from "../core/clock.js";
import { clientOptions } from "./clients.js";
import { slackLogger, withoutSecrets } from "./logging.js";

export interface SocketNeeds {
  readonly appToken: string;
  readonly apiUrl?: string;
  /** Held at once. Each delivery comes to one of them, whichever. */
  readonly connections: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Slack says hello within seconds or not at all. */
const helloMs = 15_000;
const longestWaitMs = 30_000;

/**
 * Socket Mode over several connections. Slack renews each every few hours, and the SDK's own reconnecting leaves a gap of 5 s and dies
 * with an unhandled rejection when the new address is refused (reference A5); so here one connection bridges the other's gap, and
 * reconnecting is ours: at once, then slower, for as long as it takes.
 */
export class Sockets implements Receiver {
  private readonly receivers: readonly SocketModeReceiver[];
  private readonly stopping = new AbortController();
  private keepers: Promise<void>[] = [];

  constructor(private readonly needs: SocketNeeds) {
    const { apiUrl, log } = needs;
    this.receivers = Array.from({ length: needs.connections }, () => {
      const receiver = new SocketModeReceiver({
        appToken: needs.appToken,
        autoReconnectEnabled: false,
        logger: slackLogger(log),
        installerOptions: { clientOptions: clientOptions({ log, ...(apiUrl === undefined ? {} : { apiUrl }) }) },
      });
      // The SDK's emitter throws what nobody listens to.
      receiver.client.on("error", () => undefined);
      return receiver;
    });
  }

  init(app: App): void {
    for (const receiver of this.receivers) receiver.init(app);
  }

  /** Resolves when every connection has been greeted. Rejects when the first attempt of one fails: a wrong token, no way to Slack. */
  async start(): Promise<void> {
    const opened = await Promise.allSettled(this.receivers.map((receiver) => this.open(receiver)));
    this.keepers = opened.flatMap((each, i) => {
      const receiver = this.receivers[i];
      return each.status === "fulfilled" && receiver ? [this.keep(receiver, each.value)] : [];
    });
    const failed = opened.find((each) => each.status === "rejected");
    if (!failed) return;
    await this.stop();
    throw failed.reason;
  }

  /** At least one connection can receive. */
  connected(): boolean {
    return this.receivers.some((receiver) => receiver.client.websocket?.isActive() === true);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.receivers.map((receiver) => receiver.client.disconnect().catch(() => undefined)));
    await Promise.all(this.keepers);
  }

  /** Opens the connection; what it gives resolves when that connection is gone. */
  private async open(receiver: SocketModeReceiver): Promise<{ gone: Promise<void> }> {
    const gone = new Promise<void>((resolve) => void receiver.client.once("disconnected", () => resolve()));
    const waited = new AbortController();
    const tooLong = this.needs.clock.sleep(helloMs, waited.signal).then(() => {
      throw new Error(`Slack did not say hello within ${helloMs / 1000} s`);
    });
    try {
      await Promise.race([receiver.start(), tooLong]);
      return { gone };
    } catch (error) {
      await receiver.client.disconnect().catch(() => undefined);
      throw error;
    } finally {
      tooLong.catch(() => undefined);
      waited.abort(new Error("no longer waited for"));
    }
  }

  private async keep(receiver: SocketModeReceiver, first: { gone: Promise<void> }): Promise<void> {
    const { clock, log } = this.needs;
    let { gone } = first;
    let failures = 0;
    for (;;) {
      if (failures === 0) await gone;
      if (this.stopping.signal.aborted) return;
      try {
        ({ gone } = await this.open(receiver));
        failures = 0;
        // Stopped while it was being opened: the stop saw nothing to close.
        if (this.stopping.signal.aborted) await receiver.client.disconnect().catch(() => undefined);
      } catch (error) {
        failures += 1;
        log.warn({ failures, reason: withoutSecrets(String(error)) }, "no connection to Slack; trying again");
        const waitMs = Math.min(longestWaitMs, 250 * 2 ** Math.min(failures, 10));
        await clock.sleep(waitMs, this.stopping.signal).catch(() => undefined);
      }
    }
  }
}
