import { setTimeout as pause } from "node:timers/promises";
import { Agent, fetch as request } from "undici";
import { simCa } from "../sim/kit/tls.js";
import { buttonsOf, handsOn, textOf, type Control, type Shown } from "../sim/slack/hands.js";
import type { Lab } from "./lab.js";

interface View {
  readonly id: string;
  readonly blocks: readonly unknown[];
}

/** What people do in Slack and an administrator on the arrays, by the simulators' control calls. */
export interface People {
  /** The newest message of the bot in a thread that reads so, once there is one. */
  reads(thread: string, reads: RegExp, withinMs?: number): Promise<{ readonly message: Shown; readonly text: string }>;
  /** A message of the bot anywhere, thread or not, that reads so, once there is one. */
  tells(reads: RegExp, withinMs?: number): Promise<string>;
  /** Asks, lets everybody the plan asks for approve, and waits for the end: what the card then reads. */
  done(text: string, options?: { user?: string; ends?: RegExp; withinMs?: number }): Promise<string>;
  /** An array's REST API as its administrator. */
  ontap<T = { records: Record<string, unknown>[] }>(
    cluster: string,
    path: string,
    body?: object,
    method?: string,
  ): Promise<T>;
  close(): Promise<void>;
}

const patienceMs = 900_000;
/** Who may be asked for: storage-approvers and epic-owners. */
const approvers = ["U0STORAGE", "U0APPOWNER", "U0STORAGE2"];
/** The status line of a card that will not change by itself. */
const over =
  /^\*(Done|Half done|Failed, everything taken back|Cancelled.*|Handed to a person|Not possible|Denied|Expired|Stopped, needs a person|A person has to look)\*$/m;

export async function people(lab: Lab): Promise<People> {
  const agent = new Agent({ connect: { ca: (await simCa()).certPem } });
  const bot = lab.world.world.slack.bot.userId;
  const call = async <T>(url: string, body?: object, method?: string, headers = {}): Promise<T> => {
    const answer = await request(url, {
      dispatcher: agent,
      method: method ?? (body ? "POST" : "GET"),
      headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await answer.json()) as T;
  };
  const control: Control = (path, body) => call(`${lab.url}/_control/${path}`, body);
  const hands = handsOn(control);
  const thread = async (ts: string): Promise<Shown[]> => (await hands.thread(ts)).filter(({ user }) => user === bot);
  /** What has no way back is approved by typing a word, which the form says. */
  const typeTheWord = async (user: string): Promise<void> => {
    const { views } = await control<{ views: View[] }>(`views?user=${user}`);
    for (const view of views) {
      const [, word] = /Type (\S+) to approve/.exec(JSON.stringify(view.blocks)) ?? [];
      if (word === undefined) continue;
      await control("submit", {
        view_id: view.id,
        user,
        values: { word: { value: { type: "plain_text_input", value: word } } },
      });
    }
  };
  const self: People = {
    reads: async (ts, reads, withinMs = patienceMs) => {
      let last: Shown[] = [];
      for (const until = Date.now() + withinMs; Date.now() < until; await pause(200)) {
        last = await thread(ts);
        const message = last.findLast((each) => reads.test(textOf(each)));
        if (message) return { message, text: textOf(message) };
      }
      throw new Error(`never read ${String(reads)}; the thread reads:\n${last.map(textOf).join("\n---\n")}`);
    },
    tells: async (reads, withinMs = patienceMs) => {
      for (const until = Date.now() + withinMs; Date.now() < until; await pause(300)) {
        for (const { method, body } of lab.world.slack.log())
          if (/^chat\./.test(method) && reads.test(JSON.stringify(body))) return JSON.stringify(body);
      }
      throw new Error(`nobody was told ${String(reads)}`);
    },
    done: async (text, { user, ends = over, withinMs = patienceMs } = {}) => {
      const ts = await hands.say(text, user === undefined ? {} : { user });
      let card = await self.reads(ts, /./s, withinMs);
      const until = Date.now() + withinMs;
      const voted = new Set<string>();
      for (; Date.now() < until; await pause(300)) {
        const all = await thread(ts);
        const ended = all.findLast((each) => ends.test(textOf(each)));
        if (ended) return all.map(textOf).join("\n");
        const asks = all.findLast((each) => buttonsOf(each).some((id) => /approve/i.test(id)));
        const next = asks && approvers.find((each) => !voted.has(`${asks.ts}/${each}`) && each !== user);
        if (!asks || next === undefined) continue;
        card = { message: asks, text: textOf(asks) };
        voted.add(`${asks.ts}/${next}`);
        await hands.press(asks, next, { label: "Approve" });
        await pause(500);
        await typeTheWord(next);
      }
      throw new Error(`"${text}" did not come to its end; the card reads:\n${card.text}`);
    },
    ontap: async (cluster, path, body, method) =>
      call(`${lab.world.urls[cluster] ?? ""}/api${path}`, body, method, {
        authorization: `Basic ${btoa("admin:netapp1!")}`,
        accept: "application/json",
      }),
    close: () => agent.close(),
  };
  return self;
}
