import { demand } from "../approvals/index.js";
import { systemClock } from "../core/clock.js";
import { hashOf } from "../core/ids.js";
import { planBytes } from "../core/plan.js";
import { Refusal } from "../core/problems.js";
import { plainText } from "../core/said.js";
import { runDoctor, showFinding, exitCodeOf } from "../doctor/index.js";
import { doctorChecks } from "./doctor.js";
import { planFor, requestedIn, understandBy } from "./planning.js";
import { complain, say, sayJson, type ExitCode } from "./output.js";
import { loadSettings, openSettings, type Settings, type SettingsFlags } from "./settings.js";

interface ParseFlags extends SettingsFlags {
  readonly json?: boolean;
  readonly now?: string;
  readonly addressed?: boolean;
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

async function planWith(settings: Settings, text: string, flags: PlanFlags): Promise<ExitCode> {
  const { config } = settings;
  const { name, request, runbook } = requestedIn(config, text);
  if (!runbook) throw new Refusal(`"${name}" is a question, or not available yet: there is nothing to plan.`);
  const asker = { team: config.slack.team, user: flags.as ?? "U0CLI" };
  const drawn = await planFor(settings, runbook, request, asker);
  const shown = {
    runbook: runbook.name,
    hash: hashOf(planBytes(drawn.plan)),
    steps: drawn.plan.steps.map(({ id, says, effect, undo }) => ({ id, says, effect, undo })),
    warnings: drawn.plan.warnings,
    facts: drawn.facts.map((fact) => ({ ...fact, text: plainText(fact.text) })),
    approval: demand(config.policy, { runbook: runbook.name, steps: drawn.plan.steps, asker }),
  };
  if (flags.json) sayJson(shown);
  else say(showPlan(runbook.title(request as never), shown));
  return 0;
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
