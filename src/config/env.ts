/** The environment as it was when the process started. The only reader of `process.env` in the product. */
export function readEnv(): Readonly<Record<string, string | undefined>> {
  return Object.freeze({ ...process.env });
}
