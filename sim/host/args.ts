/** Command-line arguments taken apart the way getopt_long does. */
export interface Parsed {
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly string[];
  /** The first option that is not in the specification. */
  readonly unknown?: string;
}

/**
 * `spec` lists options by name without dashes, `:` after those that take a value: `"n o: t: reportformat: importdevices"`.
 * Clusters (`-no SOURCE`), `--name=value` and `--` work; single-dash long names do not.
 */
export function parse(args: readonly string[], spec: string): Parsed {
  const valued = new Map(
    spec
      .split(" ")
      .filter(Boolean)
      .map((each) => [each.replace(":", ""), each.endsWith(":")]),
  );
  const options = new Map<string, string[]>();
  const rest: string[] = [];
  let unknown: string | undefined;
  const add = (name: string, value: string): void => void options.set(name, [...(options.get(name) ?? []), value]);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith("--")) {
      const [name = "", inline] = splitOnce(arg.slice(2));
      if (!valued.has(name)) unknown ??= arg;
      else if (valued.get(name)) add(name, inline ?? args[++i] ?? "");
      else add(name, "");
    } else if (arg.startsWith("-") && arg.length > 1) {
      for (let j = 1; j < arg.length; j++) {
        const name = arg[j] ?? "";
        if (!valued.has(name)) unknown ??= `-${name}`;
        else if (valued.get(name)) {
          add(name, arg.slice(j + 1) || (args[++i] ?? ""));
          break;
        } else add(name, "");
      }
    } else rest.push(arg);
  }
  return { options, rest, ...(unknown === undefined ? {} : { unknown }) };
}

/** The last value of the first of these options that was given. */
export function last(parsed: Parsed, ...names: string[]): string | undefined {
  for (const name of names) {
    const found = parsed.options.get(name)?.at(-1);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const has = (parsed: Parsed, ...names: string[]): boolean => names.some((name) => parsed.options.has(name));

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
