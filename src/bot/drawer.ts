import type { Logger } from "pino";
import type { Clock } from "../core/clock.js";
import type { RunView } from "../core/fold.js";
import { isRunId, type RunId } from "../core/ids.js";
import type { Card, Desk } from "../jobs/desk.js";
import { section, type Drawing } from "./blocks.js";
import { milestones } from "./cards/milestones.js";
import { runCard } from "./cards/run.js";
import type { CardContext } from "./cards/types.js";
import { Lanes } from "./lanes.js";
import type { BotOptions, Exclusive } from "./options.js";
import type { Place, Poster } from "./poster.js";
import { codeOf } from "./slack-errors.js";
import { escapedLine, link, mention } from "./text.js";

interface Needs {
  readonly desk: Pick<Desk, "view" | "card" | "keepCard" | "progress">;
  readonly poster: Poster;
  readonly exclusive: Exclusive;
  readonly options: Pick<BotOptions, "titleOf" | "closing" | "standing" | "cardExpiresMinutes">;
  /** Where plans that need other people's yes go when they were asked for in a direct message; absent: nowhere. */
  readonly decidingChannel: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly everyMs: number;
  readonly stopping: AbortSignal;
}

/** The conversation is closed to us; the person who asked is told directly instead. */
const shutOut = new Set([
  "not_in_channel",
  "channel_not_found",
  "is_archived",
  "restricted_action",
  "restricted_action_read_only_channel",
]);

/** Draws runs: one card each, updated whole from the fold, and its milestones told once in the thread. */
export class Drawer {
  private readonly lanes: Lanes;
  /** What this process drew last, by run: equal drawings are not sent again. */
  private readonly drawn = new Map<RunId, string>();

  constructor(private readonly needs: Needs) {
    this.lanes = new Lanes(needs.clock, needs.everyMs, needs.stopping);
  }

  /** Resolves when the card shows the run as it was at this call or later. Safe to repeat, from any process. */
  draw(run: RunId): Promise<void> {
    return this.lanes.run(run, () => this.needs.exclusive(`card-${run}`, () => this.round(run)));
  }

  /** Is a drawing asked for that has not begun, and will show the run as it is now? */
  isAsked(run: RunId): boolean {
    return this.lanes.isAsked(run);
  }

  /** Resolves when no card is being drawn. */
  settled(): Promise<void> {
    return this.lanes.settled();
  }

  /** What a card shows beside the run; also for lists. */
  async context(view: RunView): Promise<CardContext> {
    const { desk, options, clock } = this.needs;
    const progress = view.outcome ? undefined : await desk.progress(view.id);
    const closing = view.outcome === "succeeded" ? options.closing?.(view) : undefined;
    const stopped = view.status === "parked" || view.status === "doubted" || view.outcome === "abandoned";
    const standing = stopped ? options.standing?.(view) : undefined;
    return {
      title: this.titleOf(view),
      now: clock.now(),
      cardExpiresMinutes: options.cardExpiresMinutes,
      links: await this.links(view),
      ...(progress ? { progress } : {}),
      ...(closing ? { closing } : {}),
      ...(standing ? { standing } : {}),
    };
  }

  /** A request that its runbook cannot name (an older version's) still gets its card. */
  private titleOf({ asked }: RunView): string {
    try {
      return this.needs.options.titleOf(asked.runbook, asked.request);
    } catch {
      return asked.runbook;
    }
  }

  /** Where a run's card can be read. */
  async linkOf(run: RunId): Promise<string | undefined> {
    const card = await this.needs.desk.card(run);
    return card ? await this.needs.poster.permalink(card.channel, card.ts) : undefined;
  }

  private async links(view: RunView): Promise<Record<string, string>> {
    const detail = view.status === "held" && Array.isArray(view.held?.detail) ? view.held.detail : [];
    const holders = detail.map((each: unknown) => (each as { run?: unknown } | null)?.run);
    const others = [view.child?.id, view.asked.parent, ...holders].filter(
      (each): each is RunId => typeof each === "string" && isRunId(each),
    );
    const found = await Promise.all(
      [...new Set(others)].slice(0, 10).map(async (run) => [run, await this.linkOf(run)] as const),
    );
    return Object.fromEntries(found.filter((pair): pair is readonly [RunId, string] => pair[1] !== undefined));
  }

  private async round(run: RunId): Promise<void> {
    const view = await this.needs.desk.view(run);
    if (!view) return;
    const before = await this.needs.desk.card(run);
    if (before && before.drawn > view.length) return;
    const shown = await this.context(view);
    const card = await this.place(view, runCard(view, shown), before);
    await this.tell(view, shown, card);
  }

  private async place(view: RunView, drawing: Drawing, card: Card | undefined): Promise<Card> {
    if (card && this.movesOut(view, card)) return await this.move(view, drawing, card);
    if (!card)
      return await this.postNew(view, drawing, [], this.movesOut(view) ? this.needs.decidingChannel : undefined);
    const body = JSON.stringify(drawing.blocks);
    if (card.drawn === view.length && this.drawn.get(view.id) === body) return card;
    try {
      await this.needs.poster.update(card.channel, card.ts, drawing);
    } catch (error) {
      if (codeOf(error) !== "message_not_found") throw error;
      this.needs.log.warn({ run: view.id }, "a card is gone from Slack; it is posted anew");
      return await this.postNew(view, drawing, card.told, card.channel);
    }
    return await this.keep(view, { ...card, drawn: view.length }, body);
  }

  private async keep(view: RunView, card: Card, body: string): Promise<Card> {
    await this.needs.desk.keepCard(view.id, card);
    this.drawn.delete(view.id);
    this.drawn.set(view.id, body);
    for (const [oldest] of this.drawn) if (this.drawn.size > 500) this.drawn.delete(oldest);
    return card;
  }

  /** A plan that others must read cannot stay in a conversation of two. */
  private movesOut(view: RunView, card?: Card): boolean {
    const { decidingChannel } = this.needs;
    const { demand } = view.planned ?? {};
    const here = card?.channel ?? view.asked.from.channel;
    return (
      decidingChannel !== undefined &&
      here.startsWith("D") &&
      view.status === "deciding" &&
      demand !== undefined &&
      !demand.nobody &&
      demand.denied === undefined
    );
  }

  private async move(view: RunView, drawing: Drawing, old: Card): Promise<Card> {
    const card = await this.postNew(view, drawing, old.told, this.needs.decidingChannel);
    const url = await this.needs.poster.permalink(card.channel, card.ts);
    const where = url === undefined ? `<#${card.channel}>` : link(url, "the plan and its votes");
    const pointer = `Other people have to say yes to this, so it goes on where they can read it: ${where}.`;
    await this.needs.poster.update(old.channel, old.ts, { text: pointer, blocks: [section(pointer)] });
    return card;
  }

  /** Posts the card where it belongs and remembers it; the person is told directly where that place is closed to us. */
  private async postNew(
    view: RunView,
    drawing: Drawing,
    told: readonly string[],
    channel = view.asked.from.channel,
  ): Promise<Card> {
    try {
      return await this.postAt(view, drawing, told, channel);
    } catch (error) {
      if (!shutOut.has(codeOf(error) ?? "")) throw error;
      this.needs.log.warn(
        { run: view.id, channel, reason: codeOf(error) },
        "no card can be posted there; it goes to the person who asked",
      );
      return await this.postAt(view, drawing, told, await this.needs.poster.directTo(view.asked.by.user));
    }
  }

  private async postAt(view: RunView, drawing: Drawing, told: readonly string[], channel: string): Promise<Card> {
    const { poster } = this.needs;
    const { from } = view.asked;
    const thread =
      channel === from.channel && from.ts !== ""
        ? from.ts
        : await poster.post({ channel }, rootOf(view), { kind: "root", run: view.id });
    const place: Required<Place> = { channel, thread };
    // A run that is past its first entry and has no card may have one whose address was lost with the process that posted it.
    const mark = { kind: "card", run: view.id } as const;
    const lost = view.length > 1 && told.length === 0 ? await poster.find(place, mark) : undefined;
    if (lost !== undefined) await poster.update(channel, lost, drawing);
    const ts = lost ?? (await poster.post(place, drawing, mark));
    return await this.keep(
      view,
      { channel, ts, thread, drawn: view.length, told: [...told] },
      JSON.stringify(drawing.blocks),
    );
  }

  private async tell(view: RunView, shown: CardContext, card: Card): Promise<void> {
    let kept = card;
    for (const { id, drawing } of milestones(view, shown)) {
      if (kept.told.includes(id)) continue;
      await this.needs.poster.post({ channel: kept.channel, thread: kept.thread }, drawing);
      kept = { ...kept, told: [...kept.told, id] };
      await this.needs.desk.keepCard(view.id, kept);
    }
  }
}

/** The thread's first message, where no message of the person's own begins it. */
function rootOf(view: RunView): Drawing {
  const direct = view.asked.from.channel.startsWith("D") ? " (in a direct message)" : "";
  const text = `${mention(view.asked.by.user)} asks${direct}: “${escapedLine(view.asked.text, 1500)}”`;
  return { text, blocks: [section(text)] };
}
