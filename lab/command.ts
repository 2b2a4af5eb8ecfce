/** A number given on the command line, else the default. */
export function numberFlag(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  const given = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isInteger(given) || given < 0 || given > 65_535) throw new Error(`${name} takes a number up to 65535`);
  return given;
}

/** Resolves at the first SIGINT or SIGTERM; more of them change nothing, for what was started is being taken down. */
export function onStop(): Promise<void> {
  return new Promise((resolve) => {
    process.on("SIGINT", () => resolve());
    process.on("SIGTERM", () => resolve());
  });
}
