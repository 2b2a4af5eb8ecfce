import type { Typed } from "./define.js";
import type { Json } from "../core/json.js";

/** One REST call of a text for a person. `{uuid}` in a path is the uuid of the record that the GET before it answers. */
export interface RestCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Behind the cluster's address: `/api/network/ipspaces`. */
  readonly path: string;
  readonly body?: Json;
}

/** Lines of ONTAP CLI and the REST calls that come to the same, from one input: what `StepDef.handOff` gives. */
export const typed = (cli: readonly string[], rest: readonly RestCall[]): Typed => ({
  cli: cli.join("\n"),
  rest: restText(rest),
});

/** `METHOD /api/path`, and the body in the lines after it; a blank line between calls. */
const restText = (calls: readonly RestCall[]): string =>
  calls
    .map(({ method, path, body }) =>
      [`${method} ${path}`, ...(body === undefined ? [] : [JSON.stringify(body)])].join("\n"),
    )
    .join("\n\n");

/** A value as ONTAP's CLI takes it: quoted where it holds anything but the plain characters of a name, a path or an address. */
export const cliWord = (value: string): string =>
  /^[\w.:/,*-]+$/.test(value) ? value : `"${value.replace(/(["\\])/g, "\\$1")}"`;

/** `?a=b&c=d` with every value encoded. */
export const filter = (where: Readonly<Record<string, string>>): string =>
  `?${Object.entries(where)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join("&")}`;
