import { pino } from "pino";
import { systemClock } from "../core/clock.js";
import { runIdFor } from "../core/ids.js";
import type { Json } from "../core/json.js";
import { Refusal } from "../core/problems.js";
import { questions } from "../bot/index.js";
import type { Config } from "../config/types.js";
import type { Person } from "../core/resource.js";
import { createFarEnds } from "../farEnds.js";
import { leaseCheck } from "../jobs/guard.js";
import { look } from "../jobs/planning.js";
import { registryOf } from "../registry.js";
import { understand, type Understood } from "../requests/index.js";
import type { AnyRunbook } from "../runbooks/define.js";
import { tagOf } from "../runbooks/tools.js";
import { vocabularyOf } from "../vocabulary.js";
import type { Settings } from "./settings.js";

/** A sentence as the bot would understand it in this configuration. */
export function understandBy(config: Config, text: string, now: Date, addressed: boolean): Understood {
  const registry = registryOf();
  const vocabulary = vocabularyOf(config, (name) => registry.names().includes(name) || questions.has(name));
  return understand(text, { now, asker: { timeZone: config.timeZone }, vocabulary, addressed });
}

/** What a sentence asks for: a runbook with its request, or a question's name. @throws Refusal when it asks for nothing. */
export function requestedIn(
  config: Config,
  text: string,
): { readonly name: string; readonly request: Json; readonly runbook: AnyRunbook | undefined } {
  const understood = understandBy(config, text, new Date(systemClock.now()), true);
  if (understood.kind !== "request")
    throw new Refusal(understood.kind === "reply" ? understood.text : "That is no request.");
  const { runbook: name, request } = understood;
  return { name, request: request as Json, runbook: registryOf().find(name) };
}

/** Looks and plans against the configured clusters; executes nothing. @throws Refusal or another Problem, as planning a run would. */
export async function planFor(
  { config, secrets }: Settings,
  runbook: AnyRunbook,
  request: Json,
  asker: Person,
): Promise<Awaited<ReturnType<typeof look>>> {
  const log = pino({ level: "silent" });
  const farEnds = createFarEnds({ config, secrets, clock: systemClock, log, beforeWrite: leaseCheck });
  const now = systemClock.now();
  const id = runIdFor("cli", JSON.stringify(request), String(now));
  const askedAt = new Date(now).toISOString();
  const store = { note: () => Promise.resolve(undefined) };
  try {
    return await look(
      { inventory: config, farEnds, store } as unknown as Parameters<typeof look>[0],
      runbook,
      request,
      { id, tag: tagOf(id), asker, timeZone: config.timeZone, askedAt },
    );
  } finally {
    await farEnds.close();
  }
}
