import { pino } from "pino";
import { demand, explainPolicy, judgeSteps, mayAsk, type Visitor } from "../approvals/index.js";
import { createClients } from "../bot/clients.js";
import { createIdentity } from "../bot/identity.js";
import { systemClock } from "../core/clock.js";
import type { PlannedStep } from "../core/plan.js";
import { Refusal } from "../core/problems.js";
import { say, sayJson, UsageError, type ExitCode } from "./output.js";
import { planFor, requestedIn } from "./planning.js";
import { openSettings, type Settings, type SettingsFlags } from "./settings.js";

interface ExplainFlags extends SettingsFlags {
  readonly as?: string;
  readonly json?: boolean;
}

/**
 * `sluice policy explain TEXT --as USER`: whether that person may ask for it, who must say yes to which step, and why. It looks and
 * plans as a request would, by the very functions that judge one, and executes nothing. Exit 3 when planning refuses.
 */
export async function explain(text: string, flags: ExplainFlags): Promise<ExitCode> {
  const user = flags.as ?? "";
  if (!/^[UW][A-Z0-9]+$/.test(user))
    throw new UsageError(`--as takes a Slack user id (U0…), not "${user}": names change.`);
  const settings = await openSettings(flags);
  try {
    const explained = await explainFor(settings, text, user);
    if (flags.json) sayJson(explained);
    else for (const line of explained.says) say(line);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (flags.json) sayJson({ kind: "refusal", text: error.sentence });
    else say(error.sentence);
    return 3;
  } finally {
    await settings.close();
  }
}

/** The document of `--json`. */
interface Explained {
  readonly runbook: string;
  readonly as: { readonly user: string; readonly groups: readonly string[] };
  readonly mayAsk: { readonly ok: boolean; readonly says?: string };
  /** `needs`: "nobody", "denied", or how many of each group. */
  readonly steps: readonly {
    readonly id: string;
    readonly says: string;
    readonly effect: PlannedStep["effect"];
    readonly needs: "nobody" | "denied" | Readonly<Record<string, number>>;
    readonly because: string;
  }[];
  readonly approval: ReturnType<typeof demand>;
  /** The same in sentences. */
  readonly says: readonly string[];
}

async function explainFor(settings: Settings, text: string, user: string): Promise<Explained> {
  const { policy } = settings.config;
  const { name, request, runbook } = requestedIn(settings.config, text);
  const visitor = await visitorOf(settings, user);
  const may = mayAsk(policy, visitor, name);
  const asker = visitor.person;
  const steps = runbook ? (await planFor(settings, runbook, request, asker)).plan.steps : [];
  const ask = { runbook: name, steps, asker };
  const judged = judgeSteps(policy, ask);
  return {
    runbook: name,
    as: { user, groups: groupNames(settings, visitor) },
    mayAsk: may,
    steps: judged.map(({ step, needs, because }) => ({
      id: step.id,
      says: step.says ?? step.id,
      effect: step.effect,
      needs,
      because,
    })),
    approval: demand(policy, ask),
    says: runbook
      ? explainPolicy(policy, ask, visitor)
      : [
          may.ok ? `You may ask for ${name}.` : may.says,
          "It is a question: it changes nothing, and nobody has to approve.",
        ],
  };
}

const groupNames = ({ config }: Settings, { groups }: Visitor): readonly string[] =>
  Object.entries(config.policy.groups)
    .filter(([, { id }]) => groups.includes(id))
    .map(([label]) => label);

/** Who that is now, asked of Slack as it is asked at every click. @throws WhoUnknown when Slack does not say. */
function visitorOf({ config, secrets }: Settings, user: string): Promise<Visitor> {
  const { slack, policy } = config;
  const log = pino({ level: "silent" });
  const { lookUp } = createClients({
    token: secrets.open(slack.botToken),
    log,
    ...(slack.apiUrl === undefined ? {} : { apiUrl: slack.apiUrl }),
  });
  const groups = Object.values(policy.groups).map((group) => group.id);
  return createIdentity({ client: lookUp, team: slack.team, groups, clock: systemClock, log }).look(user);
}
