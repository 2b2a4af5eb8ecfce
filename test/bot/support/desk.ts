import type { Announcer, ReplyTo } from "../../../src/core/announcer.js";
import type { Answer, Question } from "../../../src/core/answer.js";
import type { Entry, RunEvent } from "../../../src/core/events.js";
import { closes } from "../../../src/core/events.js";
import { fold, type RunView } from "../../../src/core/fold.js";
import { runIdFor, type RunId } from "../../../src/core/ids.js";
import type { Person } from "../../../src/core/resource.js";
import type { Ask, Card, Desk, Progress, Reply, Visitor } from "../../../src/jobs/desk.js";

export interface DeskCall {
  readonly act: string;
  readonly visitor: Visitor;
  readonly on?: string;
  readonly more?: unknown;
}

/** A desk that keeps runs in memory, writes down who came to it, and lets a test say what the engine would have appended. */
export class FakeDesk implements Desk {
  readonly calls: DeskCall[] = [];
  readonly questions: { question: Question; to: ReplyTo; eventId: string }[] = [];
  readonly cards = new Map<RunId, Card>();
  readonly progresses = new Map<RunId, Progress>();
  readonly runs = new Map<RunId, Entry[]>();
  announcer: Announcer | undefined;
  /** What the desk says next to acts on runs. */
  reply: Reply = { ok: true, sentence: "" };
  answer: Answer = { summary: "All well", parts: [{ kind: "text", text: "All well.", tone: "good" }] };
  /** Thrown by the next act. */
  failing: Error | undefined;

  async append(run: RunId, by: Person | "sluice", ...events: RunEvent[]): Promise<void> {
    const entries = this.runs.get(run) ?? [];
    this.runs.set(run, entries);
    for (const event of events)
      entries.push({
        seq: entries.length,
        at: new Date(1_795_183_200_000 + entries.length * 1000).toISOString(),
        by,
        event,
      });
    await this.announcer?.run(run, entries.length);
  }

  async ask(ask: Ask): Promise<{ run: RunId; fresh: boolean } | { refused: string }> {
    this.note("ask", ask.visitor, undefined, ask);
    if (ask.visitor.guest || ask.visitor.stranger || ask.visitor.sharedChannel)
      return { refused: "Guests cannot do this. Nothing was changed." };
    const run = runIdFor(ask.from.team, ask.from.eventId);
    if (this.runs.has(run)) return { run, fresh: false };
    const { from, text, runbook, request, timeZone, visitor } = ask;
    await this.append(run, visitor.person, { type: "asked", from, text, runbook, request, timeZone });
    return { run, fresh: true };
  }

  async question(question: Question, to: ReplyTo, visitor: Visitor, eventId: string): Promise<Reply> {
    this.note("question", visitor, question.name);
    this.questions.push({ question, to, eventId });
    await this.announcer?.answer(to, question, this.answer);
    return { ok: true, sentence: "" };
  }

  async vote(key: string, visitor: Visitor, vote: "approve" | "deny", reason?: string): Promise<Reply> {
    this.note(vote, visitor, key, reason);
    const run = await this.runOfKey(key);
    if (!run) return { ok: false, sentence: "I do not know that request (any more). Nothing was changed." };
    if (this.reply.ok) {
      const hash = (await this.view(run))!.planned!.hash;
      await this.append(run, visitor.person, {
        type: "voted",
        vote,
        hash,
        groups: visitor.groups,
        ...(reason === undefined ? {} : { reason }),
      });
      if (vote === "deny") await this.append(run, "sluice", { type: "settled", outcome: "denied", hash });
    }
    return this.reply;
  }

  cancel = (run: RunId, visitor: Visitor): Promise<Reply> => this.acted("cancel", run, visitor);
  tryAgain = (run: RunId, visitor: Visitor): Promise<Reply> => this.acted("tryAgain", run, visitor);
  handToPerson = (run: RunId, visitor: Visitor, reason: string): Promise<Reply> =>
    this.acted("handToPerson", run, visitor, reason);
  answerDoubt = (run: RunId, step: string, visitor: Visitor, answer: string, reason: string): Promise<Reply> =>
    this.acted("answerDoubt", run, visitor, { step, answer, reason });

  private acted(act: string, run: RunId, visitor: Visitor, more?: unknown): Promise<Reply> {
    this.note(act, visitor, run, more);
    return Promise.resolve(this.reply);
  }

  private note(act: string, visitor: Visitor, on?: string, more?: unknown): void {
    this.calls.push({ act, visitor, ...(on === undefined ? {} : { on }), ...(more === undefined ? {} : { more }) });
    const error = this.failing;
    this.failing = undefined;
    if (error) throw error;
  }

  view(run: RunId): Promise<RunView | undefined> {
    const entries = this.runs.get(run);
    return Promise.resolve(entries ? fold(run, entries) : undefined);
  }

  runOfKey(key: string): Promise<RunId | undefined> {
    for (const [run, entries] of this.runs)
      if (entries.some(({ event }) => event.type === "planned" && event.key === key)) return Promise.resolve(run);
    return Promise.resolve(undefined);
  }

  recent(): Promise<RunView[]> {
    return Promise.resolve([...this.runs].map(([run, entries]) => fold(run, entries)).reverse());
  }

  async open(): Promise<RunView[]> {
    return (await this.recent()).filter((view) => !this.runs.get(view.id)!.some(({ event }) => closes(event)));
  }

  progress = (run: RunId): Promise<Progress | undefined> => Promise.resolve(this.progresses.get(run));
  card = (run: RunId): Promise<Card | undefined> => Promise.resolve(this.cards.get(run));
  keepCard(run: RunId, card: Card): Promise<void> {
    this.cards.set(run, card);
    return Promise.resolve();
  }
}
