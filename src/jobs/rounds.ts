import { showAnchor } from "../audit/index.js";
import type { Config } from "../config/types.js";
import type { Answer } from "../core/answer.js";
import { digestAnswer, judgeHealth, lastTick, observeHealth } from "../health/index.js";
import { fencing } from "./fencing.js";
import { keyVaults } from "./keyVaults.js";
import { leases } from "./leases.js";
import type { Queues } from "./queues.js";
import { eyes, onlyOnce, type RoundsTools } from "./round-tools.js";

export type { RoundsTools } from "./round-tools.js";

const LEASES_EVERY_MS = 5 * 60_000;
const FENCING_EVERY_MS = 60_000;
/** Asking is dear for the array, which asks Azure; volumes go offline after an hour. */
const KEY_VAULTS_EVERY_MS = 5 * 60_000;

/** Puts the rounds on the clock: the digest by its cron line, leases, fencing and key vaults every few minutes. Safe to repeat; a new rhythm replaces the old. */
export async function scheduleRounds(
  queues: Pick<Queues, "schedule">,
  { digest }: Pick<Config, "digest">,
): Promise<void> {
  await queues.schedule("digest", { pattern: digest.cron, tz: digest.timeZone });
  await queues.schedule("leases", { every: LEASES_EVERY_MS });
  await queues.schedule("fencing", { every: FENCING_EVERY_MS });
  await queues.schedule("keyVaults", { every: KEY_VAULTS_EVERY_MS });
}

/** Makes one round, by the name it was scheduled under. Safe to repeat: what was told or asked once is not told or asked again. */
export async function round(name: string, tools: RoundsTools): Promise<void> {
  if (name === "digest") return digest(tools);
  if (name === "leases") return leases(tools);
  if (name === "fencing") return fencing(tools);
  if (name === "keyVaults") return keyVaults(tools);
  tools.log.warn({ round: name }, "there is no round of that name");
}

/** One digest for every time its cron line comes due, whoever makes the round and however often. */
async function digest(tools: RoundsTools): Promise<void> {
  const { clock, announcer, config } = tools;
  const { channel, cron, timeZone } = config.digest;
  const due = new Date(lastTick(cron, timeZone, clock.now())).toISOString();
  await onlyOnce(tools, `digest:${channel}:${due}`, async () => {
    const view = await observeHealth(eyes(tools));
    const now = clock.now();
    const answer = digestAnswer(judgeHealth(view, now, timeZone), view, { timeZone, now });
    await announcer.digest(channel, await anchored(answer, tools));
  });
}

/** With where the ledger ends: written down outside of Redis every morning, so that who rewrites it there can be found out. */
async function anchored(answer: Answer, { store }: RoundsTools): Promise<Answer> {
  const end = await store.ledgerEnd();
  if (end.place === 0) return answer;
  const text = `Ledger of what was asked, approved and done: ${end.place} lines, ending at ${showAnchor(end)}`;
  return { ...answer, parts: [...answer.parts, { kind: "text", text, tone: "plain" }] };
}
