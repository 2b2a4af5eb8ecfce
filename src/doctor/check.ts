import { asProblem } from "../core/problems.js";

export type Level = "ok" | "warn" | "fail";

/** One line of the doctor's report. */
export interface Finding {
  /** What was looked at: "redis", "cluster cvo-eastus2", "host epic-trn-01". */
  readonly check: string;
  readonly level: Level;
  readonly says: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Looks at one thing and changes nothing. What it throws becomes a failed finding. */
export interface Check {
  readonly name: string;
  run(): Promise<readonly Finding[]>;
}

export interface DoctorOptions {
  readonly timeoutMs: number;
  /** Resolves after so many milliseconds; given up when the signal says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** All checks at once, each within its time; findings in the order of the checks. Never rejects. */
export async function runDoctor(checks: readonly Check[], options: DoctorOptions): Promise<readonly Finding[]> {
  const found = await Promise.all(checks.map((check) => runOne(check, options)));
  return found.flat();
}

async function runOne(check: Check, { timeoutMs, sleep }: DoctorOptions): Promise<readonly Finding[]> {
  const done = new AbortController();
  const late = sleep(timeoutMs, done.signal).then(
    (): readonly Finding[] => [
      fail(
        check.name,
        `gave no answer within ${Math.round(timeoutMs / 1000)} s.`,
        "Look whether it can be reached from here.",
      ),
    ],
    // Given up because the check has answered: its answer is the one that counts.
    () => new Promise<readonly Finding[]>(() => undefined),
  );
  const looked = Promise.resolve()
    .then(() => check.run())
    .catch((thrown: unknown): readonly Finding[] => [fail(check.name, asProblem(thrown).sentence)])
    .finally(() => done.abort());
  return Promise.race([looked, late]);
}

export const ok = (check: string, says: string): Finding => ({ check, level: "ok", says });
export const warn = (check: string, says: string, fix?: string): Finding => ({
  check,
  level: "warn",
  says,
  ...(fix === undefined ? {} : { fix }),
});
export const fail = (check: string, says: string, fix?: string): Finding => ({
  check,
  level: "fail",
  says,
  ...(fix === undefined ? {} : { fix }),
});

/** "fail  redis  Redis may throw away runs … Set it to …": one line, whatever the far end put into its words. */
export function showFinding({ check, level, says, fix }: Finding): string {
  return `${level.padEnd(4)}  ${check}  ${says}${fix === undefined ? "" : ` ${fix}`}`.replace(/\s*\n\s*/g, " ");
}

/** 1 when something failed; warnings are for reading. */
export const exitCodeOf = (findings: readonly Finding[]): 0 | 1 =>
  findings.some(({ level }) => level === "fail") ? 1 : 0;
