import { demand, judgeSteps, type Ask, type Judgement } from "./demand.js";
import { showPlaces } from "./places.js";
import type { Policy } from "./policy.js";
import { mayAsk, type Visitor } from "./visitor.js";

/** Who may ask for this plan, who has to say yes to which step, and why: sentences for `sluice policy explain` and for people who wonder. */
export function explainPolicy(policy: Policy, ask: Ask, visitor?: Visitor): readonly string[] {
  const asked = demand(policy, ask);
  const may = visitor ? mayAsk(policy, visitor, ask.runbook) : undefined;
  return [
    ...(may ? [may.ok ? `You may ask for ${ask.runbook}.` : may.says] : []),
    ...judgeSteps(policy, ask).map(explainStep),
    asked.denied !== undefined
      ? `Nobody can approve this plan. ${asked.denied}`
      : asked.nobody
        ? "Nobody has to approve this plan."
        : `This plan asks for ${showPlaces(asked.places)}; never the requester, and one person fills one place only.`,
    ...(asked.nobody || asked.denied !== undefined
      ? []
      : [
          `Votes are taken for ${policy.cardExpiresMinutes} minutes; a grant that is not begun within ${policy.grantExpiresMinutes} minutes asks again.`,
        ]),
  ];
}

function explainStep({ step, needs, because }: Judgement): string {
  if (needs === "denied") return `${step.id}: refused. ${because}`;
  if (needs === "nobody") return `${step.id}: nobody, because ${because}.`;
  return `${step.id}: ${showPlaces(Object.entries(needs).map(([label, count]) => ({ label, count })))}, because ${because}.`;
}
