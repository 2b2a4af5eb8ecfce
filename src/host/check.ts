import { z } from "zod";
import { defineChange } from "./define.js";
import { checkText } from "./scripts/check.js";
import { hook } from "./words.js";

const checkInput = z.object({
  /** From the configuration, run on the host as it stands there. It must leave nothing behind and bear being run twice. */
  command: hook,
  limitSeconds: z.int().min(1).max(900),
});
export type CheckInput = z.infer<typeof checkInput>;

const checkFacts = z.object({
  boot: z.string(),
  /** 124: it took longer than it may. */
  exit: z.int(),
  /** Standard output and error as printable ASCII, its first 300 characters. */
  output: z.string(),
});
export type CheckFacts = z.infer<typeof checkFacts>;

/** A command that looks whether something works. It ends however it ends: only a host that could not run it is a failure. */
export const check = defineChange<CheckInput, CheckFacts>({
  name: "check",
  text: checkText,
  input: checkInput,
  output: checkFacts,
  timeoutMs: 25 * 60_000,
  // Nothing on the host tells of a check whose answer was lost: it is run again.
  look: () => Promise.resolve({ found: "absent" }),
  env: (input) => ({ SLUICE_COMMAND: input.command, SLUICE_LIMIT: String(input.limitSeconds) }),
});
