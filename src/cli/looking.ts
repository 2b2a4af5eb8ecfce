import { pino } from "pino";
import { demand } from "../approvals/index.js";
import { questions } from "../bot/index.js";
import { systemClock } from "../core/clock.js";
import { hashOf, runIdFor } from "../core/ids.js";
import type { Json } from "../core/json.js";
import { planBytes } from "../core/plan.js";
import { Refusal } from "../core/problems.js";
import { plainText } from "../core/said.js";
import { runDoctor, showFinding, exitCodeOf } from "../doctor/index.js";
import { createFarEnds } from "../farEnds.js";
import { look } from "../jobs/planning.js";
import { leaseCheck } from "../jobs/guard.js";
import { registryOf } from "../registry.js";
import { understand, type Understood } from "../requests/index.js";
import { tagOf } from "../runbooks/tools.js";
import { vocabularyOf } from "../vocabulary.js";
import type { Config } from "../config/types.js";
import { doctorChecks } from "./doctor.js";
import { complain, say, sayJson, type ExitCode } from "./output.js";
import { loadSettings, openSettings, type Settings, type SettingsFlags } from "./settings.js";

interface ParseFlags extends SettingsFlags {
  readonly json?: boolean;
  readonly now?: string;
  readonly addressed?: boolean;
}

function understandBy(config: Config, text: string, now: Date, addressed: boolean): Understood {
  const registry = registryOf();
  const vocabulary = vocabularyOf(config, (name) => registry.names().includes(name) || questions.has(name));
  return understand(text, { now, asker: { timeZone: config.timeZone }, vocabulary, addressed });
}

/** `sluice parse TEXT`: how a sentence is understood. No Redis, no network. */
export async function parse(text: string, flags: ParseFlags): Promise<ExitCode> {
  const now = flags.now === undefined ? new Date(systemClock.now()) : new Date(flags.now);
  if (Number.isNaN(now.getTime())) {
    complain(`--now takes an ISO-8601 time, not "${flags.now ?? ""}".`);
    return 2;
  }
  const understood = understandBy(await loadSettings(flags, true), text, now, flags.addressed ?? false);
  if (flags.json) sayJson(understood);
  else if (understood.kind === "request") say(`${understood.runbook} ${JSON.stringify(understood.request)}`);
  else if (understood.kind === "reply")
    say(
      [understood.text, ...(understood.choices ?? []).map((choice) => `  [${choice.label}] "${choice.say}"`)].join(
        "\n",
      ),
    );
  else say("Not for me: ignored in silence.");
  return 0;
}

interface PlanFlags extends SettingsFlags {
  readonly json?: boolean;
  readonly as?: string;
}

/** `sluice plan TEXT`: looks and plans against the configured clusters; executes nothing. */
export async function plan(text: string, flags: PlanFlags): Promise<ExitCode> {
  const settings = await openSettings(flags, { withoutSlack: true });
  try {
    return await planWith(settings, text, flags);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (flags.json) sayJson({ kind: "refusal", text: error.sentence });
    else say(error.sentence);
    return 3;
  } finally {
    await settings.close();
  }
}

async function planWith({ config, secrets }: Settings, text: string, flags: PlanFlags): Promise<ExitCode> {
  const understood = understandBy(config, text, new Date(systemClock.now()), true);
  if (understood.kind !== "request")
    throw new Refusal(understood.kind === "reply" ? understood.text : "That is no request.");
  const runbook = registryOf().find(understood.runbook);
  if (!runbook)
    throw new Refusal(`"${understood.runbook}" is a question, or not available yet: there is nothing to plan.`);
  const log = pino({ level: "silent" });
  const farEnds = createFarEnds({ config, secrets, clock: systemClock, log, beforeWrite: leaseCheck });
  const asker = { team: config.slack.team, user: flags.as ?? "U0CLI" };
  const id = runIdFor("cli", text, String(systemClock.now()));
  try {
    const run = {
      id,
      tag: tagOf(id),
      asker,
      timeZone: config.timeZone,
      askedAt: new Date(systemClock.now()).toISOString(),
    };
    const store = { note: () => Promise.resolve(undefined) };
    const drawn = await look(
      { inventory: config, farEnds, store } as unknown as Parameters<typeof look>[0],
      runbook,
      understood.request as Json,
      run,
    );
    const approval = demand(config.policy, { runbook: runbook.name, steps: drawn.plan.steps, asker });
    const steps = drawn.plan.steps.map((step) => ({
      id: step.id,
      says: step.says,
      effect: step.effect,
      undo: step.undo,
    }));
    const shown = {
      runbook: runbook.name,
      hash: hashOf(planBytes(drawn.plan)),
      steps,
      warnings: drawn.plan.warnings,
      facts: drawn.facts.map((fact) => ({ ...fact, text: plainText(fact.text) })),
      approval,
    };
    if (flags.json) sayJson(shown);
    else say(showPlan(runbook.title(understood.request as never), shown));
    return 0;
  } finally {
    await farEnds.close();
  }
}

interface ShownPlan {
  readonly hash: string;
  readonly steps: readonly {
    readonly id: string;
    readonly says: string;
    readonly effect: string;
    readonly undo: { readonly way: string; readonly says: string };
  }[];
  readonly warnings: readonly string[];
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  readonly approval: ReturnType<typeof demand>;
}

function showPlan(title: string, { hash, steps, warnings, facts, approval }: ShownPlan): string {
  const way = { back: "way back", stays: "stays", none: "NO WAY BACK" } as Record<string, string>;
  const people =
    approval.denied ??
    (approval.nobody
      ? "nobody has to approve"
      : approval.places.map((place) => `${place.count} of ${place.label} (${place.why})`).join("\n  and "));
  return [
    `${title}   plan ${hash.slice(0, 8)}`,
    ...warnings.map((warning) => `! ${warning}`),
    ...facts.map((fact) => `  ${fact.label}: ${fact.text}`),
    ...steps.map(
      (step, i) =>
        `${String(i + 1).padStart(2)}. [${step.effect}] ${step.says}\n      ${way[step.undo.way] ?? ""}: ${step.undo.says}`,
    ),
    `Approval: ${people}`,
  ].join("\n");
}

/** `sluice doctor`: one line a check; 1 if one fails. */
export async function doctor(flags: SettingsFlags & { readonly json?: boolean }): Promise<ExitCode> {
  const settings = await openSettings(flags);
  const checks = await doctorChecks(settings);
  try {
    const findings = await runDoctor(checks.checks, {
      timeoutMs: 60_000,
      sleep: (ms, signal) => systemClock.sleep(ms, signal),
    });
    if (flags.json) sayJson(findings);
    else for (const finding of findings) say(showFinding(finding));
    return exitCodeOf(findings);
  } finally {
    await checks.close();
    await settings.close();
  }
}
