/** Who must say yes to a plan, and whether they did. Pure: votes, people and times are handed in. */
export { decide, showOpen, standing, type Click, type Decision } from "./decide.js";
export { cloneOwners, demand, isOwnClone, judgeSteps, type Ask, type JudgedStep, type Judgement } from "./demand.js";
export { cardExpiresAt, grantExpiresAt, isPast } from "./expiry.js";
export { explainPolicy } from "./explain.js";
export { fillPlaces, openSeats, samePerson, showPlaces, type FilledPlace } from "./places.js";
export { policySchema, type Policy, type PolicyInput, type Rule } from "./policy.js";
export {
  asksFor,
  isFullMember,
  mayAnswerDoubt,
  mayAsk,
  mayCancel,
  mayTryAgain,
  type Permission,
  type Visitor,
} from "./visitor.js";
