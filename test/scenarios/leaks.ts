/** A secret by the name people know it by, and every text that gives it away. */
export interface Secret {
  readonly name: string;
  readonly needles: readonly string[];
}

/** A secret as it is, and as it travels: in JSON, in a URL, in base64, and line by line where it has lines. */
export function secretOf(name: string, value: string): Secret {
  const lines = value
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length >= 24 && !line.startsWith("-----"));
  const whole = value.includes("\n") ? [] : [value];
  const travelling = [...whole, ...lines].flatMap((each) => [
    each,
    JSON.stringify(each).slice(1, -1),
    encodeURIComponent(each),
    // Without what the bytes around it decide.
    Buffer.from(each).toString("base64").replace(/=+$/, "").slice(0, -1),
  ]);
  return { name, needles: [...new Set(travelling)] };
}

/** What goes over the wire for a login: `Basic …`. */
export const basicAuth = (user: string, password: string): string =>
  Buffer.from(`${user}:${password}`).toString("base64");

/** Where which secret lies open: "SECRET in PLACE", never the secret itself. */
export function leaks(secrets: readonly Secret[], places: ReadonlyMap<string, string>): string[] {
  return [...places].flatMap(([place, text]) =>
    secrets
      .filter(({ needles }) => needles.some((needle) => text.includes(needle)))
      .map(({ name }) => `${name} in ${place}`),
  );
}
