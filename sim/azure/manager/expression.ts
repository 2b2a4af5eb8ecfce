import { ArmError } from "../types.js";
import { guidOf } from "./landscape.js";

/** What a template's expressions may ask about. */
export interface Scope {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly subscription: string;
  readonly group: { readonly name: string; readonly location: string; readonly id: string };
  /** A resource that is there, by id; undefined while it is not. */
  reference(id: string): unknown;
}

const bad = (why: string): ArmError =>
  new ArmError(400, "InvalidTemplate", `Deployment template validation failed: '${why}'.`);

const TOKEN = /\s*(?:'((?:[^']|'')*)'|(\d+)|([A-Za-z_]\w*)|([()[\].,]))/y;

/** Evaluates every `[expression]` in a template's value; other strings stand for themselves, `[[` for a bracket. */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (typeof value === "string") {
    if (value.startsWith("[[")) return value.slice(1);
    return value.startsWith("[") && value.endsWith("]") ? new Parser(value.slice(1, -1), scope).whole() : value;
  }
  if (Array.isArray(value)) return value.map((each) => evaluate(each, scope));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, evaluate(each, scope)]));
}

/** The functions of Azure's template language that a deployment of one machine with its role needs. */
class Parser {
  private readonly tokens: { readonly text: string; readonly kind: "string" | "number" | "name" | "mark" }[] = [];
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly scope: Scope,
  ) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < source.trimEnd().length) {
      const found = TOKEN.exec(source);
      if (!found) throw bad(`the language expression '${source}' is not valid`);
      const [, string, digits, name, mark] = found;
      if (string !== undefined) this.tokens.push({ text: string.replaceAll("''", "'"), kind: "string" });
      else if (digits !== undefined) this.tokens.push({ text: digits, kind: "number" });
      else if (name !== undefined) this.tokens.push({ text: name, kind: "name" });
      else this.tokens.push({ text: mark ?? "", kind: "mark" });
    }
  }

  whole(): unknown {
    const value = this.expression();
    if (this.at < this.tokens.length) throw bad(`the language expression '${this.source}' is not valid`);
    return value;
  }

  private expression(): unknown {
    const token = this.tokens[this.at++];
    if (!token || token.kind === "mark") throw bad(`the language expression '${this.source}' is not valid`);
    if (token.kind === "string") return token.text;
    if (token.kind === "number") return Number(token.text);
    if (!this.take("(")) throw bad(`'${token.text}' is no function`);
    const values: unknown[] = [];
    if (!this.take(")")) {
      do values.push(this.expression());
      while (this.take(","));
      if (!this.take(")")) throw bad(`')' is missing in '${this.source}'`);
    }
    return this.members(this.call(token.text, values));
  }

  private members(value: unknown): unknown {
    let now = value;
    while (this.take(".")) {
      const name = this.tokens[this.at++]?.text ?? "";
      if (typeof now !== "object" || now === null || !(name in now))
        throw bad(`the language expression property '${name}' doesn't exist`);
      now = (now as Record<string, unknown>)[name];
    }
    return now;
  }

  private take(mark: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== "mark" || token.text !== mark) return false;
    this.at += 1;
    return true;
  }

  private call(name: string, values: readonly unknown[]): unknown {
    const { scope } = this;
    const named = (from: Readonly<Record<string, unknown>>, what: string): unknown => {
      const key = String(values[0]);
      if (!(key in from)) throw bad(`the template ${what} '${key}' is not found`);
      return from[key];
    };
    const inType = (base: string): string => {
      const [type = "", ...names] = values.map(String);
      const [provider = "", ...kinds] = type.split("/");
      if (kinds.length !== names.length) throw bad(`the resource type '${type}' needs ${kinds.length} names`);
      return `${base}/providers/${provider}${kinds.map((kind, i) => `/${kind}/${names[i] ?? ""}`).join("")}`;
    };
    switch (name.toLowerCase()) {
      case "parameters":
        return named(scope.parameters, "parameter");
      case "variables":
        return evaluate(named(scope.variables, "variable"), scope);
      case "concat":
        return values.map(String).join("");
      case "base64":
        return Buffer.from(String(values[0])).toString("base64");
      case "guid":
        return guidOf(values.map(String).join("|"));
      case "resourceid":
        return inType(scope.group.id);
      case "subscriptionresourceid":
        return inType(`/subscriptions/${scope.subscription}`);
      case "resourcegroup":
        return scope.group;
      case "subscription":
        return { id: `/subscriptions/${scope.subscription}`, subscriptionId: scope.subscription };
      case "reference": {
        const found = scope.reference(String(values[0]));
        if (found === undefined)
          throw new ArmError(404, "ResourceNotFound", `The Resource '${String(values[0])}' was not found.`);
        const whole = found as { properties: unknown };
        return String(values[2] ?? "").toLowerCase() === "full" ? whole : whole.properties;
      }
      default:
        throw bad(`the template function '${name}' is not valid`);
    }
  }
}
