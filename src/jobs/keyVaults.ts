import type { Answer, AnswerPart } from "../core/answer.js";
import { isoNow } from "../core/clock.js";
import {
  clustersOf,
  lookAtKeyVaults,
  lostVaultNote,
  vaultFindings,
  worstFirst,
  type KeyVaultHealth,
} from "../health/index.js";
import { eyes, type RoundsTools } from "./round-tools.js";

/**
 * An hour without its key vault takes an array's volumes offline, so nobody waits for the morning: a vault that is lost is told where the digest goes when it is first seen
 * so, and once more when it is back. What could not be looked at changes nothing of what is known.
 */
export async function keyVaults(tools: RoundsTools): Promise<void> {
  const on = eyes(tools);
  for (const vault of await lookAtKeyVaults(on, clustersOf(on.inventory.sets))) {
    try {
      if (vault.problems.ok) await compare(tools, vault, vault.problems.is.length > 0);
    } catch (error) {
      tools.log.error({ err: error, svm: vault.svm }, "a key vault could not be told of; the next round tries again");
    }
  }
}

async function compare(tools: RoundsTools, vault: KeyVaultHealth, lost: boolean): Promise<void> {
  const { store, clock } = tools;
  const known = await store.note(lostVaultNote(vault));
  const wasLost = known !== undefined && known !== "";
  if (lost === wasLost) return;
  const lostSince = lost ? isoNow(clock) : "";
  // Two workers that look at once tell it once; one that dies before it has told leaves it to the next round.
  if (!(await store.once(`${lostVaultNote(vault)}:${lost ? "lost" : "back"}`, TOLD_ONCE_MS))) return;
  await tell(tools, { ...vault, lostSince: lost ? lostSince : known }, lost);
  await store.setNote(lostVaultNote(vault), lostSince);
}

/** Shorter than the time between two rounds. */
const TOLD_ONCE_MS = 60_000;

async function tell({ announcer, config, clock }: RoundsTools, vault: KeyVaultHealth, lost: boolean): Promise<void> {
  const { channel, timeZone } = config.digest;
  const [worst] = worstFirst(vaultFindings([vault], clock.now(), timeZone));
  const says = lost && worst ? worst.says : back(vault);
  const parts: AnswerPart[] = [{ kind: "text", text: says, tone: lost ? "bad" : "good" }];
  if (lost && worst) parts.push({ kind: "choices", choices: worst.choices });
  await announcer.digest(channel, { summary: says, parts } satisfies Answer);
}

function back({ svm, cluster, vault, volumes }: KeyVaultHealth): string {
  const offline = volumes.ok ? volumes.is.offline : [];
  const still =
    offline.length === 0
      ? "No volume went offline."
      : `Still offline, and nothing brings them online by itself: ${offline.join(", ")}.`;
  return `${svm} on ${cluster} reaches its key vault ${vault} again. ${still}`;
}
