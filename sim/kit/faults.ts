/** Which calls a fault meets. Everything given must match. */
export interface Match {
  readonly method?: string;
  /** A regular expression over the path with its query. */
  readonly path?: string | RegExp;
  /** A regular expression over the body text. */
  readonly body?: string | RegExp;
  /** The first matching call that is hit, counted from 1 since the rule was made (default 1). */
  readonly nth?: number;
  /** How many calls are hit (default 1). */
  readonly times?: number;
  /** Before the call took effect, or after (the effect is there, the answer is what the fault says). Default before. */
  readonly when?: "before" | "after";
}

/** What may happen to any HTTP call. Simulators add their own kinds. */
export type HttpFault =
  | { readonly kind: "reset" }
  | { readonly kind: "hang" }
  | {
      readonly kind: "reply";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | { readonly kind: "delay"; readonly ms: number };

export interface Rule<Action> extends Match {
  readonly does: Action;
}

interface Armed<Action> {
  readonly rule: Rule<Action>;
  seen: number;
  hits: number;
}

/** The rules in force, oldest first. A call is met by the first rule that wants it. */
export class FaultBook<Action> {
  private armed: Armed<Action>[] = [];

  add(rule: Rule<Action>): void {
    this.armed.push({ rule, seen: 0, hits: 0 });
  }

  clear(): void {
    this.armed = [];
  }

  /** Rules that still have calls to hit. */
  get pending(): readonly Rule<Action>[] {
    return this.armed.filter((each) => each.hits < (each.rule.times ?? 1)).map((each) => each.rule);
  }

  /** Counts the call against every rule and gives the one that hits it. */
  take(call: { method: string; path: string; body: string }): Rule<Action> | undefined {
    let hit: Rule<Action> | undefined;
    for (const each of this.armed) {
      if (!matches(each.rule, call)) continue;
      each.seen += 1;
      const due = each.seen >= (each.rule.nth ?? 1) && each.hits < (each.rule.times ?? 1);
      if (!due || hit) continue;
      each.hits += 1;
      hit = each.rule;
    }
    return hit;
  }
}

function matches(rule: Match, call: { method: string; path: string; body: string }): boolean {
  if (rule.method !== undefined && rule.method.toUpperCase() !== call.method) return false;
  if (rule.path !== undefined && !new RegExp(rule.path).test(call.path)) return false;
  return rule.body === undefined || new RegExp(rule.body).test(call.body);
}
